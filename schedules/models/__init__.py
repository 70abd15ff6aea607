"""The truth: what may be called, when it runs, and what happened. Redis holds only a mirror of it."""

from schedules.models.access_token import AccessToken
from schedules.models.alert import Alert, AlertDelivery, AlertWatch
from schedules.models.alert_channel import AlertChannel
from schedules.models.alert_rule import AlertEvent, AlertRule
from schedules.models.answered_request import AnsweredRequest
from schedules.models.backfill import Backfill, BackfillOccurrence
from schedules.models.calendar_feed import CalendarFeed
from schedules.models.endpoint import APIEndpoint
from schedules.models.exceptional_day import ExceptionalDay
from schedules.models.occurrence_change import OccurrenceChange
from schedules.models.recorded_change import RecordedChange
from schedules.models.run import ScheduleRun
from schedules.models.schedule import APIEndpointSchedule

__all__ = [
    "APIEndpoint",
    "APIEndpointSchedule",
    "AccessToken",
    "Alert",
    "AlertChannel",
    "AlertDelivery",
    "AlertEvent",
    "AlertRule",
    "AlertWatch",
    "AnsweredRequest",
    "Backfill",
    "BackfillOccurrence",
    "CalendarFeed",
    "ExceptionalDay",
    "OccurrenceChange",
    "RecordedChange",
    "ScheduleRun",
]
