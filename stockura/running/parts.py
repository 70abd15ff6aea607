"""Which processes make up this copy, given its environment.

The commands themselves stand in the Procfile; here it is decided which of them run, and on which ports.
"""

import socket
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import redis
from honcho.environ import parse_procfile

from .embedded_redis import find_redis_server
from .places import ROOT, VENV, env_file, shown, var_dir
from .problem import Problem

#: Seconds to wait for an answer from a Redis that somebody else runs.
GIVEN_REDIS_TIMEOUT = 5.0


@dataclass(frozen=True)
class Port:
    """A loopback port that a part listens on, and the variable that changes it."""

    part: str
    variable: str
    default: int
    use: str


PORTS = (
    Port("web", "WEB_PORT", 8000, "the web pages"),
    Port("redis", "REDIS_PORT", 6389, "the embedded Redis"),
    Port("jquants", "JQUANTS_STANDIN_PORT", 8790, "the stand-in J-Quants server"),
)


@dataclass(frozen=True)
class Part:
    """One process: its name in the Procfile, its shell command, and the port it listens on, if any."""

    name: str
    command: str
    port: int | None


def choose_parts(environment: MutableMapping[str, str]) -> list[Part]:
    """Return the parts to run, and complete ``environment`` with what their commands and settings.py need.

    A Redis or a J-Quants key that the person has set takes the place of the part that would stand in for
    it. Raises ``Problem`` for a port that is no number, double, or taken, and for a given Redis that does
    not answer.
    """
    left_out = set()
    if environment.get("REDIS_URL"):
        left_out.add("redis")
    if environment.get("JQUANTS_API_KEY") or environment.get("JQUANTS_BASE_URL"):
        left_out.add("jquants")

    ports = {port.part: _number(port, environment) for port in PORTS if port.part not in left_out}
    _refuse_double(ports)
    used = [(port, ports[port.part]) for port in PORTS if port.part in ports]
    # All at once: beside another copy all three are taken.
    if obstacles := [said for port, number in used if (said := _obstacle(port, number))]:
        raise Problem("\n".join(obstacles))
    environment.update({port.variable: str(number) for port, number in used})

    if "redis" in ports:
        environment["REDIS_SERVER"] = str(find_redis_server())
        environment["REDIS_DIR"] = str(var_dir() / "redis")
        environment["REDIS_URL"] = f"redis://127.0.0.1:{ports['redis']}/0"
    else:
        refuse_silent_redis(environment["REDIS_URL"])
    # The commands of the Procfile are those of .venv.
    environment["PATH"] = f"{VENV / 'bin'}:{environment.get('PATH', '')}"
    environment["PYTHONUNBUFFERED"] = "1"

    procfile = parse_procfile((ROOT / "Procfile").read_text())
    return [
        Part(name, command, ports.get(name))
        for name, command in procfile.processes.items()
        if name not in left_out
    ]


def refuse_silent_redis(url: str) -> None:
    """Raise ``Problem`` when the Redis that the person named cannot be used. Its password is never shown."""
    try:
        with redis.Redis.from_url(
            url, socket_timeout=GIVEN_REDIS_TIMEOUT, socket_connect_timeout=GIVEN_REDIS_TIMEOUT
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        parts = urlsplit(url)
        place = f"{parts.hostname or parts.path}:{parts.port or 6379}" if parts.hostname else "its address"
        raise Problem(
            f"The Redis that REDIS_URL names does not answer at {place} ({error}). "
            "Start it, correct REDIS_URL, or leave REDIS_URL empty: then `make run` brings its own."
        ) from error


def _number(port: Port, environment: Mapping[str, str]) -> int:
    text = environment.get(port.variable) or str(port.default)
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 65535:
        raise Problem(
            f'{port.variable} is "{text}", which is no port. Write a number from 1 to 65535, '
            f"for example {port.variable}={port.default}."
        )
    return int(text)


def _refuse_double(ports: Mapping[str, int]) -> None:
    users: dict[int, Port] = {}
    for port in PORTS:
        if port.part not in ports:
            continue
        number = ports[port.part]
        if number in users:
            raise Problem(
                f"{users[number].variable} and {port.variable} both say {number}, and "
                f"{users[number].use} and {port.use} each need a port of their own. Change one of them."
            )
        users[number] = port


def _obstacle(port: Port, number: int) -> str:
    """Return what keeps ``port`` from listening, as a sentence; empty if nothing does."""
    with socket.socket() as probe:
        # As the servers do it: the closed connections of a copy that has just stopped are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except PermissionError:
            return (
                f"Port {number} for {port.use} is reserved for the system. "
                f"Choose one above 1023: make run {port.variable}={port.default}"
            )
        except OSError:
            return (
                f"Port {number}, which {port.use} should use, is taken by another program. "
                # Not only for this run: manage.py, too, has to find this copy's Redis and not that program.
                f"Stop that program, or write another port into {shown(env_file())}: "
                f"{port.variable}={min(number + 1, 65535)}"
            )
    return ""
