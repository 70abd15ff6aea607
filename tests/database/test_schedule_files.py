"""`export_schedules` and `apply_schedules`: the whole file or nothing, twice is once, and places of mistakes."""

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from schedules.models import APIEndpoint, APIEndpointSchedule, ExceptionalDay, RecordedChange, ScheduleRun
from schedules.services.files.applying import apply_file
from schedules.services.files.plan import Plan, Verb
from schedules.services.files.problems import FileRefused
from schedules.services.files.writing import written
from schedules.services.switching import pause_schedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import as_sent
from tests.support.builders import a_run, a_schedule, an_endpoint

pytestmark = pytest.mark.django_db

MORNING = """\
owner: operations
endpoints:
- name: 上場会社
  task: tests.nothing
  default_args: [scheduled]
schedules:
- name: 営業日の朝
  endpoint: 上場会社
  execution_times: {times: [17:40, 8:10]}
  trading_day_rule: skip
exceptional_days:
- exchange: XTKS
  on: 2020-10-01
  reason_ja: システム障害
"""


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def exported(**options: Any) -> str:
    return "".join(written(**options))


def verbs(plan: Plan) -> dict[str, str]:
    return {change.title: str(change.verb) for change in plan.changes}


def state() -> list[dict[str, Any]]:
    """Everything stored, moments of saving included."""
    models = (APIEndpoint, APIEndpointSchedule, ExceptionalDay, ScheduleRun)
    return [row for model in models for row in model.objects.order_by("pk").values()]


def rows_of_all_sections() -> list[Any]:
    return [APIEndpoint.objects.get(), APIEndpointSchedule.objects.get(), ExceptionalDay.objects.get()]


def refusal(text: str, **options: Any) -> str:
    with pytest.raises(FileRefused) as caught:
        apply_file(text, **options)
    return str(caught.value)


def test_a_file_makes_endpoints_schedules_and_exceptional_days() -> None:
    plan = apply_file(MORNING)

    assert set(verbs(plan).values()) == {"created"}
    schedule = APIEndpointSchedule.objects.get()
    assert (schedule.name, schedule.endpoint.name, schedule.endpoint.default_args) == (
        "営業日の朝",
        "上場会社",
        ["scheduled"],
    )
    # 17:40 is a time, though YAML 1.1 takes it for the number 1060; and "on" is a word.
    assert schedule.execution_times == {"times": ["08:10", "17:40"]}
    assert ExceptionalDay.objects.get().on == date(2020, 10, 1)


def test_a_second_apply_changes_nothing_at_all() -> None:
    apply_file(MORNING)
    before = state()

    plan = apply_file(MORNING, prune=True)

    assert plan.changes_nothing
    assert state() == before


def test_a_plan_says_each_changed_field_and_changes_nothing() -> None:
    apply_file(MORNING)
    before = state()

    plan = apply_file(MORNING.replace("8:10]", "25:00]").replace("skip", "next"), dry_run=True)

    (changed,) = [change for change in plan.changes if change.verb == Verb.CHANGED]
    assert [(field.name, field.before, field.after) for field in changed.fields] == [
        ("execution_times", '{"times": ["08:10", "17:40"]}', '{"times": ["17:40", "25:00"]}'),
        ("trading_day_rule", "skip", "next"),
    ]
    assert state() == before


def test_times_written_otherwise_are_no_change() -> None:
    apply_file(MORNING)

    assert apply_file(MORNING.replace("[17:40, 8:10]", '["08:10", "17:40"]')).changes_nothing


def test_a_field_left_out_goes_back_to_what_is_usual() -> None:
    apply_file(MORNING)
    apply_file(MORNING.replace("  trading_day_rule: skip\n", ""))

    assert APIEndpointSchedule.objects.get().trading_day_rule == "any"


def test_what_the_engine_knows_is_left_alone() -> None:
    apply_file(MORNING)
    schedule = APIEndpointSchedule.objects.get()
    pause_schedule(schedule.pk, now=datetime.now(UTC), reason="maintenance")
    a_run(schedule)
    before = APIEndpointSchedule.objects.values("paused_at", "pause_reason", "effective_from").get()

    apply_file(MORNING.replace("skip", "next"))

    assert APIEndpointSchedule.objects.values("paused_at", "pause_reason", "effective_from").get() == before
    assert ScheduleRun.objects.count() == 1


