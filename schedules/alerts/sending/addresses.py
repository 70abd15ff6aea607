"""Where a message may go: the addresses behind a name that a person entered, without those behind the firewall."""

import ipaddress
import socket
import threading
from urllib.parse import SplitResult

from schedules import conf
from schedules.alerts.sending.answers import NotSent

PORTS = {"http": 80, "https": 443}
#: All of IPv6 that is routed on the open internet (RFC 4291 §2.4), and of it what is for books (RFC 9637).
GLOBAL_UNICAST, DOCUMENTATION = ipaddress.ip_network("2000::/3"), ipaddress.ip_network("3fff::/20")
#: Translates IPv4 addresses, private ones too.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Protocol assignments (RFC 6890); not all of them count as private in each Python.
ASSIGNMENTS = ipaddress.ip_network("192.0.0.0/24")
#: The middle of an address whose last four bytes are one of IPv4 (RFC 5214), with and without its universal bit.
ISATAP = (0x0000_5EFE, 0x0200_5EFE)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def allowed_addresses(parts: SplitResult, seconds: float) -> list[tuple]:
    """Return what may be connected to, as getaddrinfo lists it. Raises NotSent, TimeoutError after ``seconds``."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    found = _looked_up(host, port, seconds)
    if not conf.setting("ALERT_PRIVATE_TARGETS") and not _is_named(host):
        found = [each for each in found if is_public(ipaddress.ip_address(each[4][0].split("%")[0]))]
        if not found:
            raise NotSent("private", host)
    return found


def is_public(address: Address) -> bool:
    """Say whether an address lies on the open internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and address not in ASSIGNMENTS
    last = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.ipv4_mapped or address in NAT64:
        return is_public(last)
    if int(address) >> 32 & 0xFFFF_FFFF in ISATAP and not is_public(last):
        return False
    if address.sixtofour:
        # Whether the wrapped one is, too: some Pythons call all of these private.
        return is_public(address.sixtofour)
    return address.is_global and address in GLOBAL_UNICAST and address not in DOCUMENTATION


def _is_named(host: str) -> bool:
    return _as_compared(host) in map(_as_compared, conf.setting("ALERT_PRIVATE_HOSTS"))


def _as_compared(host: str) -> str:
    return host.strip().rstrip(".").lower()


def _looked_up(host: str, port: int, seconds: float) -> list[tuple]:
    found: list[list[tuple] | Exception] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    # A resolver has timeouts of its own, which nobody can set from here, and cannot be interrupted.
    thread = threading.Thread(target=look_up, name="alert-lookup", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise TimeoutError
    if isinstance(answer := found[0], Exception):
        raise NotSent("unknown_host", host) from None
    return answer
