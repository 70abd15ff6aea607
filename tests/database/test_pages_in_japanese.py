"""No page of the admin leaves English among its Japanese, the theme's own texts included."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from schedules.models import AccessToken, ExceptionalDay, ScheduleRun
from schedules.services.access_tokens import make_access_token
from stockura.companies.models import Company
from tests.support import tasks
from tests.support.builders import a_schedule, an_endpoint

pytestmark = pytest.mark.django_db(transaction=True)

#: Names, and words that Japanese writes in Latin letters.
LATIN = {
    *("Stockura", "English", "Celery", "Redis", "JSON", "API", "APIs", "Cron", "cron", "beat", "UTC", "ETF", "TOPIX"),
    # The code of an exchange, and the command that starts beat.
    *("XTKS", "celery", "stockura"),
    *("Quants", "LDAP", "Control", "Command", "Mac", "esc", "limit", "scheduled", "default"),
    # How Django says what a password is made of.
    "pbkdf2",
}
WORD = re.compile(r"[A-Za-z][A-Za-z0-9']{2,}")
#: Names of tasks, zones and the like are data.
DATA = re.compile(r"[\w.-]*[\w][./@_:][\w./@:+-]+|[0-9a-f]{8}-[0-9a-f-]+|\S*\*{4,}\S*")
SHOWN_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt")
#: Scripts are not read, drawings are described beside them, and ``noscript`` is looked at by the browser tests.
UNSEEN_TAGS = ("script", "style", "template", "noscript", "svg")


class Texts(HTMLParser):
    """Collects what a reader sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.texts += [values[name] or "" for name in SHOWN_ATTRIBUTES if name in values]
        begins = tag in UNSEEN_TAGS or "material-symbols" in (values.get("class") or "")
        if self.unseen[-1:] == [tag] or (begins and not self.unseen):
            self.unseen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.unseen and tag == self.unseen[-1]:
            self.unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.texts.append(data)


def english_in(html: str) -> set[str]:
    """Return the words of a page that are neither Japanese nor names."""
    reader = Texts()
    reader.feed(html)
    # What a task says of itself is its programmer's, in the programmer's language.
    texts = (text.replace(tasks.nothing.__doc__, "") for text in reader.texts)
    words = (word for text in texts for word in WORD.findall(DATA.sub(" ", text)))
    return {word for word in words if word not in LATIN}


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("42"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ja"
    return client


@pytest.fixture
def addresses() -> list[str]:
    """Every list, every form for a new row and for a row that is there."""
    schedule = a_schedule(name="朝の取得", endpoint=an_endpoint(name="銘柄一覧"))
    run = ScheduleRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        task=schedule.endpoint.task,
        task_id="1",
        scheduled_for=datetime(2026, 1, 5, tzinfo=UTC),
        state=ScheduleRun.State.SKIPPED,
        state_reason="overlap",
    )
    rows = {
        "schedules_apiendpointschedule": schedule,
        "schedules_apiendpoint": schedule.endpoint,
        "schedules_schedulerun": run,
        "schedules_exceptionalday": ExceptionalDay.objects.create(on="2026-01-05", reason_ja="臨時休業"),
        "companies_company": Company.objects.create(
            code="13010", name="極洋", market="0111", first_seen_on="2026-01-05", last_seen_on="2026-01-05"
        ),
        "auth_user": User.objects.create_user("43"),
        "auth_group": Group.objects.create(name="運用"),
        "schedules_accesstoken": a_token("43"),
    }
    return list(_addresses(rows))


def a_token(username: str) -> AccessToken:
    user = User.objects.get(username=username)
    scopes = AccessToken.Scope.values
    now = datetime.now(UTC)
    token, _key = make_access_token(user, name="夜間の取込", scopes=scopes, expires_at=None, now=now)
    # The beginning of a key is no word.
    AccessToken.objects.update(prefix="1" * 12)
    return token


def _addresses(rows: dict[str, object]) -> Iterator[str]:
    yield reverse("admin:index")
    yield reverse("admin:password_change")
    read_only = ("schedules_schedulerun", "companies_company")
    for name, row in rows.items():
        yield reverse(f"admin:{name}_changelist")
        yield reverse(f"admin:{name}_changelist") + "?q=0"
        yield reverse(f"admin:{name}_change", args=[row.pk])  # type: ignore[attr-defined]
        if name not in read_only:
            yield reverse(f"admin:{name}_add")
            yield reverse(f"admin:{name}_history", args=[row.pk])  # type: ignore[attr-defined]
            yield reverse(f"admin:{name}_delete", args=[row.pk])  # type: ignore[attr-defined]
    schedule = rows["schedules_apiendpointschedule"].pk  # type: ignore[attr-defined]
    yield reverse("admin:schedules_accesstoken_revoke", args=[rows["schedules_accesstoken"].pk])  # type: ignore[attr-defined]
    for code in ("run", "pause", "enable"):
        yield reverse("admin:schedules_apiendpointschedule_do", args=[code]) + f"?schedule={schedule}"


def test_no_page_mixes_english_into_its_japanese(chief: Client, addresses: list[str]) -> None:
    found = {address: english_in(chief.get(address).content.decode()) for address in addresses}

    assert {address: words for address, words in found.items() if words} == {}


def test_the_login_page_and_its_refusal_are_in_japanese(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ja"
    address = reverse("admin:login")

    assert english_in(client.get(address).content.decode()) == set()
    refused = client.post(address, {"username": "1", "password": "1"})
    assert english_in(refused.content.decode()) == set()


def test_an_empty_form_is_refused_in_japanese(chief: Client) -> None:
    for name in ("schedules_apiendpointschedule", "schedules_apiendpoint", "schedules_exceptionalday", "auth_user"):
        answer = chief.post(reverse(f"admin:{name}_add"), {})

        assert answer.status_code == 200
        assert english_in(answer.content.decode()) == set(), name


def test_english_is_found_where_it_stands() -> None:
    icon = '<span class="material-symbols-outlined">home</span>'
    page = f'<p title="Select action">保存</p><script>var save</script>{icon}Add'

    assert english_in(page) == {"Select", "action", "Add"}
