"""What a process has loaded when it begins its work: what it needs soon, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def words_of(program: str) -> list[str]:
    """Run a program in a fresh Python and return the words it prints."""
    environment = {**os.environ, "STOCKURA_ENV_FILE": os.devnull, "DEBUG": "true"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert said.returncode == 0, said.stderr
    return said.stdout.split()


def test_pages_api_and_holidays_are_loaded_before_the_first_request_and_without_a_database() -> None:
    assert words_of(
        "import sys, stockura.wsgi; from django.db import connection; "
        "print(connection.connection, *(name in sys.modules for name in "
        "('schedules.admin.schedules', 'schedules.api.urls', 'holidays.financial')))"
    ) == ["None", "True", "True", "True"]


def test_beat_and_workers_load_no_pages_and_a_check_of_the_pages_finds_all() -> None:
    assert words_of(
        "import sys; from stockura.celery import app; app.loader.import_default_modules(); "
        "from schedules.beat import scheduler; from django.contrib import admin; "
        "print(len(admin.site._registry), *(name in sys.modules for name in "
        "('schedules.admin', 'schedules.api.urls', 'rest_framework.views'))); "
        "from django.core.checks import run_checks; run_checks(tags=['admin']); "
        "print('schedules.admin' in sys.modules, len(admin.site._registry) > 10)"
    ) == ["0", "False", "False", "False", "True", "True"]
