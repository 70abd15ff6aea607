"""One POST to an address that a person entered, with bounds: where it may go, how long it may take, what is read.

The address is looked up once, judged, and that very address is connected to: a name that means something else a moment
later changes nothing. Redirects are not followed, of the answer only the status is read, and proxies are not used.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

import certifi

from schedules import conf
from schedules.alerts.sending.answers import SENT, NotSent

PORTS = {"http": 80, "https": 443}
#: Translates IPv4 addresses, private ones too.
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def post(url: str, body: bytes, headers: dict[str, str], timeout: timedelta) -> str:
    """Post JSON and return the answer for a receiver that took it. Raises NotSent. ``timeout`` is for all of it."""
    parts, seconds = urlsplit(url), timeout.total_seconds()
    deadline = time.monotonic() + seconds
    try:
        status = _post(parts, body, headers, seconds)
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


def is_public(address: Address) -> bool:
    """Say whether an address lies on the open internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _post(parts: SplitResult, body: bytes, headers: dict[str, str], seconds: float) -> int:
    raw = _first_that_answers(_allowed(parts), seconds)
    with closing(raw.dup()) as twin:
        # Each step has its own timeout; a receiver that sends a byte now and then would take for ever.
        alarm = threading.Timer(seconds, _hang_up, [twin])
        alarm.daemon = True
        alarm.start()
        try:
            with closing(_secured(parts, raw)) as sock:
                return _exchange(parts, sock, body, headers)
        finally:
            raw.close()
            alarm.cancel()


def _allowed(parts: SplitResult) -> list[tuple]:
    """Return the addresses that may be connected to, in the resolver's order."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("unknown_host", host) from None
    if not conf.setting("ALERT_PRIVATE_TARGETS"):
        found = [each for each in found if is_public(ipaddress.ip_address(each[4][0].split("%")[0]))]
        if not found:
            raise NotSent("private", host)
    return found


def _secured(parts: SplitResult, sock: socket.socket) -> socket.socket:
    if parts.scheme == "http":
        return sock
    context = ssl.create_default_context()
    # Beside the system's own, which a slim image may not have.
    context.load_verify_locations(certifi.where())
    return context.wrap_socket(sock, server_hostname=parts.hostname)


def _first_that_answers(found: list[tuple], seconds: float) -> socket.socket:
    trouble: OSError = OSError("no address")
    for family, kind, protocol, _name, address in found:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(seconds)
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            trouble = error
        else:
            return sock
    raise trouble


def _exchange(parts: SplitResult, sock: socket.socket, body: bytes, headers: dict[str, str]) -> int:
    host = parts.netloc.rpartition("@")[2].encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    connection = http.client.HTTPConnection(host)
    connection.sock = sock
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    everything = {"Host": host, "Content-Type": "application/json; charset=utf-8", "User-Agent": "Stockura", **headers}
    connection.request("POST", target, body, {**everything, "Connection": "close"})
    return connection.getresponse().status


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
