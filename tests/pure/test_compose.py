"""docker-compose.yml and Dockerfile, held against the code: what they name has to exist."""

import importlib
import importlib.util
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
GIVEN = {"SECRET_KEY": "a-key", "POSTGRES_PASSWORD": "a-password"}


def environment_names_in_settings() -> set[str]:
    return set(
        re.findall(r'env(?:iron\.Env\(\))?\.\w+\(\s*"([A-Z_]+)"', (ROOT / "stockura/settings.py").read_text())
    )


def interpolated() -> dict[str, set[str]]:
    """Variable → what stands behind it in ``${VARIABLE…}``, over the whole file."""
    found: dict[str, set[str]] = {}
    for name, rest in re.findall(r"\$\{([A-Z_]+)([^}]*)\}", (ROOT / "docker-compose.yml").read_text()):
        found.setdefault(name, set()).add(rest)
    return found


def words(command: str | list[str]) -> list[str]:
    """The command's words; of a health check, those of the command behind CMD or CMD-SHELL."""
    if isinstance(command, str):
        return shlex.split(command)
    if command[0] == "CMD-SHELL":
        return shlex.split(command[1])
    return command[1:] if command[0] == "CMD" else command


def assert_can_be_started(command: list[str]) -> None:
    """Its module, management command, or Celery app and subcommand exist."""
    match command:
        case ["python", "manage.py", name, *_]:
            assert (ROOT / "manage.py").is_file()
            assert name in get_commands()
        case ["python", "-m", module, *_]:
            assert importlib.util.find_spec(module), f"There is no module {module}."
        case ["gunicorn", target, *_]:
            assert callable(importlib.import_module(target).application)
        case ["celery", "-A", app, subcommand, *_]:
            from celery.app.utils import find_app
            from celery.bin.celery import celery

            assert find_app(app).main == app
            assert subcommand in celery.commands
        case _:
            raise AssertionError(f"Nothing is known about the command {command}.")


def test_the_parts_of_the_product_are_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat", "beat-standby", "alerts"}
    assert OURS == ["alerts", "beat", "beat-standby", "migrate", "web", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_each_command_names_something_that_exists(name: str) -> None:
    assert_can_be_started(words(SERVICES[name]["command"]))


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_each_process_of_ours_has_a_health_check_that_exists(name: str) -> None:
    assert_can_be_started(words(SERVICES[name]["healthcheck"]["test"]))


@pytest.mark.parametrize("name", OURS)
def test_every_variable_given_to_a_process_is_one_that_the_settings_read(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= environment_names_in_settings()


@pytest.mark.parametrize("name", OURS)
def test_no_process_runs_with_debug_or_on_sqlite(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert environment["DEBUG"] == "false"
    assert environment["DATABASE_URL"].startswith("postgres://")
    assert environment["REDIS_URL"] == "redis://redis:6379/0"


def test_every_variable_that_a_person_can_set_is_described_in_the_example() -> None:
    described = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(interpolated()) <= described


def test_the_example_describes_only_variables_that_something_reads() -> None:
    described = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    of_make_run = set(re.findall(r'"([A-Z_]+_PORT)"', (ROOT / "stockura/running/parts.py").read_text()))
    assert described <= environment_names_in_settings() | of_make_run | set(interpolated())


def test_no_secret_stands_in_the_file_and_each_is_asked_for_with_a_sentence() -> None:
    asked = interpolated()
    for secret in GIVEN:
        assert all(rest.startswith(":?") and rest.endswith(".") for rest in asked[secret]), asked[secret]
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|KEY", name):
                assert re.fullmatch(r"\$\{.*\}", value), f"{name} has a value of its own."


def test_redis_evicts_nothing_and_writes_to_disk() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command


def test_data_lies_in_volumes_that_are_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
    assert any(volume.endswith(":/data") for volume in SERVICES["redis"]["volumes"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_service_waits_for_can_come_true(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "no"


@pytest.mark.parametrize("name", [name for name in sorted(SERVICES) if name != "migrate"])
def test_what_runs_on_is_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_both_beats_are_the_same() -> None:
    assert SERVICES["beat"] == SERVICES["beat-standby"]


def test_a_worker_may_finish_its_task() -> None:
    assert SERVICES["worker"]["stop_grace_period"] == "2m"


def test_only_the_pages_can_be_reached_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_the_image_is_built_from_files_that_exist_and_that_docker_may_see() -> None:
    allowed = re.findall(r"^!(\S+?)/?$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = re.findall(r"^COPY (\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(allowed)
    for path in copied:
        assert (ROOT / path).exists(), f"{path} is copied into the image and does not exist."


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER stockura" in lines
    assert lines.index("USER stockura") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


def docker_compose(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("There is no docker-compose on this machine (Debian: apt-get install docker-compose).")
    return subprocess.run(
        [program, "--file", str(ROOT / "docker-compose.yml"), "--project-directory", str(ROOT), *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", **env},
    )


def test_docker_compose_accepts_the_file() -> None:
    result = docker_compose("config", env=GIVEN)

    assert result.returncode == 0, result.stderr
    assert set(yaml.safe_load(result.stdout)["services"]) == set(SERVICES)


def test_docker_compose_asks_for_a_missing_password_with_a_sentence() -> None:
    result = docker_compose("config", env={"SECRET_KEY": "a-key", "POSTGRES_PASSWORD": ""})

    assert result.returncode != 0
    assert "POSTGRES_PASSWORD is not set. Write one of letters and digits into .env." in result.stderr
