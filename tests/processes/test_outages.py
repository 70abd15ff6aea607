"""Redis or the database gone at the due moment: what was due is made up for by policy, once, and its lateness is kept.

Plain RedBeat moves its entries on when the broker is away (16 of 20 lost over ten seconds), ends when the schedules'
Redis is away, and never again fires what an emptied Redis has forgotten.
"""

import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import psycopg.sql
import pytest
import redis
from django.db import connection

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import Reason
from tests.support.builders import a_schedule, an_endpoint
from tests.support.driven_beat import sent
from tests.support.processes import RunningProcess
from tests.support.redis_server import OwnRedis, RedisServer
from tests.support.stack import Stack
from tests.support.storm import Kept, Reckoning, intervals, is_full_size, many_at_once, occurrences_of, states_of_runs
from tests.support.waiting import patient, wait_until

State = ScheduleRun.State

#: Seconds of an outage.
OUTAGE = 30 if is_full_size() else 7


@pytest.mark.one_database
def test_redis_is_down_at_the_due_moment_and_everything_is_made_up_for_with_its_lateness(stack: Stack) -> None:
    worker = Kept(lambda: stack.worker("--concurrency=2"))
    start_beat(stack)
    due = whole_second(6)
    endpoint = an_endpoint(task="tests.effect")
    schedules = many_at_once(endpoint, 20, due)
    steady = every_second(endpoint, due, catch_up_policy="all")
    latest = every_second(endpoint, due, catch_up_policy="latest")
    sleep_until(due - timedelta(seconds=1))

    stack.redis.kill()
    time.sleep(OUTAGE)
    back_at = datetime.now(UTC)
    stack.redis.start()

    reckoning = Reckoning(stack, {(row.pk, due) for row in schedules} | occurrences_of([steady], due + OUTAGE_SPAN))
    all_done_by(worker, reckoning, within=60)
    APIEndpointSchedule.objects.get(pk=steady.pk).delete()
    APIEndpointSchedule.objects.get(pk=latest.pk).delete()
    time.sleep(2)
    assert reckoning.look().repeated == set()

    runs = ScheduleRun.objects.filter(schedule__in=schedules)
    wait_until(lambda: runs.filter(state=State.SUCCEEDED).count() == 20, within=10)
    late = [(run.dispatched_at - run.scheduled_for).total_seconds() for run in runs]
    assert min(late) >= (back_at - due).total_seconds()
    assert max(late) < (back_at - due).total_seconds() + patient(10)
    # Of what was due meanwhile the latest once, and a row with the reason for each of the others.
    of_latest = ScheduleRun.objects.filter(schedule_name=latest.name, scheduled_for__lte=back_at)
    coalesced = of_latest.filter(state=State.MISSED, state_reason=Reason.COALESCED).count()
    assert coalesced >= OUTAGE - 2
    instants = sorted(of_latest.values_list("scheduled_for", flat=True))
    assert instants == [due + timedelta(seconds=number) for number in range(len(instants))]


@pytest.mark.one_database
def test_a_redis_that_hangs_at_the_due_moment_gets_each_message_once_when_it_wakes(
    stack: Stack, redis_client: redis.Redis
) -> None:
    """A command that was given up may still be waiting in the frozen server's ear."""
    beat = stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=30)
    due = whole_second(5)
    schedules = many_at_once(an_endpoint(), 300, due)
    sleep_until(due - timedelta(milliseconds=20))

    time.sleep(0.025)
    stack.redis.freeze()
    time.sleep(OUTAGE)
    stack.redis.thaw()

    wait_until(lambda: redis_client.llen("default") >= 300, within=30, saying="everything to be sent")
    time.sleep(4)
    assert Counter(sent(redis_client)) == {(row.pk, due.isoformat()): 1 for row in schedules}
    assert beat.is_running


