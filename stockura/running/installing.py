"""Make .venv and install a requirements file into it, unless that has been done.

Standard library only: this runs in the machine's own Python.
"""

import hashlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .places import ROOT, VENV, VENV_PYTHON, log_dir, shown
from .problem import Problem

#: Where the fingerprints of installed requirements files lie; in .venv, so that they vanish with it.
STAMPS = VENV / "installed-requirements"

#: How long a person looks at a line that does not change before the next sign of life, in seconds.
SECONDS_BETWEEN_SIGNS = 15.0

#: Words in pip's output → what they mean for the person. The first match counts.
REASONS = (
    (
        r"No space left on device",
        "The disk is full, so the packages could not be installed.",
    ),
    (
        r"NewConnectionError|ConnectTimeout|ReadTimeout|name resolution|Name or service not known"
        r"|Network is unreachable|Connection refused|ProxyError|SSLError|Max retries exceeded",
        "The packages could not be downloaded, because the package index did not answer. "
        "Check the network connection (and pip's proxy settings), then run the same command again.",
    ),
    (
        r"command '[^']*(?:cc|clang|\+\+)[^']*' failed|Unable to find .*compiler|No such file.*gcc",
        "A package has no ready-made build for this machine, and there is no C compiler to build it. "
        "Install one (on Debian and Ubuntu: apt-get install build-essential python3-dev), "
        "then run the same command again.",
    ),
    (
        r"No matching distribution found for (?P<what>\S+)",
        "The package index does not offer {what} for this Python. Try another version of Python: "
        "make run PYTHON=python3.12",
    ),
)


def is_installed(requirements: Path) -> bool:
    """Whether .venv works and holds what ``requirements`` asks for."""
    stamp = STAMPS / requirements.name
    return _venv_works() and stamp.is_file() and stamp.read_text() == _fingerprint(requirements)


def install(requirements: Path, *, tell: Callable[[str], None]) -> None:
    """Install ``requirements``, and the files that it names, into .venv, which is made if it is missing.

    ``tell`` is given a few words now and then on how far it is.
    """
    if not requirements.is_file():
        raise Problem(f"There is no requirements file {shown(requirements)}.")
    if not _venv_works():
        _make_venv(tell)
    log = log_dir() / "install.log"
    status = _run_logged(
        [
            str(VENV_PYTHON),
            "-m",
            "pip",
            "install",
            "--no-input",
            "--disable-pip-version-check",
            "--progress-bar=off",
            "-r",
            str(requirements),
        ],
        log,
        tell=lambda: tell(_how_far(log.read_text(errors="replace"))),
    )
    if status:
        raise Problem(f"{_reason(log.read_text(errors='replace'))} What pip said stands in {shown(log)}.")
    STAMPS.mkdir(exist_ok=True)
    for part in _with_included(requirements):
        (STAMPS / part.name).write_text(_fingerprint(part))


def _venv_works() -> bool:
    """False also when .venv was copied from elsewhere, or its Python has been removed."""
    if not VENV_PYTHON.exists():
        return False
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(VENV_PYTHON), "-c", check], capture_output=True).returncode == 0


def _make_venv(tell: Callable[[str], None]) -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Problem(
            f"This Python ({sys.executable}) cannot make virtual environments, "
            f"because its module venv is missing. On Debian and Ubuntu: apt-get install python{version}-venv"
        )
    log = log_dir() / "venv.log"
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if _run_logged(command, log, tell=lambda: tell("making .venv")):
        raise Problem(
            f"The virtual environment .venv could not be made "
            f"({_last_line(log.read_text(errors='replace'))}). What Python said stands in {shown(log)}."
        )


def _run_logged(command: list[str], log: Path, *, tell: Callable[[], None]) -> int:
    with (
        log.open("w") as file,
        subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT) as process,
    ):
        try:
            while True:
                try:
                    return process.wait(timeout=SECONDS_BETWEEN_SIGNS)
                except subprocess.TimeoutExpired:
                    tell()
        except BaseException:
            process.kill()  # as subprocess.run does: SIGTERM reached this process alone
            raise


def _how_far(output: str) -> str:
    """Say what pip, which has written ``output``, is at."""
    if match := re.search(r"^Installing collected packages: (.+)", output, re.M):
        return f"unpacking {match[1].count(',') + 1} packages"
    found = len(re.findall(r"^Collecting ", output, re.M))
    return f"fetching packages: {found} so far"


def _reason(output: str) -> str:
    for pattern, sentence in REASONS:
        if match := re.search(pattern, output):
            return sentence.format(**match.groupdict())
    return f"The packages could not be installed ({_last_line(output)})."


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["no reason was given"])[-1]


def _with_included(requirements: Path) -> list[Path]:
    """``requirements`` and the files that its `-r` lines name, at any depth."""
    found = [requirements]
    for line in requirements.read_text().splitlines():
        if line.startswith("-r "):
            found += _with_included(requirements.parent / line.removeprefix("-r ").strip())
    return found


def _fingerprint(requirements: Path) -> str:
    texts = "".join(part.read_text() for part in _with_included(requirements))
    return hashlib.sha256(texts.encode()).hexdigest()
