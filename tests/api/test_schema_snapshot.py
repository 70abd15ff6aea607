"""The API's description is reviewed like code: it stands in schema.yml, and a change of it shows in the diff."""

import difflib
from pathlib import Path

import pytest
from django.core.management import call_command

# Databases differ in the largest numbers that they hold, and the description says them; the snapshot is SQLite's.
pytestmark = pytest.mark.one_database

SNAPSHOT = Path(__file__).with_name("schema.yml")


def test_the_snapshot_says_what_the_api_does(tmp_path: Path) -> None:
    """When this fails, look at the difference; when it is meant, run `make schema` and commit the file."""
    now = tmp_path / "schema.yml"
    call_command("spectacular", "--lang", "en", "--fail-on-warn", "--validate", "--file", str(now))

    written, found = SNAPSHOT.read_text(), now.read_text()
    difference = difflib.unified_diff(
        written.splitlines(), found.splitlines(), "schema.yml", "the API now", n=2, lineterm=""
    )
    assert written == found, "Run `make schema` if this is meant:\n" + "\n".join(difference)
