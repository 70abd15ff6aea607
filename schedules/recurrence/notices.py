"""What a person should know about a rule before saving it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schedules.recurrence.calendars import BY_CODE, announced_until, exchange_bounds
from schedules.recurrence.clock import as_datetime, even_offset, local_ordinal, local_time, whole_seconds
from schedules.recurrence.cron import has_wide_step
from schedules.recurrence.phrases_en import date_en, moment_en
from schedules.recurrence.phrases_ja import date_ja, moment_ja
from schedules.recurrence.publication import Publication, publication_notices
from schedules.recurrence.recurrence import Recurrence
from schedules.recurrence.values import Notice, Occurrence
from schedules.recurrence.zone_words import zone_en, zone_ja

#: How many of the next runs are looked at.
RUNS_AHEAD = 10
#: Rules with many runs a day are looked at this far ahead at least, rare ones this far at most.
LEAST_AHEAD, MOST_AHEAD = timedelta(days=14), timedelta(days=400)
#: A first run further away than this is pointed out: it is often a slip in a date.
FAR_AHEAD = timedelta(days=366)


def notices_of(recurrence: Recurrence, now: datetime, publication: Publication | None = None) -> list[Notice]:
    """Return the notices on ``recurrence`` at ``now`` (aware), the more urgent first."""
    runs = list(recurrence.occurrences(now, limit=RUNS_AHEAD))
    if not runs:
        return [_never_again(recurrence, now), *_void_changes(recurrence, now), *_about_the_rule(recurrence)]
    return [
        *_void_changes(recurrence, now),
        *_far_ahead(recurrence, runs[0], now),
        *_very_often(recurrence),
        *_about_the_rule(recurrence),
        *(publication_notices(recurrence, publication, now) if publication else ()),
        *_clock_change(recurrence, runs, now),
        *_not_announced(recurrence, runs),
    ]


def _void_changes(recurrence: Recurrence, now: datetime) -> Iterator[Notice]:
    seconds = whole_seconds(now)
    for change in recurrence.void_changes:
        if max(change.at, change.to or change.at) <= seconds:
            continue
        local = local_time(change.at, recurrence.zone)
        if recurrence.plain.has(as_datetime(change.at)):
            ja, en = "変更先の日時が開始・終了日時の範囲外のため", "its new time lies outside the start and end"
        else:
            ja, en = "この日時に実行がなくなったため", "nothing runs then any more"
        yield Notice(
            "void_change",
            f"{moment_ja(local)}の今回のみの変更は、{ja}無効です。",
            f"The one-time change of {moment_en(local)} has no effect: {en}.",
        )


def _never_again(recurrence: Recurrence, now: datetime) -> Notice:
    rule = recurrence.rule
    if rule.starts_at is not None and rule.ends_at is not None and rule.ends_at < rule.starts_at:
        return Notice(
            "ends_before_start",
            "終了日時が開始日時より前のため、一度も実行されません。",
            "This never runs, because it ends before it starts.",
        )
    if rule.ends_at is not None and rule.ends_at <= whole_seconds(now):
        return Notice(
            "ended",
            "終了日時を過ぎているため、もう実行されません。",
            "This will not run any more, because its end has passed.",
        )
    if rule.kind == "once":
        return Notice(
            "in_the_past",
            "指定の日時を過ぎているため、実行されません。",
            "This will not run, because its date and time have passed.",
        )
    if rule.exchange is not None and _is_beyond_calendar(recurrence, rule.exchange, now):
        exchange, last = BY_CODE[rule.exchange], exchange_bounds(rule.exchange)[1]
        return Notice(
            "calendar_ended",
            f"{exchange.short_ja}の営業日は{date_ja(last)}までしか分からないため、その後は実行されません。",
            f"The trading days of the {exchange.en} are known only until {date_en(last)}, so this will not run after "
            "that.",
        )
    return Notice(
        "never_again",
        "今後、条件に合う日がないため、もう実行されません。",
        "This will not run any more: no date to come meets its conditions.",
    )


def _is_beyond_calendar(recurrence: Recurrence, exchange: str, now: datetime) -> bool:
    begins = max(whole_seconds(now), recurrence.rule.starts_at or 0)
    return local_ordinal(begins, recurrence.zone) > exchange_bounds(exchange)[1].toordinal()


def _far_ahead(recurrence: Recurrence, first: Occurrence, now: datetime) -> list[Notice]:
    if first.at - now <= FAR_AHEAD:
        return []
    local = first.at.astimezone(recurrence.zone).date()
    return [
        Notice(
            "far_ahead",
            f"次の実行は1年以上先の{date_ja(local)}です。",
            f"The next run is more than a year away, on {date_en(local)}.",
        )
    ]


def _very_often(recurrence: Recurrence) -> list[Notice]:
    every = recurrence.rule.every_seconds
    if recurrence.kind != "interval" or every >= 60:
        return []
    per_day = 86_400 // every
    return [
        Notice(
            "very_often",
            f"1日に{per_day:,}回実行されます。",
            f"This runs {per_day:,} times a day.",
        )
    ]


def _about_the_rule(recurrence: Recurrence) -> list[Notice]:
    cron = recurrence.rule.cron
    if cron is None:
        return []
    found = []
    if cron.either_day_matches and not cron.all_days and not cron.all_weekdays:
        found.append(
            Notice(
                "cron_either_day",
                "日と曜日の両方が指定されているため、どちらか一方に当たる日に実行されます。",
                "Both the day of the month and the weekday are given, so it runs when either of them matches.",
            )
        )
    if has_wide_step(cron.text):
        found.append(
            Notice(
                "cron_wide_step",
                "間隔（/の後の数）が範囲より大きいため、範囲の最初の値でだけ実行されます。",
                "A step (the number after /) is wider than its range, so only the first value of the range counts.",
            )
        )
    return found


def _clock_change(recurrence: Recurrence, runs: list[Occurrence], now: datetime) -> list[Notice]:
    """Tell of the first clock change before the last of ``runs``, as far as it concerns the rule."""
    if recurrence.kind == "once":
        return []
    end = min(max(runs[-1].at, now + LEAST_AHEAD), now + MOST_AHEAD)
    if len(runs) < RUNS_AHEAD:
        end = min(end, runs[-1].at)
    zone = recurrence.zone
    first, last = (local_ordinal(whole_seconds(at), zone) for at in (now, end))
    for ordinal in range(first, last + 1):
        if even_offset(ordinal, zone) is not None:
            continue
        day = datetime.fromordinal(ordinal)
        before, after = zone.utcoffset(day), zone.utcoffset((day + timedelta(days=1)).replace(fold=1))
        if before is None or after is None or before == after or not _still_runs(recurrence, ordinal):
            continue
        return [_change_notice(recurrence, day, after - before)]
    return []


def _still_runs(recurrence: Recurrence, ordinal: int) -> bool:
    # Nothing to say when the rule has ended by the day of the change.
    midnight = datetime.fromordinal(ordinal).replace(tzinfo=recurrence.zone)
    return recurrence.next_after(midnight) is not None


def _change_notice(recurrence: Recurrence, day: datetime, by: timedelta) -> Notice:
    minutes = abs(by) // timedelta(minutes=1)
    amount_ja = f"{minutes // 60}時間" if minutes % 60 == 0 else f"{minutes}分"
    amount_en = f"{minutes} minutes" if minutes % 60 else "1 hour" if minutes == 60 else f"{minutes // 60} hours"
    ahead = by > timedelta(0)
    zone = recurrence.timezone
    ja = f"{date_ja(day)}に時計が{amount_ja}{'進みます' if ahead else '戻ります'}（{zone_ja(zone)}）。"
    en = f"On {date_en(day)} the clocks go {'forward' if ahead else 'back'} by {amount_en} ({zone_en(zone)})."
    if recurrence.kind == "interval":
        ja += f"間隔は変わらず、現地の時刻が{amount_ja}{'遅く' if ahead else '早く'}なります。"
        en += f" The interval stays; the local times of the runs become {amount_en} {'later' if ahead else 'earlier'}."
    else:
        ja += f"現地の時刻は変わらず、日本から見た時刻が{amount_ja}{'早く' if ahead else '遅く'}なります。"
        en += f" Local times stay; seen from Japan the runs become {amount_en} {'earlier' if ahead else 'later'}."
    return Notice("clock_change", ja, en)


def _not_announced(recurrence: Recurrence, runs: list[Occurrence]) -> list[Notice]:
    rule = recurrence.rule
    if rule.exchange is None:
        return []
    known, exchange = announced_until(rule.exchange), BY_CODE[rule.exchange]
    if runs[-1].business_day <= known:
        return []
    return [
        Notice(
            "calendar_horizon",
            f"{exchange.short_ja}の休業日は{date_ja(known)}までが確認済みです。"
            "その後の日付は現在の規則から計算したもので、変わることがあります。",
            f"The holidays of the {exchange.en} are confirmed until {date_en(known)}. Later dates are computed from "
            "today's rules and may change.",
        )
    ]
