"""Bring the database up to date and load the demo, before anything runs."""

import re
import subprocess
from collections.abc import Mapping

from .places import ROOT, VENV_PYTHON, log_dir, shown
from .problem import Problem

#: The line on which Python names an exception: its class, then its message.
EXCEPTION = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Configured|Exists|DoesNotExist): (.+)")

#: How Django's system checks name a mistake: where, its id, its sentence.
CHECK = re.compile(r"^\S+: \(\w+\.[CE]\d+\) (.+)")


def migrate(environment: Mapping[str, str]) -> None:
    """Create or update the tables."""
    _manage(
        "migrate",
        "--noinput",
        environment=environment,
        failure="The database could not be prepared",
    )


def collect_static_files(environment: Mapping[str, str]) -> None:
    """Give the static files the hashed names under which the pages ask for them when DEBUG is off."""
    _manage(
        "collectstatic",
        "--noinput",
        environment=environment,
        failure="The static files could not be collected",
    )


def load_demo(environment: Mapping[str, str], *, login: str, password: str, is_new_password: bool) -> None:
    """Load the demo endpoint, schedules and login; what is there already stays as it is.

    A login of that name keeps its password, unless ``is_new_password``: the old one was deleted.
    """
    reset = ["--reset-password"] if is_new_password else []
    _manage(
        "load_demo",
        f"--login={login}",
        *reset,
        # Not as an argument, which every user of the machine could read in the list of processes.
        environment={**environment, "STOCKURA_DEMO_PASSWORD": password},
        failure="The demo data could not be loaded",
    )


def _manage(*arguments: str, environment: Mapping[str, str], failure: str) -> None:
    log = log_dir() / f"{arguments[0]}.log"
    with log.open("w") as file:
        status = subprocess.run(
            [str(VENV_PYTHON), "manage.py", *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        ).returncode
    if status:
        reason = _reason(log.read_text(errors="replace")) or f"status {status}, without a word"
        raise Problem(f"{failure}: {reason.rstrip('.')}. Everything that was said stands in {shown(log)}.")


def _reason(output: str) -> str:
    """Return the first mistake that a check found, the message of the last exception, or else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if mistakes := [match[1] for line in lines if (match := CHECK.match(line))]:
        return mistakes[0]
    messages = [match[1] for line in lines if (match := EXCEPTION.match(line))]
    return (messages or lines or [""])[-1]
