"""When a source brings out new data, and whether a rule comes too early for it.

This package knows no source: whoever offers a task says when its data are published.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from schedules.recurrence.calendars import day_status
from schedules.recurrence.clock import as_datetime, first_instant, naive
from schedules.recurrence.phrases_en import and_en, time_en
from schedules.recurrence.phrases_ja import time_ja
from schedules.recurrence.recurrence import Recurrence
from schedules.recurrence.times import seconds_of
from schedules.recurrence.values import Notice
from schedules.recurrence.zone_words import zone_en, zone_ja

#: A run this close before a publication was probably meant to come after it; one this close after it makes up for that.
CLOSE = timedelta(hours=2)
#: Weekly rules show their habits within this many runs.
_RUNS_AHEAD = 15


@dataclass(frozen=True)
class Publication:
    """``times`` of day (``17:30``) in ``timezone`` at which ``source`` brings out new data, about.

    With ``exchange`` only on its trading days.
    """

    source: str
    times: tuple[str, ...]
    timezone: str = "Asia/Tokyo"
    exchange: str | None = None


def publication_notices(recurrence: Recurrence, publication: Publication, now: datetime) -> list[Notice]:
    """Return a notice on the first run after ``now`` that comes just before new data, with no run soon after them."""
    runs = [run.at for run in recurrence.occurrences(now, limit=_RUNS_AHEAD)]
    # Of the last run nothing is known about the next one, unless it is the last of all.
    followed = [*pairwise(runs), *([(runs[-1], None)] if 0 < len(runs) < _RUNS_AHEAD else [])]
    for run, following in followed:
        published = _next_published(publication, run)
        if published is None or published - run > CLOSE:
            continue
        if following is None or following > published + CLOSE:
            return [_too_early(recurrence, publication, run, published)]
    return []


def _next_published(publication: Publication, run: datetime) -> datetime | None:
    """Return the first publication at or after ``run`` within that day and the next."""
    zone = ZoneInfo(publication.timezone)
    today = run.astimezone(zone).date().toordinal()
    instants = [
        as_datetime(first_instant(naive(day, seconds_of(time) or 0), zone))
        for day in (today, today + 1)
        if publication.exchange is None or day_status(publication.exchange, date.fromordinal(day)).is_open
        for time in publication.times
    ]
    return min((at for at in instants if at >= run), default=None)


def _too_early(recurrence: Recurrence, publication: Publication, run: datetime, published: datetime) -> Notice:
    local = run.astimezone(recurrence.zone)
    second = local.hour * 3600 + local.minute * 60 + local.second
    elsewhere = publication.timezone != recurrence.timezone
    seconds = [seconds_of(time) or 0 for time in publication.times]
    when_ja = "・".join(f"{time_ja(time)}頃" for time in seconds)
    when_en = f"about {and_en([time_en(time) for time in seconds])}"
    if elsewhere:
        when_ja, when_en = f"{zone_ja(publication.timezone)}{when_ja}", f"{when_en}, {zone_en(publication.timezone)}"
    if run == published:
        relation_ja, relation_en = "と同時刻のため、更新前のデータを取得することがあります", "comes just when"
    else:
        relation_ja, relation_en = "の直前のため、更新前のデータを取得します", "comes shortly before"
    return Notice(
        "before_publication",
        f"{time_ja(second)}の実行は{publication.source}のデータ更新（{when_ja}）{relation_ja}。"
        "更新後の時刻をおすすめします。",
        f"The run at {time_en(second)} {relation_en} {publication.source} publishes new data ({when_en}), so it may "
        "fetch the old ones. Choose a time after that.",
    )
