"""The health probes that Compose calls, asked by themselves."""

import subprocess
import sys

from stockura.probes import web
from tests.support.ports import free_port
from tests.support.processes import ROOT
from tests.support.stack import Stack
from tests.support.waiting import wait_until


def probe(stack: Stack, name: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"stockura.probes.{name}"],
        cwd=ROOT,
        env={**stack.env, **env},
        capture_output=True,
        text=True,
    )


def test_a_beat_that_leads_is_well_and_one_that_died_is_not(stack: Stack) -> None:
    beat = stack.beat()
    wait_until(lambda: probe(stack, "beat").returncode == 0, within=20, saying="the probe to find a leader")

    beat.kill()

    wait_until(lambda: probe(stack, "beat").returncode == 1, within=30, saying="the lock to expire")
    assert "no beat is leading" in probe(stack, "beat").stderr


def test_a_beat_whose_redis_is_gone_is_not_well(stack: Stack) -> None:
    stack.redis.kill()

    result = probe(stack, "beat")

    assert result.returncode == 1
    assert result.stderr.startswith("Redis does not answer: ")


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
