"""The stand-in J-Quants server beside a test, and clients that ask it without waiting between two tries."""

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from stockura.jquants.client import JQuantsClient
from stockura.jquants.pacing import Pace
from stockura.jquants.standin.faults import parse_fault
from stockura.jquants.standin.lists import FileLists, Lists, OwnList
from stockura.jquants.standin.plans import PLANS
from stockura.jquants.standin.server import StandinServer
from stockura.jquants.standin.service import Service

KEY = "k3y-of-the-tests-0123456789"

#: A business day (a Friday) on which the stand-in believes itself to be.
TODAY = dt.date(2026, 5, 29)


@contextlib.contextmanager
def a_standin(
    lists: Lists | None = None, *, plan: str = "premium", today: dt.date = TODAY, **options: Any
) -> Iterator[StandinServer]:
    """A real server on a free loopback port; without ``lists`` it serves its own."""
    service = Service(lists or OwnList(), plan=PLANS[plan], key=KEY, today=lambda: today, **options)
    with StandinServer(service).in_background() as server:
        yield server


def break_answers(server: StandinServer, *faults: str) -> None:
    """Let ``faults`` such as "500*2" happen to the next requests, one after the other."""
    for fault in faults:
        kind, times = parse_fault(fault)
        server.faults.add(kind, times=times)


def a_client(
    server: StandinServer, *, key: str = KEY, pauses: list[float] | None = None, **options: Any
) -> JQuantsClient:
    """A client of ``server``. Its pauses are not slept but written into ``pauses``."""
    slept = [] if pauses is None else pauses
    usual = {"pace": Pace(10_000), "read_timeout": 5.0, "sleep": slept.append}
    return JQuantsClient(key, base_url=server.base_url, **{**usual, **options})


def rows_of(day: dt.date | str, *issues: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a list of ``day``; each issue names its Code and what else matters."""
    usual = {"CoName": "会社", "CoNameEn": "Company", "S17": "9", "S33": "3650", "ScaleCat": "-", "Mkt": "0111"}
    usual |= {"Mrgn": "2", "ProdCat": "011"}
    return [{"Date": str(day), **usual, **issue} for issue in issues]


def lists_of(*lists: Sequence[dict[str, Any]]) -> FileLists:
    """Lists to serve, each of one day, as ``rows_of`` makes them."""
    return FileLists({dt.date.fromisoformat(rows[0]["Date"]): list(rows) for rows in lists})
