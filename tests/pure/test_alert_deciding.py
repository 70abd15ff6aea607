"""Which alerts open, end and are told, by time and rule alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schedules.alerts.deciding import (
    Finding,
    Known,
    Look,
    Pace,
    Telling,
    Terms,
    changes,
    not_to_be_told,
    tellings,
)

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PACE = Pace(group=timedelta(seconds=20), again=5 * MINUTE, hold={"beat_silent": MINUTE})
EVENTS = frozenset({"failed", "late", "beat_silent", "drift"})


def finding(number: int = 1, **changed: Any) -> Finding:
    usual = {"event": "failed", "subject": f"schedule:{number}", "title": "Morning", "since": NOW}
    return Finding(**{**usual, "schedule_id": number, "endpoint_id": 7, **changed})


def known(number: int = 1, **changed: Any) -> Known:
    usual = {"event": "failed", "subject": f"schedule:{number}", "since": NOW - HOUR, "noticed_at": NOW - HOUR}
    return Known(**{"id": number, "is_over": False, **usual, **changed})


def told(alerts: list[Known], now: datetime = NOW, **terms: Any) -> list[Telling]:
    return tellings(Terms(events=EVENTS, **terms), alerts, now, PACE)


def test_what_is_wrong_opens_once() -> None:
    terms = Terms(events=EVENTS)
    assert changes(terms, [], Look([finding()]), NOW).opened == [finding()]
    again = changes(terms, [known()], Look([finding()]), NOW)
    assert (again.opened, again.still, again.over) == ([], [(1, finding())], [])


@pytest.mark.parametrize(
    ("terms", "is_asked"),
    [
        ({}, True),
        ({"events": frozenset({"late"})}, False),
        ({"schedule_id": 1}, True),
        ({"schedule_id": 2}, False),
        ({"endpoint_id": 7}, True),
        ({"endpoint_id": 8}, False),
        ({"failures": 3}, True),
        ({"failures": 4}, False),
    ],
)
def test_a_rule_opens_only_what_it_asks_for(terms: dict[str, Any], is_asked: bool) -> None:
    result = changes(Terms(**{"events": EVENTS, **terms}), [], Look([finding(count=3)]), NOW)
    assert bool(result.opened) == is_asked


def test_what_has_not_lasted_long_enough_is_left_alone() -> None:
    terms = Terms(events=EVENTS, lasting={"late": 5 * MINUTE})
    late = finding(event="late", since=NOW - 4 * MINUTE)
    assert changes(terms, [], Look([late]), NOW).opened == []
    assert changes(terms, [], Look([late]), NOW + MINUTE).opened == [late]


def test_what_is_not_found_any_more_is_over() -> None:
    assert changes(Terms(events=EVENTS), [known()], Look([]), NOW).over == [1]


def test_what_cannot_be_known_is_not_over() -> None:
    look = Look([], unknown=frozenset({"failed"}))
    result = changes(Terms(events=EVENTS), [known()], look, NOW)
    assert (result.over, result.withdrawn) == ([], [])


def test_what_nobody_asks_for_any_more_has_not_recovered() -> None:
    raised = changes(Terms(events=EVENTS, failures=5), [known()], Look([finding()]), NOW)
    switched_off = changes(Terms(events=EVENTS), [known(is_wanted=False)], Look([]), NOW)
    assert (raised.over, raised.withdrawn) == (switched_off.over, switched_off.withdrawn) == ([], [1])


def test_news_wait_for_others_and_are_one_message() -> None:
    alerts = [known(1, noticed_at=NOW), known(2, noticed_at=NOW + timedelta(seconds=15))]
    assert told(alerts, NOW + timedelta(seconds=19)) == []
    assert told(alerts, NOW + timedelta(seconds=20)) == [Telling("opened", "failed", (1, 2))]


def test_more_of_the_same_waits_after_a_message() -> None:
    alerts = [known(1, told_at=NOW), known(2, noticed_at=NOW)]
    assert told(alerts, NOW + 4 * MINUTE) == []
    assert told(alerts, NOW + 5 * MINUTE) == [Telling("opened", "failed", (2,))]


def test_other_events_do_not_wait_for_it() -> None:
    alerts = [known(1, told_at=NOW - MINUTE), known(2, event="late")]
    assert told(alerts) == [Telling("opened", "late", (2,))]


def test_what_repairs_itself_within_its_time_is_not_told() -> None:
    silent = known(event="beat_silent", subject="beat", since=NOW, noticed_at=NOW)
    assert told([silent], NOW + timedelta(seconds=59)) == []
    assert told([silent], NOW + MINUTE) == [Telling("opened", "beat_silent", (1,))]
    over = known(event="beat_silent", subject="beat", is_over=True)
    assert not_to_be_told(Terms(events=EVENTS), over)


def test_an_open_alert_is_told_again_only_as_a_reminder() -> None:
    alert = known(told_at=NOW)
    assert told([alert], NOW + 24 * HOUR) == []
    assert told([alert], NOW + 23 * HOUR, remind_after=24 * HOUR) == []
    assert told([alert], NOW + 24 * HOUR, remind_after=24 * HOUR) == [Telling("reminder", "failed", (1,))]


def test_recoveries_are_one_message_and_only_for_what_was_told() -> None:
    over = {"is_over": True, "resolved_at": NOW - MINUTE}
    alerts = [known(number, told_at=NOW - HOUR, **over) for number in (1, 2)]
    alerts.append(known(3, event="late", **over))
    assert told(alerts[:2]) == [Telling("recovered", "failed", (1, 2))]
    assert not_to_be_told(Terms(events=EVENTS), alerts[2])
    assert told(alerts[:2], tell_recovery=False) == []
    assert all(not_to_be_told(Terms(events=EVENTS, tell_recovery=False), alert) for alert in alerts)


def test_a_failure_that_is_over_before_it_could_be_told_is_told_all_the_same() -> None:
    alert = known(is_over=True, resolved_at=NOW)
    assert not not_to_be_told(Terms(events=EVENTS), alert)
    assert told([alert]) == [Telling("opened", "failed", (1,))]


def test_a_clock_that_was_ahead_and_is_set_back_keeps_nothing_from_being_told() -> None:
    day = 24 * HOUR
    told_ahead = known(1, told_at=NOW + day, noticed_at=NOW + day)
    news, silent = known(2, noticed_at=NOW + day), known(3, event="beat_silent", noticed_at=NOW + day)
    over = known(4, event="late", told_at=NOW - HOUR, is_over=True, resolved_at=NOW + day)
    assert told([told_ahead, news, silent, over]) == [
        Telling("opened", "beat_silent", (3,)),
        Telling("opened", "failed", (2,)),
        Telling("recovered", "late", (4,)),
    ]
    # Two machines whose clocks differ a little are no such clock.
    assert told([known(noticed_at=NOW + timedelta(seconds=2))]) == []
