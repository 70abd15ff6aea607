"""The schedule form in a real browser: only what a kind needs, and what will happen before anything is saved."""

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import LIST
from tests.support.waiting import patient

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenAs

ADD = f"{LIST}add/"

#: Kind → the fields of the rule that it shows.
FIELDS_OF_KIND = {
    "daily": {"execution_times", "trading_day_rule"},
    "weekly": {"weekdays", "execution_times", "trading_day_rule"},
    "monthly": {"month_days", "execution_times", "short_months", "trading_day_rule", "exchange"},
    "cron": {"cron_expression", "trading_day_rule"},
    "interval": {"interval_seconds", "trading_day_rule"},
    "once": {"run_at"},
}
RULE = set().union(*FIELDS_OF_KIND.values())


def choose(page: "Page", kind: str) -> None:
    page.locator(f"label.sx-segment:has([value={kind}])").click()


def visible_fields(page: "Page") -> set[str]:
    shown = page.locator("[data-field]:visible").evaluate_all("all => all.map(one => one.dataset.field)")
    return set(shown) & RULE


def runs(page: "Page") -> list[str]:
    return page.locator("#schedule-preview .sx-runs time").all_inner_texts()


def error_at(page: "Page", field: str) -> Any:
    return page.locator(f"#id_{field}_error p")


def expect(thing: Any) -> Any:
    from playwright.sync_api import expect as expect_in_browser

    return expect_in_browser(thing)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_kind_shows_its_own_fields_and_no_others(open_as: "OpenAs", chief: Any, endpoint: Any, scripts: bool) -> None:
    page = open_as(chief, ADD, scripts=scripts)
    for kind, fields in FIELDS_OF_KIND.items():
        choose(page, kind)
        assert visible_fields(page) == fields