def test_a_redis_replaced_by_an_empty_one_is_filled_again_and_what_was_due_meanwhile_is_sent(
    stack: Stack, redis_server: RedisServer
) -> None:
    if not isinstance(redis_server, OwnRedis):
        pytest.skip("This test replaces Redis, and TEST_REDIS_URL names a server that the tests do not own.")
    worker = Kept(lambda: stack.worker("--concurrency=2"))
    start_beat(stack)
    due = whole_second(8)
    endpoint = an_endpoint(task="tests.effect")
    schedules = many_at_once(endpoint, 20, due)
    steady = every_second(endpoint, due - timedelta(seconds=4), catch_up_policy="all")
    rare = a_schedule(endpoint=endpoint, schedule_type="cron", execution_times=None, cron_expression="0 5 1 1 *")
    sleep_until(due - timedelta(seconds=2))
    # Until the ledger has what was sent: of that, an emptied Redis keeps nothing.
    wait_until(lambda: len(stack.effects()) >= 2, within=10)

    redis_server.kill()
    shutil.rmtree(redis_server.directory)
    time.sleep(4)
    redis_server.start()

    back = time.monotonic()
    everything = {row.pk for row in [*schedules, steady, rare]}
    wait_until(lambda: Mirror().schedule_ids() == everything, within=10, saying="all schedules to be in force")
    print(f"in force {time.monotonic() - back:.1f} s after Redis was back")
    reckoning = Reckoning(
        stack, {(row.pk, due) for row in schedules} | occurrences_of([steady], due + timedelta(seconds=6))
    )
    # A message that lay in the old Redis is missed by the ledger after a minute or two.
    all_done_by(worker, reckoning, within=200)
    APIEndpointSchedule.objects.get(pk=steady.pk).delete()
    time.sleep(2)
    reckoning.look()
    assert reckoning.repeated == set()
    assert rare.pk not in {number for number, _when in reckoning.done}


def test_beat_sends_on_while_the_database_is_away_and_the_history_catches_up(stack: Stack) -> None:
    beat, worker = start_both(stack)
    start = whole_second(5)
    end = start + timedelta(seconds=OUTAGE + 6)
    schedules = intervals(an_endpoint(task="tests.enter"), 6, every=2, start=start, end=end)
    slow = a_schedule(endpoint=an_endpoint(name="slow", task="tests.slow"), args=[3 + OUTAGE / 2], schedule_type="once",
        execution_times=None, run_at=start)  # fmt: skip
    reckoning = Reckoning(stack, occurrences_of([*schedules, slow], end))
    sleep_until(start + timedelta(seconds=2))

    with the_database_away():
        gone_at = datetime.now(UTC)
        time.sleep(OUTAGE)
        back_at = datetime.now(UTC)

    reckoning.wait_for_all(within=90)
    reckoning.assert_each_once()
    assert stack.effects("again") == []
    # What was due during the outage was sent during the outage.
    meanwhile = ScheduleRun.objects.filter(scheduled_for__gt=gone_at, scheduled_for__lt=back_at - timedelta(seconds=2))
    assert meanwhile.count() >= (OUTAGE - 3) * 3
    late = [(run.dispatched_at - run.scheduled_for).total_seconds() for run in meanwhile]
    print(f"sent at most {max(late):.2f} s late while the database was away")
    assert max(late) < 2
    assert beat.is_running
    assert worker.is_running


OUTAGE_SPAN = timedelta(seconds=OUTAGE)


def start_both(stack: Stack):
    return start_beat(stack), stack.worker("--concurrency=2")


def start_beat(stack: Stack) -> RunningProcess:
    beat = stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=30, saying="beat to lead")
    return beat


def all_done_by(worker: Kept, reckoning: Reckoning, *, within: float) -> None:
    """Celery's worker may end with an error of its own when its broker vanishes: its service manager is played here."""

    def is_done() -> bool:
        if not worker.process.is_running:
            worker.kill()
        return not reckoning.look().lost

    wait_until(is_done, within=within, every=0.2, saying=f"all to be done: {states_of_runs()}")


def every_second(endpoint: object, start: datetime, **fields: object) -> APIEndpointSchedule:
    usual = {"schedule_type": "interval", "execution_times": None, "interval_seconds": 1, "overlap_policy": "allow"}
    return a_schedule(endpoint=endpoint, starts_at=start, **usual, **fields)


def whole_second(ahead: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=ahead)


def sleep_until(when: datetime) -> None:
    time.sleep(max(0.0, (when - datetime.now(UTC)).total_seconds()))


@contextmanager
def the_database_away() -> Iterator[None]:
    """PostgreSQL refuses every connection and ends those that are open; a SQLite file is locked by somebody else."""
    if connection.vendor == "postgresql":
        yield from _refused_by_postgresql()
    else:
        yield from _locked_sqlite()


def _refused_by_postgresql() -> Iterator[None]:
    parameters = connection.get_connection_params()
    name = parameters.pop("dbname")
    connection.close()
    known = {key: parameters[key] for key in ("host", "port", "user", "password") if key in parameters}
    with psycopg.connect(dbname="postgres", autocommit=True, **known) as admin:
        quoted = psycopg.sql.Identifier(name)
        admin.execute(psycopg.sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(quoted))
        try:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            yield
        finally:
            admin.execute(psycopg.sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true").format(quoted))


def _locked_sqlite() -> Iterator[None]:
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=30, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()
