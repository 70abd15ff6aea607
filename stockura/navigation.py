"""The admin's sidebar: what the staff look for, in the order of their day. Only what the reader may see."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext


@dataclass(frozen=True)
class Page:
    """The list of one model. ``model`` is its label; pages of apps that are not installed are left out."""

    model: str
    title: Any
    icon: str
    #: A permission of another model, where one has none of its own.
    seen_by: str = ""


SCHEDULES = (
    Page("schedules.APIEndpointSchedule", gettext_lazy("Schedules"), "schedule"),
    Page("schedules.ScheduleRun", gettext_lazy("Runs"), "history"),
    Page("schedules.Backfill", gettext_lazy("Backfills"), "fast_rewind", seen_by="schedules.view_schedulerun"),
    Page("schedules.APIEndpoint", gettext_lazy("Endpoints"), "api"),
    Page("schedules.ExceptionalDay", gettext_lazy("Exceptional days"), "event_busy"),
    Page("schedules.RecordedChange", gettext_lazy("History of changes"), "manage_history"),
)
ALERTS = (
    Page("schedules.Alert", gettext_lazy("Alerts"), "notifications_active"),
    Page("schedules.AlertRule", gettext_lazy("Alert rules"), "rule"),
    Page("schedules.AlertChannel", gettext_lazy("Alert channels"), "campaign"),
    Page("schedules.AlertDelivery", gettext_lazy("Messages"), "outgoing_mail"),
)
COMPANIES = (
    Page("companies.Company", gettext_lazy("Companies"), "apartment"),
    Page("companies.CompanyChange", gettext_lazy("Changes"), "difference"),
)
PEOPLE = (
    Page("auth.User", gettext_lazy("Users"), "person"),
    Page("auth.Group", gettext_lazy("Groups"), "group"),
    Page("schedules.AccessToken", gettext_lazy("API tokens"), "key"),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return unfold's navigation for this reader."""
    groups = (
        ("", (_home(), *_calendar(request), *_items(request, SCHEDULES))),
        (pgettext("group of pages", "Alerts"), _items(request, ALERTS)),
        (pgettext("group of pages", "Companies"), _items(request, COMPANIES)),
        (_("People and access"), _items(request, PEOPLE)),
    )
    return [{"title": title, "separator": bool(title), "items": list(items)} for title, items in groups if items]


def _home() -> dict[str, Any]:
    return {"title": _("Overview"), "icon": "home", "link": reverse("admin:index")}


def _calendar(request: HttpRequest) -> tuple[dict[str, Any], ...]:
    if not _is_offered(request, SCHEDULES[0]):
        return ()
    return ({"title": _("Calendar"), "icon": "calendar_month", "link": reverse("admin:schedules_calendar")},)


def _is_calendar(request: HttpRequest) -> bool:
    # Its address begins with that of the schedules' list.
    return request.path == reverse("admin:schedules_calendar")


def _items(request: HttpRequest, pages: tuple[Page, ...]) -> tuple[dict[str, Any], ...]:
    items: list[dict[str, Any]] = [
        {"title": page.title, "icon": page.icon, "link": _address(page)} for page in pages if _is_offered(request, page)
    ]
    for item in items:
        if _is_calendar(request):
            item["active"] = False
    return tuple(items)


def _address(page: Page) -> str:
    return reverse(f"admin:{page.model.lower().replace('.', '_')}_changelist")


def _is_offered(request: HttpRequest, page: Page) -> bool:
    app, _dot, model = page.model.lower().partition(".")
    if app not in apps.app_configs:
        return False
    if page.seen_by:
        return request.user.has_perm(page.seen_by)
    return any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change"))
