"""From alerts to the message that tells of them: subject line, text, and the content for machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import override

from schedules import conf
from schedules.alerts.words import BY_LANGUAGE, Line
from schedules.models import Alert, AlertEvent, AlertRule
from schedules.models.reasons import Reason, pause_text

#: Alerts that a message lists; the page lists all.
LISTED = 20
MAX_SUBJECT, MAX_TITLE = 250, 120
MAX_ERROR = 300


@dataclass(frozen=True)
class Message:
    """``payload`` is JSON-ready, and what a webhook is told."""

    subject: str
    body: str
    payload: dict[str, Any]


def compose(rule: AlertRule, kind: str, event: str, alerts: Sequence[Alert], now: datetime) -> Message:
    """Return the message on ``alerts``, all of one event, in the rule's language."""
    words, local_now = BY_LANGUAGE[rule.language], timezone.localtime(now)
    with override(rule.language):
        lines = [_line(alert, kind) for alert in alerts]
    subject = _one_line(words.subject(event, kind, len(lines), lines[0].title[:MAX_TITLE]))[:MAX_SUBJECT]
    page = link("admin:schedules_alert_changelist")
    parts = [f"{subject}\n"]
    if kind == "reminder":
        parts.append(f"{words.reminder}\n")
    for line in lines[:LISTED]:
        over = f" [{words.recovered}]" if line.is_over and kind != "recovered" else ""
        detail = "" if kind == "recovered" else words.detail(line, local_now)
        parts.append("\n    ".join(part for part in (f"- {words.name(line)}{over}", detail, line.link) if part))
    if rest := len(lines) - LISTED:
        parts += [words.more(rest)] if rest > 0 else []
    if kind != "recovered":
        parts.append(f"\n{words.advice[event]}")
    if page:
        parts.append(f"\n{words.look_here}: {page}")
    parts.append(f"{words.by_rule(rule.name)}\n")
    payload = {
        "kind": kind,
        "event": event,
        "rule": rule.name,
        "language": rule.language,
        "subject": subject,
        "told_at": local_now.isoformat(),
        "link": page,
        "count": len(lines),
        "alerts": [
            {
                "schedule_id": alert.schedule_id,
                "title": words.name(line),
                "since": line.since.isoformat(),
                "is_over": line.is_over,
                "text": words.detail(line, local_now),
                "link": line.link,
            }
            for alert, line in list(zip(alerts, lines, strict=True))[:LISTED]
        ],
    }
    return Message(subject, "\n".join(parts), payload)


def compose_test(channel_name: str, language: str, now: datetime) -> Message:
    """Return the message by which a channel is tried."""
    words = BY_LANGUAGE[language]
    subject = _one_line(words.test_subject(channel_name))[:MAX_SUBJECT]
    body = words.test_body(channel_name)
    told_at = timezone.localtime(now).isoformat()
    payload = {"kind": "test", "subject": subject, "text": body, "told_at": told_at, "language": language}
    return Message(subject, f"{body}\n", payload)


def name_of(alert: Alert, language: str) -> str:
    """Return what an alert is about, for people."""
    return BY_LANGUAGE[language].name(_line(alert, ""))


def detail_of(alert: Alert, language: str, now: datetime) -> str:
    """Return what is the matter, for people."""
    with override(language):
        return BY_LANGUAGE[language].detail(_line(alert, ""), timezone.localtime(now))


def link(name: str, *args: Any) -> str:
    """Return the whole address of a page; empty where SITE_URL is not set or the admin is not served."""
    site = str(conf.setting("SITE_URL")).rstrip("/")
    try:
        return site + reverse(name, args=args) if site else ""
    except NoReverseMatch:
        return ""


def _line(alert: Alert, kind: str) -> Line:
    facts = {**alert.facts, "error": _one_line(str(alert.facts.get("error", "")))[:MAX_ERROR]}
    reason = str(dict(Reason.choices).get(facts.get("reason", ""), ""))
    if alert.event == AlertEvent.PAUSED_LONG:
        reason = pause_text(str(facts.get("pause_reason", "")))
    return Line(
        event=alert.event,
        title=_one_line(alert.title),
        since=timezone.localtime(alert.since),
        facts=facts,
        reason=reason,
        link=_link_of(alert),
        is_over=kind == "recovered" or alert.state != Alert.State.OPEN,
    )


def _link_of(alert: Alert) -> str:
    if run_id := alert.facts.get("run_id"):
        return link("admin:schedules_schedulerun_change", run_id)
    if alert.schedule_id:
        return link("admin:schedules_apiendpointschedule_change", alert.schedule_id)
    return link("admin:index")


def _one_line(text: str) -> str:
    # A line break in a subject line would be a header of its own.
    return " ".join(text.split())
