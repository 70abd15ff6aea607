"""Three real month-ends of every issue in Tokyo, through the real task and the real stand-in server.

JPX keeps its rights in these lists, so the project does not carry them. STOCKURA_MONTH_ENDS names the folder that
holds them; without it, ``shared/data`` beside the checkout is looked at.
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stockura.companies.models import Company, CompanyChange
from stockura.companies.tasks import sync_listed_companies
from stockura.jquants.standin.lists import FileLists
from stockura.jquants.standin.server import StandinServer
from tests.support.jquants import KEY, a_standin
from tests.support.processes import ROOT

FOLDER = Path(os.environ.get("STOCKURA_MONTH_ENDS") or ROOT.parent / "shared" / "data")
FILES = [FOLDER / f"equities_master_{day}.json.gz" for day in ("20251031", "20260430", "20260529")]
OCTOBER, APRIL, MAY = dt.date(2025, 10, 31), dt.date(2026, 4, 30), dt.date(2026, 5, 29)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not all(file.is_file() for file in FILES),
        reason="The month-end lists are not here. STOCKURA_MONTH_ENDS can name the folder that holds them.",
    ),
]


@pytest.fixture(scope="module")
def lists() -> FileLists:
    return FileLists.read(FILES)


@pytest.fixture(params=[None, 500], ids=["one page", "pages of 500"])
def standin(request: pytest.FixtureRequest, lists: FileLists, settings: Any) -> Iterator[StandinServer]:
    with a_standin(lists, page_size=request.param) as standin:
        settings.JQUANTS_API_KEY = KEY
        settings.JQUANTS_BASE_URL = standin.base_url
        settings.JQUANTS_REQUESTS_PER_MINUTE = 500
        yield standin


def synced_on(standin: StandinServer, day: dt.date) -> dict[str, Any]:
    """Let it be ``day`` and run the task without arguments, as a schedule does."""
    standin.service.today = lambda: day
    began = time.perf_counter()
    result: dict[str, Any] = sync_listed_companies.apply(throw=True).result
    counted = {name: value for name, value in result.items() if isinstance(value, int)}
    print(f"{day}: {time.perf_counter() - began:.2f} s {counted}")
    assert result["as_of"] == day.isoformat()
    return result


def counts(result: dict[str, Any]) -> tuple[int, int, int]:
    return result["created"], result["delisted"], result["changed"]


def test_april_to_may(standin: StandinServer) -> None:
    assert counts(synced_on(standin, APRIL)) == (4449, 0, 0)

    assert counts(synced_on(standin, MAY)) == (16, 14, 9)

    changed = CompanyChange.objects.filter(kind="changed")
    assert sorted(changed.values_list("field", flat=True)) == ["market"] * 3 + ["scale"] * 6
    assert not Company.objects.get(code="45300").is_listed
    assert Company.objects.filter(delisted_on=None).count() == 4451


def test_october_to_may(standin: StandinServer) -> None:
    assert counts(synced_on(standin, OCTOBER)) == (4417, 0, 0)

    assert counts(synced_on(standin, MAY)) == (135, 101, 95)


def test_all_three_in_order_and_the_last_one_again(standin: StandinServer) -> None:
    synced_on(standin, OCTOBER)
    assert counts(synced_on(standin, APRIL)) == (119, 87, 89)
    assert counts(synced_on(standin, MAY)) == (16, 14, 9)

    again = synced_on(standin, MAY)

    assert (again["unchanged"], again["completed"]) == (4451, 0)
    # Some of the renamed companies have no English name in the newer lists; the one known stays.
    renamed = Company.objects.filter(changes__field="name", changes__as_of=APRIL)
    assert renamed.count() == 34
    assert not renamed.filter(name_en="").exists()
