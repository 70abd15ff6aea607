"""A health probe that tells strangers nothing but that the process answers."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the process serves requests; nothing else is looked at, so nothing else is told."""
    return HttpResponse("ok", content_type="text/plain")
