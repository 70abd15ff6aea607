"""Tells the recorder of changes that a request is acting."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from schedules import actors


class ActorMiddleware:
    """Stands after the authentication. The door is the part of the site that the address belongs to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with actors.acting(door=actors.OTHER, through="", reason="", request=request):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        names = request.resolver_match.app_names if request.resolver_match else ()
        door = next((door for door in (actors.ADMIN, actors.API) if door in names), actors.OTHER)
        actors.come_through(door)
