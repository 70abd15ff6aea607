"""Two things that unfold's lists do anew for each row, done once: together a third of a page of fifty rows."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import checkbox
from unfold.decorators import display
from unfold.templatetags import unfold_list

from schedules.admin.model_admin import ModelAdmin


class QuickRows(ModelAdmin):
    """A list whose box at the beginning of each row is written without a template."""

    @display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> SafeString:
        return format_html(
            '<input type="checkbox" name="{}" value="{}"{}>', ACTION_CHECKBOX_NAME, obj.pk, flatatt(checkbox.attrs)
        )


def _once(result_headers: Callable[[Any], Iterable[Any]]) -> Callable[[Any], list[Any]]:
    """Let the headers of a list be made once for its change list, which lives as long as one request."""

    @wraps(result_headers)
    def headers(cl: Any) -> list[Any]:
        if not hasattr(cl, "headers_made"):
            cl.headers_made = list(result_headers(cl))
        return cl.headers_made

    return headers


# There is no seam: unfold's ``items_for_result`` asks for all the headers (a widget's template among them) to label
# the cells of one row. They depend on nothing but the change list.
unfold_list.result_headers = _once(unfold_list.result_headers)
