"""Where a request comes from, behind proxies too."""

from ipaddress import ip_address

from django.http import HttpRequest

from schedules import conf


def client_address(request: HttpRequest) -> str | None:
    """Return the address that the request came from; None when there is none, as on a Unix socket.

    Each proxy adds the address that it saw to X-Forwarded-For. What stands further left than our own proxies wrote is
    whatever the sender liked.
    """
    address = request.META.get("REMOTE_ADDR") or ""
    if proxies := int(conf.setting("PROXIES")):
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        address = seen[-proxies] if len(seen) >= proxies else address
    return _as_address(address)


def _as_address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
