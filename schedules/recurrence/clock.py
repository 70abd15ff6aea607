"""Between a zone's wall clock and instants.

Instants are whole seconds since 1970 in UTC, local dates are proleptic ordinals (``date.toordinal``): plain
integers keep the walk over years cheap. Rules, stated in DESIGN §3.1: a local time that the clocks skip
becomes the first instant after the gap; a local time that occurs twice becomes the first of the two.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedules.recurrence.problems import NaiveDatetimeError

DAY = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

#: Nothing is computed outside these instants: datetime itself ends at year 9999, zones need a day of room.
MIN_INSTANT = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
MAX_INSTANT = int(datetime(9900, 1, 1, tzinfo=UTC).timestamp())


def whole_seconds(instant: datetime) -> int:
    """Return the last whole second at or before an aware ``instant``, kept inside the computable range.

    Raises NaiveDatetimeError for a naive one. Every occurrence lies on a whole second, so "later than
    ``instant``" and "later than this second" are the same, as are "not later than".
    """
    if not isinstance(instant, datetime) or (instant.tzinfo is not UTC and instant.utcoffset() is None):
        raise NaiveDatetimeError(instant)
    # Not timestamp(): a float loses microseconds, and truncates instead of flooring before 1970.
    if instant.tzinfo is UTC:
        seconds = (instant - _EPOCH_UTC) // _SECOND
    else:
        # The offset last: subtracted from a datetime of the year 1 or 9999 it would leave the calendar.
        seconds = (instant.replace(tzinfo=None) - _EPOCH - instant.utcoffset()) // _SECOND  # type: ignore[operator]
    return seconds if MIN_INSTANT <= seconds <= MAX_INSTANT else min(max(seconds, MIN_INSTANT), MAX_INSTANT)


def in_utc(instant: datetime) -> datetime:
    """Return the aware ``instant`` in UTC, kept inside the computable range. Raises NaiveDatetimeError."""
    return as_datetime(whole_seconds(instant)).replace(microsecond=instant.microsecond)


def as_datetime(seconds: int) -> datetime:
    """Return the aware UTC datetime of ``seconds`` since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def local_time(seconds: int, zone: ZoneInfo) -> datetime:
    """Return what the wall clock of ``zone`` shows at ``seconds``, naive."""
    return datetime.fromtimestamp(seconds, zone).replace(tzinfo=None, fold=0)


def local_ordinal(seconds: int, zone: ZoneInfo) -> int:
    """Return the local date at ``seconds``, as an ordinal."""
    return datetime.fromtimestamp(seconds, zone).toordinal()


def naive(ordinal: int, second_of_day: int) -> datetime:
    """Return the naive local time ``second_of_day`` seconds after midnight of ``ordinal``; may pass 24 hours."""
    return datetime.fromordinal(ordinal) + timedelta(seconds=second_of_day)


def naive_seconds(ordinal: int, second_of_day: int = 0) -> int:
    """Return the seconds since 1970 that a UTC clock would show at this local time."""
    return (ordinal - _EPOCH_ORDINAL) * DAY + second_of_day


@lru_cache(maxsize=16_384)
def even_offset(ordinal: int, zone: ZoneInfo) -> int | None:
    """Return the UTC offset in seconds if it is the same during the whole local date; ``None`` on a change.

    Midnight itself may be skipped or repeated; asking with fold 0 at the start and fold 1 at the end makes
    both dates that touch such a change answer ``None``.
    """
    midnight = datetime.fromordinal(ordinal)
    start = zone.utcoffset(midnight)
    end = zone.utcoffset((midnight + timedelta(days=1)).replace(fold=1))
    return start // _SECOND if start == end and start % _SECOND == timedelta(0) else None  # type: ignore[operator]


def first_instant(local: datetime, zone: ZoneInfo) -> int:
    """Return the instant at which a naive ``local`` time first occurs, or the end of the gap that skips it."""
    instants = real_instants(local, zone)
    return instants[0] if instants else _end_of_gap(local, zone)


def real_instants(local: datetime, zone: ZoneInfo) -> list[int]:
    """Return every instant at which the wall clock shows ``local``: none, one or two, ascending."""
    found = {seconds for fold in (0, 1) if local_time(seconds := _reading(local, zone, fold), zone) == local}
    return sorted(found)


def _reading(local: datetime, zone: ZoneInfo, fold: int) -> int:
    offset = zone.utcoffset(local.replace(fold=fold))
    return (local - offset - _EPOCH) // _SECOND  # type: ignore[operator]


def _end_of_gap(local: datetime, zone: ZoneInfo) -> int:
    # Read with the offset of after the change it lies before it, and the other way round: the change is
    # between.
    low, high = _reading(local, zone, 1), _reading(local, zone, 0)
    before = datetime.fromtimestamp(low, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
