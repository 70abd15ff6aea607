"""The picture of a schedule's latest runs, and the table that says the same."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import LIST
from tests.browser.test_live_pages import FOUR_SECONDS
from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs

STATES = ["succeeded"] * 9 + ["failed", "missed"]
DRAWN = "() => { const { data } = Chart.getChart(document.querySelector('#run-chart canvas')); return %s; }"


@pytest.fixture
def schedule(endpoint: Any) -> Any:
    from tests.support.builders import a_run, a_schedule

    schedule = a_schedule(endpoint=endpoint, name="morning")
    now = datetime.now(UTC)
    for number, state in enumerate(STATES):
        planned = now - timedelta(days=len(STATES) - number)
        began = {"started_at": planned + timedelta(seconds=2), "finished_at": planned + timedelta(seconds=42 + number)}
        a_run(schedule, state=state, scheduled_for=planned, **(began if state != "missed" else {}))
    return schedule


def test_the_last_runs_are_drawn_and_what_went_wrong_differs_in_its_shape(
    open_as: "OpenAs", chief: Any, schedule: Any
) -> None:
    page = open_as(chief, f"{LIST}{schedule.pk}/change/")
    bars = page.evaluate(DRAWN % "data.datasets[0].data")
    assert bars == [*(40 + number for number in range(10)), None]
    assert page.evaluate(DRAWN % "data.datasets[2].data") == [2] * 10 + [None]
    shapes = page.evaluate(DRAWN % "data.datasets[1].pointStyle")
    assert shapes == ["circle"] * 9 + ["crossRot", "triangle"]
    assert page.evaluate(DRAWN % "data.datasets[1].data") == [None] * 9 + [49, 0]
    expect(page.locator("#run-chart-said")).to_contain_text("The latest 11 runs: 2 failed or missed, 9 succeeded")
    light = page.evaluate(DRAWN % "data.datasets[0].backgroundColor[0]")
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert page.evaluate(DRAWN % "data.datasets[0].backgroundColor[0]") != light


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_picture_can_be_read_as_a_table(open_as: "OpenAs", chief: Any, schedule: Any, scripts: bool) -> None:
    page = open_as(chief, f"{LIST}{schedule.pk}/change/", scripts=scripts, width=390)
    expect(page.locator("#run-chart canvas")).to_be_visible(visible=scripts)
    page.locator("#run-chart summary").click()
    first = page.locator("#run-chart-rows tr").nth(1)
    assert first.locator("td").all_inner_texts()[1:] == ["Failed", "49 s", "2.0 s"]
    first.get_by_role("link").click()
    expect(page.locator("body")).to_contain_text("Failed")


def test_the_picture_is_drawn_anew_when_a_run_ends(open_as: "OpenAs", chief: Any, schedule: Any) -> None:
    from schedules.models import ScheduleRun
    from tests.support.builders import a_run

    now = datetime.now(UTC)
    run = a_run(schedule, state="running", scheduled_for=now, started_at=now)
    page = open_as(chief, f"{LIST}{schedule.pk}/change/", own_clock=True)
    page.clock.install()
    page.reload(wait_until="load")
    assert page.evaluate(DRAWN % "data.datasets[0].data.length") == len(STATES) + 1
    ended = {"state": "failed", "finished_at": now + timedelta(seconds=75)}
    ScheduleRun.objects.filter(pk=run.pk).update(**ended)
    page.clock.fast_forward(FOUR_SECONDS)
    page.wait_for_function(DRAWN % "data.datasets[0].data.at(-1) === 75")
    assert page.evaluate(DRAWN % "data.datasets[1].pointStyle.at(-1)") == "crossRot"
    expect(page.locator("#run-chart-said")).to_contain_text("3 failed or missed")
