"""Know of each message whether the broker has it, many of them in one wait: for AMQP, where publishing says nothing.

RabbitMQ takes a message into a buffer and confirms it when it is safe. A broker that dies before that takes it along.
Waiting for each confirmation in turn (``confirm_publish``) sends some hundred messages a second; so beat publishes many
and waits once.
"""

from typing import Any

#: Seconds for which the broker may say nothing while something is unconfirmed.
CONFIRM_SECONDS = 2.0
#: Where a channel keeps what watches over it.
_ON_CHANNEL = "_schedules_confirms"


class Confirms:
    """What one AMQP channel has published, and what its broker has said of it. Not thread-safe, as the channel."""

    def __init__(self, channel: Any) -> None:
        self._connection = channel.connection
        #: The number that the broker will confirm the message published last by.
        self.published = 0
        self._waiting: set[int] = set()
        self._refused: set[int] = set()
        channel.confirm_select()
        self._publish = channel.basic_publish
        channel.basic_publish = self._count
        channel.events["basic_ack"].add(self._taken)
        channel.events["basic_nack"].add(self._not_taken)

    @classmethod
    def of(cls, channel: Any) -> "Confirms | None":
        """Return the one of a channel, made when first asked for; None where a broker does not confirm."""
        if not hasattr(channel, "confirm_select"):
            return None
        found = getattr(channel, _ON_CHANNEL, None)
        if found is None:
            found = cls(channel)
            setattr(channel, _ON_CHANNEL, found)
        return found

    def wait(self) -> set[int]:
        """Wait until the broker has said of every message whether it took it; return the numbers of those it did not.

        Raises TimeoutError, or an error of the connection, when it does not say so in time.
        """
        while self._waiting:
            self._connection.drain_events(timeout=CONFIRM_SECONDS)
        refused, self._refused = self._refused, set()
        return refused

    def _count(self, *args: Any, **kwargs: Any) -> Any:
        answer = self._publish(*args, **kwargs)
        self.published += 1
        self._waiting.add(self.published)
        return answer

    def _taken(self, number: int, multiple: bool) -> None:
        self._waiting -= self._meant(number, multiple)

    def _not_taken(self, number: int, multiple: bool) -> None:
        self._refused |= self._meant(number, multiple)
        self._waiting -= self._refused

    def _meant(self, number: int, multiple: bool) -> set[int]:
        return {each for each in self._waiting if each <= number} if multiple else {number}