def test_the_preview_shows_ten_runs_before_anything_is_saved(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    from schedules.models import APIEndpointSchedule

    page = open_as(chief, ADD)
    page.fill("#id_execution_times", "0810")
    expect(page.locator(".sx-sentence")).to_have_text("Every day at 8:10")
    page.locator("#id_execution_times").press("Enter")
    page.locator("#id_execution_times").press_sequentially("17:40 ")
    expect(page.locator(".sx-sentence")).to_have_text("Every day at 8:10 and 17:40")
    assert len(runs(page)) == 10
    assert page.locator(".sx-chip > span").all_inner_texts() == ["08:10", "17:40"]

    page.select_option("#id_trading_day_rule", "skip")
    expect(page.locator(".sx-sentence")).to_contain_text("only on trading days of the Tokyo Stock Exchange")
    assert not [run for run in runs(page) if run.startswith(("Sat", "Sun"))]
    assert not APIEndpointSchedule.objects.exists()

    page.get_by_role("button", name="Remove 08:10").click()
    expect(page.locator(".sx-sentence")).to_contain_text("Every day at 17:40")


def test_what_was_previewed_is_what_is_saved(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    from schedules.models import APIEndpointSchedule

    page = open_as(chief, ADD)
    page.fill("#id_name", "after the close")
    page.select_option("#id_endpoint", label="Listed companies")
    page.fill("#id_execution_times", "25:00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("was added successfully")
    schedule = APIEndpointSchedule.objects.get()
    assert schedule.execution_times == {"times": ["25:00"]}
    assert "after the close" in page.locator("#result_list").inner_text()


@pytest.mark.parametrize(
    ("kind", "field", "bad", "words", "good"),
    [
        ("daily", "execution_times", "31:00", "31:00", "08:10"),
        ("cron", "cron_expression", "61 * * * *", "61", "*/15 * * * *"),
        ("interval", "interval_seconds", "0", "", "15"),
    ],
)
def test_an_error_shows_at_the_field_as_one_types_and_goes_again(
    open_as: "OpenAs", chief: Any, endpoint: Any, kind: str, field: str, bad: str, words: str, good: str
) -> None:
    page = open_as(chief, ADD)
    choose(page, kind)
    entry = f"#id_{field}_0" if field == "interval_seconds" else f"#id_{field}"
    page.fill(entry, bad)
    expect(error_at(page, field)).to_contain_text(words)
    assert not runs(page)
    page.fill(entry, good)
    expect(error_at(page, field)).to_have_count(0)
    expect(page.locator("#schedule-preview .sx-runs li")).to_have_count(10)
    # What nobody has reached yet is not nagged about.
    expect(error_at(page, "name")).to_have_count(0)


def test_an_edit_says_which_runs_it_adds_and_which_it_takes_away(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    from tests.support.builders import a_schedule

    schedule = a_schedule(endpoint=endpoint)
    page = open_as(chief, f"{LIST}{schedule.pk}/change/")
    assert len(runs(page)) == 10
    page.locator("#id_execution_times").press_sequentially("17:40 ")
    expect(page.locator(".sx-changes .sx-added").first).to_contain_text("17:40")
    expect(page.locator(".sx-changes .sx-removed")).to_have_count(0)
    page.get_by_role("button", name="Remove 08:10").click()
    expect(page.locator(".sx-changes .sx-removed").first).to_contain_text("08:10")


def test_shortcuts_tick_several_weekdays_at_once(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    page = open_as(chief, ADD)
    choose(page, "weekly")
    page.fill("#id_execution_times", "0810")
    page.get_by_role("button", name="Mon–Fri").click()
    expect(page.locator(".sx-sentence")).to_have_text("Every Monday to Friday at 8:10")


def test_the_cron_builder_writes_and_reads_the_expression(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    page = open_as(chief, ADD)
    choose(page, "cron")
    expression, sentence = page.locator("#id_cron_expression"), page.locator(".sx-sentence")
    page.get_by_role("button", name="Mon–Fri 8:00").click()
    expect(expression).to_have_value("0 8 * * 1-5")
    expect(sentence).to_contain_text("8:00")
    page.fill("[data-cron-field=hour]", "9-15")
    page.fill("[data-cron-field=minute]", "*/30")
    expect(expression).to_have_value("*/30 9-15 * * 1-5")
    expression.fill("  5 4   1,15 * mon#1 ")
    fields = page.locator("[data-cron-field]").evaluate_all("all => all.map(one => one.value)")
    assert fields == ["5", "4", "1,15", "*", "mon#1"]


def test_the_builder_class_goes_both_ways(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    page = open_as(chief, ADD)
    said = page.evaluate(
        """() => {
          const builder = new CronBuilder();
          return [
            String(builder),
            String(builder.setDaily(8, 10)),
            String(builder.setWeekly([1, 3, 5], 17, 40)),
            String(builder.setMonthly("L", 18)),
            builder.parse("@daily") && String(builder),
            builder.parse("０ ８ * * mon-fri") && String(builder),
            builder.parse("1 2 3"),
            String(builder),
          ];
        }"""
    )
    assert said == [
        "* * * * *",
        "10 8 * * *",
        "40 17 * * 1,3,5",
        "0 18 L * *",
        "0 0 * * *",
        "0 8 * * mon-fri",
        False,
        "0 8 * * mon-fri",
    ]


def test_the_builder_and_the_server_agree_on_what_was_built(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    page = open_as(chief, ADD)
    choose(page, "cron")
    for name, sentence in (
        ("Daily 8:00", "Every day at 8:00"),
        ("Mondays 8:00", "Every Monday at 8:00"),
        ("1st of the month 8:00", "on the 1st"),
        ("Every 15 minutes", "Every 15 minutes"),
    ):
        page.get_by_role("button", name=name).click()
        expect(page.locator(".sx-sentence")).to_contain_text(re.compile(re.escape(sentence), re.IGNORECASE))


def test_without_scripts_a_button_asks_for_the_preview_and_keeps_what_was_typed(
    open_as: "OpenAs", chief: Any, endpoint: Any
) -> None:
    from schedules.models import APIEndpointSchedule

    page = open_as(chief, ADD, scripts=False)
    choose(page, "weekly")
    page.fill("#id_name", "typed")
    page.fill("input[name=execution_times]", "8:10, 17:40")
    page.locator("label.sx-toggle:has([value=fri])").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".sx-sentence")).to_have_text("Every Friday at 8:10 and 17:40")
    assert len(runs(page)) == 10
    expect(page.locator("#id_name")).to_have_value("typed")
    assert not APIEndpointSchedule.objects.exists()

    page.select_option("#id_endpoint", label="Listed companies")
    page.get_by_role("button", name="Save", exact=True).click()
    assert APIEndpointSchedule.objects.get().weekdays == ["fri"]


def test_the_preview_follows_typing_within_a_blink(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    """Typing waits 90 ms; the server's answer and the swap come on top. The bar leaves room for a busy machine."""
    page = open_as(chief, ADD)
    page.fill("#id_execution_times", "0810")
    expect(page.locator(".sx-sentence")).to_be_visible()
    took = page.evaluate(
        """() => new Promise((resolve) => {
          const pane = document.querySelector("#schedule-preview");
          const began = performance.now();
          pane.addEventListener("htmx:afterSwap", () => resolve(performance.now() - began), { once: true });
          const entry = document.querySelector("#id_execution_times");
          entry.value = "0915";
          entry.dispatchEvent(new Event("input", { bubbles: true }));
        })"""
    )
    assert took < patient(1000)


def test_a_preview_that_cannot_be_had_is_said_to_be_out_of_date(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    page = open_as(chief, ADD)
    page.context.clear_cookies(name="sessionid")
    page.fill("#id_execution_times", "0810")
    expect(page.locator("[data-preview-note]")).to_contain_text("refused")
    assert page.locator("#login-form").count() == 0


def test_ears_are_told_the_rule_and_its_first_run_once_typing_has_stopped(
    open_as: "OpenAs", chief: Any, endpoint: Any
) -> None:
    page = open_as(chief, f"{LIST}add/")
    assert page.locator("#schedule-preview").get_attribute("aria-live") is None
    page.fill("#id_execution_times", "0810 1740 ")
    said = page.locator("[data-preview-said]")
    expect(said).to_contain_text("Every day at 8:10 and 17:40. ")
    first = " ".join(page.locator(".sx-runs time").first.inner_text().split())
    assert said.text_content() == f"Every day at 8:10 and 17:40. {first}"
