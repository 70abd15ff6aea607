"""The tools of the process tests themselves: what they promise to every other test."""

import pytest
import redis
from django.contrib.auth import get_user_model

from tests.support.stack import Stack
from tests.support.waiting import wait_until

COUNT_USERS = "from django.contrib.auth import get_user_model\nanswer = get_user_model().objects.count()"


def test_processes_see_the_rows_that_the_test_has_saved(stack: Stack) -> None:
    get_user_model().objects.create_user("operator")

    assert stack.python(COUNT_USERS) == 1


def test_the_test_sees_the_rows_that_a_process_has_saved(stack: Stack) -> None:
    stack.manage("createsuperuser", "--noinput", "--username=operator", "--email=")

    assert get_user_model().objects.filter(username="operator").exists()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_empty_tables_and_an_empty_redis(
    stack: Stack, redis_client: redis.Redis, turn: int
) -> None:
    assert get_user_model().objects.count() == 0
    assert redis_client.dbsize() == 0

    get_user_model().objects.create_user("operator")
    redis_client.set("left", "behind")


def test_a_killed_worker_leaves_no_child_behind(stack: Stack) -> None:
    worker = stack.worker("--concurrency=1")

    worker.kill()

    wait_until(lambda: not worker.has_left_children(), within=5)


def test_a_killed_redis_keeps_its_data(stack: Stack, redis_client: redis.Redis) -> None:
    redis_client.set("kept", "yes")

    stack.redis.kill()
    stack.redis.start()

    assert redis_client.get("kept") == "yes"


def test_waiting_in_vain_says_for_what() -> None:
    with pytest.raises(AssertionError, match=r"Waited 0\.[14] s in vain for: the tide. Last answer: None."):
        wait_until(lambda: None, within=0.1, saying="the tide")
