"""API tokens: made here, shown once, and revoked. Nothing of one can be changed: a new one is as quickly made."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_variables
from unfold.decorators import action, display

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import badge, in_one_line, local_instant
from schedules.forms.access_token import AccessTokenForm
from schedules.models import AccessToken
from schedules.services.access_tokens import make_access_token, revoke_access_token


@admin.register(AccessToken)
class AccessTokenAdmin(ModelAdmin):
    """Whoever is no superuser has to do with tokens of their own only: with another's they could act as that one."""

    form = AccessTokenForm
    list_display = ["name", "user", "prefix_shown", "scopes_shown", "state_shown", "used_shown", "until_shown"]
    list_select_related = ["user"]
    list_per_page = 50
    search_fields = ["name", "prefix", "user__username"]
    search_help_text = gettext_lazy("Name, user or beginning of the token")
    actions = ["revoke"]
    change_form_template = "admin/schedules/accesstoken/change_form.html"
    readonly_fields = ["prefix_shown", "scopes_shown", "state_shown", "used_shown", "until_shown", "created_at"]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessToken]:
        tokens = super().get_queryset(request)
        return tokens if request.user.is_superuser else tokens.filter(user=request.user)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return [(None, {"fields": ["name", "user", *self.readonly_fields]})]
        return [(None, {"fields": [*(["user"] if request.user.is_superuser else []), "name", "scopes", "lifetime"]})]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            # Nothing is asked: what the form declares besides the model's fields would stay.
            return super().get_form(request, obj, change=change, form=forms.ModelForm, **kwargs)
        kwargs["fields"] = ["user", "name", "scopes"] if request.user.is_superuser else ["name", "scopes"]
        form = super().get_form(request, obj, change=change, **kwargs)
        if "user" in form.base_fields:
            form.base_fields["user"].initial = request.user.pk
            return form

        class OwnTokenForm(form):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **given: Any) -> None:
                super().__init__(*args, **given)
                self.instance.user = request.user

        return OwnTokenForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_revoke_permission(request)

    def has_revoke_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("schedules.change_accesstoken")

    @sensitive_variables("key")
    def save_model(self, request: HttpRequest, obj: AccessToken, form: Any, change: bool) -> None:
        now = timezone.now()
        lifetime = form.cleaned_data["lifetime"]
        token, key = make_access_token(
            obj.user,
            name=obj.name,
            scopes=obj.scopes,
            expires_at=now + lifetime if lifetime else None,
            now=now,
        )
        obj.__dict__.update(token.__dict__)
        # For the answer to this very request, and nowhere else: neither session nor message may keep it.
        request.new_access_key = key  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: AccessToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The token is made"),
            "opts": self.opts,
            "token": obj,
            "key": request.new_access_key,  # type: ignore[attr-defined]
            "example": request.build_absolute_uri(reverse("api:schedule-list")),
            "back": self._list_address(),
            "media": self.media,
        }
        response = TemplateResponse(request, "admin/schedules/accesstoken/made.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.revoke_view)
        return [path("<int:pk>/revoke/", page, name="schedules_accesstoken_revoke"), *super().get_urls()]

    @action(description=gettext_lazy("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> None:
        self._revoke(request, list(queryset))

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, and on POST revoke one token."""
        token = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        if token is None or request.method == "POST":
            self._revoke(request, [token] if token else [])
            return HttpResponseRedirect(self._list_address())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revoke"),
            "opts": self.opts,
            "token": token,
            "back": reverse("admin:schedules_accesstoken_change", args=[pk]),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/schedules/accesstoken/revoke.html", context)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        # After a token is made there is its key to be copied, and nothing else to go on with.
        context.update(show_save_and_add_another=False, show_save_and_continue=False)
        token = kwargs.get("obj")
        if token is not None and token.revoked_at is None and self.has_revoke_permission(request):
            context["revoke_address"] = reverse("admin:schedules_accesstoken_revoke", args=[token.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def _revoke(self, request: HttpRequest, tokens: list[AccessToken]) -> None:
        now = timezone.now()
        revoked = [token for token in tokens if revoke_access_token(token, now=now)]
        for token in revoked:
            self.log_change(request, token, _("Revoked"))
        if revoked:
            text = ngettext("%(count)d token revoked: %(names)s", "%(count)d tokens revoked: %(names)s", len(revoked))
            names = ", ".join(token.name for token in revoked)
            messages.success(request, text % {"count": len(revoked), "names": names})
        else:
            messages.warning(request, _("Nothing was revoked: it was already, or is not there any more."))

    def _list_address(self) -> str:
        return reverse("admin:schedules_accesstoken_changelist")

    @display(description=gettext_lazy("begins with"), ordering="prefix")
    def prefix_shown(self, token: AccessToken) -> SafeString | None:
        return in_one_line(f"{token.prefix}…")

    @display(description=gettext_lazy("May do"))
    def scopes_shown(self, token: AccessToken) -> str:
        return ", ".join(str(_short_words(scope)) for scope in token.scopes)

    @display(description=gettext_lazy("state"))
    def state_shown(self, token: AccessToken) -> SafeString:
        if token.revoked_at is not None:
            return badge(_("Revoked"), "quiet")
        return badge(_("Valid"), "good") if token.is_valid(timezone.now()) else badge(_("Ended"), "warning")

    @display(description=gettext_lazy("last used"), ordering="last_used_at")
    def used_shown(self, token: AccessToken) -> SafeString | None:
        return in_one_line(local_instant(token.last_used_at, now=timezone.now()) or _("Never"))

    @display(description=gettext_lazy("valid until"), ordering="expires_at")
    def until_shown(self, token: AccessToken) -> SafeString | None:
        return in_one_line(local_instant(token.expires_at, now=timezone.now()) or _("Until it is revoked"))


def _short_words(scope: str) -> Any:
    words = {"read": gettext_lazy("Read"), "run": gettext_lazy("Run"), "write": gettext_lazy("Write")}
    return words.get(scope, scope)
