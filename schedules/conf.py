"""The app's settings: the dictionary ``SCHEDULES`` in Django's settings, with these defaults."""

from datetime import timedelta
from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # How often beat compares the mirror with the database, beyond the start and a lost Redis; less often where so many
    # schedules are compared that it would keep beat busy.
    "RECONCILE_EVERY_SECONDS": 60.0,
    # How long a silent leader keeps its office. A standby takes over within this and a second.
    "BEAT_LOCK_SECONDS": 10.0,
    # How often a worker says that a run is alive, and how long it may be silent before it counts as gone.
    "HEARTBEAT_EVERY_SECONDS": 10.0,
    "HEARTBEAT_LOST_AFTER_SECONDS": 60.0,
    # How many days the history of runs is kept; 0: for ever. The latest run of each schedule always stays.
    "RUNS_KEPT_DAYS": 400,
    # How many days a backfill that has ended stays listed; 0: for ever. Its runs are kept as all others are.
    "BACKFILLS_KEPT_DAYS": 400,
    # How many days the history of changes is kept: who changed what, and why; 0: for ever. Ten years, as companies keep
    # their books: it is small, and what is gone cannot be reverted.
    "CHANGES_KEPT_DAYS": 3653,
    # How many proxies of your own stand before the web server. Each adds an entry to X-Forwarded-For; without that the
    # history of changes would name the proxy as where every change came from.
    "PROXIES": 0,
    # How many occurrences one backfill may run, and resuming may make up for.
    "BACKFILL_MAX_OCCURRENCES": 1000,
    # After how many days a pause without an end is shown among what needs a person: it may have been forgotten.
    "LONG_PAUSE_DAYS": 7,
    # How many of the occurrences that one pause passed over get a row in the history: the newest.
    "PAUSE_MAX_ROWS": 10_000,
    # Alerts. Which events are told of which schedules, after how many failures and to whom, are rows (AlertRule); here
    # stands what concerns all of them. How often somebody looks for what is to be told.
    "ALERT_LOOK_EVERY_SECONDS": 15.0,
    # What is new waits this long for others of its cause, so that one message tells of many; and after a message, the
    # next one of the same rule and event waits this long.
    "ALERT_GROUP_SECONDS": 20.0,
    "ALERT_GROUP_AGAIN_SECONDS": 300.0,
    # How long nobody may lead (or Redis be away) until that is told, and a schedule not be in force as it was saved.
    # A standby takes over within 11 seconds, and beat repairs within a minute.
    "ALERT_BEAT_SILENT_SECONDS": 60.0,
    "ALERT_DRIFT_SECONDS": 300.0,
    # How many days before the confirmed holidays of an exchange in use end it is told.
    "ALERT_CALENDAR_DAYS": 60,
    # How long a receiver may take for one message, all in all.
    "ALERT_TIMEOUT_SECONDS": 10.0,
    # True: webhooks may go to private addresses, such as a chat server in the same network. Off, because whoever may
    # edit channels could otherwise make this machine ask what stands behind the firewall.
    "ALERT_PRIVATE_TARGETS": False,
    # Names of hosts that webhooks may reach wherever they lie, such as ["chat.example.lan"]; all others stay refused.
    "ALERT_PRIVATE_HOSTS": [],
    # What /metrics asks for as a bearer token; empty: there is no such page.
    "METRICS_TOKEN": "",
    # Where people reach the pages, such as https://schedules.example.jp; messages link to it. Empty: no links.
    "SITE_URL": "",
    # Patterns of the names of tasks that endpoints may call, such as "prices.*"; all registered ones unless told
    # otherwise. Celery's own helpers (celery.*) never may.
    "ALLOWED_TASKS": ["*"],
    # Permissions that a person needs besides, to make, change or run what calls a task: pattern -> permission, such as
    # {"orders.*": "orders.place_order"}. Each pattern that fits must be met. Only pausing what calls it is free of it.
    "TASK_PERMISSIONS": {},
}


def setting(name: str) -> Any:
    """Return one setting. Raises KeyError for a name that is not in DEFAULTS."""
    return getattr(settings, "SCHEDULES", {}).get(name, DEFAULTS[name])


def days(name: str) -> timedelta:
    """Return a setting whose name ends in _DAYS."""
    return timedelta(days=float(setting(name)))


def duration(name: str) -> timedelta:
    """Return a setting whose name ends in _SECONDS."""
    return timedelta(seconds=float(setting(name)))