def test_another_endpoint_for_a_schedule_lets_nothing_from_before_the_change_fire() -> None:
    apply_file(MORNING)
    before = APIEndpointSchedule.objects.get().effective_from
    other = MORNING.replace("- name: 上場会社\n", "- name: other\n  task: tests.nothing\n- name: 上場会社\n")
    apply_file(other.replace("endpoint: 上場会社", "endpoint: other"))

    assert APIEndpointSchedule.objects.get().effective_from > before


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("8:10]", "8:99]", 'line 9, "営業日の朝", execution_times: "8:99" is not a time of day.'),
        ("trading_day_rule: skip", "trading_day: skip", 'line 10, "営業日の朝": "trading_day" is not a field here.'),
        ("trading_day_rule: skip", "enabled: yes", 'line 10, "営業日の朝", enabled: "yes" is neither true nor false.'),
        ("trading_day_rule: skip", "jitter_seconds: -1", 'line 10, "営業日の朝", jitter_seconds: '),
        ("trading_day_rule: skip", "jitter_seconds: 1.5", 'jitter_seconds: "1.5" is not a whole number.'),
        ("trading_day_rule: skip", "interval_seconds: 60", 'line 10, "営業日の朝", interval_seconds: '),
        ("trading_day_rule: skip", "starts_at: 2026-01-05T09:00", "starts_at: \"2026-01-05T09:00\" does not say which"),
        ("trading_day_rule: skip", "name: again", 'line 10: "name" stands here twice.'),
        ("trading_day_rule: skip", "pause_reason: no", '"pause_reason" is not a field here.'),
        ("endpoint: 上場会社", "endpoint: 上場", 'line 8, "営業日の朝", endpoint: No endpoint is called "上場"'),
        ("task: tests.nothing", "task: tests.nothin", 'line 4, "上場会社", task: No worker knows the task'),
        ("default_args: [scheduled]", "default_args: scheduled", 'line 5, "上場会社", default_args: '),
        ("on: 2020-10-01", "on: yesterday", 'line 13, "XTKS yesterday", on: "yesterday" is not a date.'),
        ("schedules:", "schedule:", 'line 6: "schedule" is not a field here. Did you mean "schedules"?'),
        ("- name: 営業日の朝", "- title: 営業日の朝", "name: This field is missing."),
        ("  task: tests.nothing", "  task: !!python/name:os.system ''", 'line 4: The tag "tag:yaml.org'),
        ("owner: operations", "owner: [", "This is not YAML"),
        ("[scheduled]", "&x [[scheduled]]\n  default_kwargs: {a: *x}", "line 5: Aliases (*name) are not read."),
    ],
)
def test_a_mistake_anywhere_is_told_with_its_place_and_nothing_changes(before: str, after: str, place: str) -> None:
    assert MORNING.count(before) >= 1
    said = refusal(MORNING.replace(before, after))

    assert place in said
    assert not APIEndpoint.objects.exists()
    assert not ExceptionalDay.objects.exists()


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = MORNING.replace("tests.nothing", "tests.nothin").replace("on: 2020", "on: 20").replace("8:10]", "8:99]")

    lines = refusal(text).splitlines()

    assert lines[0] == "3 problems in the file. Nothing was changed."
    assert [line.split(",")[0].strip() for line in lines[1:]] == ["line 4", "line 9", "line 13"]


def test_a_mistake_made_ten_thousand_times_is_spelled_out_a_hundred_times_and_counted() -> None:
    lines = refusal("schedules:\n" + "- 5\n" * 10_000).splitlines()

    assert (len(lines), lines[-1]) == (102, "  and 9900 more")


