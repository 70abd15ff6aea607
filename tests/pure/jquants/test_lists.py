"""Fetching the list: which one comes, page by page, and what each plan gives."""

import datetime as dt

import pytest

from stockura.jquants.client import JQuantsClient
from stockura.jquants.errors import BadPayload, PlanError
from stockura.jquants.listed_issues import read_listed_issues
from stockura.jquants.standin.server import StandinServer
from tests.support.jquants import TODAY, a_client, a_standin, break_answers, lists_of, rows_of

SATURDAY = dt.date(2026, 5, 30)
MONDAY = dt.date(2026, 6, 1)


def test_the_newest_list_comes_without_a_date(client: JQuantsClient) -> None:
    listed = client.listed_issues()

    toyota = next(issue for issue in listed.issues if issue.code == "72030")
    assert listed.as_of == TODAY
    assert (toyota.name, toyota.name_en, toyota.market) == ("トヨタ自動車", "TOYOTA MOTOR CORPORATION", "0111")


def test_codes_stay_texts_with_letters_and_a_fifth_character(client: JQuantsClient) -> None:
    codes = {issue.code for issue in client.listed_issues().issues}

    assert {"130A0", "25930", "25935", "94345"} <= codes


def test_a_day_without_trading_is_answered_with_the_next_business_day(client: JQuantsClient) -> None:
    assert client.listed_issues(SATURDAY).as_of == MONDAY


def test_a_later_day_is_answered_with_the_next_business_day(client: JQuantsClient) -> None:
    assert client.listed_issues(dt.date(2027, 1, 1)).as_of == MONDAY


def test_a_day_before_all_data_is_answered_with_the_first_list() -> None:
    with a_standin(today=dt.date(2026, 5, 29)) as standin, a_client(standin) as client:
        assert client.listed_issues(dt.date(2001, 1, 1)).as_of == dt.date(2008, 5, 7)


def test_all_pages_make_one_list() -> None:
    with a_standin(page_size=7) as standin, a_client(standin) as client:
        received: list[int] = []
        listed = client.listed_issues(on_page=received.append)

        keys = [query.get("pagination_key") for _, query in standin.requests]
        assert len({issue.code for issue in listed.issues}) == len(listed.issues) == received[-1] > 30
        assert received[:3] == [7, 14, 21]
        assert keys[0] is None
        assert len(set(keys)) == len(keys) == -(-len(listed.issues) // 7)


def test_pages_of_a_dated_list_keep_their_date() -> None:
    with a_standin(page_size=20) as standin, a_client(standin) as client:
        client.listed_issues(dt.date(2026, 5, 1))

        assert [query["date"] for _, query in standin.requests] == ["2026-05-01", "2026-05-01"]


def test_pages_that_would_never_end_are_left(standin: StandinServer, client: JQuantsClient) -> None:
    break_answers(standin, "same-key")

    with pytest.raises(BadPayload, match="same pagination key twice"):
        client.listed_issues()
    assert len(standin.requests) == 2


def test_nothing_found_is_no_error(client: JQuantsClient) -> None:
    assert client.rows("/equities/master", {"code": "00000"}) == []


def test_the_free_plan_gives_the_list_of_twelve_weeks_ago() -> None:
    with a_standin(plan="free") as standin, a_client(standin) as client:
        assert client.listed_issues().as_of == dt.date(2026, 3, 6)


def test_a_free_plan_that_refuses_today_is_asked_for_the_end_of_its_window() -> None:
    with a_standin(plan="free", refuses_undated=True) as standin, a_client(standin) as client:
        listed = client.listed_issues()

        assert listed.as_of == dt.date(2026, 3, 6)
        assert [query for _, query in standin.requests] == [{}, {"date": "2026-03-06"}]


def test_a_day_outside_the_window_is_refused_with_the_window() -> None:
    with (
        a_standin(plan="free") as standin,
        a_client(standin) as client,
        pytest.raises(PlanError, match="2024-03-06 to 2026-03-06") as refused,
    ):
        client.listed_issues(TODAY)

    assert refused.value.covers_from == dt.date(2024, 3, 6)
    assert refused.value.covers_to == dt.date(2026, 3, 6)
    assert len(standin.requests) == 1


def test_a_paid_window_has_no_end() -> None:
    with a_standin(plan="light") as standin, a_client(standin) as client, pytest.raises(PlanError) as refused:
        client.listed_issues(dt.date(2015, 1, 5))

    assert (refused.value.covers_from, refused.value.covers_to) == (dt.date(2021, 5, 29), None)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (rows_of(TODAY, {"Code": 72030}), "whose Code is 72030"),
        (rows_of(TODAY, {"Code": "7203"}), "whose Code is '7203'"),
        (rows_of(TODAY, {"Code": "7203０"}), "whose Code is"),
        (rows_of(TODAY, {"Code": "72030", "CoName": None}), "no CoName for the issue 72030"),
        (rows_of(TODAY, {"Code": "72030", "Mkt": " "}), "no Mkt for the issue 72030"),
        (rows_of(TODAY, {"Code": "72030"}, {"Code": "13010"}, {"Code": "72030"}), "some codes more than once (72030)"),
        (rows_of(TODAY, {"Code": "72030"}) + rows_of(MONDAY, {"Code": "13010"}), "different dates"),
        (rows_of(TODAY, {"Code": "72030", "CoNameEn": "x" * 256}), "CoNameEn of the issue 72030"),
        (rows_of(TODAY, {"Code": "72030", "CoName": "half \ud83d"}), "CoName of the issue 72030"),
        (rows_of(TODAY, {"Code": "72030", "S33": 3700}), "sent 3700 as S33"),
        ([{"Date": str(TODAY)}], "whose Code is None"),
        ([], "empty list"),
        (["72030"], "no object: '72030'"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused_with_the_reason(rows: list[object], sentence: str) -> None:
    with pytest.raises(BadPayload) as refused:
        read_listed_issues(rows)  # type: ignore[arg-type]
    assert sentence in str(refused.value)


def test_new_fields_are_ignored_and_missing_ones_are_unknown() -> None:
    row = {"Date": str(TODAY), "Code": "72030", "CoName": "トヨタ自動車", "Mkt": "0111", "New": {"a": 1}, "S17": None}
    with a_standin(lists_of([row])) as standin, a_client(standin) as client:
        (issue,) = client.listed_issues().issues

    assert (issue.name, issue.sector_17, issue.sector_33, issue.product_category) == ("トヨタ自動車", "", "", "")
