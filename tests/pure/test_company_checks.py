"""Settings that cannot be meant are refused at the start, with what to write instead."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from stockura.companies.checks import check_jquants_settings


def test_the_usual_settings_pass() -> None:
    assert check_jquants_settings(None) == []


@pytest.mark.parametrize(
    ("name", "value", "code", "hint"),
    [
        ("JQUANTS_SHRINK_LIMIT", 20.0, "companies.E001", "JQUANTS_SHRINK_LIMIT=0.2"),
        ("JQUANTS_SHRINK_LIMIT", -0.1, "companies.E001", "JQUANTS_SHRINK_LIMIT=0.2"),
        ("JQUANTS_SHRINK_LIMIT", float("nan"), "companies.E001", "JQUANTS_SHRINK_LIMIT=0.2"),
        ("JQUANTS_REQUESTS_PER_MINUTE", 0, "companies.E002", "5 (Free)"),
        ("JQUANTS_READ_TIMEOUT_SECONDS", 0.0, "companies.E003", "JQUANTS_READ_TIMEOUT_SECONDS=30"),
        ("JQUANTS_CONNECT_TIMEOUT_SECONDS", float("inf"), "companies.E003", "JQUANTS_CONNECT_TIMEOUT_SECONDS=30"),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused_with_a_cure(
    settings: Any, name: str, value: float, code: str, hint: str
) -> None:
    setattr(settings, name, value)

    (error,) = check_jquants_settings(None)
    assert error.id == code
    assert name in error.msg
    assert hint in error.hint


def test_the_check_is_registered(settings: Any) -> None:
    settings.JQUANTS_SHRINK_LIMIT = 20.0

    with pytest.raises(SystemCheckError, match=r"companies\.E001"):
        call_command("check")
