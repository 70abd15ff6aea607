"""The page of one occurrence: skip it, move it, run it now, or leave it to its rule again.

The next runs and the calendar link here: ``…_occurrence`` with the schedule's key and ``?at=`` its instant (ISO 8601).
``do`` names the one thing that is wanted; without it the page offers all that the reader may do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schedules import actors
from schedules.admin.once_words import because, left_text
from schedules.admin.schedule_action_pages import ScheduleActionPages
from schedules.admin.wording import distance_text, instant_text, said, zone_text
from schedules.exceptions import OccurrenceRefused, SchedulesError
from schedules.forms.occurrence import MoveForm, OccurrenceForm, ReasonForm, RunInsteadForm, UndoForm
from schedules.models import APIEndpointSchedule, OccurrenceChange
from schedules.occurrence_facts import OccurrenceFacts, facts_of
from schedules.once_changed import OnceChanged
from schedules.recurrence import DefinitionError
from schedules.refusals import sentences_of
from schedules.services.occurrences import move_occurrence, run_instead, skip_occurrence, undo_change
from schedules.services.triggering import run_now

Step = Callable[[int, datetime, datetime, Any, dict[str, Any]], Any]


@dataclass(frozen=True)
class Choice:
    """One thing that can be done to an occurrence. ``permissions``: verbs on schedules, all of them needed."""

    code: str
    permissions: tuple[str, ...]
    title: Any
    label: Any
    icon: str
    form: type[OccurrenceForm]
    step: Step
    done: Any
    #: Told to those who are about to do it.
    hint: Any = ""


def _run(pk: int, at: datetime, now: datetime, by: Any, answers: dict[str, Any]) -> Any:
    run = run_instead if answers.get("instead") else None
    if run is None:
        return run_now(pk, now=now, by=by, reason=answers["reason"])
    return run(pk, at, now=now, by=by, reason=answers["reason"])


CHOICES = {
    choice.code: choice
    for choice in (
        Choice(
            code="skip",
            permissions=("change",),
            title=gettext_lazy("Skip this run"),
            label=gettext_lazy("Skip"),
            icon="event_busy",
            form=ReasonForm,
            step=lambda pk, at, now, by, answers: skip_occurrence(pk, at, now=now, by=by, reason=answers["reason"]),
            done=gettext_lazy("The run of %(at)s is skipped."),
            hint=gettext_lazy("Only this one. The rule stays as it is."),
        ),
        Choice(
            code="move",
            permissions=("change",),
            title=gettext_lazy("Move this run"),
            label=gettext_lazy("Move"),
            icon="edit_calendar",
            form=MoveForm,
            step=lambda pk, at, now, by, answers: move_occurrence(
                pk, at, to=answers["moved_to"], now=now, by=by, reason=answers["reason"]
            ),
            done=gettext_lazy("The run of %(at)s is moved."),
            hint=gettext_lazy("Only this one. The rule stays as it is."),
        ),
        Choice(
            code="run",
            permissions=("run",),
            title=gettext_lazy("Run it now"),
            label=gettext_lazy("Run now"),
            icon="play_arrow",
            form=RunInsteadForm,
            step=_run,
            done=gettext_lazy("A run is handed to the workers."),
        ),
        Choice(
            code="undo",
            permissions=("change",),
            title=gettext_lazy("Undo the one-time change"),
            label=gettext_lazy("Undo"),
            icon="undo",
            form=UndoForm,
            step=lambda pk, at, now, by, answers: undo_change(pk, at, now=now, change_id=answers["change"], by=by),
            done=gettext_lazy("The one-time change is undone."),
            hint=gettext_lazy("The run happens again as its rule has it."),
        ),
    )
}


def occurrence_address(schedule_id: int, at: datetime, **query: str) -> str:
    """Return the address of the page of one occurrence."""
    page = reverse("admin:schedules_apiendpointschedule_occurrence", args=[schedule_id])
    return f"{page}?{urlencode({'at': f'{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}', **query})}"


class OccurrencePage(ScheduleActionPages):
    """The part of the schedules' admin that changes one occurrence."""

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:schedule_id>/occurrence/",
            self.admin_site.admin_view(self.occurrence_view),
            name="schedules_apiendpointschedule_occurrence",
        )
        return [own, *super().get_urls()]

    def occurrence_choices(self, request: HttpRequest, facts: OccurrenceFacts) -> list[Choice]:
        """Return what makes sense for the occurrence as it is, and what the reader may do of it."""
        codes = ["skip", "move", "run"] if facts.can_be_changed and facts.occurrence else []
        if facts.can_be_changed and not facts.occurrence:
            codes = ["move"]
        if facts.can_be_undone:
            codes.insert(0, "undo")
        may = self.verbs_allowed(request)
        return [CHOICES[code] for code in codes if all(may[verb] for verb in CHOICES[code].permissions)]

    def occurrence_view(self, request: HttpRequest, schedule_id: int) -> HttpResponse:
        """Show what can be done to one occurrence; on POST do it. A GET never changes anything."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        schedule = self.get_queryset(request).select_related("endpoint").filter(pk=schedule_id).first()
        if schedule is None:
            messages.warning(request, _("The schedule is not there any more."))
            return HttpResponseRedirect(self._list_address())
        return self._told(request, self._occurrence, schedule)

    def _occurrence(self, request: HttpRequest, schedule: APIEndpointSchedule) -> HttpResponse:
        now = timezone.now()
        asked = request.POST if request.method == "POST" else request.GET
        at = _instant(asked.get("at", ""))
        try:
            facts = None if at is None else facts_of(schedule, at, now, change_id=_number(asked.get("change", "")))
        except DefinitionError as error:
            return self._no_occurrence(request, schedule, sentences_of(error))
        if facts is None:
            return self._no_occurrence(
                request, schedule, _("The schedule has no run there. Choose one of its next runs.")
            )
        choices = self.occurrence_choices(request, facts)
        wanted = CHOICES.get(asked.get("do", ""))
        if request.method == "POST":
            if wanted is None or not all(self.verbs_allowed(request)[verb] for verb in wanted.permissions):
                raise PermissionDenied
            form = self._occurrence_form(request, wanted, facts, data=request.POST)
            if form.is_valid() and self._change_occurrence(request, schedule, wanted, facts, form, now):
                return HttpResponseRedirect(self._back_to(request, schedule))
            return self._occurrence_page(request, schedule, facts, [(wanted, form)], now)
        shown = [choice for choice in choices if wanted in (None, choice)] or choices
        forms = [(choice, self._occurrence_form(request, choice, facts)) for choice in shown]
        return self._occurrence_page(request, schedule, facts, forms, now)

    def _occurrence_form(
        self, request: HttpRequest, choice: Choice, facts: OccurrenceFacts, data: Any = None
    ) -> OccurrenceForm:
        stands_at = facts.at if facts.occurrence or not facts.change else facts.change.moved_to or facts.at
        initial = {"change": facts.change.pk if facts.change else None}
        form = choice.form(data, at=stands_at, zone=facts.recurrence.zone, auto_id=f"{choice.code}_%s", initial=initial)
        if "instead" in form.fields and not self.verbs_allowed(request)["change"]:
            del form.fields["instead"]
        return form

    def _change_occurrence(
        self,
        request: HttpRequest,
        schedule: APIEndpointSchedule,
        choice: Choice,
        facts: OccurrenceFacts,
        form: OccurrenceForm,
        now: datetime,
    ) -> bool:
        """Do what was chosen and say so; False when it was refused, which the form then says."""
        reason = form.cleaned_data.get("reason", "")
        actors.because(reason)
        try:
            choice.step(schedule.pk, facts.at, now, request.user, form.cleaned_data)
        except OccurrenceRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return False
        except SchedulesError as error:
            form.add_error(None, str(error))
            return False
        at = instant_text(facts.at.astimezone(facts.recurrence.zone), now=now)
        self.log_change(request, schedule, " · ".join(part for part in (str(choice.title), at, reason) if part))
        messages.success(request, choice.done % {"at": at})
        return True

    def _occurrence_page(
        self,
        request: HttpRequest,
        schedule: APIEndpointSchedule,
        facts: OccurrenceFacts,
        forms: Sequence[tuple[Choice, OccurrenceForm]],
        now: datetime,
    ) -> HttpResponse:
        zone = facts.recurrence.zone
        local = facts.at.astimezone(zone)
        change = facts.change
        context = {
            **self.admin_site.each_context(request),
            "title": _("One run"),
            "opts": self.opts,
            "schedule": schedule,
            "facts": facts,
            "at": instant_text(local, now=now),
            "at_exact": facts.at.isoformat(),
            "zone": zone_text(facts.recurrence.timezone),
            "distance": distance_text(local, now=now),
            "here": instant_text(timezone.localtime(facts.at), now=now)
            if facts.recurrence.timezone != timezone.get_current_timezone_name()
            else "",
            "zone_here": zone_text(timezone.get_current_timezone_name()),
            "reason": said(facts.occurrence.reason) if facts.occurrence else "",
            "change": change,
            "moved_to": instant_text(change.moved_to.astimezone(zone), now=now) if change and change.moved_to else "",
            "choices": [
                {"choice": choice, "form": form, "about": _about(change, zone, now) if choice.code == "undo" else ""}
                for choice, form in forms
            ],
            "schedule_address": self._schedule_address(schedule),
            "back": self._back_to(request, schedule),
            "address": reverse("admin:schedules_apiendpointschedule_occurrence", args=[schedule.pk]),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/schedules/apiendpointschedule/occurrence.html", context)

    def _no_occurrence(self, request: HttpRequest, schedule: APIEndpointSchedule, sentence: str) -> HttpResponse:
        messages.error(request, sentence)
        return HttpResponseRedirect(self._back_to(request, schedule))

    def _back_to(self, request: HttpRequest, schedule: APIEndpointSchedule) -> str:
        back = self._back(request)
        return self._schedule_address(schedule) if back == self._list_address() else back

    @staticmethod
    def _schedule_address(schedule: APIEndpointSchedule) -> str:
        return reverse("admin:schedules_apiendpointschedule_change", args=[schedule.pk])


def _about(change: OccurrenceChange | None, zone: ZoneInfo, now: datetime) -> str:
    """Return which change it is: the rule's own time, and what became of the run."""
    if change is None:
        return ""
    told = OnceChanged.of(change, name=change.schedule.name, leaves_gap=True)
    return because(instant_text(change.scheduled_for.astimezone(zone), now=now), left_text(told, zone, now=now))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _instant(text: str) -> datetime | None:
    """Return the aware instant that an address names; None for anything else. A "+" may have come as a space."""
    try:
        instant = datetime.fromisoformat(text[:40].replace(" ", "+"))
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None
