"""The demo's endpoint and schedules. Data, not wording: it is stored once, in the language of the site."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from stockura.companies.tasks import sync_listed_companies

#: How long after the demo has been loaded its first sync runs: beat and a worker have started by then.
FIRST_SYNC_DELAY = timedelta(seconds=20)


@dataclass(frozen=True)
class Text:
    """A text in both languages of the site."""

    ja: str
    en: str

    def for_language(self, language: str) -> str:
        """Return the text for a code such as "ja" or "en-us"; English where there is no other."""
        return self.ja if language.startswith("ja") else self.en


@dataclass(frozen=True)
class Part:
    """One row: ``key`` names it for ever, ``fields`` are those of its model besides name and description."""

    key: str
    name: Text
    description: Text
    fields: Mapping[str, Any]


ENDPOINT = Part(
    key="endpoint-companies",
    name=Text("東証上場銘柄の同期", "Sync of the companies listed in Tokyo"),
    description=Text(
        "J-Quantsから上場銘柄一覧を取得し、新規上場・変更・上場廃止を記録します。",
        "Fetches the list of companies from J-Quants and records what is new, changed and delisted.",
    ),
    fields={
        "task": sync_listed_companies.name,
        "default_args": ["scheduled"],
        "queue": "default",
        "expires_seconds": 3600,
    },
)


def schedules(now: datetime) -> tuple[Part, ...]:
    """Return the schedules of ``ENDPOINT``, loaded at the aware instant ``now``."""
    return (
        Part(
            key="schedule-first-sync",
            name=Text("デモ：起動直後の同期（1回だけ）", "Demo: one sync right after the first start"),
            description=Text(
                "最初の起動から1分以内に結果を見られるように、1回だけ実行されます。削除しても構いません。",
                "Runs once, so that there is a result to see within a minute. It can be deleted.",
            ),
            fields={"schedule_type": "once", "run_at": now.replace(microsecond=0) + FIRST_SYNC_DELAY},
        ),
        Part(
            key="schedule-trading-days",
            name=Text("上場銘柄：営業日の朝と夕方", "Companies: trading days, morning and evening"),
            description=Text(
                "一覧は17:30ごろに更新され、翌営業日の8:00ごろに訂正されることがあります。東証の休業日は実行しません。",
                "The list is renewed about 17:30 and may be corrected about 8:00. Days without trading are left out.",
            ),
            fields={
                "schedule_type": "daily",
                "execution_times": {"times": ["08:10", "17:40"]},
                "trading_day_rule": "skip",
            },
        ),
        Part(
            key="schedule-month-end",
            name=Text("上場銘柄：月末の最終営業日", "Companies: last trading day of the month"),
            description=Text(
                "月末時点の一覧を確実に取り込みます。",
                "Makes sure that the list of the month's end is taken in.",
            ),
            fields={
                "schedule_type": "monthly",
                "month_days": ["trading:-1"],
                "execution_times": {"times": ["18:30"]},
            },
        ),
        Part(
            key="schedule-sunday",
            name=Text("上場銘柄：日曜の夜", "Companies: Sunday night"),
            description=Text(
                "無効にしてある例です。有効にすると、翌営業日の一覧を日曜のうちに取り込みます。",
                "An example that is switched off. Once enabled, it takes in the next trading day's list on Sunday.",
            ),
            fields={
                "schedule_type": "weekly",
                "weekdays": ["sun"],
                "execution_times": {"times": ["21:00"]},
                "enabled": False,
            },
        ),
    )
