"""Which processes `make run` starts for which settings."""

import pytest

from stockura.running import parts
from stockura.running.problem import Problem
from tests.support.ports import free_port


def settings(**changes: str) -> dict[str, str]:
    ports = {port.variable: str(free_port()) for port in parts.PORTS}
    return {"PATH": "/usr/bin:/bin", **ports, **changes}


def names(environment: dict[str, str]) -> list[str]:
    return [part.name for part in parts.choose_parts(environment)]


@pytest.fixture
def given_redis(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(parts, "refuse_silent_redis", lambda url: None)
    return "redis://redis.example.jp:6379/0"


def test_without_settings_everything_is_brought_along() -> None:
    environment = settings()

    assert names(environment) == ["web", "worker", "beat", "alerts", "redis", "jquants"]
    assert environment["REDIS_URL"] == f"redis://127.0.0.1:{environment['REDIS_PORT']}/0"


def test_a_given_redis_takes_the_place_of_the_embedded_one(given_redis: str) -> None:
    environment = settings(REDIS_URL=given_redis)

    assert names(environment) == ["web", "worker", "beat", "alerts", "jquants"]
    assert environment["REDIS_URL"] == given_redis


@pytest.mark.parametrize("variable", ["JQUANTS_API_KEY", "JQUANTS_BASE_URL"])
def test_a_given_j_quants_takes_the_place_of_the_stand_in(variable: str) -> None:
    assert names(settings(**{variable: "given"})) == ["web", "worker", "beat", "alerts", "redis"]


def test_an_empty_setting_is_no_setting() -> None:
    assert names(settings(REDIS_URL="", JQUANTS_API_KEY="")) == ["web", "worker", "beat", "alerts", "redis", "jquants"]


def test_a_port_that_nothing_uses_may_be_nonsense(given_redis: str) -> None:
    assert "redis" not in names(settings(REDIS_URL=given_redis, REDIS_PORT="nonsense"))


@pytest.mark.parametrize("number", ["0", "65536", "-1", "８０００", "80.0"])
def test_a_port_outside_of_the_range_is_refused(number: str) -> None:
    with pytest.raises(Problem, match="Write a number from 1 to 65535"):
        names(settings(WEB_PORT=number))


def test_the_defaults_are_those_of_the_settings() -> None:
    from django.conf import settings as django_settings

    by_part = {port.part: port for port in parts.PORTS}
    source = (django_settings.BASE_DIR / "stockura/settings.py").read_text()
    assert f"env.int('REDIS_PORT', default={by_part['redis'].default})" in source
    assert f'"JQUANTS_STANDIN_PORT", default={by_part["jquants"].default}' in source
