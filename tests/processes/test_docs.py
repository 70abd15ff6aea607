"""What the documents tell people to type works: each command is run, or what it names is there."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from schedules.services.switching import pause_schedule
from tests.support.builders import a_schedule
from tests.support.processes import ROOT
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.one_database

DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
PYTHON = ".venv/bin/python"


def commands(document: Path) -> list[str]:
    blocks = re.findall(r"^```bash\n(.*?)^```$", document.read_text(), re.S | re.M)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if commands(each)], ids=lambda each: each.stem)
def test_each_command_of_a_document_does_what_it_says(stack: Stack, document: Path, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    schedule = a_schedule(name="Morning")
    stack.worker("--concurrency=1")
    stack.beat()
    wait_until(lambda: stack.manage("beat_health", check=False).returncode == 0, within=30, saying="beat to lead")
    stack.env |= {"STATIC_ROOT": str(tmp_path / "static"), "DEBUG": "true"}
    for line in commands(document):
        words = shlex.split(line.replace("schedules.yaml", str(tmp_path / "schedules.yaml")))
        if "resume_schedule" in words:
            pause_schedule(schedule.pk, now=datetime.now(UTC), reason="")
        if words[0] == PYTHON:
            stack.run(words[1:])
        else:
            assert words[:2] == ["docker", "compose"], f"Who runs this? {line}"
            services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
            assert words[2] == "up" or words[3] in services, line


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "README.md"], ids=lambda each: each.stem)
def test_what_a_document_points_at_is_there(document: Path) -> None:
    text = document.read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    folder = ROOT / "schedules/management/commands"
    known = {path.stem for path in folder.glob("*.py")} | {"check", "migrate", "collectstatic", "createsuperuser"}
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= known


def test_every_state_of_a_run_stands_in_the_diagram_and_every_arrow_in_the_table() -> None:
    from schedules.models import ScheduleRun

    text = (ROOT / "docs/runs.md").read_text()
    arrows = re.findall(r"^    (\S+) --> (\S+)$", text, re.M)
    states = {state for arrow in arrows for state in arrow} - {"[*]"}
    assert states == set(ScheduleRun.State.values)
    table = " ".join(re.findall(r"^\| ([^|]*→[^|]*) \|", text, re.M))
    assert all(end in table for start, end in arrows if end != "[*]")
