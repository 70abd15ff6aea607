"""Each worker looks for what is to be told, in a thread beside its work, so that a beat's silence is told without beat.

The thread belongs to the worker's main process, which runs no tasks. Many workers take turns through the database.
"""

import threading
from typing import Any

from celery import signals

from schedules import conf
from schedules.alerts.watcher import Watcher, own_name

_watcher: Watcher | None = None


@signals.worker_ready.connect
def _begin(**kwargs: Any) -> None:
    global _watcher
    if _watcher is None and conf.setting("ALERTS_IN_WORKER"):
        _watcher = Watcher(own_name("worker"))
        threading.Thread(target=_watcher.run, name="alerts", daemon=True).start()


@signals.worker_shutting_down.connect
def _end(**kwargs: Any) -> None:
    if _watcher is not None:
        _watcher.stop()
