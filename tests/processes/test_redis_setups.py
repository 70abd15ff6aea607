"""Real Redis servers as operations set them up: Sentinels are followed to the new master, a cluster is refused."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.core.checks import Error

from schedules.checks import redis_state
from schedules.models import ScheduleRun
from stockura.running.embedded_redis import find_redis_server
from tests.support.builders import a_schedule, an_endpoint
from tests.support.ports import free_port
from tests.support.stack import APP, Stack
from tests.support.waiting import patient, wait_until

pytestmark = pytest.mark.one_database


class Servers:
    """Redis servers of a test, each killed at its end."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, *options: str, config: str | None = None) -> int:
        port = free_port()
        folder = self._directory / str(port)
        folder.mkdir()
        command = [str(find_redis_server())]
        if config is not None:
            (folder / "redis.conf").write_text(config)
            command.append(str(folder / "redis.conf"))
        command += ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", *options]
        with (folder / "log").open("ab") as log:
            self.processes[port] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_until(lambda: answers(port), within=30, saying=f"Redis on port {port}")
        return port

    def kill(self, port: int) -> None:
        self.processes[port].kill()
        self.processes[port].wait(timeout=patient(10))


def answers(port: int) -> bool:
    with suppress(redis.RedisError), closing(redis.Redis(port=port, socket_timeout=2)) as client:
        return bool(client.ping())
    return False


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    found = Servers(tmp_path)
    yield found
    for port in found.processes:
        found.kill(port)


def test_beat_and_workers_follow_the_sentinels_to_a_new_master_and_nothing_is_done_twice(
    stack: Stack, servers: Servers
) -> None:
    master = servers.start("--appendonly", "yes")
    replica = servers.start("--replicaof", "127.0.0.1", str(master))
    watched = f"sentinel monitor mymaster 127.0.0.1 {master} 1\nsentinel down-after-milliseconds mymaster 1000\n"
    sentinel = servers.start("--sentinel", config=watched + "sentinel failover-timeout mymaster 5000\n")
    with closing(redis.Redis(port=replica, decode_responses=True)) as client:
        wait_until(lambda: client.info("replication")["master_link_status"] == "up", within=15)
    with closing(redis.Redis(port=sentinel)) as client:
        wait_until(lambda: client.sentinel_slaves("mymaster"), within=15, saying="the sentinel to know the replica")
    del stack.env["REDIS_URL"]
    stack.env |= {"REDIS_SENTINELS": f"127.0.0.1:{sentinel}", "SCHEDULES_HEARTBEAT_EVERY_SECONDS": "1"}
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), schedule_type="interval", execution_times=None,
        interval_seconds=1, catch_up_policy="all", overlap_policy="allow")  # fmt: skip
    worker = stack.worker("--concurrency=2")
    beat = stack.beat()
    wait_until(lambda: len(stack.effects()) >= 3, within=25, saying="three effects")
    depths = "from schedules.monitoring import queue_depths\nanswer = queue_depths(['default'])"
    assert isinstance(stack.python(depths)["default"], int)

    servers.kill(master)

    before = len(stack.effects())
    worker_command = ("celery", "-A", APP, "worker", "--loglevel=INFO", "--hostname=again@%h", "--concurrency=2")

    def goes_on() -> bool:
        nonlocal worker
        if not worker.is_running:
            # Celery's own loop may end with an error when its master vanishes; a service manager starts it again.
            worker = stack.start("worker-again", *worker_command)
        return len(stack.effects()) >= before + 8

    wait_until(goes_on, within=150, every=1, saying="the work to go on with the new master")
    assert beat.is_running
    with closing(redis.Redis(port=replica, decode_responses=True)) as client:
        assert client.info("replication")["role"] == "master"
    type(schedule).objects.filter(pk=schedule.pk).update(enabled=False)
    time.sleep(2)
    times = Counter((number, when) for number, when, _task_id in stack.effects())
    assert [occurrence for occurrence, number in times.items() if number > 1] == []
    assert ScheduleRun.objects.filter(state=ScheduleRun.State.SUCCEEDED).count() >= before + 8


def test_a_server_of_a_cluster_is_refused_by_the_checks(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    port = servers.start("--cluster-enabled", "yes")
    monkeypatch.setattr(redis_state, "_addresses", lambda: [f"redis://127.0.0.1:{port}/0"])

    found = [message for message in redis_state.check_redis(None) if isinstance(message, Error)]

    assert [message.id for message in found] == ["schedules.E020"]
    assert "REDIS_SENTINELS" in found[0].hint


def test_redbeats_own_ways_of_naming_a_cluster_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Celery("cluster", set_as_current=False)
    app.conf.update(redbeat_redis_url="redis-cluster://", redbeat_redis_options={"startup_nodes": []})
    monkeypatch.setattr(redis_state, "current_app", type("Proxy", (), {"_get_current_object": lambda self: app})())

    assert [message.id for message in redis_state.check_no_cluster(None)] == ["schedules.E020"]
