"""Keeping within the plan's requests per minute."""

import pytest

from stockura.jquants.client import MAX_PACE_WAIT_SECONDS
from stockura.jquants.errors import RateLimited
from stockura.jquants.pacing import Pace, shared_pace
from tests.support.jquants import a_client, a_standin


class Clock:
    """Monotonic seconds that only a test moves; sleeping moves them too."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_burst_up_to_the_limit_goes_through_and_the_next_one_waits_out_the_minute() -> None:
    clock = Clock()
    pace = Pace(3, clock=clock)

    assert [pace.take(), pace.take(), pace.take(), pace.take()] == [0, 0, 0, 60]
    clock.sleep(59)
    assert pace.take() == pytest.approx(1)
    clock.sleep(1)
    assert pace.take() == 0


def test_no_minute_ever_holds_more_than_the_limit() -> None:
    clock = Clock()
    pace = Pace(5, clock=clock)
    sent = []
    while len(sent) < 40:
        if wait := pace.take():
            clock.sleep(wait)
        else:
            sent.append(clock.now)
            clock.sleep(len(sent) % 7)

    for start in sent:
        assert len([moment for moment in sent if start <= moment < start + 60]) <= 5


def test_a_limit_that_lets_nothing_through_is_refused() -> None:
    with pytest.raises(ValueError, match="JQUANTS_REQUESTS_PER_MINUTE"):
        Pace(0)


def test_clients_of_one_address_share_their_pace() -> None:
    assert shared_pace("http://one/v2", 5) is shared_pace("http://one/v2", 5)
    assert shared_pace("http://one/v2", 5) is not shared_pace("http://two/v2", 5)


def test_a_used_up_minute_frees_the_worker_before_the_first_page() -> None:
    clock = Clock()
    with a_standin() as standin, a_client(standin, pace=Pace(1, clock=clock), sleep=clock.sleep) as client:
        client.listed_issues()
        with pytest.raises(RateLimited) as refused:
            client.listed_issues()

        assert refused.value.retry_after == pytest.approx(61)
        assert len(standin.requests) == 1


def test_a_short_wait_is_waited_for() -> None:
    clock = Clock()
    with a_standin() as standin, a_client(standin, pace=Pace(1, clock=clock), sleep=clock.sleep) as client:
        client.listed_issues()
        clock.sleep(60 - MAX_PACE_WAIT_SECONDS)
        client.listed_issues()

        assert len(standin.requests) == 2
        assert clock.now == 1060


def test_later_pages_wait_as_long_as_it_takes_and_the_server_never_objects() -> None:
    clock = Clock()
    with a_standin(page_size=5) as standin, a_client(standin, pace=Pace(5, clock=clock), sleep=clock.sleep) as client:
        assert len(client.listed_issues().issues) > 30

        assert len(standin.requests) == 8
        assert clock.now == 1060
