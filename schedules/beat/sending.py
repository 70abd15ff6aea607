"""Hand occurrences to the broker.

Two ways, and Celery's own code decides in both what a message holds. On any broker messages are published through
kombu, over one connection, many in one round trip or with one wait for the broker's word where it can. Where the
queues lie in the very Redis that holds the mirror, the message is only written here and leaves in the same atomic step
that moves its entry on: nothing can happen between the two.
"""

import base64
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu import serialization
from kombu.compression import compress
from kombu.exceptions import BatchPublishError, OperationalError
from kombu.transport.redis import Channel as RedisChannel
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps
from redbeat.schedulers import ensure_conf

from schedules import tracing
from schedules.beat.confirms import Confirms
from schedules.beat.due import Move
from schedules.beat.stencil import Recorder, Stencils
from schedules.messages import HEADER, Origin, task_id_of
from schedules.task_catalogue import is_allowed


class BrokerUnreachable(Exception):
    """The broker did not take a message; nothing is known to be wrong with the message itself."""


class CannotBeSent(Exception):
    """The message itself is at fault; ``str()`` is a sentence about what is wrong with it."""


class Sender:
    """Sends for one Celery app."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._stencils = Stencils(app)
        self._writer = MessageWriter() if queues_lie_in_the_mirror(app) else None
        self._one_by_one = False
        self._is_traced = False
        self._confirms: Confirms | None = None
        #: What was published and waits for the broker's word, by its number there.
        self._unconfirmed: dict[int, tuple[Move, datetime]] = {}

    def prepare(self) -> None:
        """Let Celery look up now what it looks up for its first message: the first one due is not to wait for that."""
        self._app.tasks["celery.backend_cleanup"].apply_async(producer=Recorder())

    @contextmanager
    def together(self, moves: list[Move], *, producer: Callable[[], Any]) -> Iterator[None]:
        """Let what is sent meanwhile leave in one round trip, where the broker can. Raises BrokerUnreachable.

        If that fails, none of it counts as sent, and ``moves`` is emptied: all is sent again, under the same ids.
        """
        # Asked once for all of them: where nobody traces, a message costs nothing more for it.
        self._is_traced = tracing.is_in_use()
        if self._writer is not None:
            yield
            return
        channel = producer().channel
        self._confirms = Confirms.of(channel)
        if self._confirms is not None:
            with self._confirmed(self._confirms, moves, producer().connection):
                yield
            return
        if not _takes_batches(channel) or self._one_by_one:
            self._one_by_one = False
            yield
            return
        try:
            with producer().batch():
                yield
        except BaseException as error:
            moves.clear()
            if not isinstance(error, BatchPublishError):
                raise
            # Perhaps one queue refuses its message: sent one by one next time, it does not hold up the others.
            self._one_by_one = True
            raise BrokerUnreachable(str(error.__cause__ or error)) from error

    @contextmanager
    def _confirmed(self, confirms: Confirms, moves: list[Move], connection: Any) -> Iterator[None]:
        self._unconfirmed.clear()
        try:
            yield
        except BrokerUnreachable:
            moves.clear()
            raise
        except BaseException:
            # The lock ran out in the middle: what the broker has by then need not be sent again.
            self._settle(confirms, moves, connection)
            raise
        self._settle(confirms, moves, connection)

    def _settle(self, confirms: Confirms, moves: list[Move], connection: Any) -> None:
        try:
            refused = confirms.wait()
        except (OSError, *connection.connection_errors) as error:
            moves.clear()
            what = str(error) or type(error).__name__
            raise BrokerUnreachable(f"It does not confirm what was sent: {what}") from error
        for number in refused & self._unconfirmed.keys():
            move, scheduled_for = self._unconfirmed[number]
            move.sent.remove(scheduled_for)
            move.set_aside = "The broker refused the message; perhaps its queue is full."

    def send(self, move: Move, scheduled_for: datetime, *, at: datetime, producer: Any) -> None:
        """Publish one occurrence, or write its message into ``move``. Raises BrokerUnreachable or CannotBeSent.

        ``producer`` is called for a kombu producer only when one is needed.
        """
        entry = move.entry
        task = self._app.tasks.get(entry.task)
        if task is None:
            raise CannotBeSent(f'No worker knows the task "{entry.task}".')
        if not is_allowed(entry.task):
            # Refused when saved, too; but rows are also changed past the models, and settings become stricter.
            raise CannotBeSent(f'This site does not allow the task "{entry.task}" to be called.')
        origin = Origin(entry.schedule_id, "scheduled", scheduled_for, at)
        try:
            if self._writer is not None:
                self._call(task, move, origin, self._writer)
                move.messages.append(self._writer.take())
            else:
                self._publish(task, move, origin, producer())
                if self._confirms is not None:
                    self._unconfirmed[self._confirms.published] = (move, scheduled_for)
        except (BrokerUnreachable, CannotBeSent):
            raise
        except Exception as error:  # arguments that do not fit the task or JSON, a queue name that nobody can use …
            raise CannotBeSent(f"{type(error).__name__}: {error}") from error

    def _publish(self, task: Any, move: Move, origin: Origin, producer: Any) -> None:
        try:
            self._call(task, move, origin, producer)
        except (OperationalError, OSError, *producer.connection.connection_errors) as error:
            raise BrokerUnreachable(str(error)) from error

    def _call(self, task: Any, move: Move, origin: Origin, producer: Any) -> None:
        entry = move.entry
        task_id = task_id_of(entry.schedule_id, origin.scheduled_for)
        tracer = tracing.dispatch(entry.task, task_id, origin) if self._is_traced else tracing.NOT_TRACED
        with tracer as traced:
            headers = {HEADER: origin.to_header(), **traced}
            if stencil := self._stencils.of(task, entry.args, entry.kwargs, entry.options):
                body, how = stencil.fill(entry.args, entry.kwargs, task_id=task_id, headers=headers)
                producer.publish(body, **how)
                return
            # A broker that is down is asked again by the next tick; waiting here would hold the lock idle.
            options = {"task_id": task_id, "headers": headers, "retry": False, **entry.options}
            task.apply_async(entry.args, entry.kwargs, producer=producer, **options)


def queues_lie_in_the_mirror(app: Celery) -> bool:
    """Say whether messages can be written into the mirror's Redis as kombu would put them there.

    Only for what is surely the same: the same plain Redis address, queues that are lists of their own name, and no
    event that would have to be published beside each message.
    """
    conf = app.conf
    options = conf.broker_transport_options or {}
    broker, mirror = (_address(url) for url in (conf.broker_write_url, ensure_conf(app).redis_url))
    return (
        broker is not None
        and broker == mirror
        and not options.get("global_keyprefix")
        and not conf.task_send_sent_event
        and all(queue.exchange.type == "direct" for queue in app.amqp.queues.values())
    )


def _takes_batches(channel: Any) -> bool:
    return hasattr(channel, "create_publish_batch") and getattr(channel, "supports_batch_publish", True)


class MessageWriter(Recorder):
    """Writes what Celery would publish as kombu's Redis transport does.

    Source: ``Producer.publish``, ``virtual.Channel.prepare_message`` and ``redis.Channel._put`` of kombu 5.7. Tests
    hold its messages against kombu's own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._written: tuple[str, str] | None = None

    def take(self) -> tuple[str, str]:
        """Return the queue's key and the text of the message written last, once."""
        written, self._written = self._written, None
        if written is None:
            raise CannotBeSent("Celery published nothing for this call.")
        return written

    def publish(
        self,
        body: Any,
        *,
        exchange: Any = "",
        routing_key: str = "",
        serializer: str | None = None,
        compression: str | None = None,
        headers: dict[str, Any] | None = None,
        priority: int | None = None,
        expiration: float | None = None,
        delivery_mode: Any = None,
        declare: Any = None,
        retry: Any = None,
        retry_policy: Any = None,
        timeout: Any = None,
        confirm_timeout: Any = None,
        mandatory: Any = None,
        immediate: Any = None,
        **properties: Any,
    ) -> None:
        if exchange:
            raise CannotBeSent(f'The exchange "{exchange}" is none that beat can send to here. Name a queue instead.')
        headers = headers or {}
        content_type, content_encoding, payload = serialization.dumps(body, serializer=serializer)
        if compression:
            payload, headers["compression"] = compress(payload, compression)
        if expiration is not None:
            properties["expiration"] = str(int(expiration * 1000))
        properties |= {
            "delivery_mode": delivery_mode,
            "delivery_info": {"exchange": "", "routing_key": routing_key},
            "priority": priority or 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid.uuid4()),
        }
        message = {
            "body": bytes_to_str(base64.b64encode(str_to_bytes(payload))),
            "content-encoding": content_encoding,
            "content-type": content_type,
            "headers": headers,
            "properties": properties,
        }
        self._written = (_key_of(routing_key, priority or 0), dumps(message))


def _key_of(queue: str, priority: int) -> str:
    steps = [step for step in RedisChannel.priority_steps if step <= min(max(priority, 0), 9)]
    return f"{queue}{RedisChannel.sep}{steps[-1]}" if steps[-1] else queue


def _address(url: str | None) -> tuple[str, str, int, int] | None:
    """Return what makes two Redis addresses one place; None for anything but a plain Redis."""
    parts = urlsplit(url or "")
    if parts.scheme not in ("redis", "rediss"):
        return None
    database = parts.path.strip("/") or "0"
    if not database.isdigit() or "virtual_host" in parts.query or "db=" in parts.query:
        return None
    return parts.scheme, parts.hostname or "localhost", parts.port or 6379, int(database)
