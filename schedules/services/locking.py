"""The row that a change is about, locked until its transaction ends."""

from schedules.models import APIEndpointSchedule


def locked_schedule(schedule_id: int) -> APIEndpointSchedule:
    """Return the schedule with its endpoint. Raises APIEndpointSchedule.DoesNotExist."""
    return APIEndpointSchedule.objects.select_for_update(of=("self",)).select_related("endpoint").get(pk=schedule_id)
