"""Who may do what: Django's model permissions, for reading too, and the app's own for running and pausing."""

from typing import Any

from rest_framework.permissions import DjangoModelPermissions

_VIEW = "%(app_label)s.view_%(model_name)s"


class ModelPermissions(DjangoModelPermissions):
    """Django's four permissions by HTTP method. A view's action may ask for others instead: ``needs``.

    ``needs`` maps the name of an action of the view to a tuple of full permission names. All of them are needed.
    """

    perms_map = DjangoModelPermissions.perms_map | {"GET": [_VIEW], "HEAD": [_VIEW], "OPTIONS": [_VIEW]}

    def has_permission(self, request: Any, view: Any) -> bool:
        needs = getattr(view, "needs", {}).get(getattr(view, "action", None))
        if needs is None:
            return super().has_permission(request, view)
        return bool(request.user and request.user.is_authenticated and request.user.has_perms(needs))
