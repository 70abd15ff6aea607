"""Whatever is sent for a field of a schedule: it is taken as a whole or refused at the field, never a fault."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.api.serializers.schedules import RULE_FIELDS, ScheduleSerializer
from schedules.models import APIEndpoint, APIEndpointSchedule
from tests.api.answers import assert_refused_at
from tests.api.hostile import HOSTILE
from tests.api.schedules import ADDRESS, OF_KIND, PREVIEW, a_definition

OF_KIND_FIELDS = {name for fields in OF_KIND.values() for name in fields}
#: More values that are wrong in a way of their own.
ALSO_HOSTILE: dict[str, list[Any]] = {
    "execution_times": [{"times": value} for value in (None, [], "08:10", ["8"], ["30:00"], [8], ["08:10"] * 60)]
    + [{"times": ["08:10"], "zone": "x"}, {"Times": ["08:10"]}, ["08:10"]],
    "weekdays": [["monday"], [0], [None], "mon", ["mon"] * 60],
    "month_days": [[0], [32], ["trading:0"], ["6-fri"], [1.5], [True], list(range(1, 32)) * 4],
    "cron_expression": ["* * * *", "60 * * * *", "0 0 30 2 *", "@reboot", "R * * * *", "0 8 * * 8", "* " * 100],
    "interval_seconds": [0.5, "3600", 2**31, 2**63, 2**64],
    "run_at": ["2027-04-01", "2027-04-01T09:00", 1e12, "0001-01-01T00:00:00-12:00", "2027-13-01T00:00:00Z"],
    "timezone": ["Asia/Tokio", "JST-9", "../../etc/passwd", "UTC+9", "asia/tokyo"],
    "excluded_dates": [["20261231"], ["2026-02-30"], "2026-12-31", [20261231], ["0000-01-01"]],
    "exchange": ["XXXX", "xtks"],
    "endpoint": [1.0, "1", 2**63, 2**64],
    "args": [["scheduled", "too many"], {"trigger": "x"}],
    "kwargs": [{"unknown": 1}, [], {"trigger": 1, "": 2}],
    "catch_up_window_seconds": [2**31, 10**15, 2**62],
    "jitter_seconds": [2**31, 10**15, 2**62],
    "expires_seconds": [2**31, 10**15, 2**62],
    "retry_delay_seconds": [2**31, 10**15, 2**62],
}
#: Every field that can be set, with the kind of schedule that it is tried on.
KIND_OF_FIELD: dict[str, str] = {
    **dict.fromkeys(("endpoint", "name", "description", "schedule_type", "execution_times", "timezone"), "daily"),
    "weekdays": "weekly",
    **dict.fromkeys(("month_days", "short_months", "exchange"), "monthly"),
    "cron_expression": "cron",
    "interval_seconds": "interval",
    "run_at": "once",
    **dict.fromkeys(("trading_day_rule", "starts_at", "ends_at", "excluded_dates"), "daily"),
    **dict.fromkeys(("args", "kwargs", "queue", "priority", "expires_seconds", "enabled"), "cron"),
    **dict.fromkeys(("catch_up_policy", "catch_up_window_seconds", "overlap_policy", "jitter_seconds"), "cron"),
    **dict.fromkeys(("max_retries", "retry_delay_seconds", "pause_after_failures"), "cron"),
}
#: Fields at which a refusal may stand besides the one that was sent: arguments are checked as a whole.
ALSO_NAMED = {"kwargs": {"args"}, "schedule_type": set(OF_KIND_FIELDS)}


def test_the_values_below_are_tried_on_every_field_that_can_be_set() -> None:
    fields = ScheduleSerializer().fields.items()

    assert set(KIND_OF_FIELD) == {name for name, field in fields if not field.read_only}


@pytest.mark.parametrize("field", KIND_OF_FIELD)
@pytest.mark.django_db(transaction=True)
def test_no_value_of_any_field_of_a_schedule_is_a_fault_of_the_program(
    client: APIClient, endpoint: APIEndpoint, field: str
) -> None:
    good = a_definition(endpoint, KIND_OF_FIELD[field])

    for value in [*HOSTILE, *ALSO_HOSTILE.get(field, [])]:
        answer = client.post(ADDRESS, good | {field: value})

        assert answer.status_code in (201, 400), (field, value, answer.content[:300])
        assert_refused_at(answer, {field, *ALSO_NAMED.get(field, ())})
        if answer.status_code == 201:
            kept = answer.json()
            assert kept["warning"] is None
            assert client.put(f"{ADDRESS}/{kept['id']}", kept, HTTP_IF_MATCH="*").status_code == 200, (field, value)
            APIEndpointSchedule.objects.all().delete()
        else:
            assert not APIEndpointSchedule.objects.exists()


@pytest.mark.one_database  # two answers of one program are held against each other
@pytest.mark.parametrize("field", [*RULE_FIELDS, "args", "kwargs"])
def test_a_preview_refuses_what_saving_would_refuse_and_in_the_same_way(
    client: APIClient, endpoint: APIEndpoint, field: str
) -> None:
    good = a_definition(endpoint, KIND_OF_FIELD[field])

    for value in [*HOSTILE[::2], *ALSO_HOSTILE.get(field, [])]:
        preview = client.post(PREVIEW, good | {field: value})
        saving = client.post(ADDRESS, good | {field: value})

        if saving.status_code == 201:
            assert preview.status_code == 200, (field, value, preview.content[:300])
            APIEndpointSchedule.objects.all().delete()
        else:
            assert preview.status_code == 400, (field, value)
            assert preview.json() == saving.json()
