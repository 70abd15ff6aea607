"""The pages of alert channels, with a button that tries one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import badge, local_instant, two_lines, with_details
from schedules.admin.shown_once import shown_once
from schedules.admin.wording import page_language
from schedules.alerts.sending import answer_text, technical_detail
from schedules.forms.alerts import WRITE_ONLY, AlertChannelForm
from schedules.models import AlertChannel, AlertDelivery
from schedules.services.alert_channels import send_test

State = AlertDelivery.State


@admin.register(AlertChannel)
class AlertChannelAdmin(ModelAdmin):
    form = AlertChannelForm
    list_display = ["name", "kind", "target_shown", "enabled_shown", "latest_shown"]
    list_filter = ["kind", "enabled"]
    search_fields = ["name", "recipients"]
    fields = ["name", "kind", "enabled", "recipients", "url", "secret"]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}

    def get_urls(self) -> list[URLPattern]:
        test = path(
            "<int:channel_id>/test/", self.admin_site.admin_view(self.test_view), name="schedules_alertchannel_test"
        )
        return [test, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Readers see where it goes; the address and the secret are nobody's to read."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ["name", "kind", "enabled", "target_shown"]
        return list(self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in self.get_fields(request, obj) if name == "target_shown"]

    def save_model(self, request: HttpRequest, obj: AlertChannel, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # For the answer to this very request: messages travel in a cookie.
        request.made_secret = form.made_secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: AlertChannel, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: AlertChannel) -> HttpResponse:
        return self._secret_page(request) or super().response_change(request, obj)

    def _secret_page(self, request: HttpRequest) -> HttpResponse | None:
        secret = request.made_secret  # type: ignore[attr-defined]
        if not secret:
            return None
        return shown_once(
            self,
            request,
            title=_("The channel is saved"),
            note=_("Copy it now: it is shown this once. The receiver needs it to check that a message is ours."),
            label=_("Signing secret"),
            secret=secret,
        )

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        # Which fields were changed is history; what stood in them is not.
        assert not set(WRITE_ONLY) & set(form.initial)
        return super().construct_change_message(request, form, formsets, add)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        channel = kwargs.get("obj")
        if channel is not None and self.has_change_permission(request, channel):
            context["test_address"] = reverse("admin:schedules_alertchannel_test", args=[channel.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def test_view(self, request: HttpRequest, channel_id: int) -> HttpResponse:
        """Send a test, and say what came of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        channel = self.get_object(request, str(channel_id))
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        if channel is None:
            messages.error(request, _("This channel has been deleted meanwhile."))
            return HttpResponseRedirect(reverse("admin:schedules_alertchannel_changelist"))
        delivery = send_test(channel.pk, language=page_language(), now=timezone.now())
        if delivery.state == State.SENT:
            messages.success(request, _("The test was sent. Look whether it has arrived."))
        else:
            reason = answer_text(delivery.answer)
            sentence = _("The test did not get through. %(reason)s") % {"reason": reason}
            messages.error(request, with_details(sentence, technical_detail(delivery.answer)))
        return HttpResponseRedirect(reverse("admin:schedules_alertchannel_change", args=[channel.pk]))

    @display(description=gettext_lazy("goes to"), empty_value="–")
    def target_shown(self, channel: AlertChannel) -> str:
        return channel.target

    @display(description=gettext_lazy("state"), ordering="enabled")
    def enabled_shown(self, channel: AlertChannel) -> SafeString:
        return badge(_("On"), "good") if channel.enabled else badge(_("Off"), "quiet")

    @display(description=gettext_lazy("last message"), empty_value="–")
    def latest_shown(self, channel: AlertChannel) -> SafeString | None:
        latest = channel.deliveries.order_by("-created_at").first()
        if latest is None:
            return None
        return two_lines(delivery_badge(latest), local_instant(latest.created_at, now=timezone.now()))


#: How an outcome is coloured.
TONES = {State.WAITING: "busy", State.SENT: "good", State.GIVEN_UP: "bad"}


def delivery_badge(delivery: AlertDelivery) -> SafeString:
    return badge(delivery.get_state_display(), TONES.get(State(delivery.state), "quiet"))
