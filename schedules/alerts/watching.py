"""Look for what is wrong, and write down what that opens, ends and has to be told.

Any number of watchers may look: the first in its turn does, and a rule is locked while its alerts are decided on. The
messages are written in the transaction that notes them as told, so one is neither lost nor written twice.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from schedules import conf
from schedules.alerts import facts
from schedules.alerts.composing import compose
from schedules.alerts.deciding import Finding, Known, Look, Pace, Telling, Terms, changes, not_to_be_told, tellings
from schedules.alerts.facts import of_runs
from schedules.models import Alert, AlertDelivery, AlertEvent, AlertRule, AlertWatch

logger = logging.getLogger(__name__)

State, Outcome = Alert.State, Alert.Outcome

#: Events whose trouble may lie longer ago than one looks back: what is open is asked for by name.
OF_THE_LEDGER = (AlertEvent.FAILED, AlertEvent.MISSED)
#: So many turns that nobody took are no coincidence any more.
TURNS_UNTIL_SILENT = 4
#: Rows of the past that one look forgets at the most.
FORGOTTEN_AT_ONCE = 500


def take_turn(now: datetime, watcher: str) -> bool:
    """Say whether ``watcher`` is to look now; then nobody else is until the next turn."""
    every = conf.duration("ALERT_LOOK_EVERY_SECONDS")
    # A clock that was set back must not keep everybody from looking.
    due = Q(looked_at__isnull=True) | Q(looked_at__lte=now - every) | Q(looked_at__gt=now + every)
    if not AlertWatch.objects.filter(pk=1).exists():
        AlertWatch.objects.get_or_create(pk=1)
    # Read first: asking each second must not ask for SQLite's only writer as often.
    if not AlertWatch.objects.filter(due, pk=1).exists():
        return False
    return bool(AlertWatch.objects.filter(due, pk=1).update(looked_at=now, looked_by=watcher[:255]))


def is_watched(now: datetime) -> bool:
    """Say whether anybody has looked lately."""
    silent = conf.duration("ALERT_LOOK_EVERY_SECONDS") * TURNS_UNTIL_SILENT
    return AlertWatch.objects.filter(looked_at__gte=now - silent, looked_at__lte=now + silent).exists()


def watch(now: datetime) -> int:
    """Look once and write down what is to be told; return how many messages were written.

    Raises the database's errors. A rule that fails is logged and does not keep the others from being looked at.
    """
    rules = list(AlertRule.objects.filter(enabled=True).order_by("pk"))
    Alert.objects.filter(state__in=[State.OPEN, State.RECOVERED], rule__enabled=False).update(
        state=State.CLOSED, outcome=Outcome.WITHDRAWN, resolved_at=now
    )
    _forget(now)
    if not rules:
        return 0
    found = _look(rules, now)
    return sum(_settle(rule.pk, found, now) for rule in rules)


def terms_of(rule: AlertRule) -> Terms:
    remind = rule.remind_after_seconds
    return Terms(
        events=frozenset(rule.events),
        endpoint_id=rule.endpoint_id,
        schedule_id=rule.schedule_id,
        failures=rule.failures_in_a_row,
        lasting={
            AlertEvent.LATE: timedelta(seconds=rule.late_after_seconds),
            AlertEvent.RUNNING_LONG: timedelta(seconds=rule.running_after_seconds),
            AlertEvent.PAUSED_LONG: timedelta(seconds=rule.paused_after_seconds),
        },
        tell_recovery=rule.tell_recovery,
        remind_after=None if remind is None else timedelta(seconds=remind),
    )


def pace() -> Pace:
    return Pace(
        group=conf.duration("ALERT_GROUP_SECONDS"),
        again=conf.duration("ALERT_GROUP_AGAIN_SECONDS"),
        hold={
            AlertEvent.BEAT_SILENT: conf.duration("ALERT_BEAT_SILENT_SECONDS"),
            AlertEvent.DRIFT: conf.duration("ALERT_DRIFT_SECONDS"),
        },
    )


def _look(rules: Sequence[AlertRule], now: datetime) -> Look:
    terms = [terms_of(rule) for rule in rules]
    open_ones = Alert.objects.filter(state=State.OPEN, event__in=OF_THE_LEDGER, schedule__isnull=False)
    return facts.look(
        now,
        events=frozenset().union(*(each.events for each in terms)),
        failures=max(each.failures for each in terms),
        lasting={
            event: min((each.lasting[event] for each in terms if event in each.events), default=timedelta())
            for event in terms[0].lasting
        },
        remembered=set(open_ones.values_list("schedule_id", flat=True)),
    )


@transaction.atomic
def _settle(rule_id: int, found: Look, now: datetime) -> int:
    """Decide on one rule's alerts; return how many messages were written."""
    rule = AlertRule.objects.select_for_update().filter(pk=rule_id, enabled=True).first()
    if rule is None:
        return 0
    terms = terms_of(rule)
    known = {alert.id: alert for alert in _known(rule, terms)}
    result = changes(terms, [alert for alert in known.values() if not alert.is_over], found, now)
    alerts = Alert.objects.filter(rule=rule)
    alerts.filter(pk__in=result.withdrawn).update(state=State.CLOSED, outcome=Outcome.WITHDRAWN, resolved_at=now)
    alerts.filter(pk__in=result.over).update(state=State.RECOVERED, outcome=Outcome.RECOVERED, resolved_at=now)
    _refresh(dict(result.still))
    Alert.objects.bulk_create([_opened(rule, finding, now) for finding in result.opened], batch_size=200)
    _close_silently(rule, terms)
    due = tellings(terms, _known(rule, terms), now, pace())
    return sum(_tell(rule, telling, now) for telling in due)


