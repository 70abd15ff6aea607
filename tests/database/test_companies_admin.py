"""The pages of companies and their changes: everybody who may look can look, and nobody can write."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from stockura.companies.models import Company, CompanyChange
from stockura.companies.sync import apply_listed_issues
from stockura.jquants.listed_issues import read_listed_issues
from tests.support.jquants import rows_of

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 6, 1, 8, 10, tzinfo=dt.UTC)
COMPANIES = "/admin/companies/company/"
CHANGES = "/admin/companies/companychange/"
RENAMED = {"Code": "13330", "CoName": "Ｕｍｉｏｓ", "CoNameEn": "Umios Corporation", "S33": "0050", "S17": "1"}


@pytest.fixture(autouse=True)
def companies() -> None:
    """Four companies: one renamed and moved, one gone, one with a letter in its code."""
    preferred = {"Code": "25935", "CoName": "伊藤園第１種優先株式", "CoNameEn": "ITO EN Preferred"}
    veritas = {"Code": "130A0", "CoName": "Ｖｅｒｉｔａｓ", "CoNameEn": None, "Mkt": "0113", "S33": "3250", "S17": "5"}
    hisamitsu = {"Code": "45300", "CoName": "久光製薬", "CoNameEn": "HISAMITSU", "S33": "3250", "S17": "5"}
    before = [{**RENAMED, "CoName": "マルハニチロ"}, preferred, veritas, hisamitsu]
    after = [{**RENAMED, "Mkt": "0112"}, preferred, veritas]
    for day, issues in (("2026-04-30", before), ("2026-05-29", after)):
        listed = read_listed_issues(rows_of(day, *issues))
        apply_listed_issues(listed, now=NOW, shrink_limit=1.0, task_id="task-1")


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest, client: Client) -> str:
    client.cookies["django_language"] = request.param
    return str(request.param)


@pytest.fixture
def staff(client: Client) -> Client:
    """Signed in as one who may look at companies and at nothing else."""
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="companies"))
    client.force_login(user)
    return client


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def page(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def found(client: Client, address: str = COMPANIES, **query: Any) -> list[str]:
    """Codes of the companies on the page, as they stand there."""
    answer = client.get(address, query)
    assert answer.status_code == 200, answer
    rows = answer.context["cl"].result_list
    return [row.company.code if isinstance(row, CompanyChange) else row.code for row in rows]


def test_the_list_shows_codes_under_their_official_names(staff: Client, language: str) -> None:
    text = page(staff, COMPANIES)

    for words in {
        "ja": ["130A", "25935", "Ｕｍｉｏｓ", "水産・農林業", "スタンダード", "グロース"],
        "en": ["130A", "25935", "Umios Corporation", "Fishery, Agriculture &amp; Forestry", "Standard", "Growth"],
    }[language]:
        assert words in text
    # Without an English name, the Japanese one.
    assert "Ｖｅｒｉｔａｓ" in text


def test_a_company_s_page_shows_its_facts_and_its_history(staff: Client, language: str) -> None:
    company = Company.objects.get(code="13330")

    text = page(staff, f"{COMPANIES}{company.pk}/change/")

    assert {"ja": "スタンダード", "en": "Standard"}[language] in text
    assert {"ja": "プライム", "en": "Prime"}[language] in text  # before
    assert "マルハニチロ" in text
    assert "(&#x27;" not in text  # a label, which only lists can show, would be a pair here
    assert 'name="_save"' not in text


def test_a_delisted_company_says_since_when(staff: Client) -> None:
    staff.cookies["django_language"] = "en"
    company = Company.objects.get(code="45300")

    assert "delisted on May 29, 2026" in page(staff, f"{COMPANIES}{company.pk}/change/")


def test_changes_lead_to_their_companies(staff: Client, language: str) -> None:
    text = page(staff, CHANGES)
    change = CompanyChange.objects.get(field="market")

    assert f"{COMPANIES}{change.company_id}/change/" in text
    assert {"ja": "スタンダード", "en": "Standard"}[language] in text
    text = page(staff, f"{CHANGES}{change.pk}/change/")
    assert "/admin/schedules/schedulerun/?q=task-1" in text
    assert "(&#x27;" not in text


@pytest.mark.parametrize("words", ["umios", "ＵＭＩＯＳ", "1333", "１３３３０", "umios corp", "corp 1333"])
def test_search_finds_either_width_and_case(staff: Client, words: str) -> None:
    assert found(staff, q=words) == ["13330"]
    assert set(found(staff, CHANGES, q=words)) == {"13330"}


@pytest.mark.parametrize(
    ("words", "codes"),
    [("130a", ["130A0"]), ("久光", ["45300"]), ("伊藤園 第1種", ["25935"]), ("umios 9", []), ("%", []), ("_", [])],
)
def test_search_takes_every_word_as_it_is(staff: Client, words: str, codes: list[str]) -> None:
    assert found(staff, q=words) == codes


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        ({"market": "0113"}, ["130A0"]),
        ({"sector": "3250"}, ["130A0", "45300"]),
        ({"sector": "3250", "listing": "listed"}, ["130A0"]),
        ({"listing": "delisted"}, ["45300"]),
        ({"market": "0101"}, []),
        ({"market": "\x00"}, []),
        ({"listing": "nonsense"}, ["130A0", "13330", "25935", "45300"]),
    ],
)
def test_filters_narrow_the_list(staff: Client, filters: dict[str, str], codes: list[str]) -> None:
    assert sorted(found(staff, **filters)) == codes


def test_filters_offer_what_occurs_under_its_name(staff: Client) -> None:
    staff.cookies["django_language"] = "en"
    text = page(staff, COMPANIES)

    assert "Pharmaceutical" in text
    assert "Mothers" not in text


@pytest.mark.parametrize("kind", ["created", "changed", "delisted"])
def test_changes_can_be_narrowed_to_a_kind(staff: Client, kind: str) -> None:
    assert len(found(staff, CHANGES, kind__exact=kind)) == CompanyChange.objects.filter(kind=kind).count() > 0


@pytest.mark.parametrize("address", [COMPANIES, CHANGES])
def test_not_even_the_administrator_writes(root: Client, address: str) -> None:
    model = Company if address == COMPANIES else CompanyChange
    row = model._default_manager.all()[0]
    before = list(model._default_manager.values())

    for path in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert root.post(f"{address}{path}", {"name": "x", "post": "yes"}).status_code == 403
    root.post(address, {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})

    assert list(model._default_manager.values()) == before


@pytest.mark.parametrize("address", [COMPANIES, CHANGES])
def test_those_without_the_permission_see_nothing(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("other", is_staff=True))
    assert client.get(address).status_code == 403


def test_a_full_page_costs_few_queries(staff: Client, django_assert_max_num_queries: Any) -> None:
    issues = [{"Code": f"{number}0"} for number in range(2000, 2060)]
    apply_listed_issues(read_listed_issues(rows_of("2026-06-30", *issues)), now=NOW, shrink_limit=1.0)

    for address in (COMPANIES, CHANGES):
        with django_assert_max_num_queries(16):
            page(staff, address)
