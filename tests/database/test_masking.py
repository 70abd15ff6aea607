"""No secret of the settings stands in the ledger."""

from collections.abc import Iterator
from typing import Any

import pytest

from schedules import masking
from schedules.masking import mask, mask_all


@pytest.fixture(autouse=True)
def _secrets_are_read_anew() -> Iterator[None]:
    masking._secrets.cache_clear()
    yield
    masking._secrets.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("SECRET_KEY", "a long key that signs", "a long key that signs"),
        ("SECRET_KEY_FALLBACKS", ["an older key that signed"], "an older key that signed"),
        ("JQUANTS_API_KEY", "key-0123456789", "key-0123456789"),
        ("SOME_TOKEN", "token-0123456789", "token-0123456789"),
        ("EMAIL_HOST_PASSWORD", "correct horse", "correct horse"),
        ("REDIS_URL", "redis://:hunter2-hunter2@redis:6379/0", "hunter2-hunter2"),
        ("REDIS_URL", "redis://:p%40ss-w%2Ford@redis:6379/0", "p@ss-w/ord"),
        ("CELERY_BROKER_URL", "amqp://user:hunter2-hunter2@broker//", "hunter2-hunter2"),
    ],
)
def test_a_secret_of_the_settings_is_masked(settings: Any, name: str, value: Any, secret: str) -> None:
    setattr(settings, name, value)

    assert mask(f"The answer to {secret} was 403.") == "The answer to *** was 403."


def test_a_secret_among_the_settings_of_an_app_is_masked(settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "METRICS_TOKEN": "scrape-0123456789"}

    assert mask("Bearer scrape-0123456789") == "Bearer ***"


def test_the_passwords_of_all_brokers_are_masked(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://:first-password@a:6379/0;redis://:other-password@b:6379/0"

    assert mask("first-password other-password") == "*** ***"


def test_the_password_of_the_database_is_masked(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", "tr0ub4dor&3")

    assert mask("authentication failed: tr0ub4dor&3") == "authentication failed: ***"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgres://stockura:pw@db:5432/x", "postgres://stockura:***@db:5432/x"),
        ("redis://:p@ss:w@redis/0 https://x:y", "redis://:***@redis/0 https://x:y"),
        ("redis://:pw@redis/0 and amqp://a:b@c", "redis://:***@redis/0 and amqp://a:***@c"),
        ("https://example.jp:443/a@b", "https://example.jp:443/a@b"),
        ("mail a:b@c", "mail a:b@c"),
    ],
)
def test_a_password_in_an_address_is_masked_however_short(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_everything_in_a_nested_result_is_masked(settings: Any) -> None:
    settings.JQUANTS_API_KEY = "key-0123456789"

    result = {"key-0123456789": [{"url": "https://x/?k=key-0123456789"}, ("key-0123456789", 1, None, True)]}

    assert mask_all(result) == {"***": [{"url": "https://x/?k=***"}, ["***", 1, None, True]]}


def test_of_two_secrets_one_of_which_holds_the_other_nothing_is_left(settings: Any) -> None:
    settings.JQUANTS_API_KEY = "0123456789"
    settings.SOME_TOKEN = "0123456789-and-more"

    assert mask("0123456789-and-more") == "***"


def test_names_that_only_sound_secret_are_left_alone(settings: Any) -> None:
    settings.MONKEY = "ordinary word"

    assert mask("ordinary word auth.User") == "ordinary word auth.User"