def test_a_name_in_a_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    an_endpoint(name="上場会社\t表")
    file = tmp_path / "hostile.yaml"
    for name, endpoint in (("a\\e[31m\\u202E", "上場会社\\t表"), ("b", "\\e]0;c\\a")):
        entry = f'{{name: "{name}", endpoint: "{endpoint}", execution_times: {{times: [8:10]}}}}'
        file.write_text(f"schedules:\n- {entry}\n")
        said = StringIO()
        try:
            call_command("apply_schedules", str(file), stdout=said)
        except CommandError as error:
            said.write(str(error))
        assert "\x1b" not in said.getvalue().replace("\x1b[0m", "")
        assert not {"\a", "\u202e"} & set(said.getvalue())
        assert "\\x1b" in said.getvalue()


def test_an_entry_that_stands_twice_is_refused() -> None:
    twice = MORNING.replace("exceptional_days:", "- {name: 営業日の朝, endpoint: 上場会社}\nexceptional_days:")

    assert 'It stands in the file twice; the first time in line 7.' in refusal(twice)


@pytest.mark.parametrize(
    "text",
    [
        *("", "# nothing\n", "[]", "schedules", "- 1", "\0", "a: b: c", "? [1]\n: 2"),
        # So deep that PyYAML's own reader would end the process.
        *("[" * 5000, "schedules: " + "[" * 200_000, "- " * 100_000),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_such_file_is_a_sentence(text: str) -> None:
    a_schedule()

    assert "Nothing was changed." in refusal(text)
    assert APIEndpointSchedule.objects.exists()


@pytest.mark.parametrize("value", ["!!int x", "!!float y", "9" * 5000, "1.0e+999", '"\\0"', "!!binary aGk=", "!foo 1"])
def test_values_that_cannot_be_kept_are_refused_in_their_line(value: str) -> None:
    assert "line 4" in refusal(MORNING.replace("task: tests.nothing", f"description: {value}\n  task: tests.nothing"))


def test_pruning_deletes_what_the_owner_owns_and_nothing_else() -> None:
    a_schedule(name="from the pages", endpoint=an_endpoint(name="kept"))
    apply_file(MORNING)
    apply_file("owner: others\nendpoints:\n- {name: theirs, task: tests.nothing}\n")

    plan = apply_file("owner: operations\nschedules: []\n", prune=True)

    assert verbs(plan) == {"営業日の朝": "deleted", "上場会社": "deleted", "XTKS 2020-10-01": "deleted"}
    assert {endpoint.name for endpoint in APIEndpoint.objects.all()} == {"kept", "theirs"}
    assert APIEndpointSchedule.objects.get().name == "from the pages"


def test_an_endpoint_that_others_still_use_is_not_pruned() -> None:
    apply_file(MORNING)
    a_schedule(name="from the pages", endpoint=APIEndpoint.objects.get())

    assert "from the pages still need it" in refusal("owner: operations\nschedules: []\n", prune=True)
    assert APIEndpointSchedule.objects.count() == 2


def test_without_an_owner_nothing_is_pruned_and_nobody_owns() -> None:
    unowned = MORNING.removeprefix("owner: operations\n")
    apply_file(unowned)

    assert APIEndpointSchedule.objects.get().managed_by == ""
    assert "Name one in it" in refusal(unowned, prune=True)


def test_what_the_pages_keep_becomes_the_files_without_a_new_revision() -> None:
    apply_file(MORNING.removeprefix("owner: operations\n"))
    before = APIEndpointSchedule.objects.values("revision", "effective_from", "updated_at").get()

    plan = apply_file(MORNING)

    assert {change.owner for change in plan.changes} == {"operations"}
    assert APIEndpointSchedule.objects.get().managed_by == "operations"
    assert APIEndpointSchedule.objects.values("revision", "effective_from", "updated_at").get() == before


def test_whose_a_row_is_stands_in_its_history_also_where_nothing_else_changed() -> None:
    unowned = MORNING.removeprefix("owner: operations\n")
    apply_file(unowned)
    known = RecordedChange.objects.count()

    for text, options in ((MORNING, {}), (MORNING, {}), (unowned, {"take_over": True}), (unowned, {})):
        apply_file(text, **options)
    entries = RecordedChange.objects.order_by("pk")[known:]

    assert [(entry.object_repr, entry.changes) for entry in entries] == [
        *((str(row), {"managed_by": ["", "operations"]}) for row in rows_of_all_sections()),
        *((str(row), {"managed_by": ["operations", ""]}) for row in rows_of_all_sections()),
    ]
    assert {entry.action for entry in entries} == {RecordedChange.Action.UPDATE}
    assert entries[0].serialized_data["fields"]["managed_by"] == "operations"


def test_of_a_refused_file_nothing_stands_in_the_history() -> None:
    apply_file(MORNING.removeprefix("owner: operations\n"))
    known = RecordedChange.objects.count()

    refusal(MORNING + "- exchange: nowhere\n")
    apply_file(MORNING, dry_run=True)

    assert RecordedChange.objects.count() == known


def test_what_another_file_manages_is_only_taken_over_when_asked() -> None:
    apply_file(MORNING)
    theirs = MORNING.replace("owner: operations", "owner: others")

    assert 'It is managed by "operations".' in refusal(theirs)
    assert 'It is managed by "operations".' in refusal(theirs.removeprefix("owner: others\n").replace("skip", "next"))
    # Only repeated, it stays theirs.
    assert apply_file(theirs.removeprefix("owner: others\n")).changes_nothing
    apply_file(theirs, take_over=True)
    assert APIEndpointSchedule.objects.get().managed_by == "others"
    apply_file(theirs.removeprefix("owner: others\n"), take_over=True)
    assert APIEndpointSchedule.objects.get().managed_by == ""


def test_an_export_of_one_owner_holds_only_its_entries_and_its_name() -> None:
    a_schedule(name="from the pages", endpoint=an_endpoint(name="kept"))
    apply_file(MORNING)

    text = exported(owner="operations")

    assert "owner: operations" in text
    assert "営業日の朝" in text
    assert "from the pages" not in text
    assert apply_file(text, prune=True).changes_nothing


def test_no_secret_of_the_settings_stands_in_a_plan(settings: Any) -> None:
    from schedules import masking

    settings.JQUANTS_API_KEY = "key-0123456789"
    masking._secrets.cache_clear()
    try:
        apply_file(MORNING)
        plan = apply_file(MORNING.replace("  task:", "  description: with key-0123456789\n  task:"), dry_run=True)
    finally:
        masking._secrets.cache_clear()

    (change,) = [field for change in plan.changes for field in change.fields]
    assert change.after == "with ***"


def test_the_pages_and_the_api_say_which_file_manages_a_row(client: Client) -> None:
    kept_here = a_schedule(endpoint=an_endpoint(name="kept here"))
    apply_file(MORNING)
    chief = User.objects.create_superuser("chief")
    client.force_login(chief)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    managed = APIEndpointSchedule.objects.get(managed_by="operations")
    addresses = {
        "apiendpointschedule": managed.pk,
        "apiendpoint": managed.endpoint_id,
        "exceptionalday": ExceptionalDay.objects.get().pk,
    }

    for model, pk in addresses.items():
        page = client.get(f"/admin/schedules/{model}/{pk}/change/").content.decode()
        assert "managed by a file, under the name “operations”" in page
    page = client.get(f"/admin/schedules/apiendpointschedule/{kept_here.pk}/change/").content.decode()
    assert "managed by a file" not in page
    owners = {row["name"]: row["managed_by"] for row in client.get("/api/v1/schedules").json()["results"]}
    assert owners == {"営業日の朝": "operations", kept_here.name: ""}
    assert {row["managed_by"] for row in client.get("/api/v1/endpoints").json()["results"]} == {"operations", ""}


def test_a_page_of_what_a_file_manages_is_only_read_until_it_is_taken_over(client: Client) -> None:
    apply_file(MORNING)
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    rows = [APIEndpointSchedule.objects.get(), APIEndpoint.objects.get(), ExceptionalDay.objects.get()]
    for row in rows:
        address = f"/admin/schedules/{row._meta.model_name}/{row.pk}/"
        page = client.get(f"{address}change/")
        assert 'name="_save"' not in page.content.decode()
        assert "Switch off" not in page.content.decode(), "it would be refused"
        assert client.get(f"{address}take-over/").status_code == 302, "a GET changes nothing"
        assert type(row).objects.get().managed_by == "operations"
        deleted = client.post(f"{address}delete/", {"post": "yes"}, follow=True).content.decode()
        assert "is managed by a file, under the name &quot;operations&quot;" in deleted
        chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        refused = client.post(f"/admin/schedules/{row._meta.model_name}/", chosen, follow=True).content.decode()
        assert "is managed by a file" in refused
        assert type(row).objects.exists()

        taken = client.post(f"{address}take-over/", follow=True)

        assert "is kept here from now on" in taken.content.decode()
        assert 'name="_save"' in taken.content.decode()
        assert type(row).objects.get().managed_by == ""
        entry = RecordedChange.objects.get_for_object(row).first()
        assert entry is not None
        assert entry.changes == {"managed_by": ["operations", ""]}


def test_a_form_that_was_open_before_the_file_came_saves_nothing_and_loses_nothing_typed(client: Client) -> None:
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    apply_file(MORNING.removeprefix("owner: operations\n"))
    schedule = APIEndpointSchedule.objects.get()
    address = f"/admin/schedules/apiendpointschedule/{schedule.pk}/change/"
    form = client.get(address).context["adminform"].form
    apply_file(MORNING)

    page = client.post(address, {**as_sent(form), "name": "typed"})

    assert page.status_code == 200
    assert "is managed by a file" in page.content.decode()
    assert 'value="typed"' in page.content.decode()
    assert APIEndpointSchedule.objects.get().name == schedule.name


def test_a_script_is_told_that_a_file_keeps_it_and_may_take_it_over(client: Client) -> None:
    apply_file(MORNING)
    client.force_login(User.objects.create_superuser("chief"))
    schedule = APIEndpointSchedule.objects.get()
    address = f"/api/v1/schedules/{schedule.pk}"

    refused = client.patch(address, {"max_retries": 2}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "managed_by_file")
    # What no file says is anybody's.
    assert client.post(f"{address}/pause", {"reason": "x"}, content_type="application/json").status_code == 200

    for _twice in range(2):
        taken = client.post(f"{address}/take-over")
        assert (taken.status_code, taken.json()["managed_by"]) == (200, "")
    assert client.patch(address, {"max_retries": 2}, content_type="application/json").status_code == 200
    # The file takes it back.
    apply_file(MORNING)
    schedule.refresh_from_db()
    assert (schedule.managed_by, schedule.max_retries, schedule.pause_reason) == ("operations", 0, "x")


# --- The commands ---------------------------------------------------------------------------------------------


def run(name: str, *options: str) -> tuple[str, str]:
    out, errors = StringIO(), StringIO()
    call_command(name, *options, stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


def test_export_and_apply_by_command_with_japanese_names_intact(tmp_path: Path) -> None:
    apply_file(MORNING)
    path = tmp_path / "schedules.yaml"

    said = run("export_schedules", str(path))[1]
    assert ": 3 entries." in said
    assert "営業日の朝" in path.read_text(encoding="utf-8")
    assert run("export_schedules")[0] == path.read_text(encoding="utf-8")

    APIEndpointSchedule.objects.all().delete()
    said = run("apply_schedules", str(path), "--plan")[0]
    assert "+ 営業日の朝" in said
    assert "1 to create, 0 to change, 0 to delete, 2 unchanged." in said
    assert not APIEndpointSchedule.objects.exists()
    assert "1 created" in run("apply_schedules", str(path))[0]
    assert "0 created, 0 changed, 0 deleted, 3 unchanged." in run("apply_schedules", str(path))[0]


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run("apply_schedules", str(tmp_path / "none.yaml"))
    path = tmp_path / "sjis.yaml"
    path.write_bytes("owner: x\nname: 営業".encode("shift_jis"))
    with pytest.raises(CommandError, match="not UTF-8: see line 2"):
        run("apply_schedules", str(path))
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_schedules", str(tmp_path / "nowhere" / "file.yaml"))
