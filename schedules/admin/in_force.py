"""Tell people when what they saved is not in force yet."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from schedules.services.mirroring import mirror_problem


class TellsWhatIsNotInForce:
    """For admin classes whose rows reach the engine: each page that may change something ends with the truth.

    The push happens when the transaction of the page is committed, so it is asked after the page's own view.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(request, super().changeform_view, *args, **kwargs)  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(request, super().changelist_view, *args, **kwargs)  # type: ignore[misc]

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(request, super().delete_view, *args, **kwargs)  # type: ignore[misc]

    def _told(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        mirror_problem()  # What an earlier request of this thread left unread is not about this one.
        response = view(request, *args, **kwargs)
        if problem := mirror_problem():
            messages.warning(request, problem)
        return response
