"""Which messages an AMQP broker has is known by their numbers, however it answers: one by one, many at once, or no."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from schedules.beat.confirms import Confirms

Answer = tuple[str, int, bool]


class Channel:
    """An AMQP channel whose broker gives the ``answers`` it is told to, and then says nothing."""

    def __init__(self, *answers: Answer) -> None:
        self.events: dict[str, set[Callable[[int, bool], None]]] = defaultdict(set)
        self.connection = self
        self.selected = 0
        self._answers = list(answers)

    def confirm_select(self) -> None:
        self.selected += 1

    def basic_publish(self, text: str) -> str:
        return f"published {text}"

    def drain_events(self, timeout: float) -> None:
        if not self._answers:
            raise TimeoutError
        kind, number, multiple = self._answers.pop(0)
        for callback in self.events[kind]:
            callback(number, multiple)


def published(channel: Any, count: int) -> Confirms:
    confirms = Confirms.of(channel)
    assert confirms is not None
    for number in range(count):
        assert channel.basic_publish(f"{number}") == f"published {number}"
    return confirms


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ([("basic_ack", 1, False), ("basic_ack", 3, False), ("basic_ack", 2, False)], set()),
        ([("basic_ack", 2, True), ("basic_ack", 3, False)], set()),
        ([("basic_ack", 3, True)], set()),
        ([("basic_nack", 2, False), ("basic_ack", 3, True)], {2}),
        ([("basic_ack", 1, False), ("basic_nack", 3, True)], {2, 3}),
    ],
)
def test_every_message_is_waited_for_and_those_refused_are_named(answers: list[Answer], refused: set[int]) -> None:
    confirms = published(Channel(*answers), 3)

    assert confirms.wait() == refused
    assert confirms.wait() == set()


def test_a_broker_that_does_not_confirm_all_has_not_taken_all() -> None:
    confirms = published(Channel(("basic_ack", 2, True)), 3)

    with pytest.raises(TimeoutError):
        confirms.wait()


def test_numbers_go_on_over_all_that_a_channel_publishes() -> None:
    channel = Channel(("basic_ack", 2, True), ("basic_nack", 3, False))
    assert published(channel, 2).wait() == set()

    again = published(channel, 1)

    assert again.published == 3
    assert again.wait() == {3}
    assert channel.selected == 1


def test_brokers_without_confirmations_have_none() -> None:
    assert Confirms.of(object()) is None
