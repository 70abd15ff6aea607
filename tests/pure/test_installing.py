"""Installing, where it can fail: pip's own words are turned into one sentence."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stockura.running import installing
from stockura.running.problem import Problem


def have_its_venv_in(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Let ``installing`` use the .venv in ``folder``, which may not be there yet, and leave its logs beside it."""
    venv = folder / ".venv"
    patch.setattr(installing, "VENV", venv)
    patch.setattr(installing, "VENV_PYTHON", venv / "bin" / "python")
    patch.setattr(installing, "STAMPS", venv / "installed")
    patch.setattr(installing, "log_dir", lambda: folder)
    return venv


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return have_its_venv_in(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def made_anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .venv that has been made where one lay whose Python is gone. Making one takes seconds: tests copy it."""
    folder = tmp_path_factory.mktemp("made-anew")
    with pytest.MonkeyPatch.context() as patch:
        venv = have_its_venv_in(folder, patch)
        (venv / "bin").mkdir(parents=True)
        (venv / "bin" / "python").symlink_to("/no/such/python3")
        (venv / "of-the-old-one").touch()
        assert not installing._venv_works()
        patch.setenv("PIP_NO_INDEX", "1")
        installing.install(requirements_without_a_network(folder), tell=print)
    return venv


@pytest.fixture
def made_venv(venv: Path, made_anew: Path) -> Path:
    shutil.copytree(made_anew, venv, symlinks=True, ignore=shutil.ignore_patterns("installed"))
    return venv


def requirements_without_a_network(folder: Path) -> Path:
    """Return a requirements file, with an included one, that can be met without a network."""
    (folder / "base.txt").write_text("")
    requirements = folder / "requirements.txt"
    requirements.write_text("-r base.txt\n")
    return requirements


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return requirements_without_a_network(tmp_path)


def test_what_is_installed_is_not_installed_again_until_a_requirement_changes(made_venv: Path, package: Path) -> None:
    assert not installing.is_installed(package)

    installing.install(package, tell=print)

    assert installing.is_installed(package)
    assert installing.is_installed(package.with_name("base.txt"))
    package.with_name("base.txt").write_text("# something else\n")
    assert not installing.is_installed(package)


def test_a_virtual_environment_whose_python_is_gone_is_made_anew(
    made_anew: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_its_venv_in(made_anew.parent, monkeypatch)

    assert installing.is_installed(made_anew.parent / "requirements.txt")
    assert not (made_anew / "of-the-old-one").exists()


def test_a_virtual_environment_that_has_lost_its_python_since_is_not_taken_for_installed(
    made_venv: Path, package: Path
) -> None:
    installing.install(package, tell=print)
    (made_venv / "bin" / "python").unlink()
    (made_venv / "bin" / "python").symlink_to("/no/such/python3")

    assert not installing.is_installed(package)


def test_without_a_network_the_sentence_says_so(
    made_venv: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    package.write_text("no-such-package-of-stockura==1\n")

    with pytest.raises(Problem, match=r"could not be downloaded, because the package index did not answer\."):
        installing.install(package, tell=print)

    assert not installing.is_installed(package)


def test_without_the_venv_module_the_sentence_names_the_package_to_install(
    venv: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(Problem, match=r"apt-get install python3\.\d+-venv"):
        installing.install(package, tell=print)


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
    def failing_pip(command: list[str], log: Path, **tell: object) -> int:
        log.write_text(output)
        return 1

    monkeypatch.setattr(installing, "_venv_works", lambda: True)
    monkeypatch.setattr(installing, "_run_logged", failing_pip)

    with pytest.raises(Problem, match=sentence) as caught:
        installing.install(package, tell=print)

    assert "What pip said stands in" in str(caught.value)


def test_a_slow_installation_says_now_and_then_how_far_it_is(
    venv: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, said = venv.with_name("go-on"), []
    pip = venv / "bin" / "python"
    pip.parent.mkdir(parents=True)
    pip.write_text(
        "#!/bin/sh\n"
        'case "$1" in -c) exit 0;; esac\n'  # asked whether it works
        f"wait_for() {{ while [ ! -e {go_on}-$1 ]; do sleep 0.01; done; }}\n"
        "echo Collecting a==1; echo Collecting b==2; wait_for fetched\n"
        "echo Installing collected packages: a, b, c; wait_for unpacked\n"
    )
    pip.chmod(0o755)
    monkeypatch.setattr(installing, "SECONDS_BETWEEN_SIGNS", 0.01)

    def tell(words: str) -> None:
        said.append(words)
        if words == "fetching packages: 2 so far":
            go_on.with_name("go-on-fetched").touch()
        if words == "unpacking 3 packages":
            go_on.with_name("go-on-unpacked").touch()

    installing.install(package, tell=tell)

    assert list(dict.fromkeys(said))[-2:] == ["fetching packages: 2 so far", "unpacking 3 packages"]


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
