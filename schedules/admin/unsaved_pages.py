"""A form's page anew with what was typed in it, and nothing saved: the answer to buttons that only ask."""

from typing import Any

from django import forms
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from unfold.forms import AdminForm


class AnswersWithoutSaving:
    """For admin classes whose forms have such buttons. Only who may save is answered."""

    def unsaved_form(self, request: HttpRequest, object_id: str | None) -> tuple[forms.ModelForm, Model | None]:
        """Return the form with what was sent, and the object it would change. Raises Http404, PermissionDenied."""
        obj = None
        if object_id is not None:
            obj = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
            if obj is None:
                raise Http404(_("This %(name)s has been deleted.") % {"name": self.opts.verbose_name})  # type: ignore[attr-defined]
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):  # type: ignore[attr-defined]
            raise PermissionDenied
        form = self.get_form(request, obj, change=obj is not None)  # type: ignore[attr-defined]
        return form(request.POST, request.FILES, instance=obj), obj

    def unsaved_page(
        self, request: HttpRequest, form: forms.ModelForm, obj: Model | None, form_url: str = ""
    ) -> HttpResponse:
        """Return the whole page, for browsers without scripts. ``obj`` is as it is stored."""
        admin: Any = self
        context = {
            **admin.admin_site.each_context(request),
            "title": (_("Change %s") if obj else _("Add %s")) % admin.opts.verbose_name,
            "subtitle": str(obj) if obj else None,
            "adminform": AdminForm(form, list(admin.get_fieldsets(request, obj)), {}, [], model_admin=admin),
            "object_id": str(obj.pk) if obj else None,
            "original": obj,
            "is_popup": False,
            "to_field": None,
            "media": admin.media + form.media,
            "inline_admin_formsets": [],
            "errors": helpers.AdminErrorList(form, []) if not form.is_valid() else None,
            "preserved_filters": admin.get_preserved_filters(request),
        }
        return admin.render_change_form(
            request, context, add=obj is None, change=obj is not None, obj=obj, form_url=form_url
        )
