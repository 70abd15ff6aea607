"""The row that a change is about, locked until its transaction ends."""

from schedules.models import APIEndpointSchedule
from schedules.models.locking import locked


def locked_schedule(schedule_id: int) -> APIEndpointSchedule:
    """Return the schedule with its endpoint. Raises APIEndpointSchedule.DoesNotExist."""
    return locked(APIEndpointSchedule.objects.select_related("endpoint")).get(pk=schedule_id)
