"""Hand occurrences to the broker, one after the other over one connection."""

from datetime import datetime
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from schedules.beat.due import DueEntry
from schedules.messages import HEADER, Origin, task_id_of


class BrokerUnreachable(Exception):
    """The broker did not take a message; nothing is known to be wrong with the message itself."""


class CannotBeSent(Exception):
    """The message itself is at fault; ``str()`` is a sentence about what is wrong with it."""


class Sender:
    """Publishes for one Celery app."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send(self, entry: DueEntry, scheduled_for: datetime, *, at: datetime, producer: Any) -> None:
        """Send one occurrence. Raises BrokerUnreachable or CannotBeSent."""
        task = self._app.tasks.get(entry.task)
        if task is None:
            raise CannotBeSent(f'No worker knows the task "{entry.task}".')
        origin = Origin(entry.schedule_id, "scheduled", scheduled_for, at)
        try:
            task.apply_async(
                entry.args,
                entry.kwargs,
                task_id=task_id_of(entry.schedule_id, scheduled_for),
                headers={HEADER: origin.to_header()},
                producer=producer,
                # A broker that is down is asked again by the next tick; waiting here would hold the lock idle.
                retry=False,
                **entry.options,
            )
        except (OperationalError, OSError, *producer.connection.connection_errors) as error:
            raise BrokerUnreachable(str(error)) from error
        except Exception as error:  # arguments that do not fit the task or JSON, a queue name that nobody can use …
            raise CannotBeSent(f"{type(error).__name__}: {error}") from error
