"""The project's catalogues of translations, and the same collected anew from the sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
#: Where catalogues lie: the reusable app carries its own.
APPS = ("schedules", "stockura")
DOMAINS = ("django", "djangojs")
#: What `make messages` passes; kept in step by hand, and by the test that compares the two.
OPTIONS = ("-l", "ja", "--no-location", "--no-wrap")
IGNORED = (".venv", "var", "staticfiles", "tests")


def path_of(app: str, domain: str = "django", root: Path = ROOT) -> Path:
    return root / app / "locale" / "ja" / "LC_MESSAGES" / f"{domain}.po"


def catalogues(root: Path = ROOT) -> list[Path]:
    """Return the text catalogues that there are."""
    return [path for app in APPS for domain in DOMAINS if (path := path_of(app, domain, root)).exists()]


def entries(path: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def texts_of(entry: polib.POEntry) -> list[str]:
    """Return an entry's translations: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def collected_anew(folder: Path) -> Path:
    """Copy the sources and the catalogues to ``folder``, collect the texts there, and return the copy's root."""
    root = folder / "project"
    root.mkdir()
    for name in (*APPS, "templates"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "vendor"))
    shutil.copy(ROOT / "manage.py", root)
    environment = os.environ | {"STOCKURA_ENV_FILE": os.devnull, "DEBUG": "true"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    ignored = [option for name in (*IGNORED, "vendor", "*.min.js") for option in ("--ignore", name)]
    for domain in DOMAINS:
        command = [sys.executable, "manage.py", "makemessages", *OPTIONS, "-d", domain, *ignored]
        subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, text=True)
    return root
