"""What every resource shares."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from schedules.api.language import activate_asked_language
from schedules.api.reasons import take_reason

#: Longer numbers are no key of any database.
ID_PATTERN = "[0-9]{1,18}"


class Resource(GenericViewSet[Any]):
    """A view set that answers in the language asked for and finds rows by their number."""

    lookup_value_regex = ID_PATTERN
    #: Action → permissions it needs instead of those that its HTTP method would.
    needs: dict[str, tuple[str, ...]] = {}
    #: OPTIONS is not answered: the schema says it all, and holds for every action.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before authentication, so that a refusal speaks the language too.
        activate_asked_language(request)
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS:
            take_reason(request)
