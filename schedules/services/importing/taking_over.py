"""Make endpoints and schedules of what another scheduler runs. Again, it makes nothing twice and changes nothing."""

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.definitions import recurrence_of
from schedules.recurrence import DefinitionError
from schedules.services.importing.found import Found

_NAME_LENGTH = APIEndpoint._meta.get_field("name").max_length


class Fate(enum.StrEnum):
    """What became of an entry."""

    TAKEN = "taken"
    ADAPTED = "adapted"
    PRESENT = "present"
    LEFT = "left"


@dataclass(frozen=True)
class Taken:
    """An entry and what became of it. ``why`` says what differs here, or why it was left."""

    found: Found
    fate: Fate
    why: str = ""
    schedule: APIEndpointSchedule | None = None


def take_over(found: Found) -> Taken:
    """Make a schedule of the entry, switched off, and its endpoint unless there is one. What is there already stays."""
    if found.definition is None:
        return Taken(found, Fate.LEFT, found.refusal)
    existing = APIEndpointSchedule.objects.select_related("endpoint").filter(name=found.name).first()
    if existing is not None:
        if _says_the_same(existing, found):
            return Taken(found, Fate.PRESENT, "", existing)
        return Taken(found, Fate.LEFT, _("There is a schedule of this name already, and it says otherwise."))
    try:
        with transaction.atomic():
            schedule = _made(found)
    except ValidationError as error:
        return Taken(found, Fate.LEFT, " ".join(error.messages))
    said = [notice.ja if (get_language() or "").startswith("ja") else notice.en for notice in found.notices]
    return Taken(found, Fate.ADAPTED if said else Fate.TAKEN, " ".join(said), schedule)


def fields_of(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition as the columns of a schedule; an interval's anchor is its start."""
    fields: dict[str, Any] = {"schedule_type": definition["kind"], "timezone": definition["timezone"]}
    for key, name in (("cron", "cron_expression"), ("every_seconds", "interval_seconds")):
        if key in definition:
            fields[name] = definition[key]
    for key, name in (("at", "run_at"), ("starts_at", "starts_at"), ("ends_at", "ends_at")):
        if definition.get(key):
            fields[name] = datetime.fromisoformat(definition[key])
    if "anchor" in definition:
        anchor = datetime.fromisoformat(definition["anchor"])
        fields["starts_at"] = max(anchor, fields.get("starts_at", anchor))
    return fields


def _made(found: Found) -> APIEndpointSchedule:
    assert found.definition is not None
    endpoint = _endpoint_for(found)
    options = {name: value for name, value in found.options.items() if value not in (None, "")}
    schedule = APIEndpointSchedule(
        endpoint=endpoint,
        name=found.name,
        description=found.description,
        enabled=False,
        **fields_of(found.definition),
        **options,
    )
    schedule.full_clean()
    schedule.save()
    return schedule


def _endpoint_for(found: Found) -> APIEndpoint:
    for endpoint in APIEndpoint.objects.filter(task=found.task).order_by("pk"):
        if _text([endpoint.default_args, endpoint.default_kwargs]) == _text([found.args, found.kwargs]):
            return endpoint
    endpoint = APIEndpoint(
        name=_free_name(found),
        task=found.task,
        default_args=list(found.args),
        default_kwargs=dict(found.kwargs),
        queue=current_app.conf.task_default_queue,
        # Celery drops nothing unless told to.
        expires_seconds=None,
    )
    endpoint.full_clean()
    endpoint.save()
    return endpoint


def _free_name(found: Found) -> str:
    arguments = [*map(_text, found.args), *(f"{name}={_text(value)}" for name, value in found.kwargs.items())]
    plain = f"{found.task} {', '.join(arguments)}".strip()[: _NAME_LENGTH - 10]
    name, number = plain, 1
    while APIEndpoint.objects.filter(name=name).exists():
        number += 1
        name = f"{plain} ({number})"
    return name


def _says_the_same(schedule: APIEndpointSchedule, found: Found) -> bool:
    assert found.definition is not None
    if _text(list(schedule.call())) != _text([found.task, found.args, found.kwargs]):
        return False
    theirs = APIEndpointSchedule(name=schedule.name, **fields_of(found.definition))
    if theirs.schedule_type == "interval":
        # Counted from the last run, which moves on as long as their beat fires it.
        theirs.starts_at = schedule.starts_at
    try:
        return recurrence_of(schedule).definition == recurrence_of(theirs).definition
    except DefinitionError:
        return False


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
