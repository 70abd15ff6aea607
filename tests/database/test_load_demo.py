"""The demo is loaded once; from then on it belongs to the person."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.definitions import recurrence_of
from stockura.demo.content import ENDPOINT, schedules
from stockura.demo.loading import load_demo

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 7, 30, 15, 123456, tzinfo=UTC)
NAMES = {"ja": "東証上場銘柄の同期", "en": "Sync of the companies listed in Tokyo"}


def load(language: str = "ja", now: datetime = NOW) -> list[str]:
    return load_demo(now=now, language=language)


def everything() -> list[dict[str, Any]]:
    return [*APIEndpoint.objects.order_by("pk").values(), *APIEndpointSchedule.objects.order_by("pk").values()]


def schedule(key: str, language: str = "ja") -> APIEndpointSchedule:
    part = next(part for part in schedules(NOW) if part.key == key)
    return APIEndpointSchedule.objects.get(name=part.name.for_language(language))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_it_makes_the_endpoint_and_its_schedules_in_the_language_of_the_site(language: str) -> None:
    made = load(language)

    endpoint = APIEndpoint.objects.get()
    assert endpoint.name == NAMES[language] == made[0]
    assert endpoint.task == "stockura.companies.tasks.sync_listed_companies"
    assert (endpoint.default_args, endpoint.queue, endpoint.expires_seconds) == (["scheduled"], "default", 3600)
    assert set(endpoint.schedules.values_list("name", flat=True)) == set(made[1:])
    assert all(row.description for row in [endpoint, *endpoint.schedules.all()])
    if language == "en":
        assert all(row.name.isascii() and row.description.isascii() for row in endpoint.schedules.all())


def test_what_it_makes_passes_the_checks_of_the_forms() -> None:
    load()

    for row in [*APIEndpoint.objects.all(), *APIEndpointSchedule.objects.all()]:
        row.full_clean()


def test_a_first_sync_comes_within_a_minute_and_only_once() -> None:
    load()

    first = schedule("schedule-first-sync")
    at = recurrence_of(first).next_after(NOW)
    assert timedelta() < at - NOW < timedelta(minutes=1)
    assert recurrence_of(first).next_after(at) is None


def test_the_usual_sync_runs_twice_on_trading_days() -> None:
    load()
    rule = recurrence_of(schedule("schedule-trading-days"))

    # Friday to Friday, with a holiday on Monday, 23 November 2026.
    instants = [at := datetime(2026, 11, 19, 15, tzinfo=UTC)]
    while (at := rule.next_after(at)) < datetime(2026, 11, 25, 15, tzinfo=UTC):
        instants.append(at)
    local = [at.astimezone(timezone.get_default_timezone()).strftime("%a %H:%M") for at in instants[1:]]
    assert local == ["Fri 08:10", "Fri 17:40", "Tue 08:10", "Tue 17:40", "Wed 08:10", "Wed 17:40"]


def test_the_month_s_end_is_its_last_trading_day() -> None:
    load()
    rule = recurrence_of(schedule("schedule-month-end"))

    instants = [datetime(2026, 10, 1, tzinfo=UTC)]
    for _ in range(4):
        instants.append(rule.next_after(instants[-1]))
    # The exchange closes the year on 30 December.
    assert [at.strftime("%m-%d") for at in instants[1:]] == ["10-30", "11-30", "12-30", "01-29"]
    assert all(before < after for before, after in pairwise(instants))


def test_one_of_them_is_off() -> None:
    load()

    assert [row.name for row in APIEndpointSchedule.objects.filter(enabled=False)] == ["上場銘柄：日曜の夜"]


@pytest.mark.parametrize("second", ["ja", "en"])
def test_repeated_loading_changes_nothing_even_in_another_language(second: str) -> None:
    load()
    before = everything()

    assert load(second, now=NOW + timedelta(days=1)) == []

    assert everything() == before


def test_what_the_person_has_changed_stays_changed() -> None:
    load()
    APIEndpoint.objects.update(name="mine", queue="slow", enabled=False)
    row = schedule("schedule-trading-days")
    row.name, row.execution_times, row.enabled = "my time", {"times": ["06:00"]}, False
    row.save()
    before = everything()

    load()

    assert everything() == before


def test_what_the_person_has_deleted_stays_deleted() -> None:
    load()
    schedule("schedule-first-sync").delete()
    schedule("schedule-sunday").delete()

    assert load() == []
    assert APIEndpointSchedule.objects.count() == 2


def test_a_deleted_endpoint_stays_deleted_with_its_schedules() -> None:
    load()
    APIEndpoint.objects.get().delete()

    assert load() == []
    assert everything() == []


def test_a_row_of_the_person_with_the_same_name_is_taken_as_it_is() -> None:
    own = APIEndpoint.objects.create(name=NAMES["ja"], task=ENDPOINT.fields["task"], queue="slow")

    made = load()

    assert NAMES["ja"] not in made
    assert APIEndpoint.objects.get().queue == "slow"
    assert own.schedules.count() == len(made) == len(schedules(NOW))


# --- The command


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("STOCKURA_DEMO_PASSWORD", "abcd-efgh-jkmn")
    return "abcd-efgh-jkmn"


def told(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("load_demo", *options)
    return capsys.readouterr().out


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_command_says_what_it_has_loaded(
    language: str, password: str, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LANGUAGE_CODE = language

    assert f"Loaded: {NAMES[language]}" in told(capsys)
    assert told(capsys) == 'The demo login "demo" was there.\n'


def test_the_login_may_do_everything_and_keeps_a_password_of_its_own(
    password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys)
    user = get_user_model().objects.get(username="demo")
    assert user.is_superuser
    assert authenticate(username="demo", password=password) == user

    user.set_password("my own")
    user.save()
    told(capsys)
    assert authenticate(username="demo", password="my own") == user

    told(capsys, "--reset-password")
    assert authenticate(username="demo", password=password) == user


def test_the_command_needs_a_password_for_the_login() -> None:
    with pytest.raises(CommandError, match="STOCKURA_DEMO_PASSWORD is not set"):
        call_command("load_demo")
    assert everything() == []
