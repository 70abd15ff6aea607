"""The history of a row in the admin: its changes, undoing one of them, and the rows that are gone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from schedules import actors
from schedules.admin.history_words import Told, difference_lines, told
from schedules.exceptions import ManagedByFile, NothingToRevert, NotRevertible, TaskRefused
from schedules.forms.reasons import IN_CHANGES, ReasonField
from schedules.forms.widgets import INPUT
from schedules.history import deleted_rows, history_of, whole_history_of
from schedules.models import RecordedChange
from schedules.services.reverting import Revert, plan_revert, revert

#: The field of a form that asks why it is saved.
CHANGE_REASON = "change_reason"
#: Entries on one page.
PAGE_SIZE = 30
#: Entries that a row's own page shows.
LATEST_CHANGES = 5


class _ChangedMeanwhile(Exception):
    """What the page has shown is not what a revert would do any more."""


class RevertForm(forms.Form):
    reason = ReasonField(help_text=IN_CHANGES, required=True)


class ShowsHistory:
    """For admin classes of recorded rows. Stands before ModelAdmin, whose history page it replaces."""

    def get_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("deleted/", view(self.deleted_view), name=self._page("deleted")),
            path("<int:pk>/history/<int:entry>/revert/", view(self.revert_view), name=self._page("revert")),
        ]
        return own + super().get_urls()  # type: ignore[misc]

    def history_view(
        self: Any, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history of a row, also of one that is gone."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        pk = unquote(object_id)
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise Http404
        own, entries = history_of(self.model, int(pk)), whole_history_of(self.model, int(pk))
        obj = self.model._base_manager.filter(pk=pk).first()
        if obj is None and not own.exists():
            raise Http404
        page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("p"))
        name = str(obj) if obj else own[0].object_repr
        back = "change" if obj else "deleted"
        context = {
            "title": _("History: %(name)s") % {"name": name},
            "page": page,
            "changes": self.shown_changes(request, page.object_list),
            "back": reverse(f"admin:{self._page(back)}", args=[pk] if obj else []),
            "is_deleted": obj is None,
            **(extra_context or {}),
        }
        return self._answer(request, "history", context)

    def deleted_view(self: Any, request: HttpRequest) -> HttpResponse:
        """List the rows that are gone, each with the way back."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        page = Paginator(deleted_rows(self.model), PAGE_SIZE).get_page(request.GET.get("p"))
        context = {
            "title": _("Deleted: %(kind)s") % {"kind": self.opts.verbose_name_plural},
            "page": page,
            "changes": self.shown_changes(request, page.object_list),
            "back": reverse(f"admin:{self._page('changelist')}"),
            "names_rows": True,
        }
        return self._answer(request, "history", context)

    def revert_view(self: Any, request: HttpRequest, pk: int, entry: int) -> HttpResponse:
        """Show what undoing a change would do and ask why; do it when that is answered."""
        found = history_of(self.model, pk).filter(pk=entry).first()
        if found is None or not self.has_view_or_change_permission(request):
            raise Http404
        history = reverse(f"admin:{self._page('history')}", args=[pk])
        try:
            plan = plan_revert(found)
            self._require(request, plan)
            form = RevertForm(request.POST if request.method == "POST" else None)
            if form.is_valid() and request.POST.get("mark") == plan.mark:

                def judge(locked: Revert) -> None:
                    self._require(request, locked)
                    if locked.mark != plan.mark:
                        raise _ChangedMeanwhile

                reason = form.cleaned_data["reason"]
                row = revert(found, now=timezone.now(), by=request.user, reason=reason, judge=judge)
                self.log_change(request, row, _("Reverted"))
                messages.success(request, _('"%(name)s" is as it was before this change.') % {"name": row})
                return HttpResponseRedirect(reverse(f"admin:{self._page('history')}", args=[row.pk]))
        except ValidationError as error:
            sentence = _("This cannot be reverted any more: %(why)s") % {"why": " ".join(error.messages)}
            messages.error(request, sentence)
            return HttpResponseRedirect(history)
        except _ChangedMeanwhile:
            # In this very moment: the page begins anew, and shows what would be done now.
            return self.revert_view(request, pk, entry)  # type: ignore[no-any-return]
        except (NothingToRevert, NotRevertible, ManagedByFile, TaskRefused) as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(history)
        now = timezone.now()
        stored = self.model._base_manager.filter(pk=pk).first()
        context = {
            "title": _("Restore") if plan.restores else _("Revert a change"),
            "name": str(stored or plan.row),
            "change": told([found], now=now)[0],
            "lines": difference_lines(plan.row, plan.differences, stored=stored, now=now),
            "plan": plan,
            "form": form,
            "has_changed": request.method == "POST" and form.is_valid(),
            "back": history,
        }
        return self._answer(request, "revert", context)

    def delete_view(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actors.because(request.POST.get("reason", ""))
        kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), "reason_class": INPUT}
        return super().delete_view(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def response_action(self: Any, request: HttpRequest, queryset: Any) -> Any:
        """The page that asks before many are deleted asks why, too."""
        actors.because(request.POST.get("reason", ""))
        response = super().response_action(request, queryset)  # type: ignore[misc]
        if isinstance(response, TemplateResponse) and request.POST.get("action") == "delete_selected":
            response.context_data["reason_class"] = INPUT
        return response

    def save_model(self: Any, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actors.because(form.cleaned_data.get(CHANGE_REASON) or "")
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def render_change_form(self: Any, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if (obj := kwargs.get("obj")) is not None:
            context["latest"] = self.latest_changes(request, obj.pk)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    @action(description=gettext_lazy("Deleted ones"), permissions=["view"], icon="restore_from_trash")
    def deleted_ones(self: Any, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{self._page('deleted')}"))

    def latest_changes(self: Any, request: HttpRequest, pk: int) -> dict[str, Any]:
        """Return what a row's page shows of its history."""
        entries = whole_history_of(self.model, pk)[:LATEST_CHANGES]
        return {
            "changes": self.shown_changes(request, entries),
            "all_changes": reverse(f"admin:{self._page('history')}", args=[pk]),
        }

    def shown_changes(self: Any, request: HttpRequest, entries: Any) -> list[tuple[Told, str]]:
        """Return entries with the address where each is undone; empty for what this person may not change."""
        may = self.has_change_permission(request) or self._may(request, "pause") or self.has_add_permission(request)
        return [(each, self._revert_address(each.entry) if may and each.is_revertible else "") for each in
                told(entries, now=timezone.now())]  # fmt: skip

    def _revert_address(self: Any, entry: RecordedChange) -> str:
        return reverse(f"admin:{self._page('revert')}", args=[entry.object_id, entry.pk])

    def _require(self: Any, request: HttpRequest, plan: Revert) -> None:
        if not all(self._may(request, verb) for verb in plan.verbs):
            raise PermissionDenied

    def _may(self: Any, request: HttpRequest, verb: str) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.{verb}_{self.opts.model_name}"))

    def _page(self: Any, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _answer(self: Any, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/schedules/{template}.html", {**shared, **context})
