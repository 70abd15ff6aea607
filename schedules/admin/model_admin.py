"""What every list of the admin does alike."""

from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin as ThemedModelAdmin

#: Digits of the longest number that a database looks for; a longer one is a fault in it rather than no row.
MOST_DIGITS = 18


class ModelAdmin(ThemedModelAdmin):
    """The theme's, where Django takes whatever is sent for a key or a number that the database could hold."""

    #: The theme's template asks for it twice in each row. A missing attribute costs a list of fifty rows a tenth of its
    #: time, because Django then looks through all that the object has.
    list_sections = ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        filters = [text for name in request.GET if name != SEARCH_VAR for text in request.GET.getlist(name)]
        if any(_is_too_long_a_number(part) for text in filters for part in text.split(",")):
            # As Django answers filters that it finds wrong by itself.
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        return super().changelist_view(request, extra_context)

    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(*args, **kwargs)
        except IntegrityError:
            # A second click, or a colleague, was faster by less than lies between looking and saving. Nothing has been
            # saved; looked at once more, the form says at its field what is there already.
            return super().changeform_view(*args, **kwargs)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        sent = request.POST.copy()
        sent.setlist(ACTION_CHECKBOX_NAME, filter(self._is_key, sent.getlist(ACTION_CHECKBOX_NAME)))
        request.POST = sent
        return super().response_action(request, queryset)

    def _is_key(self, text: str) -> bool:
        try:
            # Also that the database's column could hold it.
            self.opts.pk.clean(text, None)
        except ValidationError:
            return False
        return True


def _is_too_long_a_number(text: str) -> bool:
    digits = text.strip().lstrip("+-").replace("_", "")
    return len(digits) > MOST_DIGITS and digits.isdecimal()
