"""Who may do what: Django's model permissions, for reading too, and the app's own for running and pausing."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import DjangoModelPermissions

from schedules.api.scopes import scope_of
from schedules.models import AccessToken

_VIEW = "%(app_label)s.view_%(model_name)s"


class ModelPermissions(DjangoModelPermissions):
    """Django's four permissions by HTTP method. A view's action may ask for others instead: ``needs``.

    ``needs`` maps the name of an action of the view to a tuple of full permission names. All of them are needed. A
    script needs the scope besides that they amount to.
    """

    perms_map = DjangoModelPermissions.perms_map | {"GET": [_VIEW], "HEAD": [_VIEW], "OPTIONS": [_VIEW]}

    def has_permission(self, request: Any, view: Any) -> bool:
        if not (request.user and request.user.is_authenticated):
            return False
        return allows(request, self.needed_by(request, view))

    def needed_by(self, request: Any, view: Any) -> Sequence[str]:
        """Return the permissions that a request needs. Raises MethodNotAllowed."""
        needs = view.needs.get(view.action)
        return needs if needs is not None else self.get_required_permissions(request.method, view.queryset.model)


def may_change(request: Any, model: Any) -> bool:
    """Say whether the request could change rows of ``model``: the user by permission, the token by its scopes."""
    needed = [f"{model._meta.app_label}.change_{model._meta.model_name}"]
    try:
        return allows(request, needed)
    except PermissionDenied:
        return False


def allows(request: Any, needed: Sequence[str]) -> bool:
    """Say whether the user has all these permissions. Raises PermissionDenied when it is the token that may not."""
    if not request.user.has_perms(needed):
        return False
    if isinstance(request.auth, AccessToken) and (scope := scope_of(needed)) not in request.auth.scopes:
        sentence = _('This token has no scope "%(scope)s", which this needs. Make one in the admin that has it.')
        raise PermissionDenied(sentence % {"scope": scope.value}, "scope_missing")
    return True
