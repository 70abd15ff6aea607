"""What the mirror should hold of a schedule: the one place that makes an entry of a row."""

from datetime import timedelta

from schedules.mirror.entry import EntryContent
from schedules.mirror.keys import entry_name
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import Beside, recurrence_of
from schedules.planning import Policy


def content_of(schedule: APIEndpointSchedule, beside: Beside | None = None, *, seal: str = "") -> EntryContent:
    """Return what the mirror should hold of a schedule. Raises DefinitionError when its row makes no recurrence."""
    task, args, kwargs = schedule.call()
    return EntryContent(
        schedule_id=schedule.pk,
        name=entry_name(schedule.pk),
        task=task,
        recurrence=recurrence_of(schedule, beside),
        policy=Policy(
            catch_up=schedule.catch_up_policy,
            window=timedelta(seconds=schedule.catch_up_window_seconds),
            jitter=timedelta(seconds=schedule.jitter_seconds),
        ),
        revision=schedule.revision,
        args=list(args),
        kwargs=dict(kwargs),
        options=schedule.message_options(),
        seal=seal,
    )
