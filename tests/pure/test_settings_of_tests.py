"""The tests keep away from what the developer has."""

import os
import subprocess
import sys

from tests.support.processes import ROOT


def test_the_suite_refuses_to_run_with_the_settings_of_a_shell() -> None:
    """Before, it read that shell's REDIS_URL, and emptied what it names."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "stockura.settings"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/pure/test_wsgi.py"]

    refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)

    assert refused.returncode == 4
    assert "DJANGO_SETTINGS_MODULE is set. Unset it" in refused.stderr
