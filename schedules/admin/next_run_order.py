"""The keys of a list of schedules in the order in which they run next, and how many they are, with few questions."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from schedules.mirror.mirror import Mirror

#: Entries of the mirror that are looked at besides those that would just fill the page: a filter leaves some out.
LOOKED_AT_FIRST = 200
#: Pages beyond as many rows rank all: a query that names thousands of keys costs more, and SQLite bounds their number.
#: Of a list that is as short, the engine is asked for these schedules alone.
FAR_BACK = 2000


class CountsWhatIsRead(Paginator):  # type: ignore[type-arg]
    """Counts the keys of a list that were read already: a filter may ask ten thousand times for the newest run."""

    @cached_property
    def count(self) -> int:
        keys = getattr(self.object_list, "keys_read", None)
        return super().count if keys is None else len(keys)


def read_keys(queryset: QuerySet[Any]) -> list[int] | None:
    """Return the keys of a filtered list in its order, and note them for its paginator; None for a list of all."""
    if not queryset.query.has_filters():
        return None
    queryset.keys_read = keys = list(queryset.values_list("pk", flat=True))  # type: ignore[attr-defined]
    return keys


def keys_by_next_run(queryset: QuerySet[Any], keys: list[int] | None, *, number: int, end: int) -> list[int]:
    """Return at least the first ``end`` of the ``number`` keys: what runs next, then by name what has no run ahead.

    ``keys`` are those of a filtered list, by name. Where the page is full of what runs next, the rest is not asked
    for. Otherwise all are ranked. Raises EngineUnreachable.
    """
    mirror = Mirror()
    if keys is not None and number <= FAR_BACK:
        scores = mirror.next_dispatches(keys)
        # As the engine orders those of one instant.
        ahead = sorted(scores, key=lambda pk: (scores[pk], mirror.keys.entry(pk)))
        return [*ahead, *(pk for pk in keys if pk not in scores)]
    in_order: list[int] = []
    is_all = False
    # What a filter leaves may be too little to fill the page.
    if end <= min(number, FAR_BACK):
        in_order, is_all = mirror.next_schedule_ids(end + LOOKED_AT_FIRST)
        if not is_all:
            listed = set(_of_these(queryset, in_order) if keys is None else keys)
            if len(found := [pk for pk in in_order if pk in listed]) >= end:
                return found
    if not is_all:
        in_order = mirror.schedule_ids_by_next(from_now=True)
    rank = {pk: place for place, pk in enumerate(in_order)}
    every = list(queryset.order_by("name", "pk").values_list("pk", flat=True)) if keys is None else keys
    return sorted(every, key=lambda pk: rank.get(pk, len(rank)))


def _of_these(queryset: QuerySet[Any], keys: list[int]) -> list[int]:
    return list(queryset.order_by().filter(pk__in=keys).values_list("pk", flat=True))
