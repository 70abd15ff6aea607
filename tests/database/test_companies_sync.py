"""Applying a list to the companies: what is written, what is refused, and that it is all or nothing."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils.translation import override

from stockura.companies import sync
from stockura.companies.exceptions import ListIsOlder, ListShrunken
from stockura.companies.models import AppliedList, Company, CompanyChange
from stockura.companies.sync import SyncResult, apply_listed_issues
from stockura.jquants.listed_issues import ListedIssues, read_listed_issues
from tests.support.jquants import rows_of
from tests.support.waiting import patient

pytestmark = pytest.mark.django_db

APRIL, MAY, JUNE = dt.date(2026, 4, 30), dt.date(2026, 5, 29), dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 6, 1, 8, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


def a_list(day: dt.date, *codes: str, **changed: dict[str, Any]) -> ListedIssues:
    """A list of ``codes``; ``_72030={"Mkt": "0112"}`` says what is special about one."""
    return read_listed_issues(rows_of(day, *({"Code": code, **changed.get(f"_{code}", {})} for code in codes)))


def apply(listed: ListedIssues, *, shrink_limit: float = 1.0, **options: Any) -> SyncResult:
    return apply_listed_issues(listed, now=NOW, shrink_limit=shrink_limit, **options)


def history(code: str) -> list[tuple[str, str, str, str]]:
    """The history of a company, oldest first."""
    changes = CompanyChange.objects.filter(company__code=code).order_by("id")
    return list(changes.values_list("kind", "field", "before", "after"))


def counts(result: SyncResult) -> dict[str, int]:
    """What is not zero, besides what was received."""
    names = ("created", "changed", "delisted", "relisted", "unchanged", "completed")
    return {name: number for name in names if (number := getattr(result, name))}


def test_the_first_list_creates_everything() -> None:
    result = apply(a_list(APRIL, "13010", "130A0", "25935"), task_id="abc")

    assert counts(result) == {"created": 3}
    company = Company.objects.get(code="130A0")
    assert (company.name, company.market, company.ticker) == ("会社", "0111", "130A")
    assert (company.first_seen_on, company.last_seen_on, company.delisted_on) == (APRIL, APRIL, None)
    change = company.changes.get()
    assert (change.kind, change.as_of, change.recorded_at, change.task_id) == ("created", APRIL, NOW, "abc")


def test_the_same_list_again_changes_nothing() -> None:
    apply(a_list(APRIL, "13010", "72030"))
    before = list(CompanyChange.objects.values())

    assert counts(apply(a_list(APRIL, "13010", "72030"))) == {"unchanged": 2}
    assert list(CompanyChange.objects.values()) == before


def test_changes_are_kept_field_by_field() -> None:
    apply(a_list(APRIL, "13010", "72030"))

    result = apply(a_list(MAY, "13010", "72030", _72030={"Mkt": "0112", "CoName": "新会社"}))

    assert counts(result) == {"changed": 1, "unchanged": 1}
    company = Company.objects.get(code="72030")
    assert (company.market, company.name) == ("0112", "新会社")
    assert history("72030")[1:] == [("changed", "name", "会社", "新会社"), ("changed", "market", "0111", "0112")]


def test_a_delisted_company_stays_and_is_marked_with_the_list_that_missed_it() -> None:
    apply(a_list(APRIL, "13010", "72030"))

    result = apply(a_list(MAY, "72030"))

    assert counts(result) == {"delisted": 1, "unchanged": 1}
    gone = Company.objects.get(code="13010")
    assert (gone.delisted_on, gone.last_seen_on, gone.is_listed) == (MAY, APRIL, False)
    assert history("13010")[1:] == [("delisted", "", "", "")]
    assert Company.objects.get(code="72030").last_seen_on == MAY


def test_a_delisted_company_is_not_delisted_again() -> None:
    apply(a_list(APRIL, "13010", "72030"))
    apply(a_list(MAY, "72030"))

    assert counts(apply(a_list(JUNE, "72030"))) == {"unchanged": 1}
    assert Company.objects.get(code="13010").delisted_on == MAY


def test_a_company_that_comes_back_is_listed_again_and_counted_once() -> None:
    apply(a_list(APRIL, "13010", "72030"))
    apply(a_list(MAY, "72030"))

    result = apply(a_list(JUNE, "13010", "72030", _13010={"Mkt": "0113"}))

    assert counts(result) == {"relisted": 1, "unchanged": 1}
    company = Company.objects.get(code="13010")
    assert (company.delisted_on, company.first_seen_on, company.last_seen_on) == (None, APRIL, JUNE)
    assert [kind for kind, *_ in history("13010")] == ["created", "delisted", "relisted", "changed"]


def test_each_received_company_is_counted_in_one_place() -> None:
    apply(a_list(APRIL, "13010", "13020", "13030", "13040"))
    apply(a_list(MAY, "13010", "13020", "13030"))

    result = apply(a_list(JUNE, "13010", "13020", "13040", "13050", _13020={"Mkt": "0112"}, _13040={"Mkt": "0112"}))

    assert result.created + result.relisted + result.changed + result.unchanged == result.received == 4
    assert counts(result) == {"created": 1, "changed": 1, "delisted": 1, "relisted": 1, "unchanged": 1}


def test_null_answering_a_known_value_is_no_change() -> None:
    apply(a_list(APRIL, "72030"))

    result = apply(a_list(MAY, "72030", _72030={"CoNameEn": None, "Mrgn": None, "ProdCat": None}))

    assert counts(result) == {"unchanged": 1}
    company = Company.objects.get()
    assert (company.name_en, company.margin, company.product_category) == ("Company", "2", "011")


def test_a_value_that_was_unknown_is_learned_without_a_line_of_history() -> None:
    apply(a_list(APRIL, "72030", _72030={"CoNameEn": None}))

    result = apply(a_list(MAY, "72030"))

    assert counts(result) == {"unchanged": 1, "completed": 1}
    assert Company.objects.get().name_en == "Company"
    assert len(history("72030")) == 1
    assert list(Company.objects.filter(search_key__contains="company")) == [Company.objects.get()]


def test_above_the_share_that_may_vanish_nothing_is_applied() -> None:
    apply(a_list(APRIL, *(f"{number}0" for number in range(1301, 1311))))
    apply(a_list(MAY, *(f"{number}0" for number in range(1303, 1311))), shrink_limit=0.2)  # two of ten: just allowed

    with pytest.raises(ListShrunken) as refused:
        apply(a_list(JUNE, "13030", "99990", _13030={"Mkt": "0112"}), shrink_limit=0.2)

    assert "7 of the 8 listed companies are missing" in str(refused.value)
    assert "at most 20 %" in str(refused.value)
    assert "Nothing was changed" in str(refused.value)
    assert Company.objects.filter(delisted_on=None).count() == 8
    assert Company.objects.get(code="13030").market == "0111"
    assert not Company.objects.filter(code="99990").exists()
    assert AppliedList.objects.get().as_of == MAY


def test_those_gone_before_do_not_count_against_the_share() -> None:
    apply(a_list(APRIL, *(f"{number}0" for number in range(1301, 1311))))
    apply(a_list(MAY, "13010", "13020"))

    assert counts(apply(a_list(JUNE, "13010", "13020"), shrink_limit=0.0)) == {"unchanged": 2}


def test_an_older_list_is_refused_with_both_dates() -> None:
    apply(a_list(MAY, "72030"))

    with pytest.raises(ListIsOlder, match=r"of 2026-04-30, and one of 2026-05-29 has been applied"):
        apply(a_list(APRIL, "72030", _72030={"Mkt": "0112"}))
    assert Company.objects.get().market == "0111"


def test_an_older_list_on_purpose_goes_back_and_the_newer_can_follow() -> None:
    apply(a_list(MAY, "13010", "72030"))

    result = apply(a_list(APRIL, "72030", "99840"), allow_older=True)

    assert counts(result) == {"created": 1, "delisted": 1, "unchanged": 1}
    assert Company.objects.get(code="72030").first_seen_on == APRIL
    assert Company.objects.get(code="72030").last_seen_on == MAY
    assert counts(apply(a_list(MAY, "13010", "72030"))) == {"delisted": 1, "relisted": 1, "unchanged": 1}


def test_a_failure_in_the_last_step_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    apply(a_list(APRIL, "13010", "72030"))

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(sync, "_result", fails)
    with pytest.raises(RuntimeError):
        apply(a_list(MAY, "72030", "99840", _72030={"Mkt": "0112"}))

    assert sorted(Company.objects.values_list("code", "market", "delisted_on")) == [
        ("13010", "0111", None),
        ("72030", "0111", None),
    ]
    assert CompanyChange.objects.count() == 2
    assert AppliedList.objects.get().as_of == APRIL


def test_the_result_is_json_and_names_a_few_of_the_changes() -> None:
    apply(a_list(APRIL, *(f"{number}0" for number in range(1301, 1311))))

    result = apply(a_list(MAY, "13010", "99990", _13010={"Mkt": "0112"})).as_json()

    assert result["as_of"] == "2026-05-29"
    assert [change["kind"] for change in result["sample"]] == ["created", "changed", "delisted", "delisted", "delisted"]
    assert result["sample"][1] == {
        "kind": "changed", "code": "13010", "name": "会社", "field": "market", "before": "0111", "after": "0112",
    }  # fmt: skip


def test_statements_do_not_grow_with_the_companies(django_assert_max_num_queries: Callable[..., Any]) -> None:
    codes = [f"{number}0" for number in range(1000, 3000)]
    apply(a_list(APRIL, *codes))

    with django_assert_max_num_queries(40):
        apply(a_list(MAY, *codes[100:], **{f"_{code}": {"Mkt": "0112"} for code in codes[200:1200]}))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [(), ("13010", "72030")], ids=["empty", "known"])
def test_two_syncs_at_once_happen_one_after_the_other(before: tuple[str, ...]) -> None:
    if before:
        apply(a_list(APRIL, *before))
    both_ready = threading.Barrier(2)
    results: list[dict[str, int]] = []
    failures: list[BaseException] = []

    def one() -> None:
        try:
            both_ready.wait(timeout=patient(10))
            results.append(counts(apply(a_list(MAY, "72030", "99840", "99850"))))
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=patient(30))

    assert failures == []
    assert {"unchanged": 3} in results  # whoever came second found it done
    assert Company.objects.filter(delisted_on=None).count() == 3
    assert CompanyChange.objects.filter(company__code="99840").count() == 1


def test_the_database_refuses_a_code_that_is_none() -> None:
    for code in ("7203", "7203a", "7203０"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Company.objects.create(code=code, name="x", market="0111", first_seen_on=APRIL, last_seen_on=APRIL)
