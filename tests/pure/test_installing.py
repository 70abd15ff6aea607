"""Installing, where it can fail: pip's own words are turned into one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from stockura.running import installing
from stockura.running.problem import Problem


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A .venv of the test's own, in a folder whose logs are its own too."""
    folder = tmp_path / ".venv"
    monkeypatch.setattr(installing, "VENV", folder)
    monkeypatch.setattr(installing, "VENV_PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(installing, "STAMPS", folder / "installed")
    monkeypatch.setattr(installing, "log_dir", lambda: tmp_path)
    return folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A requirements file that can be met without a network."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    included = tmp_path / "base.txt"
    included.write_text("")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("-r base.txt\n")
    return requirements


def test_what_is_installed_is_not_installed_again_until_a_requirement_changes(
    venv: Path, package: Path
) -> None:
    assert not installing.is_installed(package)

    installing.install(package)

    assert installing.is_installed(package)
    assert installing.is_installed(package.with_name("base.txt"))
    package.with_name("base.txt").write_text("# something else\n")
    assert not installing.is_installed(package)


def test_a_virtual_environment_whose_python_is_gone_is_made_anew(venv: Path, package: Path) -> None:
    installing.install(package)
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to("/no/such/python3")

    assert not installing.is_installed(package)
    installing.install(package)

    assert installing.is_installed(package)


def test_without_a_network_the_sentence_says_so(
    venv: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    package.write_text("no-such-package-of-stockura==1\n")

    with pytest.raises(Problem, match=r"could not be downloaded, because the package index did not answer\."):
        installing.install(package)

    assert not installing.is_installed(package)


def test_without_the_venv_module_the_sentence_names_the_package_to_install(
    venv: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(Problem, match=r"apt-get install python3\.\d+-venv"):
        installing.install(package)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: command 'gcc' failed: No such file or directory", "there is no C compiler"),
        ("error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", "there is no C compiler"),
        ("error: command 'cc' failed with exit code 1", "there is no C compiler"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: No matching distribution found for celery==5.7.0", "does not offer celery==5.7.0"),
        ("Collecting x\nERROR: something new\nbye", r"could not be installed \(ERROR: something new\)"),
    ],
)
def test_what_pip_says_becomes_a_sentence(
    venv: Path, package: Path, monkeypatch: pytest.MonkeyPatch, output: str, sentence: str
) -> None:
    def failing_pip(command: list[str], log: Path) -> int:
        log.write_text(output)
        return 1

    monkeypatch.setattr(installing, "_venv_works", lambda: True)
    monkeypatch.setattr(installing, "_run_logged", failing_pip)

    with pytest.raises(Problem, match=sentence) as caught:
        installing.install(package)

    assert "What pip said stands in" in str(caught.value)


def test_an_old_python_is_turned_away_with_a_sentence() -> None:
    entry = Path(installing.__file__).with_name("__main__.py")
    program = (
        "import sys; sys.version_info = (3, 9, 2, 'final', 0); "
        f"exec(compile(open({str(entry)!r}).read(), 'entry', 'exec'), {{'__file__': {str(entry)!r}}})"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert result.returncode == 1
    assert result.stderr.startswith("Stockura needs Python 3.11 or newer, and ")
    assert "is Python 3.9. Install a newer one and name it: make run PYTHON=python3.12" in result.stderr


def test_the_entry_can_be_read_by_an_old_python() -> None:
    import ast

    entry = Path(installing.__file__).with_name("__main__.py")

    ast.parse(entry.read_text(), feature_version=(3, 6))
