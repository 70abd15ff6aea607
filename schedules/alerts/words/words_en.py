"""Alerts in English."""

from datetime import date, datetime

from schedules.alerts.words.lines import Line, Words
from schedules.recurrence import EXCHANGES
from schedules.recurrence.phrases_en import MONTHS, date_en

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Event → the matter, of one schedule and of several.
_MATTERS = {
    "failed": ("has failed", "have failed"),
    "missed": ("missed its run", "missed their runs"),
    "late": ("is late", "are late"),
    "running_long": ("has been running too long", "have been running too long"),
    "paused_long": ("is still paused", "are still paused"),
    "drift": ("is not in force as saved", "are not in force as saved"),
}
_OVER = {
    "failed": ("works again", "work again"),
    "missed": ("has run again", "have run again"),
    "late": ("has begun", "have begun"),
    "running_long": ("has ended", "have ended"),
    "paused_long": ("is not paused any more", "are not paused any more"),
    "drift": ("agrees with the engine again", "agree with the engine again"),
}
_OF_THE_ENGINE = {
    "beat_silent": ("Beat is silent: nothing is being sent", "Beat leads again"),
    "calendar": ("The confirmed holidays end soon", "The holidays are confirmed further ahead"),
}
_REASONS = {
    "not_begun": "It was sent, and no worker has begun it",
    "not_sent": "Beat leads, and has not sent it",
    "no_leader": "No beat leads.",
    "redis": "Redis does not answer.",
    "not_in_force": "Beat does not have it",
    "stale": "Beat has an older version",
    "orphan": "Beat has it, though it is off",
    "set_aside": "Beat cannot carry it out",
}


def _subject(event: str, kind: str, count: int, title: str) -> str:
    is_over = kind == "recovered"
    prefix = {"recovered": "[Recovered] ", "reminder": "[Reminder] "}.get(kind, "[Alert] ")
    if event in _OF_THE_ENGINE:
        return prefix + _OF_THE_ENGINE[event][is_over]
    one, many = (_OVER if is_over else _MATTERS)[event]
    return prefix + (f"{title} {one}" if count == 1 else f"{count} schedules {many}")


def _detail(line: Line, now: datetime) -> str:
    facts, since = line.facts, _instant(line.since, now)
    if line.event == "calendar":
        return f"confirmed until {date_en(date.fromisoformat(facts['until']))}."
    if line.event == "failed":
        count = int(facts.get("count", 1))
        at_least = "at least " if facts.get("at_least") else ""
        on = "at" if line.since.date() == now.date() else "on"
        times = f"{on} {since}" if count == 1 else f"{at_least}{count} times in a row, since {since}"
        return _joined(f"failed {times}", facts.get("error") or line.reason)
    if line.event == "missed":
        count = int(facts.get("count", 1))
        what = f"missed the run of {since}" if count == 1 else f"missed {count} runs, since {since}"
        return _joined(what, line.reason)
    if line.event == "paused_long":
        return _joined(f"paused since {since}", line.reason or "No reason was given")
    if line.event == "running_long":
        return f"running since {since}."
    known = _REASONS.get(facts.get("reason", ""), "")
    return _joined(f"since {since}", known, facts.get("error", ""))


def _joined(*parts: str) -> str:
    return ". ".join(part.strip().rstrip(".") for part in parts if part) + "."


def _instant(local: datetime, now: datetime) -> str:
    time = f"{local:%H:%M}"
    if local.date() == now.date():
        return time
    year = "" if local.year == now.year else f" {local.year}"
    return f"{_WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}{year} {time}"


def _name(line: Line) -> str:
    if line.event == "beat_silent":
        return "Beat"
    if line.event == "calendar":
        return next((each.en for each in EXCHANGES if each.code == line.title), line.title)
    return line.title


ENGLISH = Words(
    subject=_subject,
    detail=_detail,
    name=_name,
    advice={
        "failed": "What to do: open the run and read its error. When the cause is mended, press “Run again” there.",
        "missed": "What to do: nothing is made up for by itself any more. If the data are needed, press “Run now” "
        "on the schedule's page.",
        "late": "What to do: look at workers and queues on the overview. Without a worker, start one: "
        "celery -A stockura worker. When beat leads and does not send, restart it.",
        "running_long": "What to do: open the run and see whether its progress moves. A worker that hangs is "
        "restarted; the run is then begun anew or marked as abandoned.",
        "paused_long": "What to do: resume the schedule, give its pause an end, or switch it off.",
        "beat_silent": "What to do: start beat (celery -A stockura beat), or Redis where that is away. What was due "
        "meanwhile is made up for within each schedule's catch-up window.",
        "drift": "What to do: beat has not repaired this by itself. Open “Compare with the engine” on the list of "
        "schedules; it says what stands in the way.",
        "calendar": "What to do: install a newer release, or enter the coming holidays under “Exceptional days”. Later "
        "trading days are computed from today's rules and may be wrong.",
    },
    recovered="recovered",
    reminder="This was told before and is not over.",
    more=lambda count: f"… and {count} more",
    look_here="All open alerts",
    by_rule=lambda name: f"Told by the rule “{name}”.",
    test_subject=lambda channel: f"[Test] Stockura reaches “{channel}”",
    test_body=lambda channel: (
        "This is a test that somebody asked for in the admin. Nothing is wrong: alerts will arrive here."
    ),
)
