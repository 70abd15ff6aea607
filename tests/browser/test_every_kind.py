"""Schedules of every kind made in the form: what was previewed is what is saved, and the form shows it again."""

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import LIST
from tests.browser.test_schedule_form import ADD, choose, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenAs

#: Far enough ahead that no run of it passes during a test.
LATER = "2035-01-15T00:00"
#: In whatever zone.
SOON_AFTER = re.compile("^2035-01-1[45]T")
EXPRESSION = "10,40 8-9 * * mon-fri"


def fill_times(page: "Page", *times: str) -> None:
    for time in times:
        page.locator("#id_execution_times").press_sequentially(f"{time} ")


def daily(page: "Page") -> None:
    fill_times(page, "0810", "17:40", "25:00")


def weekly(page: "Page") -> None:
    page.get_by_role("button", name="Mon–Fri").click()
    fill_times(page, "8:10")


def monthly(page: "Page") -> None:
    page.locator("label.sx-toggle:has([name=month_days][value='15'])").click()
    page.locator("label.sx-toggle:has([name=month_days][value=last])").click()
    fill_times(page, "0700")


def cron(page: "Page") -> None:
    page.fill("#id_cron_expression", EXPRESSION)


def interval(page: "Page") -> None:
    page.fill("#id_interval_seconds_0", "7")
    page.locator("summary", has_text="Start, end").click()
    page.fill("#id_starts_at", LATER)


def once(page: "Page") -> None:
    page.fill("#id_run_at", LATER)


FILL = {"daily": daily, "weekly": weekly, "monthly": monthly, "cron": cron, "interval": interval, "once": once}
RULE = {
    "daily": {"execution_times": {"times": ["08:10", "17:40", "25:00"]}},
    "weekly": {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "execution_times": {"times": ["08:10"]}},
    "monthly": {"month_days": [15, "last"], "execution_times": {"times": ["07:00"]}},
    "cron": {"cron_expression": EXPRESSION},
    "interval": {"interval_seconds": 7 * 60},
    "once": {},
}


def instants(page: "Page") -> list[str]:
    times = page.locator("#schedule-preview .sx-runs time")
    return times.evaluate_all("all => all.map(one => one.getAttribute('datetime'))")


@pytest.mark.parametrize("kind", FILL)
def test_a_schedule_of_each_kind_is_saved_with_the_runs_that_were_previewed(
    open_as: "OpenAs", chief: Any, endpoint: Any, kind: str
) -> None:
    from schedules.models import APIEndpointSchedule

    page = open_as(chief, ADD)
    page.fill("#id_name", f"a {kind} one")
    page.select_option("#id_endpoint", label="Listed companies")
    choose(page, kind)
    FILL[kind](page)
    number = 1 if kind == "once" else 10
    expect(page.locator("#schedule-preview .sx-runs li")).to_have_count(number)
    if kind in ("daily", "weekly", "monthly"):
        expect(page.locator(".sx-sentence")).to_contain_text(
            {"daily": "1:00", "weekly": "8:10", "monthly": "7:00"}[kind]
        )
    if kind in ("interval", "once"):
        # Before the start was filled in, the pane may have listed runs from now on.
        expect(page.locator("#schedule-preview .sx-runs time").first).to_have_attribute("datetime", SOON_AFTER)
    previewed = instants(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("was added successfully")

    schedule = APIEndpointSchedule.objects.get()
    assert schedule.schedule_type == kind
    assert {name: getattr(schedule, name) for name in RULE[kind]} == RULE[kind]
    page.locator("#result_list").get_by_role("link", name=f"a {kind} one", exact=True).click()
    expect(page.locator("#schedule-preview .sx-runs li")).to_have_count(number)
    saved = instants(page)
    # A run may have begun between the two pages.
    still_ahead = [instant for instant in previewed if instant >= saved[0]]
    assert len(still_ahead) >= number - 1
    assert saved[: len(still_ahead)] == still_ahead
    if kind == "cron":
        fields = page.locator("[data-cron-field]").evaluate_all("all => all.map(one => one.value)")
        assert fields == EXPRESSION.split()
        assert page.locator("#id_cron_expression").input_value() == EXPRESSION


def test_a_japanese_operator_sets_the_two_times_of_the_trading_days(
    open_as: "OpenAs", chief: Any, endpoint: Any
) -> None:
    from schedules.models import APIEndpointSchedule

    page = open_as(chief, ADD, language="ja", width=390)
    page.fill("#id_name", "朝夕の取得")
    page.select_option("#id_endpoint", label="Listed companies")
    fill_times(page, "８：１０", "1740")
    page.select_option("#id_trading_day_rule", "skip")
    expect(page.locator(".sx-sentence")).to_contain_text("（東証の営業日のみ）")
    assert not [day for day in page.locator(".sx-runs time").all_inner_texts() if "(土)" in day or "(日)" in day]
    page.locator(".sx-foot button[name=_save]").click()
    expect(page.locator("#result_list")).to_contain_text("朝夕の取得")
    schedule = APIEndpointSchedule.objects.get()
    assert (schedule.execution_times, schedule.trading_day_rule) == ({"times": ["08:10", "17:40"]}, "skip")


def test_without_scripts_a_schedule_is_changed_and_paused(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    from tests.support.builders import a_schedule

    schedule = a_schedule(endpoint=endpoint, name="morning")
    page = open_as(chief, f"{LIST}{schedule.pk}/change/", scripts=False)
    page.fill("input[name=execution_times]", "9:15")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".sx-changes .sx-removed").first).to_contain_text("08:10")
    expect(page.locator(".sx-changes .sx-added").first).to_contain_text("09:15")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#result_list")).to_contain_text("Every day at 9:15")

    page.get_by_role("link", name="Pause: morning").click()
    page.fill("#id_reason", "maintenance")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#result_list")).to_contain_text("maintenance")
    schedule.refresh_from_db()
    assert (schedule.execution_times, schedule.pause_reason) == ({"times": ["09:15"]}, "maintenance")
