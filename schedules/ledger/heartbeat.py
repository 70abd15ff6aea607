"""While a task works, a thread beside it says every few seconds that it lives."""

import logging
import threading

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from schedules import conf
from schedules.ledger import recording
from schedules.models import ScheduleRun

logger = logging.getLogger(__name__)


class Heartbeat:
    """Beats from ``with`` to its end. A database that is away is no reason to stop: the next beat tries again."""

    def __init__(self, run: ScheduleRun) -> None:
        self._run = run
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{run.pk}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()

    def _beat(self) -> None:
        every = conf.duration("HEARTBEAT_EVERY_SECONDS").total_seconds()
        while not self._ended.wait(every):
            try:
                if not recording.beat_heart(self._run, now=timezone.now()) and not self._ended.is_set():
                    logger.warning("run.taken_over run_id=%s: another worker has begun it anew.", self._run.pk)
                    break
            except (DatabaseError, InterfaceError) as error:
                logger.warning("run.heartbeat_failed run_id=%s error=%s", self._run.pk, error)
                connection.close()
        # Each thread has a connection of its own.
        connection.close()
