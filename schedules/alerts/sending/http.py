"""One POST to an address that a person entered, with bounds: where it may go, how long it may take, what is read.

The address is looked up once, judged, and that very address is connected to: a name that means something else a moment
later changes nothing. Redirects are not followed, of the answer only the status is read, and proxies are not used.
"""

import http.client
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from datetime import timedelta
from urllib.parse import SplitResult, quote, urlsplit

import certifi

from schedules.alerts.sending.addresses import allowed_addresses
from schedules.alerts.sending.answers import SENT, NotSent

#: Signs of an address that are sent as they stand: those of RFC 3986, and what is percent-encoded already.
AS_THEY_STAND = "%:/?#[]@!$&'()*+,;=~"


def post(url: str, body: bytes, headers: dict[str, str], timeout: timedelta) -> str:
    """Post JSON and return the answer for a receiver that took it. Raises NotSent. ``timeout`` is for all of it."""
    seconds = timeout.total_seconds()
    deadline = time.monotonic() + seconds
    try:
        status = _post(urlsplit(url), body, headers, deadline)
    except ssl.SSLCertVerificationError as error:
        raise NotSent("certificate", error.verify_message) from None
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
            raise NotSent("timeout", f"{seconds:g}") from None
        # The text of other errors may hold what the receiver sent.
        text = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise NotSent("connection", text) from None
    if 200 <= status < 300:
        return SENT
    raise NotSent("redirect" if 300 <= status < 400 else "status", status)


def _post(parts: SplitResult, body: bytes, headers: dict[str, str], deadline: float) -> int:
    raw = _first_that_answers(allowed_addresses(parts, _left(deadline)), deadline)
    with closing(raw.dup()) as twin:
        # Each step has its own timeout; a receiver that sends a byte now and then would take for ever.
        alarm = threading.Timer(max(0.0, deadline - time.monotonic()), _hang_up, [twin])
        alarm.daemon = True
        alarm.start()
        try:
            with closing(_secured(parts, raw)) as sock:
                return _exchange(parts, sock, body, headers)
        finally:
            raw.close()
            alarm.cancel()


def _secured(parts: SplitResult, sock: socket.socket) -> socket.socket:
    if parts.scheme == "http":
        return sock
    context = ssl.create_default_context()
    # Beside the system's own, which a slim image may not have.
    context.load_verify_locations(certifi.where())
    return context.wrap_socket(sock, server_hostname=parts.hostname)


def _first_that_answers(found: list[tuple], deadline: float) -> socket.socket:
    """Connect to the first of the addresses that answers; one that does not leaves the others their share of time."""
    trouble: OSError = OSError("no address")
    for number, (family, kind, protocol, _name, address) in enumerate(found):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(deadline) / (len(found) - number))
            sock.connect(address)
            sock.settimeout(_left(deadline))
        except OSError as error:
            sock.close()
            trouble = error
        else:
            return sock
    raise trouble


def _left(deadline: float) -> float:
    """Return the seconds that are left. Raises TimeoutError."""
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    return left


def _exchange(parts: SplitResult, sock: socket.socket, body: bytes, headers: dict[str, str]) -> int:
    host = parts.netloc.rpartition("@")[2].encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    connection = http.client.HTTPConnection(host)
    connection.sock = sock
    target = quote(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", safe=AS_THEY_STAND)
    everything = {"Host": host, "Content-Type": "application/json; charset=utf-8", "User-Agent": "Stockura", **headers}
    connection.request("POST", target, body, {**everything, "Connection": "close"})
    return connection.getresponse().status


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
