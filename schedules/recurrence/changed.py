"""A rule with one-time changes: what people have taken out of it, and where they have put it.

A change whose instant is no occurrence of the rule any more is void, and so is a move to outside the rule's start and
end. Where a moved occurrence meets another, or two of them meet, they are one.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from heapq import merge
from zoneinfo import ZoneInfo

from schedules.recurrence.changes import Change
from schedules.recurrence.clock import local_ordinal, local_time
from schedules.recurrence.phrases_en import MONTHS
from schedules.recurrence.plans import Placed, Plan, Span
from schedules.recurrence.times import text_of
from schedules.recurrence.values import Reason


class ChangedPlan:
    """``plain`` is the plan of the rule itself; it may be shared."""

    def __init__(self, plain: Plan, changes: Sequence[Change], *, zone: ZoneInfo, span: Span) -> None:
        self._plain, self._zone = plain, zone
        #: Changes that have no effect.
        self.void = tuple(each for each in changes if not _is_in_force(each, plain, span))
        self._changes = {each.at: each for each in changes if each not in self.void}
        self._left_out = sorted(self._changes)
        self._moved_here: dict[int, Change] = {}
        for each in self._changes.values():
            if each.to is not None and (each.to in self._changes or not _has(plain, each.to)):
                self._moved_here.setdefault(each.to, each)
        self._arrivals = sorted(self._moved_here)

    def next_after(self, instant: int) -> int | None:
        found = self._plain.next_after(instant)
        while found is not None and found in self._changes:
            found = self._plain.next_after(found)
        index = bisect_right(self._arrivals, instant)
        arrivals = self._arrivals[index : index + 1]
        return min([*arrivals, *([] if found is None else [found])], default=None)

    def latest_until(self, instant: int) -> int | None:
        found = self._plain.latest_until(instant)
        while found is not None and found in self._changes:
            found = self._plain.latest_until(found - 1)
        index = bisect_right(self._arrivals, instant)
        arrivals = self._arrivals[index - 1 : index] if index else []
        return max([*arrivals, *([] if found is None else [found])], default=None)

    def count_between(self, after: int, until: int, limit: int) -> int:
        if after >= until:
            return 0
        # As many more are counted as may have to be taken off again.
        plain = self._plain.count_between(after, until, limit + len(self._left_out))
        return min(plain - _within(self._left_out, after, until) + _within(self._arrivals, after, until), limit)

    def place(self, instant: int) -> Placed:
        change = self._moved_here.get(instant)
        if change is None:
            return self._plain.place(instant)
        origin, here = self._plain.place(change.at).business_day, local_ordinal(instant, self._zone)
        return Placed(here, origin if origin != here else None, self._moved(change), change.at)

    def skipped(self, after: int, until: int) -> Iterator[tuple[int, Reason]]:
        own = (
            (self._plain.place(at).business_day, reason)
            for at in self._left_out[bisect_right(self._left_out, after) : bisect_right(self._left_out, until)]
            if (reason := self._reason_for_leaving_out(self._changes[at]))
        )
        return merge(self._plain.skipped(after, until), sorted(own, key=_day), key=_day)

    def _reason_for_leaving_out(self, change: Change) -> Reason | None:
        """Return why nothing stands for this occurrence; None when it stands elsewhere, which is said there."""
        time = self._time(change.at)
        if change.to is None:
            return _with_why(change, "skipped_once", f"{time}の実行を今回のみ見送り", f"{time} run skipped once")
        if self._moved_here.get(change.to) == change:
            return None
        day, at = local_time(change.to, self._zone), self._clock(change.to)
        return _with_why(
            change,
            "merged_once",
            f"{time}の実行を{day.month}月{day.day}日 {at}の実行にまとめる",
            f"the {time} run is covered by that of {_day_en(day.month, day.day)} {at}",
        )

    def _moved(self, change: Change) -> Reason:
        local = local_time(change.at, self._zone)
        day, time = (local.month, local.day), self._clock(change.at)
        return _with_why(
            change,
            "moved_once",
            f"{day[0]}月{day[1]}日 {time}から今回のみ変更",
            f"moved once from {_day_en(*day)} {time}",
        )

    def _clock(self, instant: int) -> str:
        local = local_time(instant, self._zone)
        return text_of(local.hour * 3600 + local.minute * 60 + local.second).removeprefix("0")

    def _time(self, at: int) -> str:
        """Return the time of an occurrence of the rule, counted from its business day: 25:00."""
        local = local_time(at, self._zone)
        days = local.toordinal() - self._plain.place(at).business_day
        return text_of(((days * 24 + local.hour) * 60 + local.minute) * 60 + local.second).removeprefix("0")


def _is_in_force(change: Change, plain: Plan, span: Span) -> bool:
    return _has(plain, change.at) and (change.to is None or span.first <= change.to <= span.last)


def _has(plan: Plan, instant: int) -> bool:
    return plan.latest_until(instant) == instant


def _within(ordered: Sequence[int], after: int, until: int) -> int:
    return bisect_right(ordered, until) - bisect_right(ordered, after)


def _day(item: tuple[int, Reason]) -> int:
    return item[0]


def _day_en(month: int, day: int) -> str:
    return f"{day} {MONTHS[month - 1]}"


def _with_why(change: Change, code: str, ja: str, en: str) -> Reason:
    if not change.reason:
        return Reason(code, ja, en)
    return Reason(code, f"{ja}：{change.reason}", f"{en}: {change.reason}")
