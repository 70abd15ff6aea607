"""Ports for servers that tests start."""

import random
import socket

#: Below the range that Linux gives to outgoing connections (32768–60999), so that no client takes one
#: meanwhile.
PORTS = range(20_000, 30_000)


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on now.

    Drawn at random, so that two test runs on one machine seldom draw the same.
    """
    for port in random.SystemRandom().sample(PORTS, 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"None of 200 ports tried between {PORTS.start} and {PORTS.stop} is free.")
