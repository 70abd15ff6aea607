"""Signing in with a password: after some failures in a row, name and address have to wait (django-axes).

Counted in the database, so that all web processes count together, and a Redis that is away locks nobody out.
"""

from typing import Any

from axes.backends import AxesStandaloneBackend
from django.conf import settings
from django.contrib import admin
from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import ngettext
from unfold.forms import AuthenticationForm


class ThrottledLogin(AxesStandaloneBackend):
    """Refuses those who have to wait. Whoever asks without a request sits at the machine: nobody to count."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:  # type: ignore[override]
        if request is not None:
            super().authenticate(request, **credentials)


def tell_to_wait(request: HttpRequest, *_answer_and_credentials: Any) -> HttpResponse:
    """Return the login page with the reason; the same for names that exist and names that do not."""
    wait = settings.AXES_COOLOFF_TIME
    minutes = max(1, round(wait.total_seconds() / 60))
    sentence = ngettext(
        "Too many failed attempts to log in. Wait %(minutes)d minute, then try again.",
        "Too many failed attempts to log in. Wait %(minutes)d minutes, then try again.",
        minutes,
    )
    context = {
        **admin.site.each_context(request),
        # Not bound to what was typed: the password would be judged, and that is what has to wait.
        "form": AuthenticationForm(request),
        "messages": [Message(ERROR, sentence % {"minutes": minutes})],
        "app_path": request.get_full_path(),
        "username": "",
        "title": "",
    }
    page = render_to_string("admin/login.html", context, request)
    return HttpResponse(page, status=429, headers={"Retry-After": str(round(wait.total_seconds()))})
