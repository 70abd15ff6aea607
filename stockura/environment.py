"""Settings that are numbers or switches, read from the environment: what is neither ends the start with a sentence."""

import builtins
import sys
from typing import Any, NoReturn

import environ

#: What a switch may say, in any case. environ takes every other word for "off", also a mistyped "true".
SWITCH_WORDS = {*environ.Env.BOOLEAN_TRUE_STRINGS, "false", "off", "no", "n", "0", ""}


class Environment(environ.Env):
    """``environ.Env`` that names the setting which it cannot read."""

    def int(self, var: str, default: Any = environ.Env.NOTSET) -> builtins.int:
        """Return the whole number of ``var``."""
        try:
            return super().int(var, default=default)
        except ValueError:
            self._refuse(var, "a whole number", default)

    def float(self, var: str, default: Any = environ.Env.NOTSET) -> builtins.float:
        """Return the number of ``var``."""
        if var not in self.ENVIRON:
            return super().float(var, default=default)
        try:
            # environ's own takes the digits out of any text: ten minutes, written as 10m, would be ten seconds.
            return builtins.float(self.str(var))
        except ValueError:
            self._refuse(var, "a number", default)

    def bool(self, var: str, default: Any = environ.Env.NOTSET) -> builtins.bool:
        """Return whether ``var`` says yes."""
        if self.str(var, default="").lower() not in SWITCH_WORDS:
            self._refuse(var, "true or false", str(default).lower())
        return super().bool(var, default=default)

    def _refuse(self, var: str, kind: str, example: Any) -> NoReturn:
        # Not an exception: each command would print a traceback above the sentence.
        sys.exit(f'{var} is "{self.str(var)}", and must be {kind}. Write {var}={example}, or leave it out.')
