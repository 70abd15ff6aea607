"""Stockura's own Celery app, with the tasks of the tests added: `celery -A tests.support.app worker`."""

from stockura.celery import app
from tests.support import task_kinds, tasks  # noqa: F401

__all__ = ["app"]
