"""The stand-in server answers as J-Quants documents, asked as any HTTP client asks."""

import gzip
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from stockura.jquants import codes
from stockura.jquants.standin.faults import parse_fault
from stockura.jquants.standin.server import StandinServer
from stockura.jquants.standin.well_known import well_known_rows
from tests.support.jquants import KEY, TODAY, a_standin, lists_of, rows_of
from tests.support.processes import ROOT, RunningProcess
from tests.support.waiting import patient, wait_until

APRIL = rows_of("2026-04-30", {"Code": "45300"}, {"Code": "72030"}, {"Code": "25930"}, {"Code": "25935"})
MAY = rows_of("2026-05-29", {"Code": "72030"}, {"Code": "25935"})


@pytest.fixture
def standin() -> Iterator[StandinServer]:
    with a_standin(lists_of(APRIL, MAY)) as standin:
        yield standin


def asked(standin: StandinServer, path: str = "/equities/master", **query: str) -> requests.Response:
    return requests.get(standin.base_url + path, params=query, headers={"x-api-key": KEY}, timeout=patient(5))


def codes_of(answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["Code"] for row in answer.json()["data"]]


@pytest.mark.parametrize("date", ["2026-04-30", "20260430", "2026-05-20"])
def test_both_forms_of_a_date_get_the_list_of_that_day(standin: StandinServer, date: str) -> None:
    assert codes_of(asked(standin, date=date)) == ["45300", "72030", "25930", "25935"]


@pytest.mark.parametrize(
    "date", ["20240230", "2024-02-30", "2024-2-3", "2024/02/03", "today", "0", "２０２６０５２９", "2026-0529", "x" * 9]
)
def test_a_date_that_does_not_exist_is_refused(standin: StandinServer, date: str) -> None:
    answer = asked(standin, date=date)

    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("code", "found"),
    [("72030", ["72030"]), ("7203", ["72030"]), ("2593", ["25930"]), ("25935", ["25935"]), ("9999", []), ("x", [])],
)
def test_a_code_has_four_or_five_characters(standin: StandinServer, code: str, found: list[str]) -> None:
    assert codes_of(asked(standin, code=code, date="2026-04-30")) == found


def test_four_characters_name_the_preferred_stock_where_there_is_no_other(standin: StandinServer) -> None:
    assert codes_of(asked(standin, code="2593")) == ["25935"]


def test_a_code_after_its_delisting_is_no_error(standin: StandinServer) -> None:
    assert asked(standin, code="45300", date="2026-05-29").json() == {"data": []}


def test_the_key_is_looked_at_before_anything_else(standin: StandinServer) -> None:
    answer = requests.get(f"{standin.base_url}/nothing", timeout=patient(5))

    assert (answer.status_code, answer.json()["message"]) == (403, "The api key is required.")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_another_method_is_answered_like_an_unknown_path(standin: StandinServer, method: str) -> None:
    with requests.Session() as session:
        answer = session.request(method, f"{standin.base_url}/equities/master", data="x=1", timeout=patient(5))
        again = session.get(f"{standin.base_url}/equities/master", headers={"x-api-key": KEY}, timeout=patient(5))

    assert answer.status_code == 403
    assert "does not exist" in answer.json()["message"]
    assert again.status_code == 200


def test_a_pagination_key_belongs_to_its_query() -> None:
    with a_standin(lists_of(APRIL, MAY), page_size=1) as standin:
        key = asked(standin, date="2026-04-30").json()["pagination_key"]

        assert codes_of(asked(standin, date="2026-04-30", pagination_key=key)) == ["72030"]
        assert asked(standin, date="2026-05-29", pagination_key=key).status_code == 400
        assert asked(standin, pagination_key="made up").status_code == 400


def test_the_calendar_tells_business_days_from_others(standin: StandinServer) -> None:
    days = asked(standin, "/markets/calendar", **{"from": "20260501", "to": "2026-05-07"}).json()["data"]

    # The first is a Friday; Golden Week lasts until Wednesday.
    assert [day["HolDiv"] for day in days] == ["1", "0", "0", "0", "0", "0", "1"]
    assert days[0]["Date"] == "2026-05-01"


def test_a_fault_can_be_set_and_lifted_while_it_runs(standin: StandinServer) -> None:
    address = standin.base_url.replace("/v2", "/standin/faults")

    assert requests.post(address, data="503*2", timeout=patient(5)).status_code == 200
    assert [asked(standin).status_code for _ in range(3)] == [503, 503, 200]
    requests.post(address, data="500", timeout=patient(5))
    assert asked(standin).status_code == 500
    requests.delete(address, timeout=patient(5))
    assert asked(standin).status_code == 200


@pytest.mark.parametrize("body", ["nonsense", "", "500*0", "slow=-1", "slow=nan", "99", "x" * 20_000])
def test_a_fault_that_is_none_is_refused_with_what_there_is(standin: StandinServer, body: str) -> None:
    answer = requests.post(standin.base_url.replace("/v2", "/standin/faults"), data=body, timeout=patient(5))

    assert answer.status_code == 400
    assert "Known are" in answer.json()["message"] or "Write" in answer.json()["message"]
    assert asked(standin).status_code == 200


