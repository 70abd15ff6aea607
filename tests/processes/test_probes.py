"""The health probes that Compose calls, asked by themselves."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from stockura.probes import web
from tests.support.ports import free_port
from tests.support.processes import ROOT
from tests.support.stack import Stack
from tests.support.waiting import patient, wait_until


def probe(stack: Stack, name: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"stockura.probes.{name}"],
        cwd=ROOT,
        env={**stack.env, **env},
        capture_output=True,
        text=True,
    )


def beat_health(stack: Stack, *options: str) -> subprocess.CompletedProcess[str]:
    stack.env["LANGUAGE_CODE"] = "en"
    return stack.manage("beat_health", "--max-age=3", *options, check=False)


@pytest.mark.one_database
def test_a_beat_is_well_while_it_leads_or_waits_and_ill_when_it_hangs_though_its_process_lives(stack: Stack) -> None:
    quick = {"SCHEDULES_BEAT_LOCK_SECONDS": "4"}
    first = stack.beat(name="first", env=quick)
    wait_until(lambda: "leads" in beat_health(stack).stdout, within=20, saying="the first to lead")
    second = stack.beat(name="second", env=quick)
    name = f"--node={socket.gethostname()}:{second.pid}"
    wait_until(lambda: "waits to lead" in beat_health(stack, name).stdout, within=20, saying="the second to wait")

    second.freeze()

    wait_until(lambda: beat_health(stack, name).returncode == 1, within=20, saying="the frozen one to be ill")
    assert "It hangs." in beat_health(stack, name).stderr
    assert first.is_running
    assert second.is_running
    assert beat_health(stack, f"--node={socket.gethostname()}:{first.pid}").returncode == 0
    assert beat_health(stack, "--node=nowhere:1").returncode == 1


@pytest.mark.one_database
def test_of_a_beat_whose_redis_is_gone_nothing_is_known_and_no_database_is_asked(stack: Stack) -> None:
    stack.env["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing"
    stack.redis.kill()

    result = beat_health(stack)

    assert result.returncode == 3
    assert result.stderr.startswith("Redis does not answer")


@pytest.mark.one_database
def test_a_site_is_ready_only_with_its_database_its_migrations_and_redis(stack: Stack, tmp_path: Path) -> None:
    server = stack.web()
    assert answer(f"{server.url}/readyz") == (200, "ready")

    stack.redis.kill()
    assert answer(f"{server.url}/readyz") == (503, "not ready")
    assert answer(f"{server.url}/healthz") == (200, "ok")
    stack.redis.start()
    assert answer(f"{server.url}/readyz") == (200, "ready")

    bare = stack.web(name="bare", env={"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"})
    assert answer(f"{bare.url}/readyz") == (503, "not ready")
    assert "run manage.py migrate" in bare.output()


@pytest.mark.one_database
def test_a_database_that_hangs_is_as_good_as_none_and_holds_up_neither_probe(stack: Stack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgres://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing"
        server = stack.web(env={"DATABASE_URL": address})
        for _ in range(2):
            begun = time.monotonic()
            assert answer(f"{server.url}/readyz") == (503, "not ready")
            assert time.monotonic() - begun < patient(6)
        assert answer(f"{server.url}/healthz") == (200, "ok")
        assert server.stop() == 0


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=patient(20)) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_web_server_that_answers_is_well(stack: Stack) -> None:
    server = stack.web()

    assert probe(stack, "web", WEB_PORT=server.url.rpartition(":")[2]).returncode == 0


def test_a_web_server_that_does_not_answer_is_not_well(stack: Stack) -> None:
    result = probe(stack, "web", WEB_PORT=str(free_port()))

    assert result.returncode == 1
    assert "does not answer" in result.stderr


def test_pages_that_report_a_fault_are_not_well(stack: Stack) -> None:
    server = stack.web()

    assert (
        web.problem_with(f"{server.url}/no-such-page")
        == f"{server.url}/no-such-page answers with status 404."
    )
