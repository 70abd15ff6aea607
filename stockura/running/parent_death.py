"""Linux can send a process a signal when its parent dies; elsewhere nothing is done."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent(signum: signal.Signals) -> None:
    """Ask for ``signum`` when this process' parent dies, so that a killed launcher leaves no orphans."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signum))
