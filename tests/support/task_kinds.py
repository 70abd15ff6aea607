"""Tasks of every kind that people write with Celery; the ledger must see each of them."""

import time
from typing import Any

from celery import Task, shared_task

from tests.support.tasks import write_effect


class Calling(Task):
    """A base class of somebody's own, around every call."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        write_effect("called")
        return super().__call__(*args, **kwargs)


class Running(Task):
    """One that does not ask Celery's own ``__call__``."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(*args, **kwargs)


@shared_task(name="tests.kind.plain")
def plain(word: str) -> str:
    write_effect("done")
    return word


@shared_task(name="tests.kind.bound", bind=True)
def bound(self: Task, word: str) -> str:
    assert self.request.id
    write_effect("done")
    return word


@shared_task(name="tests.kind.calling", base=Calling)
def calling(word: str) -> str:
    write_effect("done")
    return word


@shared_task(name="tests.kind.calling_bound", base=Calling, bind=True)
def calling_bound(self: Task, word: str) -> str:
    assert self.request.id
    write_effect("done")
    return word


@shared_task(name="tests.kind.running", base=Running)
def running(word: str) -> str:
    write_effect("done")
    return word


@shared_task(
    name="tests.kind.autoretry",
    bind=True,
    autoretry_for=(ConnectionError,),
    max_retries=5,
    default_retry_delay=0.2,
    retry_jitter=False,
)
def autoretry(self: Task, word: str, failures: int = 2) -> str:
    """Fail ``failures`` times, then succeed."""
    write_effect("begun")
    if self.request.retries < failures:
        raise ConnectionError(f"Failure {self.request.retries + 1}.")
    write_effect("done")
    return word


@shared_task(name="tests.kind.retry", bind=True, max_retries=2)
def retry(self: Task, word: str, failures: int = 2) -> str:
    """Ask for another try ``failures`` times, then succeed."""
    write_effect("begun")
    if self.request.retries < failures:
        error = ConnectionError(f"Failure {self.request.retries + 1}.")
        raise self.retry(exc=error, countdown=0.2)
    write_effect("done")
    return word


@shared_task(name="tests.kind.echo")
def echo(word: str) -> str:
    return word


@shared_task(name="tests.kind.calls_another", bind=True)
def calls_another(self: Task, word: str) -> str:
    """Call another task as a function: that is part of this run and no run of its own."""
    answer = echo(word)
    write_effect("done")
    return answer


@shared_task(name="tests.kind.retry_at_once", bind=True, max_retries=5)
def retry_at_once(self: Task, word: str, failures: int = 3) -> str:
    """Ask for another try without a pause: its message may reach another process before this one has noted that."""
    write_effect("begun")
    if self.request.retries < failures:
        raise self.retry(exc=ConnectionError(f"Failure {self.request.retries + 1}."), countdown=0)
    write_effect("done")
    return word


@shared_task(name="tests.kind.limited", time_limit=1)
def limited(word: str) -> str:
    """Work for longer than it may."""
    write_effect("begun")
    time.sleep(60)
    return word
