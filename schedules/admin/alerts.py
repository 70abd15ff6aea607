"""Which alerts are open, with the way to the rows behind them; and what was told of them. Nobody edits either."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from schedules.admin.alert_channels import delivery_badge
from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import badge, local_instant, two_lines, with_details
from schedules.admin.wording import distance_text, page_language
from schedules.alerts.composing import detail_of, name_of
from schedules.alerts.sending import answer_text, technical_detail
from schedules.models import Alert, AlertDelivery

State = Alert.State
TONES = {State.OPEN: "bad", State.RECOVERED: "good", State.CLOSED: "quiet"}


class StateFilter(DropdownFilter):
    """Open ones, unless others are asked for: that is what the page is opened for."""

    title = gettext_lazy("state")
    parameter_name = "state"
    all_option = ("", pgettext_lazy("alert", "Open"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("over", _("Over")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() == "all":
            return queryset
        return queryset.exclude(state=State.OPEN) if self.value() == "over" else queryset.filter(state=State.OPEN)


class ReadOnly(ModelAdmin):
    """Written by the watchers alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        return super().render_change_form(request, {**context, "show_history": False}, *args, **kwargs)

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}


@admin.register(Alert)
class AlertAdmin(ReadOnly):
    #: After the first stands what it is about, as a link where its reader may follow it.
    list_display = ["event_shown", "detail_shown", "since_shown", "told_shown", "rule"]
    list_display_links = ["event_shown"]
    list_filter = [StateFilter, ("event", ChoicesDropdownFilter), ("rule", RelatedDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["rule"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["title"]
    #: Before these stands what it is about.
    fields = ["event_shown", "state_shown", "detail_shown", "since_full", "told_full", "over_full", "rule"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        first, *others = self.list_display
        return [first, _about_for(request), *others]

    def get_fields(self, request: HttpRequest, obj: Alert | None = None) -> list[Any]:
        return [_about_for(request), *self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Alert | None = None) -> list[Any]:
        return self.get_fields(request, obj)

    @display(description=gettext_lazy("event"), ordering="event")
    def event_shown(self, alert: Alert) -> SafeString:
        return badge(alert.get_event_display(), TONES[State(alert.state)])

    @display(description=gettext_lazy("state"))
    def state_shown(self, alert: Alert) -> SafeString:
        return two_lines(badge(alert.get_state_display(), TONES[State(alert.state)]), alert.get_outcome_display())

    @display(description=gettext_lazy("what is the matter"))
    def detail_shown(self, alert: Alert) -> SafeString:
        # An error may be one long word, such as an address.
        return format_html('<span class="sx-alert-detail">{}</span>', detail_of(alert, page_language(), timezone.now()))

    @display(description=gettext_lazy("since"), ordering="since")
    def since_shown(self, alert: Alert) -> SafeString:
        now = timezone.now()
        distance = distance_text(timezone.localtime(alert.since), now=now)
        return two_lines(local_instant(alert.since, now=now), distance)

    @display(description=gettext_lazy("told"), empty_value=gettext_lazy("not yet"))
    def told_shown(self, alert: Alert) -> str | None:
        return local_instant(alert.told_at, now=timezone.now()) or None

    @display(description=gettext_lazy("since"))
    def since_full(self, alert: Alert) -> str:
        return local_instant(alert.since, now=timezone.now())

    @display(description=gettext_lazy("last told"), empty_value="–")
    def told_full(self, alert: Alert) -> str | None:
        return local_instant(alert.told_at, now=timezone.now()) or None

    @display(description=gettext_lazy("over since"), empty_value="–")
    def over_full(self, alert: Alert) -> str | None:
        return local_instant(alert.resolved_at, now=timezone.now()) or None


@admin.register(AlertDelivery)
class AlertDeliveryAdmin(ReadOnly):
    list_display = ["created_shown", "subject", "kind", "channel_name", "outcome_shown"]
    # The first one too: on a phone the theme takes a first column without a link for a box to tick.
    list_display_links = ["created_shown", "subject"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("event", ChoicesDropdownFilter),
        ("channel", RelatedDropdownFilter),
    ]
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "created_at"
    search_fields = ["subject", "channel_name"]
    fields = ["subject", "body_shown", "channel_name", "kind", "rule", "outcome_shown", "attempts", "created_full"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertDelivery]:
        return super().get_queryset(request).defer("payload")

    @display(description=gettext_lazy("written"), ordering="created_at")
    def created_shown(self, delivery: AlertDelivery) -> str:
        return local_instant(delivery.created_at, now=timezone.now())

    @display(description=gettext_lazy("written"))
    def created_full(self, delivery: AlertDelivery) -> str:
        return local_instant(delivery.created_at, now=timezone.now())

    @display(description=gettext_lazy("outcome"), ordering="state")
    def outcome_shown(self, delivery: AlertDelivery) -> SafeString:
        return two_lines(
            delivery_badge(delivery), with_details(answer_text(delivery.answer), technical_detail(delivery.answer))
        )

    @display(description=pgettext_lazy("of a message", "text"))
    def body_shown(self, delivery: AlertDelivery) -> SafeString:
        return format_html('<pre class="sx-message" tabindex="0">{}</pre>', delivery.body)


def _about_for(request: HttpRequest) -> Any:
    """Return the column of what an alert is about, with the way to the row behind it as far as the reader may go it."""
    may_see_runs = request.user.has_perm("schedules.view_schedulerun")
    may_see_schedules = request.user.has_perm("schedules.view_apiendpointschedule")

    @display(description=gettext_lazy("about"), ordering="title")
    def about_shown(alert: Alert) -> SafeString:
        address = ""
        if alert.facts.get("run_id") and may_see_runs:
            address = reverse("admin:schedules_schedulerun_change", args=[alert.facts["run_id"]])
        elif alert.schedule_id and may_see_schedules:
            address = reverse("admin:schedules_apiendpointschedule_change", args=[alert.schedule_id])
        elif not alert.schedule_id:
            address = reverse("admin:index")
        if not address:
            return format_html("{}", name_of(alert, page_language()))
        return format_html('<a class="sx-link" href="{}">{}</a>', address, name_of(alert, page_language()))

    return about_shown
