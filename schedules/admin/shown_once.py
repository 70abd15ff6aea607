"""The page that shows a secret which was just made, in the answer to the form that made it and nowhere else."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse


def shown_once(admin: Any, request: HttpRequest, *, title: str, note: str, label: str, secret: str) -> HttpResponse:
    """Return the page; it leads on to the list of ``admin``'s rows."""
    context = {
        **admin.admin_site.each_context(request),
        "title": title,
        "opts": admin.opts,
        "note": note,
        "label": label,
        "secret": secret,
        "back": reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist"),
        "media": admin.media,
    }
    response = TemplateResponse(request, "admin/schedules/shown_once.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
