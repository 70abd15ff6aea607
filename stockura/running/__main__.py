"""`python3 stockura/running`: run a complete copy. `… install FILE`: only make .venv from a requirements file.

Called by path and not with -m: importing the package `stockura` would import Celery, which a bare machine does not
have yet. This file must stay readable for an old Python, which it turns away with a sentence.
"""

import importlib.util
import os
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Stockura needs Python 3.11 or newer, and this is Python %d.%d (%s). "
        "Install a newer one and name it: make run PYTHON=python3.12" % (*sys.version_info[:2], sys.executable)
    )

FOLDER = os.path.dirname(os.path.abspath(__file__))


def load_package() -> None:
    """Make this folder importable as the package `running`, without the package around it."""
    spec = importlib.util.spec_from_file_location(
        "running", os.path.join(FOLDER, "__init__.py"), submodule_search_locations=[FOLDER]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["running"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    load_package()
    from running.command import main  # type: ignore[import-not-found]

    sys.exit(main(sys.argv[1:]))
