"""What a process loads at its start: pages only where somebody looks at them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_beat_and_workers_load_no_pages_and_a_check_of_the_pages_finds_all() -> None:
    asked = (
        "import sys; from django.conf import settings; from stockura.celery import app; "
        "app.loader.import_default_modules(); from schedules.beat import scheduler; "
        "print(*(name in sys.modules for name in ('schedules.admin', 'schedules.api.urls', 'rest_framework.views'))); "
        "from django.contrib import admin; from django.core.checks import run_checks; "
        "before = len(admin.site._registry); run_checks(tags=['admin']); "
        "print(before, 'schedules.admin' in sys.modules, len(admin.site._registry) > 10)"
    )
    environment = {**os.environ, "STOCKURA_ENV_FILE": os.devnull, "DEBUG": "true"}
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert said.stdout.split() == [*("False",) * 3, "0", "True", "True"], said.stderr
