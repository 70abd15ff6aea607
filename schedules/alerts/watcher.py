"""The loop that looks and sends: ``manage.py send_alerts --loop``.

Not in a thread of the workers: their main process forks, and what a thread holds at that moment is held for ever in
the child."""

import logging
import os
import socket
import threading
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from schedules import conf
from schedules.alerts.delivering import Courier
from schedules.alerts.watching import take_turn, watch

logger = logging.getLogger(__name__)

#: Seconds between two looks into the table of messages; whose turn it is to look for alerts is asked as often.
EVERY = 1.0
#: While the database is away, or has no such tables yet.
EVERY_WHILE_AWAY = 15.0


class Watcher:
    """Looks and sends until it is told to stop. A database that is away is waited for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._courier = Courier()
        self._stopped = threading.Event()
        self._is_away = False

    def run(self) -> None:
        while not self._stopped.wait(self.step()):
            pass
        self._courier.close()

    def stop(self) -> None:
        self._stopped.set()

    def step(self) -> float:
        """Look if it is our turn, send what is due, and return the seconds until the next step."""
        now = timezone.now()
        try:
            if take_turn(now, self.name):
                watch(now)
            self._courier.step(now)
        except (DatabaseError, InterfaceError) as error:
            if not self._is_away:
                logger.warning("alert.watch_failed watcher=%s error=%s", self.name, type(error).__name__)
            self._is_away = True
            return EVERY_WHILE_AWAY
        except Exception:
            # What is wrong with one look must not end all of them.
            logger.exception("alert.watch_failed watcher=%s", self.name)
            return EVERY_WHILE_AWAY
        finally:
            # None is kept over the pause: the pool's processes fork from this one, and a server may restart.
            connection.close()
        self._is_away = False
        return min(EVERY, conf.duration("ALERT_LOOK_EVERY_SECONDS").total_seconds())


def look_and_send(name: str, within: timedelta) -> int:
    """Look once and send what is due, waiting for it; return how many new messages there are."""
    courier = Courier()
    try:
        deadline = timezone.now() + within
        written = watch(timezone.now())
        # To each channel one at a time, until nothing more is due.
        while (now := timezone.now()) < deadline:
            courier.step(now)
            if courier.is_idle:
                break
            courier.wait(deadline - now)
    finally:
        courier.close()
    return written


def own_name(role: str) -> str:
    return f"{role}@{socket.gethostname()}:{os.getpid()}"