def test_a_request_can_break_itself(standin: StandinServer) -> None:
    headers = {"x-api-key": KEY, "x-standin-fault": "500"}

    assert requests.get(f"{standin.base_url}/equities/master", headers=headers, timeout=patient(5)).status_code == 500
    assert asked(standin).status_code == 200


def test_a_status_may_carry_a_retry_after() -> None:
    fault, times = parse_fault("429=90*2")

    assert (fault.status, fault.retry_after, times) == (429, 90, 2)


def test_its_own_list_has_each_code_once_and_only_codes_that_the_tables_know() -> None:
    rows = well_known_rows()

    assert [row["Code"] for row in rows] == sorted({row["Code"] for row in rows})
    for row in rows:
        assert row["S17"] == codes.SECTOR_17_OF_33[row["S33"]]
        assert row["ProdCat"] in codes.PRODUCT_CATEGORIES
    assert set(codes.SECTOR_17_OF_33) == set(codes.SECTORS_33)
    assert set(codes.SECTOR_17_OF_33.values()) == set(codes.SECTORS_17)


# --- By itself, as a program


@pytest.fixture
def bare() -> dict[str, str]:
    """The environment of a shell that knows nothing of this project."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "stockura.jquants.standin", *options]


def refused(*options: str, env: dict[str, str]) -> str:
    ended = subprocess.run(command(*options), cwd=ROOT, env=env, capture_output=True, text=True, timeout=patient(20))
    assert ended.returncode
    assert "Traceback" not in ended.stderr
    return ended.stderr


def write_list(path: Path, rows: list[dict[str, object]], *, packed: bool = False) -> str:
    content = json.dumps({"data": rows}).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    return str(path)


def test_it_runs_without_any_settings_and_serves_given_files(tmp_path: Path, bare: dict[str, str]) -> None:
    files = [write_list(tmp_path / "april.json", APRIL), write_list(tmp_path / "may.json.gz", MAY, packed=True)]
    log = tmp_path / "log"
    program = RunningProcess("standin", command("--port", "0", "--key", KEY, "--data", *files), env=bare, log_path=log)
    try:
        program.wait_for_output("answers at ")
        assert "4 issues of 2026-04-30, 2 issues of 2026-05-29" in program.output()
        address = program.output().split("answers at ")[1].split()[0]
        answer = requests.get(f"{address}/equities/master", headers={"x-api-key": KEY}, timeout=patient(5))

        # It believes to live on the day of the newest file.
        assert [row["Date"] for row in answer.json()["data"]] == [str(TODAY)] * 2
        wait_until(lambda: '"GET /v2/equities/master HTTP/1.1" 200' in program.output(), within=5)
        assert KEY not in program.output()
        assert program.stop() == 0
    finally:
        program.kill()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--data", "/no/such/file"], 'The file "/no/such/file" cannot be read: No such file or directory.'),
        (["--port", "70000"], "70000 is no port."),
        (["--today", "tomorrow"], '"tomorrow" is no date. Write for example 2026-05-29.'),
        (["--page-size", "0"], '"0" rows are no page. Write a number from 1.'),
        (["--fault", "boom"], '"boom" is no fault. Known are:'),
        (["--host", "192.0.2.1", "--port", "0"], '"192.0.2.1" is no address of this machine'),
    ],
)
def test_what_it_cannot_use_is_told_in_a_sentence(options: list[str], sentence: str, bare: dict[str, str]) -> None:
    assert sentence in " ".join(refused(*options, env=bare).split())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "neither JSON nor gzipped JSON"),
        (b"\xff\xfe", "neither JSON nor gzipped JSON"),
        (gzip.compress(b'{"data": []}', mtime=0)[:-4], "neither JSON nor gzipped JSON"),
        (gzip.compress(b"0" * 9999, mtime=0)[:12] + b"\xff" * 30, "neither JSON nor gzipped JSON"),
        (gzip.compress(b"[]", mtime=0)[:-8] + b"\0" * 8, "no whole gzip file"),
        (b'{"data": []}', "not of the V2 shape"),
        (b"[]", "not of the V2 shape"),
        (json.dumps({"data": APRIL + MAY}).encode(), "has the dates 2026-04-30, 2026-05-29"),
        (b'{"data": [{"Code": "72030"}]}', "has the dates None"),
    ],
)
def test_a_file_that_is_no_list_is_told_in_a_sentence(
    content: bytes, sentence: str, tmp_path: Path, bare: dict[str, str]
) -> None:
    file = tmp_path / "list.json"
    file.write_bytes(content)

    assert sentence in refused("--data", str(file), env=bare)


def test_two_lists_of_one_day_are_refused(tmp_path: Path, bare: dict[str, str]) -> None:
    files = [write_list(tmp_path / name, MAY) for name in ("one.json", "two.json")]

    assert "Two of the files hold a list of 2026-05-29" in refused("--data", *files, env=bare)


def test_a_taken_port_is_told_with_the_next_one(bare: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert f"Port {port} is taken by another program" in refused("--port", str(port), env=bare)
