"""Switching endpoints on and off from their list: first what that means for their schedules and why, then the deed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from schedules import actors
from schedules.admin.schedule_actions import MAX_AT_ONCE, listed
from schedules.exceptions import SchedulesError
from schedules.forms.asking import WhyForm
from schedules.models import APIEndpoint
from schedules.services.switching import set_endpoint_enabled


class EndpointSwitchPages:
    """The part of the endpoints' admin that switches many. Stands before ModelAdmin."""

    def get_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(f"{word}/", view(self.switch_view), {"enabled": enabled}, name=f"schedules_apiendpoint_{word}")
            for word, enabled in (("switch_on", True), ("switch_off", False))
        ]
        return own + super().get_urls()  # type: ignore[misc]

    @action(description=gettext_lazy("Switch on"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[APIEndpoint]) -> HttpResponse | None:
        return self._asked(request, list(queryset[: MAX_AT_ONCE + 1]), WhyForm(), enabled=True)

    @action(description=gettext_lazy("Switch off"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[APIEndpoint]) -> HttpResponse | None:
        return self._asked(request, list(queryset[: MAX_AT_ONCE + 1]), WhyForm(), enabled=False)

    def switch_view(self: Any, request: HttpRequest, enabled: bool) -> HttpResponse:
        """Do it once the page was answered; a GET only leads to the list."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse("admin:schedules_apiendpoint_changelist"))
        if request.method != "POST":
            return back
        named = request.POST.getlist("endpoint")
        ids = [int(text) for text in named if text.isascii() and text.isdigit() and len(text) < 19]
        endpoints = list(self.get_queryset(request).filter(pk__in=ids[:MAX_AT_ONCE]))
        form = WhyForm(request.POST)
        if not form.is_valid():
            return self._asked(request, endpoints, form, enabled=enabled)  # type: ignore[no-any-return]
        return self._told(request, self._switched, back, endpoints, form.cleaned_data["reason"], enabled)  # type: ignore[no-any-return]

    def _switched(
        self: Any,
        request: HttpRequest,
        back: HttpResponse,
        endpoints: Sequence[APIEndpoint],
        reason: str,
        enabled: bool,
    ) -> HttpResponse:
        switched, unchanged = [], []
        actors.because(reason)
        for endpoint in endpoints:
            try:
                changed = set_endpoint_enabled(endpoint.pk, enabled, by=request.user)
            except APIEndpoint.DoesNotExist:
                continue
            except SchedulesError as error:
                messages.error(request, str(error))
                continue
            (switched if changed else unchanged).append(endpoint.name)
            if changed:
                said = str(_("Switched on") if enabled else _("Switched off"))
                self.log_change(request, endpoint, f"{said}: {reason}" if reason else said)
        if switched:
            count = len(switched)
            said = (
                ngettext("%(count)d endpoint switched on:", "%(count)d endpoints switched on:", count)
                if enabled
                else ngettext("%(count)d endpoint switched off:", "%(count)d endpoints switched off:", count)
            )
            messages.success(request, f"{said % {'count': count}} {listed(switched)}")
        if unchanged:
            said = _("Already on: %(names)s") if enabled else _("Already off: %(names)s")
            messages.info(request, said % {"names": listed(unchanged)})
        return back

    def _asked(
        self: Any, request: HttpRequest, endpoints: Sequence[APIEndpoint], form: WhyForm, *, enabled: bool
    ) -> HttpResponse | None:
        if len(endpoints) > MAX_AT_ONCE:
            sentence = _("At most %(most)d endpoints at a time. Choose fewer; nothing has been done.")
            messages.error(request, sentence % {"most": MAX_AT_ONCE})
            return None
        running = Count("schedules", filter=Q(schedules__enabled=True))
        counts = APIEndpoint.objects.filter(pk__in=[each.pk for each in endpoints]).annotate(running=running)
        numbers = dict(counts.values_list("pk", "running"))
        word = "switch_on" if enabled else "switch_off"
        context = {
            **self.admin_site.each_context(request),
            "title": _("Switch on") if enabled else _("Switch off"),
            "icon": "power" if enabled else "power_off",
            "opts": self.opts,
            "lines": [(each, _what_happens(each, numbers.get(each.pk, 0), enabled)) for each in endpoints],
            "form": form,
            "address": reverse(f"admin:schedules_apiendpoint_{word}"),
            "back": reverse("admin:schedules_apiendpoint_changelist"),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/schedules/apiendpoint/switch.html", context)


def _what_happens(endpoint: APIEndpoint, number: int, enabled: bool) -> str:
    """Return what switching means for the schedules of an endpoint that are on themselves."""
    if endpoint.enabled == enabled:
        return _("It is on already.") if enabled else _("It is off already.")
    if not number:
        return _("No schedule of it is on.")
    if enabled:
        told = ngettext("%(count)d schedule runs again.", "%(count)d schedules run again.", number)
    else:
        told = ngettext("%(count)d schedule does not run any more.", "%(count)d schedules do not run any more.", number)
    return told % {"count": number}
