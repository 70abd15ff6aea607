"""Hypothesis strategies: definitions of every kind with every limit, and periods in which something happens to them."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.pure.recurrence.expressions import random_expression
from tests.pure.recurrence.oracle import clock_changes

ZONES = (
    "Asia/Tokyo",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Chatham",
)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
#: Among them those that clocks skip or repeat somewhere, midnight, and the 30-hour clock on both sides of it.
TIMES = [
    *("00:00", "00:15", "00:30", "01:00", "01:30", "01:45", "02:00", "02:15", "02:30", "02:45", "03:00"),
    *("08:10", "12:00", "17:40", "23:30", "23:59", "02:30:15"),
    *("24:00", "24:30", "25:00", "25:30", "26:00", "26:30", "27:00", "29:59", "26:15:30"),
]


@st.composite
def periods(draw: st.DrawFn, zone: str, *, days: int = 45) -> tuple[datetime, datetime]:
    """Return (after, until] of some days: at a clock change, a year's end, Japan's long holidays, or anywhere."""
    somewhere = st.datetimes(datetime(2015, 3, 1), datetime(2027, 9, 1)).map(lambda at: at.replace(tzinfo=UTC))
    remarkable = [
        *_changes(zone),
        datetime(2019, 4, 29, tzinfo=UTC),
        datetime(2026, 5, 3, tzinfo=UTC),
        datetime(2026, 9, 20, tzinfo=UTC),
        datetime(2026, 12, 29, tzinfo=UTC),
        datetime(2024, 2, 28, tzinfo=UTC),
    ]
    centre = draw(st.one_of(st.sampled_from(remarkable), st.sampled_from(remarkable), somewhere))
    before = draw(st.integers(0, days * 60 * 24 // 2))
    length = draw(st.integers(1, days * 60 * 24))
    after = centre - timedelta(minutes=before)
    return after, after + timedelta(minutes=length)


@cache
def _changes(zone: str) -> list[datetime]:
    return [change for change in clock_changes(zone, 2025, 2027) if change < datetime(2027, 10, 1, tzinfo=UTC)]


@st.composite
def rules(draw: st.DrawFn, *kinds: str) -> tuple[dict[str, Any], datetime, datetime]:
    """Return a definition of one of ``kinds`` and a period (after, until] to look at it in."""
    kind = draw(st.sampled_from(kinds or ("daily", "weekly", "monthly", "cron", "interval", "once")))
    zone = draw(st.sampled_from(ZONES))
    after, until = draw(periods(zone, days=4 if kind == "cron" else 45))
    near = after.date(), until.date()
    definition = {"kind": kind, "timezone": zone, **draw(_of_kind(kind, after, until))}
    if kind == "once":
        return definition, after, until
    if draw(st.booleans()):
        definition |= draw(_limits(after, until))
    if draw(st.booleans()):
        definition["excluded_dates"] = draw(_dates(*near))
    if draw(st.booleans()):
        offered = ("skip",) if kind == "interval" else ("skip", "next", "previous")
        definition["trading_day_rule"] = draw(st.sampled_from(offered))
        definition["exchange"] = draw(st.sampled_from(("XTKS", "XTKS", "XNYS")))
    if definition.get("exchange") or kind == "monthly":
        # The known exception stands in the table, as staff would have entered it.
        known = [{"on": "2020-10-01", "is_open": False, "ja": "システム障害", "en": "system failure"}]
        more = [
            {"on": on, "is_open": draw(st.booleans()), "ja": "臨時", "en": "exceptional"} for on in draw(_dates(*near))
        ]
        definition["exceptional_days"] = [*known, *(day for day in more if day["on"] != "2020-10-01")]
    return definition, after, until


def _of_kind(kind: str, after: datetime, until: datetime) -> st.SearchStrategy[dict[str, Any]]:
    times = st.lists(st.sampled_from(TIMES), min_size=1, max_size=4)
    instants = st.datetimes(after.replace(tzinfo=None), until.replace(tzinfo=None)).map(_text)
    match kind:
        case "daily":
            return st.fixed_dictionaries({"times": times})
        case "weekly":
            weekdays = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=5)
            return st.fixed_dictionaries({"times": times, "weekdays": weekdays})
        case "monthly":
            days = st.lists(_month_days(), min_size=1, max_size=4)
            short = st.sampled_from(("skip", "last_day"))
            return st.fixed_dictionaries({"times": times, "month_days": days, "short_months": short})
        case "cron":
            return st.fixed_dictionaries({"cron": st.randoms(use_true_random=False).map(random_expression)})
        case "interval":
            length = st.one_of(st.integers(601, 200_000), st.sampled_from((900, 3600, 86_400, 604_800)))
            begun = st.integers(-40 * 86_400, 86_400).map(
                lambda n: _text((after + timedelta(seconds=n)).replace(tzinfo=None))
            )
            return st.fixed_dictionaries({"every_seconds": length, "anchor": begun})
        case _:
            return st.fixed_dictionaries({"at": instants})


def _month_days() -> st.SearchStrategy[int | str]:
    return st.one_of(
        st.integers(1, 31),
        st.sampled_from((29, 30, 31, "last")),
        st.builds("{}-{}".format, st.sampled_from((1, 2, 3, 4, 5, "last")), st.sampled_from(WEEKDAYS)),
        st.builds("trading:{}".format, st.integers(-15, 15).filter(bool)),
    )


@st.composite
def _limits(draw: st.DrawFn, after: datetime, until: datetime) -> dict[str, str]:
    inside = st.datetimes(after.replace(tzinfo=None), until.replace(tzinfo=None)).map(_text)
    return {key: draw(inside) for key in draw(st.sampled_from((["starts_at"], ["ends_at"], ["starts_at", "ends_at"])))}


@st.composite
def _dates(draw: st.DrawFn, first: date, last: date) -> list[str]:
    around = st.dates(first - timedelta(days=3), last + timedelta(days=3))
    return [day.isoformat() for day in draw(st.lists(around, max_size=8, unique=True))]


def _text(naive: datetime) -> str:
    return naive.replace(tzinfo=UTC, microsecond=0).isoformat()
