"""The steps of `make run` and `make install`, in order."""

import os
import signal
import sys
from pathlib import Path

from . import installing
from .places import ROOT, VENV_PYTHON, env_file, log_dir, make_folders, shown, var_dir
from .problem import Problem

DEMO_REQUIREMENTS = ROOT / "requirements-demo.txt"


def main(arguments: list[str]) -> int:
    """Do what ``arguments`` ask (see ``__main__``) and return the exit status.

    ``up`` is the second half of a run, in the Python of .venv.
    """
    # Until the parts run, SIGTERM ends the steps as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        match arguments:
            case ["install", name]:
                make_folders()
                _install(ROOT / name, step="")
                return 0
            case []:
                make_folders()
                _install(DEMO_REQUIREMENTS, step="1/4 ")
                # The same process goes on, so that signals keep reaching the right one.
                os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(Path(__file__).parent), "up"])
            case ["up"]:
                return _up()
        raise Problem(f"Unknown arguments: {' '.join(arguments)}. Use `make run` or `make install`.")
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped before everything was ready; the next `make run` goes on from there.")
        return 0


def _install(requirements: Path, *, step: str) -> None:
    if installing.is_installed(requirements):
        if step:
            _say(f"{step}The packages are installed.")
        return
    _say(f"{step}Installing packages into .venv (a minute or more the first time; log: {shown(log_dir())}) …")
    installing.install(requirements, tell=lambda words: _say(f"    … {words}"))


def _up() -> int:
    # These need packages that only .venv has.
    from . import announcement, preparing
    from .demo_login import NAME, demo_password
    from .env_file import debug_is_on, make_env_file, read_env_file
    from .parts import choose_parts
    from .running_parts import run_parts
    from .single_copy import take_lock

    lock = take_lock(var_dir() / "run.lock")
    if make_env_file(env_file()):
        _say(f"    A first settings file is written: {shown(env_file())}")
    read_env_file(env_file())
    environment = dict(os.environ)
    parts = choose_parts(environment)
    _say("2/4 Preparing the database …")
    preparing.migrate(environment)
    if not debug_is_on():
        preparing.collect_static_files(environment)
    _say("3/4 Loading the demo …")
    password_file = var_dir() / "demo-password"
    password, is_new = demo_password(password_file)
    preparing.load_demo(environment, login=NAME, password=password, is_new_password=is_new)
    _say(f"4/4 Starting {', '.join(part.name for part in parts)} …")
    text = announcement.announcement(
        url=f"http://127.0.0.1:{environment['WEB_PORT']}/",
        login=NAME,
        password=password,
        password_file=shown(password_file),
    )
    failure = run_parts(parts, environment, announcement=text)
    lock.close()
    if failure:
        raise Problem(failure)
    _say("Everything is stopped.")
    return 0


def _say(text: str) -> None:
    print(text, flush=True)
