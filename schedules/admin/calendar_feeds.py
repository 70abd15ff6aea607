"""Each person's own calendar subscriptions. The address is shown once, when it is made."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.shown_once import shown_once
from schedules.models import CalendarFeed
from schedules.services.calendar_feeds import make_feed


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ModelAdmin):
    """Whoever may see schedules may subscribe to them; nobody sees the subscriptions of others."""

    list_display = ["name", "language", "created_at", "last_read_at"]
    fields = ["name", "language"]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarFeed]:
        return super().get_queryset(request).filter(user=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may_see_schedules(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_see_schedules(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may_see_schedules(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_see_schedules(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"language": "ja" if (get_language() or "").startswith("ja") else "en"}

    def save_model(self, request: HttpRequest, obj: CalendarFeed, form: Any, change: bool) -> None:
        made, secret = make_feed(request.user, name=obj.name, language=obj.language)
        obj.pk, obj.user, obj.secret_hash = made.pk, made.user, made.secret_hash
        # For the answer to this very request.
        request.new_feed_address = request.build_absolute_uri(  # type: ignore[attr-defined]
            reverse("calendar_feed", args=[secret])
        )

    def response_add(
        self, request: HttpRequest, obj: CalendarFeed, post_url_continue: str | None = None
    ) -> HttpResponse:
        return shown_once(
            self,
            request,
            title=_("The subscription is made"),
            note=_("Copy it now: it is shown this once. Whoever has it can read what will run."),
            label=_("Address for your calendar program"),
            secret=request.new_feed_address,  # type: ignore[attr-defined]
        )

    def _may_see_schedules(self, request: HttpRequest) -> bool:
        may = request.user.has_perm
        return may("schedules.view_apiendpointschedule") or may("schedules.change_apiendpointschedule")
