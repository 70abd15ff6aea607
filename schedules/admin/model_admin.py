"""What every list of the admin does alike."""

from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin as ThemedModelAdmin


class ModelAdmin(ThemedModelAdmin):
    """The theme's, of which Django takes whatever is sent as a chosen row for a key, and fails at what is none."""

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
