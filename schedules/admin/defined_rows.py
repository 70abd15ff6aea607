"""What people define, in the admin: saved and deleted by the services, and only read where a file owns it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from schedules.exceptions import SchedulesError
from schedules.services.defining import delete_definition, save_definition
from schedules.services.ownership import take_over

#: Django's own bulk action.
DELETE_SELECTED = "delete_selected"


class DefinedRows:
    """For admin classes of endpoints, schedules and exceptional days. Stands between ShowsHistory and ModelAdmin."""

    change_form_outer_before_template = "partials/managed_by.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_only_read(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_only_read(request, obj)  # type: ignore[misc]

    def get_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.take_over_view)
        return [path("<int:pk>/take-over/", view, name=self._page("take_over")), *super().get_urls()]  # type: ignore[misc]

    def take_over_view(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the row out of its file's hands; a GET only leads to its page."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        row = self.model._base_manager.filter(pk=pk).first() if pk < 2**63 else None
        if row is None:
            raise Http404(_("This %(name)s has been deleted.") % {"name": self.opts.verbose_name})
        page = HttpResponseRedirect(reverse(f"admin:{self._page('change')}", args=[pk]))
        if request.method != "POST":
            return page

        def carry_out() -> HttpResponse:
            if take_over(self.model, pk, by=request.user):
                self.log_change(request, row, _("Taken over from its file"))
                messages.success(request, _('"%(name)s" is kept here from now on.') % {"name": row})
            return page

        return self._or_said(request, carry_out, page)

    def render_change_form(self: Any, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_take_over"] = self.has_change_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_definition(obj, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_definition(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            delete_definition(obj, by=request.user)

    def delete_view(self: Any, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        pk = unquote(object_id)
        page = HttpResponseRedirect(reverse(f"admin:{self._page('change')}", args=[pk]))
        view = super().delete_view  # type: ignore[misc]
        return self._or_said(request, lambda: view(request, object_id, *args, **kwargs), page)

    def response_action(self: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        view = super().response_action  # type: ignore[misc]
        if request.POST.get("action") != DELETE_SELECTED:
            return view(request, queryset)  # type: ignore[no-any-return]

        def all_or_none() -> HttpResponse | None:
            with transaction.atomic():
                return view(request, queryset)  # type: ignore[no-any-return]

        # None leads back to the list.
        return self._or_said(request, all_or_none, None)

    @staticmethod
    def _or_said(request: HttpRequest, step: Callable[[], Any], instead: HttpResponse | None) -> Any:
        """Return what ``step`` answers; when a service refuses, say why and answer ``instead``."""
        try:
            return step()
        except SchedulesError as error:
            messages.error(request, str(error))
            return instead


def _is_only_read(request: HttpRequest, obj: Any) -> bool:
    """A form that was open before the file took the row over is answered with a sentence, not with a bare refusal."""
    return bool(obj is not None and obj.managed_by and request.method in ("GET", "HEAD"))
