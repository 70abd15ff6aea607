"""The login that the demo offers on this copy.

The password is made on the first run. The database holds its hash only; so that the next `make run` can
show it again, it also lies in a file that only its owner can read.
"""

import os
import secrets
from pathlib import Path

from .problem import Problem

NAME = "demo"

#: Without letters and digits that look alike. 12 of 31 signs: 59 bits.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def demo_password(path: Path) -> tuple[str, bool]:
    """Return the password, and whether it is new.

    It is read from ``path``; without that file it is made, and written there with mode 600.
    """
    try:
        return path.read_text().strip(), False
    except FileNotFoundError:
        pass
    except OSError as error:
        raise Problem(
            f"The demo password in {path} cannot be read ({error.strerror}). "
            "Delete that file to get a new one."
        ) from error
    groups = ["".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(3)]
    password = "-".join(groups)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password + "\n")
    return password, True
