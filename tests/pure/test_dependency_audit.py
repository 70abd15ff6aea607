"""`make lint` names packages with known vulnerabilities, and goes on where nobody can be asked."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.processes import ROOT


class Osv(BaseHTTPRequestHandler):
    """Speaks as much of OSV's protocol as pip-audit asks; knows one vulnerability, of requests."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = {
            "id": "PYSEC-0000-1",
            "summary": "It tells\nstrangers.",
            "details": "It tells\nstrangers.",
            "affected": [
                {
                    "package": {"name": "requests", "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
                }
            ],
        }
        body = json.dumps({"vulns": [known]} if asked["package"]["name"] == "requests" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    server.shutdown()
    server.server_close()


def audit(service: str, directory: Path, requirements: str) -> subprocess.CompletedProcess[str]:
    file = directory / "requirements.txt"
    file.write_text(requirements)
    options = ["-r", str(file), "--no-deps", "--disable-pip", "-s", "osv", "--osv-url", service]
    command = [sys.executable, "scripts/audit_dependencies.py", *options, "--cache-dir", str(directory / "cache")]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(directory), "NO_PROXY": "127.0.0.1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)


def test_a_known_vulnerability_fails_with_its_name_and_cure(service: str, tmp_path: Path) -> None:
    ended = audit(service, tmp_path, "requests==2.0.0\ntqdm==4.70.1\n")

    assert ended.returncode == 1, ended.stderr
    assert "requests 2.0.0: PYSEC-0000-1, mended in 99.0. It tells strangers." in ended.stdout
    assert "1 of 2 packages have known vulnerabilities." in ended.stdout


def test_without_any_it_says_how_many_were_asked_about(service: str, tmp_path: Path) -> None:
    ended = audit(service, tmp_path, "tqdm==4.70.1\n")

    assert (ended.returncode, ended.stdout.strip()) == (0, "No known vulnerability in 1 packages.")


def test_offline_it_says_that_nobody_could_be_asked_and_goes_on(tmp_path: Path) -> None:
    ended = audit(f"http://127.0.0.1:{free_port()}/v1/query", tmp_path, "requests==2.0.0\n")

    assert ended.returncode == 0
    assert "could not be asked for" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_lint_asks() -> None:
    assert "scripts/audit_dependencies.py" in (ROOT / "Makefile").read_text()
