"""A sync in a real worker, asking the stand-in in a process of its own."""

import re

from celery import current_app

from stockura.companies.models import Company
from tests.support.processes import RunningProcess
from tests.support.stack import Stack
from tests.support.waiting import wait_until

TASK = "stockura.companies.tasks.sync_listed_companies"
KEY = "k3y-that-no-log-may-show"


def a_worker(stack: Stack, *standin_options: str) -> tuple[RunningProcess, RunningProcess]:
    """A stand-in and a worker that asks it."""
    standin = stack.start("standin", "stockura.jquants.standin", "--port=0", f"--key={KEY}", *standin_options)
    standin.wait_for_output("answers at ")
    address = standin.output().split("answers at ")[1].split()[0]
    return standin, stack.worker(env={"JQUANTS_BASE_URL": address, "JQUANTS_API_KEY": KEY, "LOG_LEVEL": "DEBUG"})


def test_asked_for_quiet_the_worker_is_freed_and_the_task_comes_back(stack: Stack) -> None:
    standin, worker = a_worker(stack, "--fault=429=2*1")

    current_app.send_task(TASK, args=["scheduled"], queue="default", expires=3600)

    wait_until(lambda: Company.objects.filter(code="72030").exists(), within=30, saying="the companies")
    worker.wait_for_output("companies.synced trigger=scheduled")
    assert re.findall(r'master HTTP/1\.1" (\d+)', standin.output()) == ["429", "200"]
    assert "retry: Retry in 2.0s" in worker.output()


def test_the_key_stands_in_no_log_of_a_sync_that_works_or_fails(stack: Stack) -> None:
    standin, worker = a_worker(stack, "--fault=403*1")

    for _ in range(2):
        current_app.send_task(TASK, queue="default")

    worker.wait_for_output("AuthError")
    worker.wait_for_output("companies.synced")
    assert KEY not in worker.output() + standin.output()
