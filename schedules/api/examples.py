"""Examples in the API's description, as a script would send them."""

from drf_spectacular.utils import OpenApiExample

_TRADING_DAYS = {
    "endpoint": 1,
    "schedule_type": "daily",
    "execution_times": {"times": ["08:10", "17:40"]},
    "trading_day_rule": "skip",
}
_MONTH_END = {
    "endpoint": 1,
    "schedule_type": "monthly",
    "month_days": ["trading:-1"],
    "execution_times": {"times": ["18:30"]},
}
_CRON = {"endpoint": 1, "schedule_type": "cron", "cron_expression": "*/15 9-15 * * 1-5", "timezone": "Asia/Tokyo"}


def _asked(name: str, value: dict[str, object]) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


SCHEDULES = [
    _asked("Trading days at 8:10 and 17:40", {"name": "Companies: trading days", **_TRADING_DAYS}),
    _asked("Last trading day of the month", {"name": "Companies: month end", **_MONTH_END}),
    _asked("A cron expression", {"name": "Prices: every quarter of an hour", **_CRON}),
]
DECLARED_SCHEDULES = [
    _asked("Trading days at 8:10 and 17:40", _TRADING_DAYS),
    _asked("Last trading day of the month", _MONTH_END),
]
PREVIEWS = [
    _asked("A rule alone", {name: value for name, value in _TRADING_DAYS.items() if name != "endpoint"}),
    _asked("An edit, compared with what is saved", {"id": 1, **_CRON, "count": 10}),
]
_CALLED = {"task": "stockura.companies.tasks.sync_listed_companies", "default_args": ["scheduled"], "queue": "default"}
ENDPOINTS = [_asked("The list of companies", {"name": "Listed companies", **_CALLED})]
DECLARED_ENDPOINTS = [_asked("The list of companies", _CALLED)]
PAUSES = [_asked("Until an instant", {"reason": "Maintenance of the source", "until": "2027-01-04T06:00:00+09:00"})]
RESUMES = [_asked("Make up for the latest", {"policy": "latest", "reason": "The source is back."})]
REVERTS = [_asked("With a reason", {"reason": "The other schedule was meant."})]
_PERIOD = {"from_at": "2026-11-16T00:00:00+09:00", "to_at": "2026-11-17T23:59:59+09:00"}
BACKFILLS = [
    _asked("Only say what would be run", {**_PERIOD, "dry_run": True}),
    _asked("Newest first, two at a time", {**_PERIOD, "dry_run": False, "order": "newest", "at_once": 2}),
]
RUNS = [_asked("By hand", {"reason": "The source has corrected its list."})]
