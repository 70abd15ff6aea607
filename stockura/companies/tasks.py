"""The task that schedules run: fetch the list of companies from J-Quants and apply it."""

import datetime as dt
import logging
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules import progress
from schedules.recurrence import Publication
from stockura.jquants.client import JQuantsClient
from stockura.jquants.errors import RateLimited
from stockura.jquants.listed_issues import ListedIssues

from .sync import apply_listed_issues

logger = logging.getLogger(__name__)

#: How often a run comes back after J-Quants asked for quiet, before it fails.
MAX_COMEBACKS = 5


#: The next trading day's list comes out in the evening and may be corrected in the morning (J-Quants' documents).
PUBLICATION = Publication("J-Quants", ("08:00", "17:30"), exchange="XTKS")


@shared_task(
    bind=True,
    name="stockura.companies.tasks.sync_listed_companies",
    max_retries=MAX_COMEBACKS,
    publication=PUBLICATION,
)
def sync_listed_companies(
    self: Task,
    trigger: str = "scheduled",
    on: dt.date | str | None = None,
    allow_older: bool = False,
    allow_shrunken: bool = False,
) -> dict[str, Any]:
    """Fetch the list of companies from J-Quants and record what is new, changed, gone and back.

    Args:
        trigger: What caused the run; it only enters the log.
        on: The list of this date; without it the newest.
        allow_older: Take a list that is older than the one applied last.
        allow_shrunken: Take a list that lacks too many of the known companies.

    Returns the counts of ``SyncResult``. Fails with a sentence and changes nothing when J-Quants fails, or when the
    list cannot be right. When J-Quants asks for quiet, the worker is set free and the task comes back after that time.
    """
    day = _date(on)
    progress.report(0, None, _("Asking J-Quants for the list of companies"))
    try:
        listed = _fetch(day)
    except RateLimited as error:
        raise self.retry(exc=error, countdown=error.retry_after) from error
    total = len(listed.issues)
    progress.report(0, total, _("Comparing %(total)d companies with those known") % {"total": total})
    result = apply_listed_issues(
        listed,
        now=timezone.now(),
        shrink_limit=1.0 if allow_shrunken else settings.JQUANTS_SHRINK_LIMIT,
        allow_older=allow_older,
        task_id=self.request.id or "",
    )
    progress.report(total, total, _("Done: the list of %(date)s") % {"date": listed.as_of})
    logger.info(
        "companies.synced trigger=%s as_of=%s received=%d created=%d changed=%d delisted=%d relisted=%d",
        trigger, result.as_of, result.received, result.created, result.changed, result.delisted, result.relisted,
    )  # fmt: skip
    return result.as_json()


def _date(text: dt.date | str | None) -> dt.date | None:
    if not text or isinstance(text, dt.date):
        return text or None
    try:
        return dt.date.fromisoformat(text)
    except (ValueError, TypeError):  # arguments come from a form as JSON, where a date may be a number
        raise ValueError(
            _('"%(text)s" is no date. Write the date of the list as YYYY-MM-DD, for example 2026-05-29.')
            % {"text": text}
        ) from None


def _fetch(day: dt.date | None) -> ListedIssues:
    with JQuantsClient(
        settings.JQUANTS_API_KEY,
        base_url=settings.JQUANTS_BASE_URL,
        requests_per_minute=settings.JQUANTS_REQUESTS_PER_MINUTE,
        connect_timeout=settings.JQUANTS_CONNECT_TIMEOUT_SECONDS,
        read_timeout=settings.JQUANTS_READ_TIMEOUT_SECONDS,
    ) as client:
        return client.listed_issues(
            day, on_page=lambda rows: progress.report(rows, None, _("%(rows)d companies received") % {"rows": rows})
        )
