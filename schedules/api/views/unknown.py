"""Addresses that do not exist, answered like everything else here: as a problem document, to people signed in."""

from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class UnknownAddress(APIView):
    """Catches what no other view of the API takes."""

    permission_classes = [IsAuthenticated]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        message = _('There is nothing at "%(path)s". GET /api/v1/schema lists every address.')
        raise NotFound(message % {"path": request.path[:100]})
