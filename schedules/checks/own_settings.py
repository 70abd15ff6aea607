"""The dictionary SCHEDULES: names that are none, numbers that cannot be meant or that contradict each other."""

import difflib
import math
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from schedules import conf
from schedules.checks.tags import SCHEDULES

#: Fewer beats than this in the time that a worker may be silent, and one slow write would declare it gone.
LEAST_BEATS = 3
#: Settings that are numbers of rows or of whole days.
COUNTS = ("BACKFILL_MAX_OCCURRENCES", "PAUSE_MAX_ROWS", "LONG_PAUSE_DAYS")


@register(SCHEDULES)
def check_own_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Look at SCHEDULES."""
    found = _unknown_names()
    if wrong := _no_durations():
        # What is no number cannot be compared either.
        return found + wrong
    return found + _heartbeats() + _retention() + _tasks() + _counts() + _hosts() + _naive_instants()


def _unknown_names() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name in getattr(settings, "SCHEDULES", {}):
        if name not in conf.DEFAULTS:
            nearest = difflib.get_close_matches(str(name).upper(), conf.DEFAULTS, n=1, cutoff=0.5)
            hint = f'Did you mean "{nearest[0]}"?' if nearest else f"Known are: {', '.join(sorted(conf.DEFAULTS))}."
            found.append(Error(f'SCHEDULES has no setting "{name}".', hint=hint, id="schedules.E010"))
    return found


def _no_durations() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name, default in conf.DEFAULTS.items():
        if name.endswith("_SECONDS") and not _is_number(value := conf.setting(name), above=0):
            found.append(
                Error(
                    f"{name} of SCHEDULES is {value!r}, and it must be a number of seconds above 0.",
                    hint=f'Write a number, such as "{name}": {default}.',
                    id="schedules.E011",
                )
            )
    return found


def _heartbeats() -> list[CheckMessage]:
    every, lost_after = conf.setting("HEARTBEAT_EVERY_SECONDS"), conf.setting("HEARTBEAT_LOST_AFTER_SECONDS")
    if lost_after >= every * LEAST_BEATS:
        return []
    return [
        Error(
            f"A run says every {every:g} s that it is alive (HEARTBEAT_EVERY_SECONDS) and counts as gone after "
            f"{lost_after:g} s of silence (HEARTBEAT_LOST_AFTER_SECONDS): living runs would be begun a second time.",
            hint=f"Set HEARTBEAT_LOST_AFTER_SECONDS to {every * LEAST_BEATS:g} or more, better to {every * 6:g}.",
            id="schedules.E012",
        )
    ]


def _retention() -> list[CheckMessage]:
    kept = {name: conf.setting(name) for name in conf.DEFAULTS if name.endswith("_KEPT_DAYS")}
    return [
        Error(
            f"{name} of SCHEDULES is {days!r}, and it must be a whole number of days.",
            hint="Write a number such as 400, or 0 to keep the history for ever.",
            id="schedules.E013",
        )
        for name, days in kept.items()
        if not (_is_number(days, above=-1) and days == int(days))
    ]


def _tasks() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    allowed, needed = conf.setting("ALLOWED_TASKS"), conf.setting("TASK_PERMISSIONS")
    if not _are_texts(allowed):
        found.append(
            Error(
                f"ALLOWED_TASKS of SCHEDULES is {allowed!r}, and it must be a list of patterns of task names.",
                hint='Write a list, such as ["prices.*", "sync_listed_companies"]; ["*"] allows every registered task.',
                id="schedules.E015",
            )
        )
    if not isinstance(needed, dict) or not all(
        isinstance(pattern, str) and isinstance(name, str) and name.count(".") == 1 for pattern, name in needed.items()
    ):
        found.append(
            Error(
                f"TASK_PERMISSIONS of SCHEDULES is {needed!r}, and it must map patterns of task names to permissions.",
                hint='Write a permission with its app, such as {"orders.*": "orders.place_order"}.',
                id="schedules.E016",
            )
        )
    return found


def _counts() -> list[CheckMessage]:
    return [
        Error(
            f"{name} of SCHEDULES is {value!r}, and it must be a whole number above 0.",
            hint=f'Write a number, such as "{name}": {conf.DEFAULTS[name]}.',
            id="schedules.E019",
        )
        for name in COUNTS
        if not _is_number(value := conf.setting(name), above=0) or value != int(value)
    ]


def _hosts() -> list[CheckMessage]:
    if _are_texts(hosts := conf.setting("ALERT_PRIVATE_HOSTS")):
        return []
    return [
        Error(
            f"ALERT_PRIVATE_HOSTS of SCHEDULES is {hosts!r}, and it must be a list of names of hosts.",
            hint='Write a list, such as ["chat.example.lan"]; [] allows no private host.',
            id="schedules.E021",
        )
    ]


def _naive_instants() -> list[CheckMessage]:
    if settings.USE_TZ:
        return []
    return [
        Error(
            "USE_TZ is off: instants would be stored as local times, which occur twice or never when clocks change.",
            hint="Set USE_TZ = True.",
            id="schedules.E014",
        )
    ]


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _is_number(value: Any, *, above: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value > above
