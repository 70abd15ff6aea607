"""Where things lie in one copy of the project."""

import os
from pathlib import Path

from .problem import Problem

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"


def var_dir() -> Path:
    """Everything that a running copy writes; STOCKURA_VAR_DIR moves it, as it does in settings.py."""
    return Path(os.environ.get("STOCKURA_VAR_DIR") or ROOT / "var")


def log_dir() -> Path:
    """What the commands behind a one-line message really said."""
    return var_dir() / "log"


def env_file() -> Path:
    """The settings of this copy; STOCKURA_ENV_FILE names another one, as it does in settings.py."""
    return Path(os.environ.get("STOCKURA_ENV_FILE") or ROOT / ".env")


def make_folders() -> None:
    """Create the folders to write to; raise ``Problem`` where that is not allowed."""
    for folder in (var_dir(), log_dir(), var_dir() / "redis"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".can-be-written"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise Problem(
                f"The folder {folder} cannot be written to ({error.strerror}). "
                "Give yourself the right to write there, or name another folder: "
                "STOCKURA_VAR_DIR=/path make run"
            ) from error


def shown(path: Path) -> str:
    """Return ``path`` as a person in the project's folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
