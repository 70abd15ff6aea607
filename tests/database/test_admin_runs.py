"""The run history: everything to read, nothing to change."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from schedules.models import ScheduleRun
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/schedules/schedulerun/"


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def a_run(**fields: object) -> ScheduleRun:
    number = ScheduleRun.objects.count()
    usual = {"schedule_name": "morning", "task": "tests.nothing", "task_id": f"run {number}"}
    return ScheduleRun.objects.create(**{**usual, **fields})


def test_even_the_chief_changes_no_history(chief: Client) -> None:
    run = a_run()
    assert chief.get(f"{LIST}add/").status_code == 403
    assert chief.post(f"{LIST}{run.pk}/change/", {"state": "succeeded"}).status_code == 403
    assert chief.post(f"{LIST}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in chief.get(LIST).content.decode()
    assert ScheduleRun.objects.get().state == "dispatched"


def test_a_failed_run_shows_its_error_at_the_top_and_its_traceback_folded(chief: Client) -> None:
    now = timezone.now()
    run = a_run(state="failed", error="J-Quants <refused> the key.", traceback="Traceback: <x>", started_at=now)
    page = chief.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "J-Quants &lt;refused&gt; the key." in page
    assert page.index("sx-error-text") < page.index("Planned for")
    assert "<details" in page
    assert "Traceback: &lt;x&gt;" in page


def test_results_are_lists_that_people_can_read(chief: Client) -> None:
    result = {
        "received": 4400,
        "created": 16,
        "sample": [{"code": "1301", "name": "極洋"}],
        "complete": True,
        "note": "",
    }
    run = a_run(state="succeeded", result=result)
    page = chief.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "<dt>received</dt><dd>4,400</dd>" in page
    assert "<dt>name</dt><dd>極洋</dd>" in page
    assert "<dt>complete</dt><dd>yes</dd>" in page
    assert "created 16 · received 4,400" in chief.get(LIST).content.decode()


@pytest.mark.parametrize("result", [None, [], {}, "text", 0, [1, [2, {"": None}]], {"a": {"b": []}}])
def test_any_result_that_a_task_returns_can_be_looked_at(chief: Client, result: object) -> None:
    run = a_run(result=result, args=["x"], kwargs={"y": [1]})
    assert chief.get(LIST).status_code == 200
    assert chief.get(f"{LIST}{run.pk}/change/").status_code == 200


def test_a_run_outlives_its_schedule(chief: Client) -> None:
    schedule = a_schedule(name="gone soon")
    run = a_run(schedule=schedule, schedule_name=schedule.name)
    schedule.delete()
    page = chief.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "gone soon" in page
    assert "This schedule has been deleted." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("state__exact=failed", {"bad"}), ("trigger__exact=manual", {"by hand"}), ("q=J-Quants", {"bad"}), ("q=", None)],
)
def test_runs_are_found_by_state_trigger_and_words(chief: Client, query: str, found: set[str] | None) -> None:
    a_run(schedule_name="good", state="succeeded")
    a_run(schedule_name="bad", state="failed", error="J-Quants answered 503.")
    a_run(schedule_name="by hand", trigger="manual")
    listed = {run.schedule_name for run in chief.get(f"{LIST}?{query}").context["cl"].result_list}
    assert listed == (found or {"good", "bad", "by hand"})


def test_the_page_of_a_schedule_leads_to_its_runs(chief: Client) -> None:
    schedule = a_schedule()
    mine, other = a_run(schedule=schedule), a_run()
    page = chief.get(f"/admin/schedules/apiendpointschedule/{schedule.pk}/change/")
    assert [line["run"] for line in page.context["recent_runs"]] == [mine]
    listed = chief.get(page.context["all_runs"]).context["cl"].result_list
    assert mine in listed
    assert other not in listed


def test_a_failed_run_is_run_again_with_its_reason_already_there(chief: Client) -> None:
    schedule = a_schedule(args=["scheduled"])
    failed = a_run(schedule=schedule, state="failed", args=["scheduled"], scheduled_for=timezone.now())
    page = chief.get(f"{LIST}{failed.pk}/change/")
    again = page.context["run_again"]
    assert again["address"] in page.content.decode().replace("&amp;", "&")
    assert "A new run with the same arguments." in page.content.decode()

    asking = chief.get(again["address"])
    reason = asking.context["form"]["reason"].value()
    assert reason.startswith("Again: ")
    assert reason.endswith("Failed")
    answer = chief.post(
        "/admin/schedules/apiendpointschedule/do/run/",
        {"schedule": schedule.pk, "confirmed": "1", "reason": reason, "back": asking.context["back"]},
    )
    assert answer.url == f"{LIST}{failed.pk}/change/"
    new = ScheduleRun.objects.exclude(pk=failed.pk).get()
    assert (new.schedule, new.trigger, new.trigger_reason) == (schedule, "manual", reason)


def test_only_what_has_ended_and_still_has_a_schedule_can_be_run_again(chief: Client) -> None:
    schedule = a_schedule()
    for run in (a_run(schedule=schedule, state="running"), a_run(schedule=None, state="failed")):
        assert "replay" not in chief.get(f"{LIST}{run.pk}/change/").content.decode()
    other = a_run(schedule=schedule, state="failed", task="tests.another")
    assert "had other arguments than the schedule has now" in chief.get(f"{LIST}{other.pk}/change/").content.decode()


def test_who_may_not_run_is_not_offered_to(client: Client) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(
        Permission.objects.filter(codename__in=["view_schedulerun", "view_apiendpointschedule"])
    )
    client.force_login(reader)
    run = a_run(schedule=a_schedule(), state="failed")
    assert "replay" not in client.get(f"{LIST}{run.pk}/change/").content.decode()


def test_sorted_by_state_the_newest_of_each_state_come_first(chief: Client) -> None:
    for number, state in enumerate(("succeeded", "failed", "succeeded", "failed", "missed")):
        a_run(schedule_name=f"{state} {number}", state=state)

    def listed(query: str) -> list[str]:
        return [run.schedule_name for run in chief.get(LIST + query).context["cl"].result_list]

    assert listed("?o=2") == ["failed 3", "failed 1", "missed 4", "succeeded 2", "succeeded 0"]
    assert listed("?o=-2") == ["succeeded 2", "succeeded 0", "missed 4", "failed 3", "failed 1"]
