"""The lists of issues that the stand-in serves: its own, or files of the V2 shape."""

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from .well_known import well_known_rows

Row = dict[str, Any]


class BadFile(Exception):
    """A data file cannot be served. The message says why, in a sentence."""


class Lists(Protocol):
    """Lists by date."""

    def on(self, day: dt.date) -> Sequence[Row]:
        """Return the rows of the list that is valid on ``day``, a business day."""
        ...

    def describe(self) -> str:
        """Say in a few words what is served."""
        ...


class OwnList:
    """The well-known issues, listed on every day alike and stamped with the day that is asked for."""

    def on(self, day: dt.date) -> Sequence[Row]:
        return [{"Date": day.isoformat(), **row} for row in well_known_rows()]

    def describe(self) -> str:
        return f"its own list of {len(well_known_rows())} issues"


class FileLists:
    """Lists as they stood on certain days. Their rows keep the Date that the file gives them.

    A day gets the newest list that is not after it; a day before the first list gets the first, as J-Quants
    answers for the time before its data.
    """

    def __init__(self, by_day: dict[dt.date, list[Row]]) -> None:
        self._by_day = dict(sorted(by_day.items()))

    @classmethod
    def read(cls, paths: Iterable[Path]) -> "FileLists":
        """Read files such as ``{"data": [{"Date": "2026-05-29", "Code": "13010", …}, …]}``, plain or gzip.

        Raises ``BadFile`` for a file that is absent, unreadable, empty, of several dates, or of a date that
        another file has.
        """
        by_day: dict[dt.date, list[Row]] = {}
        for path in paths:
            rows = _read_rows(path)
            day = _day_of(rows, path)
            if day in by_day:
                raise BadFile(f"Two of the files hold a list of {day}. Name only one of them.")
            by_day[day] = rows
        return cls(by_day)

    def on(self, day: dt.date) -> Sequence[Row]:
        days = list(self._by_day)
        return self._by_day[max((known for known in days if known <= day), default=days[0])]

    def describe(self) -> str:
        lists = [f"{len(rows)} issues of {day}" for day, rows in self._by_day.items()]
        return f"lists of {', '.join(lists)}"

    @property
    def newest_day(self) -> dt.date:
        """Date of the newest list."""
        return max(self._by_day)


def _read_rows(path: Path) -> list[Row]:
    try:
        content = path.read_bytes()
        # Told by its first bytes and not by its name: both kinds carry either.
        body = json.loads(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    except gzip.BadGzipFile as error:
        raise BadFile(f'The file "{path}" is no whole gzip file: {error}.') from error
    except OSError as error:
        raise BadFile(f'The file "{path}" cannot be read: {error.strerror or error}.') from error
    except (ValueError, EOFError, zlib.error) as error:
        raise BadFile(f'The file "{path}" is neither JSON nor gzipped JSON: {error}.') from error
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise BadFile(
            f'The file "{path}" is not of the V2 shape. Expected is {{"data": [{{"Date": …, "Code": …}}, …]}}.'
        )
    return rows


def _day_of(rows: Sequence[Row], path: Path) -> dt.date:
    dates = {str(row.get("Date")) for row in rows}
    try:
        (date,) = dates
        return dt.date.fromisoformat(date)
    except ValueError:
        raise BadFile(
            f'The file "{path}" has the dates {", ".join(sorted(dates)[:3])}. Expected is one date, '
            "such as 2026-05-29, in all its rows."
        ) from None
