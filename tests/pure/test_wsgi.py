"""What a web process has done before its first request."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_pages_api_and_holidays_are_loaded_before_the_first_request_and_without_a_database() -> None:
    asked = (
        "import sys, stockura.wsgi; from django.db import connection; "
        "print(connection.connection, *(name in sys.modules for name in "
        "('schedules.admin.schedules', 'schedules.api.urls', 'holidays.financial')))"
    )
    environment = {**os.environ, "STOCKURA_ENV_FILE": os.devnull, "DEBUG": "true"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert said.stdout.split() == ["None", "True", "True", "True"], said.stderr
