"""Celery's and RedBeat's settings, as beat and the workers will read them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from celery import Celery, current_app
from celery.utils.imports import symbol_by_name
from celery.utils.time import timezone as celery_zones
from django.core.checks import CheckMessage, Error, Warning, register

from schedules import conf
from schedules.checks.tags import SCHEDULES

SCHEDULER = "schedules.beat.scheduler:StockuraScheduler"
#: A leader that dies is replaced within this; see DESIGN.md, the engine.
TAKEN_OVER_WITHIN_SECONDS = 15.0
#: A standby looks at the lock ten times within its lifetime.
STANDBY_LOOKS = 10
SHORTEST_LOCK_SECONDS = 1.0
JSON = frozenset({"json", "application/json"})
PICKLE = frozenset({"pickle", "application/x-python-serialize"})


@register(SCHEDULES)
def check_celery_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Look at everything that another value of would lose, double or delay runs."""
    app = current_app._get_current_object()
    looks = (_scheduler, _prefix, _lock, _clock, _serializers, _late_acknowledgement, _confirmation)
    return [message for look in looks for message in look(app)]


def _scheduler(app: Celery) -> list[CheckMessage]:
    from schedules.beat.scheduler import StockuraScheduler

    chosen = app.conf.beat_scheduler
    try:
        found = symbol_by_name(chosen)
    except (ImportError, AttributeError, ValueError) as error:
        problem = f'beat_scheduler is "{chosen}", which cannot be loaded: {error}.'
    else:
        if isinstance(found, type) and issubclass(found, StockuraScheduler):
            return []
        problem = f'beat_scheduler is "{chosen}", which does not know the schedules of this site.'
    hint = f'Set app.conf.beat_scheduler = "{SCHEDULER}", and start beat without --scheduler.'
    return [Error(problem, hint=hint, id="schedules.E001")]


def _prefix(app: Celery) -> list[CheckMessage]:
    prefix = app.conf.first("redbeat_key_prefix", "REDBEAT_KEY_PREFIX") or "redbeat:"
    if len(prefix) > 1 and prefix.endswith(":"):
        return []
    return [
        Error(
            f'redbeat_key_prefix is "{prefix}", which does not end in a colon: names in Redis would run together.',
            hint='Write it with a colon at the end, such as app.conf.redbeat_key_prefix = "stockura:schedule:".',
            id="schedules.E002",
        )
    ]


def _lock(app: Celery) -> list[CheckMessage]:
    # Beat waits by Celery's setting, and the pages judge by ours who leads: they must be the same.
    lasts, ours = app.conf.first("redbeat_lock_timeout", "REDBEAT_LOCK_TIMEOUT"), conf.setting("BEAT_LOCK_SECONDS")
    hint = "Set app.conf.redbeat_lock_timeout to the BEAT_LOCK_SECONDS of SCHEDULES, such as 10 (seconds)."
    if not lasts:
        problem = "redbeat_lock_timeout is not set: a beat that died would be replaced after 25 minutes only."
        return [Error(problem, hint=hint, id="schedules.E003")]
    if not isinstance(lasts, int | float) or not SHORTEST_LOCK_SECONDS <= lasts < float("inf"):
        problem = f"redbeat_lock_timeout is {lasts!r}; beat cannot keep a lock fresh for less than a second."
        return [Error(problem, hint=hint, id="schedules.E003")]
    found: list[CheckMessage] = []
    replaced_within = lasts * (1 + 1 / STANDBY_LOOKS)
    if replaced_within > TAKEN_OVER_WITHIN_SECONDS:
        found.append(
            Warning(
                f"redbeat_lock_timeout is {lasts:g} s: a beat that died is replaced after up to {replaced_within:g} s.",
                hint="Choose 13 seconds or less, such as 10, to be replaced within 15 seconds.",
                id="schedules.W003",
            )
        )
    if lasts != ours:
        found.append(
            Warning(
                f"redbeat_lock_timeout is {lasts:g} s and BEAT_LOCK_SECONDS is {ours}: "
                "pages may name a leader that has gone, or none while one leads.",
                hint=hint,
                id="schedules.W004",
            )
        )
    return found


def _clock(app: Celery) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not app.conf.enable_utc:
        found.append(
            Error(
                "enable_utc is off: messages would carry local times, which occur twice or never when clocks change.",
                hint="Set app.conf.enable_utc = True.",
                id="schedules.E004",
            )
        )
    try:
        celery_zones.get_timezone(app.conf.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        found.append(
            Error(
                f'Celery\'s timezone "{app.conf.timezone}" is not known on this machine: {error}.',
                hint='Write a name of the IANA list, such as app.conf.timezone = "Asia/Tokyo". '
                "A machine without any zones needs the package tzdata.",
                id="schedules.E005",
            )
        )
    return found


def _serializers(app: Celery) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    accepted = {str(name) for name in app.conf.accept_content or ()}
    if app.conf.task_serializer not in JSON:
        found.append(
            Error(
                f'task_serializer is "{app.conf.task_serializer}", and arguments of schedules are JSON.',
                hint='Set app.conf.task_serializer = "json".',
                id="schedules.E006",
            )
        )
    if not accepted & JSON:
        found.append(
            Error(
                f"accept_content is {sorted(accepted)}: workers would refuse every message that beat sends.",
                hint='Set app.conf.accept_content = ["json"].',
                id="schedules.E007",
            )
        )
    if accepted & PICKLE:
        found.append(
            Error(
                "accept_content allows pickle: whoever can write to the broker can run any code in the workers.",
                hint='Set app.conf.accept_content = ["json"].',
                id="schedules.E017",
            )
        )
    results = {app.conf.result_serializer, *(app.conf.result_accept_content or ())}
    if results & PICKLE:
        found.append(
            Error(
                "Results may be pickled: whoever can write to the result backend can run any code where they are read.",
                hint='Set app.conf.result_serializer = "json" and leave result_accept_content out.',
                id="schedules.E018",
            )
        )
    return found


def _late_acknowledgement(app: Celery) -> list[CheckMessage]:
    if app.conf.task_acks_late and app.conf.task_reject_on_worker_lost:
        return []
    return [
        Warning(
            "Workers acknowledge a message before its task has ended: the run of a worker that dies is lost.",
            hint="Set app.conf.task_acks_late and app.conf.task_reject_on_worker_lost to True. "
            "The run ledger sees to it that nothing is done twice.",
            id="schedules.W006",
        )
    ]


def _confirmation(app: Celery) -> list[CheckMessage]:
    is_amqp = str(app.conf.broker_write_url or "").startswith(("amqp", "pyamqp"))
    if not is_amqp or (app.conf.broker_transport_options or {}).get("confirm_publish"):
        return []
    return [
        Warning(
            "The broker does not confirm what is sent to it: one that dies takes along runs that a person has started.",
            hint='Set app.conf.broker_transport_options = {"confirm_publish": True}. Beat itself waits in any case.',
            id="schedules.W010",
        )
    ]
