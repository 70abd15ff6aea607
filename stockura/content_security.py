"""What the pages of the admin may load and run: what comes from this site, and no script written into a page.

Two exceptions, both the theme's (django-unfold):

- ``unsafe-eval`` for scripts: its menus and dialogs are Alpine.js, which compiles the expressions in x- attributes.
  Scripts in the page and in on- attributes stay forbidden.
- ``unsafe-inline`` for styles: it writes the site's colours into the page, and style attributes besides.

The pages of the API's description are left alone: Swagger UI starts from a script within its page.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADER = "Content-Security-Policy"


class ContentSecurityMiddleware:
    """Gives the policy to every answer of the admin that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.resolver_match and "admin" in request.resolver_match.app_names:
            response.headers.setdefault(HEADER, POLICY)
        return response
