"""The rows of django-celery-beat, read and switched off through its own app, where that is installed.

Switching one off must not lose when it ran last: that instant is where ours begins. Its beat keeps it in memory and
writes it down when it notices a change; but a row that is switched off is saved without it. So a row is first held back
(its start lies in a far year), which makes its beat write the instant down, and switched off afterwards.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from schedules.recurrence.problems import quote
from schedules.services.importing.found import Found, not_taken, rule_of

APP = "django_celery_beat"
#: A row that starts then is held back. Its beat adds and subtracts decades, so that no later year would do.
HELD_UNTIL = datetime(2100, 1, 1, tzinfo=UTC)
#: The sign zero, as JSON escapes it.
_ZERO = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
KINDS = ("crontab", "interval", "clocked", "solar")


def is_installed() -> bool:
    return apps.is_installed(APP)


def found_rows(*, now: datetime, timezone: str) -> list[Found]:
    """Return every row, those that are switched off too. ``timezone`` is used where a row has none of its own."""
    rows = _tasks().select_related(*KINDS).order_by("name")
    return [_found(row, now=now, timezone=timezone) for row in rows]


def hold_back(names: Iterable[str]) -> None:
    """Let their beat fire these rows no more, and write down when it last did."""
    _tasks().filter(name__in=list(names)).update(start_time=HELD_UNTIL)
    _tell_their_beat()


def switch_off(names: Iterable[str]) -> None:
    """Switch rows off for good; when they last ran stays readable, because they are not saved one by one."""
    off = _tasks().filter(name__in=list(names))
    off.filter(start_time=HELD_UNTIL).update(start_time=None)
    off.update(enabled=False)
    _tell_their_beat()


def _found(row: Any, *, now: datetime, timezone: str) -> Found:
    start = None if row.start_time == HELD_UNTIL else row.start_time
    values: dict[str, Any] = {
        "start_time": start,
        "expires": row.expires,
        "one_off": row.one_off,
        "last_run_at": row.last_run_at,
    }
    for kind in KINDS:
        if (schedule := getattr(row, kind)) is not None:
            values[kind] = model_to_dict(schedule)
    common: dict[str, Any] = {
        "name": row.name,
        "task": row.task,
        "enabled": row.enabled,
        "description": row.description,
        "last_run_at": row.last_run_at,
        "options": {"queue": row.queue, "priority": row.priority, "expires_seconds": row.expire_seconds},
    }
    try:
        args, kwargs = _read(row.args, list), _read(row.kwargs, dict)
        headers = _read(row.headers, dict)
    except ValueError as error:
        return Found(args=[], kwargs={}, refusal=f"JSON: {error}", **common)
    rule = rule_of(values, now=now, timezone=timezone)
    lost = {"exchange": row.exchange, "routing_key": row.routing_key, "headers": headers}
    rule["notices"] = (*rule.get("notices", ()), *not_taken(name for name, value in lost.items() if value))
    return Found(args=args, kwargs=kwargs, **rule, **common)


def _read(text: str | None, kind: type) -> Any:
    """Return what a column of JSON says. Raises ValueError: it is a text there, in which anything may stand."""
    try:
        found = json.loads(text or "null", parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError(_("Lists and objects lie too deep in one another.")) from error
    if found is None:
        return kind()
    if not isinstance(found, kind):
        wanted = "[…]" if kind is list else "{…}"
        sentence = _("%(wanted)s is expected, and not %(value)s.")
        raise ValueError(sentence % {"wanted": wanted, "value": quote(text)})
    # No text of PostgreSQL holds the sign zero or half of a sign.
    said = json.dumps(found, ensure_ascii=False)
    if _ZERO.search(said) or any("\ud800" <= sign <= "\udfff" for sign in said):
        raise ValueError(_("The text holds signs that cannot be kept."))
    return found


def _no_number(name: str) -> None:
    raise ValueError(_('"%(value)s" is not a number that can be kept.') % {"value": name})


def _tasks() -> Any:
    return apps.get_model(APP, "PeriodicTask")._default_manager.all()


def _tell_their_beat() -> None:
    apps.get_model(APP, "PeriodicTasks").update_changed()


def rows_by_name(names: Iterable[str]) -> Mapping[str, Any]:
    """Return rows as they stand now, locked."""
    return {row.name: row for row in _tasks().select_for_update().filter(name__in=list(names))}
