"""Load the demo into the database: each part once, ever."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from schedules.models import APIEndpoint, APIEndpointSchedule

from .content import ENDPOINT, Part, schedules
from .models import LoadedPart


@transaction.atomic
def load_demo(*, now: datetime, language: str) -> list[str]:
    """Load the parts that this database has never had, and return their names, in ``language``.

    A part that was loaded before is left to the person: renamed, changed or deleted, it stays so. A row of
    theirs that bears a part's name is taken for it and stays as it is.
    """
    made: list[str] = []

    def make_endpoint(part: Part) -> Model:
        return _named(APIEndpoint, part, language, made)

    def make_schedule(part: Part) -> Model:
        return _named(APIEndpointSchedule, part, language, made, endpoint=endpoint)

    row_id = _load_once(ENDPOINT, make_endpoint, now)
    endpoint = APIEndpoint.objects.filter(pk=row_id).first()
    if endpoint is not None:
        for part in schedules(now):
            _load_once(part, make_schedule, now)
    return made


def _load_once(part: Part, make: Callable[[Part], Model], now: datetime) -> int:
    """Make the row of a part not loaded yet; return the primary key of what was made, now or then."""
    loaded = LoadedPart.objects.filter(key=part.key).first()
    if loaded is None:
        loaded = LoadedPart.objects.create(key=part.key, row_id=make(part).pk, loaded_at=now)
    return loaded.row_id


def _named(
    model: type[APIEndpoint | APIEndpointSchedule], part: Part, language: str, made: list[str], **fields: object
) -> Model:
    """Return the row that bears the part's name; make it when there is none."""
    name = part.name.for_language(language)
    if present := model._default_manager.filter(name=name).first():
        return present
    row = model(name=name, description=part.description.for_language(language), **part.fields, **fields)
    row.full_clean()
    row.save()
    made.append(name)
    return row
