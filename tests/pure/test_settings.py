"""Starting without what a start needs: each program says so in one sentence and ends."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.ports import free_port
from tests.support.processes import ROOT
from tests.support.waiting import patient

PROGRAMS = {
    "manage.py": ["manage.py", "check"],
    "beat": ["-m", "celery", "-A", "stockura", "beat"],
    "worker": ["-m", "celery", "-A", "stockura", "worker"],
    "web": ["-m", "gunicorn", "stockura.wsgi", "--bind", f"127.0.0.1:{free_port()}"],
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_without_a_secret_key_and_debug_it_refuses_to_start_with_a_sentence(program: str) -> None:
    environment = {"PATH": os.environ["PATH"], "STOCKURA_ENV_FILE": os.devnull}

    ended = subprocess.run(
        [sys.executable, *PROGRAMS[program]],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=patient(60),
    )  # fmt: skip

    assert ended.returncode != 0
    assert "SECRET_KEY is not set and DEBUG is off. Set SECRET_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def refusal(name: str, value: str) -> str:
    """Read the settings with one that is no good; return what is said at the end of the start."""
    environment = {"PATH": os.environ["PATH"], "STOCKURA_ENV_FILE": os.devnull, "DEBUG": "true", name: value}
    ended = subprocess.run(
        [sys.executable, "-c", "import stockura.settings"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=patient(60),
    )  # fmt: skip
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("REDIS_URL", "redis://:hunter/two@redis:6379/0"),
        ("REDIS_URL", "redis://:12#hunter@redis:6379/0"),
        ("CELERY_BROKER_URL", "sentinel://a:26379/0;sentinel://:hunter[@b:26379/0"),
        ("DATABASE_URL", "postgres://stockura:hunter/two@db:5432/stockura"),
        ("DATABASE_URL", "hunter"),
        ("EMAIL_URL", "smtp+tls://alerts:hunter/two@mail:587"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_being_repeated(name: str, address: str) -> None:
    said = refusal(name, address)

    assert said.startswith(f"{name} cannot be read as an address.")
    assert "hunter" not in said


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CELERY_WORKER_CONCURRENCY", "two", "must be a whole number. Write CELERY_WORKER_CONCURRENCY=2, or"),
        ("REDIS_PORT", "", "must be a whole number. Write REDIS_PORT=6389, or"),
        ("SCHEDULES_BEAT_LOCK_SECONDS", "10m", "must be a number. Write SCHEDULES_BEAT_LOCK_SECONDS=10.0, or"),
        ("HTTPS", "ture", "must be true or false. Write HTTPS=false, or"),
    ],
)
def test_a_number_or_a_switch_that_is_none_is_refused_with_its_name(name: str, value: str, sentence: str) -> None:
    said = refusal(name, value)

    assert said.startswith(f'{name} is "{value}", and {sentence}')


def test_the_example_file_names_every_setting_that_is_read_from_the_environment() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "stockura" / "settings.py").read_text()))
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 20
    assert read <= named
