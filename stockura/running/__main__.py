"""Run a complete copy: `python3 stockura/running`. Only make .venv: `python3 stockura/running install FILE`.

Called by path and not with -m: importing the package `stockura` would import Celery, which a bare machine
does not have yet. This file must stay readable for an old Python, which it turns away with a sentence.
"""

import importlib.util
import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 (it is the machine's Python that decides, not the project's)
    sys.exit(
        "Stockura needs Python 3.11 or newer, and %s is Python %d.%d. "  # noqa: UP031
        "Install a newer one and name it: make run PYTHON=python3.12"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )

FOLDER = os.path.dirname(os.path.abspath(__file__))


def load_package() -> None:
    """Make this folder importable as the package `running`, without the package around it."""
    spec = importlib.util.spec_from_file_location(
        "running", os.path.join(FOLDER, "__init__.py"), submodule_search_locations=[FOLDER]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["running"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    load_package()
    from running.command import main  # type: ignore[import-not-found]

    sys.exit(main(sys.argv[1:]))
