"""What is asked when a token is made."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from schedules.models import AccessToken

#: Days that a token may be valid; an empty one never ends by itself.
LIFETIMES = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("1 year")),
    ("", _("Until it is revoked")),
)


class AccessTokenForm(forms.ModelForm):
    """A name, what the token may do, and for how long. Left out, ``user`` is who fills the form in."""

    scopes = forms.MultipleChoiceField(
        label=_("May do"),
        choices=AccessToken.Scope.choices,
        initial=[AccessToken.Scope.READ],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Never more than its user may do."),
    )
    lifetime = forms.ChoiceField(
        label=_("Valid for"), choices=LIFETIMES, required=False, initial="365", widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = AccessToken
        fields = ("user", "name", "scopes")

    def clean_lifetime(self) -> timedelta | None:
        days = self.cleaned_data["lifetime"]
        return timedelta(days=int(days)) if days else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # Left out of the form, the user is on the instance already.
        user = cleaned.get("user") or self.instance.user_id
        name = cleaned.get("name")
        # The model's own check leaves out what the form does not show, such as the user.
        if user and name and AccessToken.objects.filter(user=user, name=name, revoked_at__isnull=True).exists():
            sentence = _("This user has a token of this name already. Choose another name.")
            self.add_error("name", ValidationError(sentence, code="unique"))
        return cleaned