def _refresh(found: dict[int, Finding]) -> None:
    changed = []
    for alert in Alert.objects.filter(pk__in=found):
        finding = found[alert.pk]
        if (alert.title, alert.facts) != (finding.title, finding.facts):
            alert.title, alert.facts = finding.title, finding.facts
            changed.append(alert)
    Alert.objects.bulk_update(changed, ["title", "facts"], batch_size=200)


def _close_silently(rule: AlertRule, terms: Terms) -> None:
    needless = [alert.id for alert in _known(rule, terms) if not_to_be_told(terms, alert)]
    rows = Alert.objects.filter(pk__in=needless)
    # What nobody was told of, and was over before it counted, never was.
    rows.filter(told_at__isnull=True).delete()
    rows.update(state=State.CLOSED)


def _known(rule: AlertRule, terms: Terms) -> list[Known]:
    rows = Alert.objects.filter(rule=rule, state__in=[State.OPEN, State.RECOVERED])
    alerts = list(rows.select_related("schedule__endpoint").order_by("pk"))
    late = [alert.facts.get("run_id") for alert in alerts if alert.event == AlertEvent.LATE]
    never_begun = of_runs.ended_without_beginning(late) if late else set()
    return [_as_known(alert, terms, never_begun) for alert in alerts]


def _as_known(alert: Alert, terms: Terms, never_begun: Collection[int]) -> Known:
    schedule, is_wanted = alert.schedule, alert.event in terms.events
    if alert.subject.startswith("schedule:"):
        # What is switched off may have drifted for that very reason.
        is_on = schedule is not None and ((schedule.enabled and schedule.endpoint.enabled) or alert.event == "drift")
        endpoint_id = schedule.endpoint_id if schedule else None
        is_wanted = is_on and terms.covers(alert.event, schedule_id=alert.schedule_id, endpoint_id=endpoint_id)
        is_wanted = is_wanted and not _has_ended_otherwise(alert, never_begun)
    return Known(
        id=alert.pk,
        event=alert.event,
        subject=alert.subject,
        is_over=alert.state == State.RECOVERED,
        since=alert.since,
        noticed_at=alert.noticed_at,
        told_at=alert.told_at,
        resolved_at=alert.resolved_at,
        is_wanted=is_wanted,
    )


def _has_ended_otherwise(alert: Alert, never_begun: Collection[int]) -> bool:
    """Say whether what an alert is about, once it is found no more, has not become right: then no recovery is told."""
    match alert.event:
        case AlertEvent.LATE:
            # It is told as missed.
            return alert.facts.get("run_id") in never_begun
        case AlertEvent.PAUSED_LONG:
            # The pause has been given an end.
            return alert.schedule is not None and alert.schedule.paused_at is not None
        case _:
            return False


def _opened(rule: AlertRule, finding: Finding, now: datetime) -> Alert:
    return Alert(
        rule=rule,
        event=finding.event,
        subject=finding.subject,
        schedule_id=finding.schedule_id,
        title=finding.title,
        facts=finding.facts,
        since=finding.since,
        noticed_at=now,
    )


def _tell(rule: AlertRule, telling: Telling, now: datetime) -> int:
    rows = Alert.objects.filter(pk__in=telling.alert_ids)
    alerts = list(rows.order_by("since", "pk"))
    message = compose(rule, telling.kind, telling.event, alerts, now)
    channels = rule.channels.filter(enabled=True)
    written = [
        AlertDelivery.objects.create(
            rule=rule,
            channel=channel,
            channel_name=channel.name,
            kind=telling.kind,
            event=telling.event,
            subject=message.subject,
            body=message.body,
            payload=message.payload,
            next_attempt_at=now,
            created_at=now,
        )
        for channel in channels
    ]
    for delivery in written:
        delivery.alerts.set(alerts)
    if telling.kind == AlertDelivery.Kind.RECOVERED:
        rows.update(state=State.CLOSED)
    else:
        rows.update(told_at=now)
        rows.filter(state=State.RECOVERED).update(state=State.CLOSED)
    logger.info(
        "alert.%s rule_id=%s event=%s alerts=%d channels=%d",
        *(telling.kind, rule.pk, telling.event, len(alerts), len(written)),
    )
    return len(written)


def _forget(now: datetime) -> None:
    """Delete what is older than the history of runs, a little at a time."""
    days = int(conf.setting("RUNS_KEPT_DAYS"))
    if not days:
        return
    before = now - timedelta(days=days)
    for rows in (
        AlertDelivery.objects.filter(created_at__lt=before).exclude(state=AlertDelivery.State.WAITING),
        Alert.objects.filter(state=State.CLOSED, noticed_at__lt=before),
    ):
        old: Iterable[int] = list(rows.order_by("pk").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
        if old:
            rows.filter(pk__in=old).delete()
