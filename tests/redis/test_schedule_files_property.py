"""Whatever stands in the database: exported and applied again, nothing changes; applied elsewhere, it is all there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.services.files.applying import apply_file
from schedules.services.files.shape import SECTIONS, raw_of, settle
from schedules.services.files.writing import written
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule, an_endpoint
from tests.support.effort import IS_LONG

#: Texts that a database keeps, among them what YAML might take for something else.
WORDS = st.one_of(
    st.sampled_from(["yes", "on", "null", "~", "17:40", "1e3", "0x1F", "1_000", ".inf", "=", "<<", "#", "-"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
).filter(lambda text: text.strip() == text and text)
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        WORDS,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
TIMES = st.lists(
    st.builds("{:02}:{:02}".format, st.integers(0, 29), st.integers(0, 59)), min_size=1, max_size=3, unique=True
).map(lambda times: {"times": times})
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
KINDS: dict[str, dict[str, Any]] = {
    "daily": {"execution_times": TIMES},
    "weekly": {
        "execution_times": TIMES,
        "weekdays": st.lists(st.sampled_from(["mon", "wed", "sun"]), min_size=1, unique=True),
    },
    "monthly": {
        "execution_times": TIMES,
        "month_days": st.lists(st.sampled_from([1, 31, "last", "2-fri", "trading:-1"]), min_size=1, unique=True),
        "short_months": st.sampled_from(["skip", "last_day"]),
    },
    "cron": {"cron_expression": st.sampled_from(["0 8 * * 1-5", "*/15 9-15 * * mon", "@daily", "0 0 L * *"])},
    "interval": {"interval_seconds": st.integers(1, 10**6)},
    "once": {"run_at": INSTANTS},
}
SCHEDULES = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.fixed_dictionaries(
        {"schedule_type": st.just(kind), "description": st.one_of(st.just(""), WORDS), **KINDS[kind]},
        optional={
            "timezone": st.sampled_from(["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"]),
            "trading_day_rule": st.sampled_from(["any", "skip"] if kind != "once" else ["any"]),
            **({} if kind == "once" else {"starts_at": INSTANTS, "excluded_dates": st.just(["2026-12-31"])}),
            "args": st.one_of(st.none(), st.lists(JSON, max_size=3)),
            "kwargs": st.dictionaries(WORDS, JSON, max_size=2),
            "queue": st.one_of(st.just(""), WORDS),
            "priority": st.integers(0, 9),
            "expires_seconds": st.one_of(st.none(), st.integers(0, 10**6)),
            "jitter_seconds": st.integers(0, 600),
            "enabled": st.booleans(),
        },
    )
)


def contents() -> list[list[Any]]:
    """All that a file says, as rows."""
    return [
        [raw_of(row, column) for column in section.fields.values()]
        for section in SECTIONS
        for row in section.model.objects.order_by(*section.key)
    ]


class RoundTrip(TestCase):
    @settings(max_examples=600 if IS_LONG else 30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(name=WORDS, fields=SCHEDULES)
    def test_an_export_applied_changes_nothing_and_brings_all_of_it_back(self, name: str, fields: Any) -> None:
        endpoint = an_endpoint(name=name)
        schedule = APIEndpointSchedule(endpoint=endpoint, name=name, **fields)
        try:
            schedule.full_clean()
        except ValidationError:
            assume(False)
        settle(schedule)
        schedule.save()
        before = (contents(), list(APIEndpointSchedule.objects.values()))

        text = "".join(written())
        assert apply_file(text).changes_nothing, text
        assert (contents(), list(APIEndpointSchedule.objects.values())) == before

        APIEndpoint.objects.all().delete()
        apply_file(text)
        assert contents() == before[0], text


@pytest.mark.django_db(transaction=True)
def test_what_a_file_makes_is_in_force_and_what_it_prunes_is_not() -> None:
    kept = a_schedule(name="kept")
    text = "owner: operations\nschedules:\n- {name: new, endpoint: companies, execution_times: {times: [8:10]}}\n"
    apply_file(text, dry_run=True)
    assert Mirror().schedule_ids() == {kept.pk}

    apply_file(text)
    new = APIEndpointSchedule.objects.get(name="new")
    assert Mirror().schedule_ids() == {kept.pk, new.pk}

    apply_file("owner: operations\nschedules: []\n", prune=True)
    assert Mirror().schedule_ids() == {kept.pk}
