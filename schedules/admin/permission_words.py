"""Permissions in the active language. Django keeps their names in the database, in English."""

from typing import Any

from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy

#: Django's own four, by the beginning of their codename.
_USUAL = {
    "add": pgettext_lazy("permission", "add"),
    "change": pgettext_lazy("permission", "change"),
    "delete": pgettext_lazy("permission", "delete"),
    "view": pgettext_lazy("permission", "view"),
}


def permission_text(permission: Permission) -> str:
    """Return a permission as people read it: where it holds, and what it allows."""
    verb, _underscore, model = permission.codename.partition("_")
    usual = verb in _USUAL and model == permission.content_type.model
    allows = _USUAL[verb] if usual else gettext(permission.name)
    return f"{permission.content_type} | {allows}"


class SaysPermissions:
    """For admin classes of users and groups: their permissions are offered in the active language."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and db_field.related_model is Permission:
            # Of an app that older databases have known, and of bookkeeping that has no pages.
            field.queryset = field.queryset.exclude(content_type__app_label__in=("authtoken", "axes"))
            field.label_from_instance = permission_text
        return field
