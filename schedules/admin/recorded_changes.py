"""The list of all recorded changes: what was changed lately, by whom, whatever it was. Read-only."""

from typing import Any

from auditlog.admin import LogEntryAdmin  # noqa: F401 - registers the table with its own look, before it is replaced
from auditlog.registry import auditlog
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from schedules.admin.history_words import Told, told
from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import in_one_line, two_lines
from schedules.models import RecordedChange

admin.site.unregister(RecordedChange)


class KindFilter(admin.SimpleListFilter):
    """By what was changed."""

    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(model._meta.model_name, model._meta.verbose_name) for model in auditlog.get_models()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RecordedChange]) -> QuerySet[RecordedChange]:
        if kind := self.value():
            return queryset.filter(content_type__app_label="schedules", content_type__model=kind)
        return queryset


@admin.register(RecordedChange)
class RecordedChangeAdmin(ModelAdmin):
    list_display = ["at_shown", "what_shown", "who_shown", "lines_shown", "reason"]
    list_display_links = None
    list_filter = [KindFilter, ("door", ChoicesDropdownFilter)]
    list_per_page = 50
    date_hierarchy = "timestamp"
    search_fields = ["object_repr", "actor_name", "reason", "through"]
    search_help_text = _("Name, person or reason")
    show_full_result_count = False

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecordedChange]:
        return super().get_queryset(request).select_related("content_type", "actor")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("when"), ordering="timestamp")
    def at_shown(self, entry: RecordedChange) -> SafeString | None:
        return in_one_line(self._told(entry).at)

    @display(description=_("what"))
    def what_shown(self, entry: RecordedChange) -> SafeString:
        model = entry.content_type.model_class()
        kind = str(model._meta.verbose_name) if model else entry.content_type.model
        try:
            address = reverse(f"admin:schedules_{entry.content_type.model}_history", args=[entry.object_id])
        except NoReverseMatch:
            return two_lines(entry.object_repr, kind)
        return two_lines(format_html('<a class="sx-link" href="{}">{}</a>', address, entry.object_repr), kind)

    @display(description=_("who"), ordering="actor_name")
    def who_shown(self, entry: RecordedChange) -> SafeString:
        return two_lines(self._told(entry).who, self._told(entry).whence)

    @display(description=_("change"))
    def lines_shown(self, entry: RecordedChange) -> SafeString:
        lines = ((line.label, line.before, line.after) for line in self._told(entry).lines)
        return two_lines(self._told(entry).title, format_html_join("", "<span>{}: {} → {}</span><br>", lines))

    def _told(self, entry: RecordedChange) -> Told:
        if not hasattr(entry, "told"):
            entry.told = told([entry], now=timezone.now())[0]
        return entry.told
