"""What people do to schedules from the list and from a schedule's page: switch, pause, resume, run now.

Each action is described once here; the list's menu, the buttons on a row and on the page all carry it out the same
way and say how many were done, which not, and why.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from schedules import actors
from schedules.exceptions import AnswerRefused, SchedulesError
from schedules.forms.asking import AskingForm, PauseForm, ResumeForm, SwitchForm
from schedules.forms.run import RunForm
from schedules.models import APIEndpointSchedule
from schedules.services.resuming import Resumed, ResumePolicy, resume_schedule
from schedules.services.switching import pause_schedule, set_enabled
from schedules.services.triggering import OtherArguments, run_now

#: Schedules that one action takes at a time: a person waits for the answer, and the workers have to follow.
MAX_AT_ONCE = 500
#: Names that a message lists before it only counts.
NAMES_LISTED = 5


@dataclass(frozen=True)
class Asked:
    """Who asks, when, and what they answered to the action's questions."""

    by: Any
    now: datetime
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ScheduleAction:
    """One thing that can be done to a schedule.

    ``step`` does it to one and says whether that changed anything; ``already`` is why it did not. ``form`` asks for
    what is needed before. ``permission`` is the verb of the permission on schedules.
    """

    code: str
    permission: str
    label: Any
    icon: str
    step: Callable[[int, Asked], Any]
    done: Callable[[int], str]
    history: Any
    #: What will happen, for those who are about to do it.
    effect: Any = ""
    already: Any = ""
    form: type[AskingForm] | None = None
    #: Asked where many were chosen in the list; a single one is switched by its button at once.
    form_of_many: type[AskingForm] | None = None

    @property
    def asks(self) -> bool:
        """Whether a page stands between the button and the deed. (A template would call ``form`` itself.)"""
        return self.form is not None


@dataclass
class Outcome:
    """What came of an action, by name. ``failed`` holds the sentences of those that went wrong."""

    done: list[APIEndpointSchedule] = field(default_factory=list)
    #: What the steps returned, one for each of ``done``: for a run its row.
    results: list[Any] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    vanished: int = 0
    failed: list[str] = field(default_factory=list)


def carry_out(action: ScheduleAction, schedules: Iterable[APIEndpointSchedule], asked: Asked) -> Outcome:
    """Do the action to each schedule. One that fails does not keep the others from it.

    Raises AnswerRefused before anything is done: an answer is the same for all of them.
    """
    outcome = Outcome()
    actors.because(str(asked.answers.get("reason", "")))
    for schedule in schedules:
        try:
            changed = action.step(schedule.pk, asked)
        except APIEndpointSchedule.DoesNotExist:
            outcome.vanished += 1
        except AnswerRefused:
            raise
        except SchedulesError as error:
            outcome.failed.append(str(error))
        else:
            if changed:
                outcome.done.append(schedule)
                outcome.results.append(changed)
            else:
                outcome.unchanged.append(schedule.name)
    return outcome


def sentences(action: ScheduleAction, outcome: Outcome) -> tuple[list[str], list[str], list[str]]:
    """Return what to say of an outcome: successes, remarks, errors."""
    successes, remarks = [], []
    if outcome.done:
        names = listed([schedule.name for schedule in outcome.done])
        successes.append(f"{action.done(len(outcome.done))} {names}")
    if made_up_for := _made_up_for(outcome):
        successes.append(made_up_for)
    if outcome.unchanged:
        remarks.append(
            _("%(count)d not changed, because %(reason)s: %(names)s")
            % {
                "count": len(outcome.unchanged),
                "reason": action.already,
                "names": listed(outcome.unchanged),
            }
        )
    if outcome.vanished:
        gone = ngettext(
            "%(count)d has been deleted meanwhile.", "%(count)d have been deleted meanwhile.", outcome.vanished
        )
        remarks.append(gone % {"count": outcome.vanished})
    failed = outcome.failed[:NAMES_LISTED]
    if rest := len(outcome.failed) - len(failed):
        failed.append(_("%(count)d more failed in the same way.") % {"count": rest})
    return successes, remarks, failed


def listed(names: list[str]) -> str:
    """Return the first few names, and how many more there are."""
    text = ", ".join(names[:NAMES_LISTED])
    rest = len(names) - NAMES_LISTED
    return text if rest <= 0 else _("%(names)s and %(count)d more") % {"names": text, "count": rest}


