"""Previews: what a rule will do, before it is saved and after."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from schedules.api import examples
from schedules.api.fields import KeyField
from schedules.api.serializers.schedules import DefinedSchedule, ScheduleSerializer
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.recurrence import WEEKDAYS, Occurrence
from schedules.services.previewing import Preview

DEFAULT_COUNT, MAX_COUNT = 5, 50


class CountSerializer(serializers.Serializer[Any]):
    """How many runs a preview lists."""

    count = serializers.IntegerField(required=False, min_value=1, max_value=MAX_COUNT, default=DEFAULT_COUNT)


class ExpressionParameters(CountSerializer):
    """A cron expression as the query has it. What may be in each is said by the rules of a schedule."""

    cron_expression = serializers.CharField(help_text="Five fields, such as `0 8 * * *`.")
    timezone = serializers.CharField(required=False, default="Asia/Tokyo")
    trading_day_rule = serializers.ChoiceField(
        choices=APIEndpointSchedule.TradingDayRule.choices, required=False, default="any"
    )
    exchange = serializers.CharField(required=False, default="XTKS")


@extend_schema_serializer(examples=examples.PREVIEWS)
class UnsavedScheduleSerializer(DefinedSchedule):
    """A schedule as one might save it. With ``id`` it is compared with the saved one of that number.

    What saving needs and a preview does not, a name and an endpoint, may be left out. What is only read of a saved
    schedule may be sent, and is ignored.
    """

    ignored = frozenset(ScheduleSerializer.Meta.fields)

    id = KeyField(
        queryset=APIEndpointSchedule.objects.select_related("endpoint"),
        required=False,
        allow_null=True,
        write_only=True,
        help_text="A saved schedule to compare with; its pause is respected.",
    )
    count = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_COUNT, default=DEFAULT_COUNT, write_only=True
    )
    endpoint = KeyField(queryset=APIEndpoint.objects.all(), required=False, allow_null=True)
    name = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=200)

    class Meta(DefinedSchedule.Meta):
        fields = ["id", "count", *DefinedSchedule.Meta.fields]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        self.count = attrs.pop("count")
        self.saved = attrs.pop("id", None)
        attrs = {name: value for name, value in attrs.items() if not (name == "endpoint" and value is None)}
        # Not its row but what would become of it: an interval counts from the day on which it was created.
        self.instance = self.saved
        return super().validate(attrs)

    def check_candidate(self, attrs: Mapping[str, Any]) -> None:
        without = {"name"} if self.candidate.endpoint_id else {"name", "endpoint"}
        # The table's constraints ask for no more than ``clean``, but ask the database each; and nothing is saved here.
        self.candidate.full_clean(exclude=without, validate_unique=False, validate_constraints=False)
        self.refuse_what_was_put_aside(attrs)


class WordsSerializer(serializers.Serializer[Any]):
    """One sentence in both languages."""

    ja = serializers.CharField()
    en = serializers.CharField()


class CodedWordsSerializer(WordsSerializer):
    """A sentence in both languages with a code that scripts may branch on."""

    code = serializers.CharField()


class PreviewRunSerializer(serializers.Serializer[Any]):
    """One run to come."""

    at = serializers.DateTimeField(help_text="In the schedule's zone.")
    weekday = serializers.ChoiceField(choices=WEEKDAYS, help_text="Of `at`.")
    in_seconds = serializers.IntegerField(help_text="From `now`.")
    business_day = serializers.DateField(help_text="The day it belongs to: Friday 25:00 is Saturday 1:00.")
    moved_from = serializers.DateField(
        allow_null=True, help_text="The day that the trading-day rule, or somebody, moved it from."
    )
    reason = CodedWordsSerializer(allow_null=True, help_text="Why it was moved, or runs at another time than written.")
    instead_of = serializers.DateTimeField(
        allow_null=True, help_text="Where the rule has it, when somebody moved this one occurrence."
    )


class SkippedSerializer(serializers.Serializer[Any]):
    """A day on which the plain rule would run and this one does not."""

    on = serializers.DateField()
    reason = CodedWordsSerializer()


class ComparisonSerializer(serializers.Serializer[Any]):
    """What an edit changes in the next runs."""

    added = PreviewRunSerializer(many=True)
    removed = PreviewRunSerializer(many=True)
    unchanged = PreviewRunSerializer(many=True)


class PreviewSerializer(serializers.Serializer[Any]):
    """What a rule will do: computed by the same code that fires it."""

    next_runs = serializers.ListField(child=serializers.DateTimeField(), help_text="In the schedule's zone.")
    sentence = WordsSerializer()
    timezone = serializers.CharField()
    now = serializers.DateTimeField(help_text="The moment from which was looked ahead.")
    runs = PreviewRunSerializer(many=True)
    skipped = SkippedSerializer(many=True)
    notices = CodedWordsSerializer(many=True)
    comparison = ComparisonSerializer(allow_null=True, help_text="There when an `id` was given.")


def preview_document(preview: Preview, now: datetime) -> dict[str, Any]:
    """Return a preview as ``PreviewSerializer`` describes it. Instants are written in the schedule's own zone."""
    zone = preview.recurrence.zone
    comparison = preview.comparison
    return {
        "next_runs": [_local(run.at, zone) for run in preview.runs],
        "sentence": {language: preview.sentence(language) for language in ("ja", "en")},
        "timezone": preview.recurrence.timezone,
        "now": _local(now.replace(microsecond=0), zone),
        "runs": run_documents(preview.runs, zone, now),
        "skipped": [{"on": day.on.isoformat(), "reason": _coded(day.reason)} for day in preview.skipped],
        "notices": [_coded(notice) for notice in preview.notices],
        "comparison": comparison
        and {
            "added": run_documents(comparison.added, zone, now),
            "removed": run_documents(comparison.removed, zone, now),
            "unchanged": run_documents(comparison.unchanged, zone, now),
        },
    }


def run_documents(runs: Sequence[Occurrence], zone: ZoneInfo, now: datetime) -> list[dict[str, Any]]:
    """Return runs as ``PreviewRunSerializer`` describes them."""
    return [_run(run, zone, now) for run in runs]


def _run(run: Occurrence, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    return {
        "at": _local(run.at, zone),
        "weekday": WEEKDAYS[run.at.astimezone(zone).weekday()],
        "in_seconds": -((now - run.at) // timedelta(seconds=1)),
        "business_day": run.business_day.isoformat(),
        "moved_from": run.moved_from and run.moved_from.isoformat(),
        "reason": run.reason and _coded(run.reason),
        "instead_of": run.instead_of and _local(run.instead_of, zone),
    }


def _coded(words: Any) -> dict[str, str]:
    return {"code": words.code, "ja": words.ja, "en": words.en}


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