def _made_up_for(outcome: Outcome) -> str:
    """Say what resuming did with what the pauses had passed over; nothing where there was nothing."""
    resumed = [result for result in outcome.results if isinstance(result, Resumed)]
    run = sum(len(result.will_run) for result in resumed)
    skipped = sum(len(result.skipped) for result in resumed)
    if not run and not skipped:
        return ""
    return _("Of what the pause passed over, %(run)d will be run and %(skipped)d stand in the history as skipped.") % {
        "run": run,
        "skipped": skipped,
    }


def _switched_on(count: int) -> str:
    return ngettext("%(count)d schedule switched on:", "%(count)d schedules switched on:", count) % {"count": count}


def _switched_off(count: int) -> str:
    return ngettext("%(count)d schedule switched off:", "%(count)d schedules switched off:", count) % {"count": count}


def _paused(count: int) -> str:
    return ngettext("%(count)d schedule paused:", "%(count)d schedules paused:", count) % {"count": count}


def _resumed(count: int) -> str:
    return ngettext("%(count)d schedule resumed:", "%(count)d schedules resumed:", count) % {"count": count}


def _started(count: int) -> str:
    return ngettext("%(count)d run handed to the workers:", "%(count)d runs handed to the workers:", count) % {
        "count": count
    }


def _pause(pk: int, asked: Asked) -> bool:
    answers = {name: asked.answers[name] for name in ("reason", "until", "until_next_trading_day")}
    return pause_schedule(pk, now=asked.now, **answers)


def _resume(pk: int, asked: Asked) -> Resumed | None:
    policy = asked.answers.get("policy") or ResumePolicy.SKIP
    reason = asked.answers.get("reason", "")
    resumed = resume_schedule(pk, now=asked.now, policy=policy, by=asked.by, reason=reason)
    return resumed if resumed.changed else None


def _run(pk: int, asked: Asked) -> Any:
    arguments = OtherArguments(**asked.answers["arguments"])
    return run_now(pk, now=asked.now, by=asked.by, reason=asked.answers["reason"], arguments=arguments)


ACTIONS = {
    action.code: action
    for action in (
        ScheduleAction(
            code="run",
            permission="run",
            label=gettext_lazy("Run now"),
            icon="play_arrow",
            step=_run,
            done=_started,
            history=gettext_lazy("Run now"),
            effect=gettext_lazy("Each is run once, now. What its rule has planned stays as it is."),
            form=RunForm,
        ),
        ScheduleAction(
            code="pause",
            permission="pause",
            label=gettext_lazy("Pause"),
            icon="pause",
            step=_pause,
            done=_paused,
            history=gettext_lazy("Paused"),
            effect=gettext_lazy("Nothing is sent until the pause ends. What a worker has begun goes on."),
            already=gettext_lazy("it was paused in just this way"),
            form=PauseForm,
        ),
        ScheduleAction(
            code="resume",
            permission="pause",
            label=gettext_lazy("Resume"),
            icon="resume",
            step=_resume,
            done=_resumed,
            history=gettext_lazy("Resumed"),
            effect=gettext_lazy("They run again as their rules have it."),
            already=gettext_lazy("it was not paused"),
            form=ResumeForm,
        ),
        ScheduleAction(
            code="enable",
            permission="change",
            label=gettext_lazy("Switch on"),
            icon="power",
            step=lambda pk, asked: set_enabled(pk, True, by=asked.by),
            done=_switched_on,
            history=gettext_lazy("Switched on"),
            effect=gettext_lazy("They run as their rules have it, from now on; nothing is made up for."),
            already=gettext_lazy("it was on"),
            form_of_many=SwitchForm,
        ),
        ScheduleAction(
            code="disable",
            permission="change",
            label=gettext_lazy("Switch off"),
            icon="power_off",
            step=lambda pk, asked: set_enabled(pk, False, by=asked.by),
            done=_switched_off,
            history=gettext_lazy("Switched off"),
            effect=gettext_lazy("Nothing is sent until they are switched on again. What a worker has begun goes on."),
            already=gettext_lazy("it was off"),
            form_of_many=SwitchForm,
        ),
    )
}
