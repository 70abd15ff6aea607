"""The staff's table of days on which an exchange differs from its calendar."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from schedules.admin.defined_rows import DefinedRows
from schedules.admin.history import ShowsHistory
from schedules.admin.in_force import TellsWhatIsNotInForce
from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import badge
from schedules.forms.choices import exchange_choices
from schedules.forms.owned import RefusesManaged
from schedules.models import ExceptionalDay


class ExchangeFilter(admin.SimpleListFilter):
    """The exchanges by their names, not by the codes that the table holds."""

    title = _("exchange")
    parameter_name = "exchange"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return exchange_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[ExceptionalDay]) -> QuerySet[ExceptionalDay]:
        known = self.value() in dict(self.lookup_choices)
        return queryset.filter(exchange=self.value()) if known else queryset


class ExceptionalDayForm(RefusesManaged, forms.ModelForm):
    """The columns as they are."""


@admin.register(ExceptionalDay)
class ExceptionalDayAdmin(ShowsHistory, DefinedRows, TellsWhatIsNotInForce, ModelAdmin):
    form = ExceptionalDayForm
    list_display = ["on", "exchange_shown", "is_open_shown", "reason_ja", "reason_en"]
    list_filter = [ExchangeFilter, "is_open"]
    list_per_page = 50
    date_hierarchy = "on"
    actions_list = ["deleted_ones"]
    search_fields = ["reason_ja", "reason_en"]
    fields = ["exchange", "on", "is_open", "reason_ja", "reason_en"]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "exchange":
            return forms.ChoiceField(
                label=_("Exchange"), choices=exchange_choices(), widget=UnfoldAdminSelectWidget(), initial="XTKS"
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description=_("exchange"), ordering="exchange")
    def exchange_shown(self, day: ExceptionalDay) -> str:
        return dict(exchange_choices()).get(day.exchange, day.exchange)

    @display(description=_("open"), ordering="is_open")
    def is_open_shown(self, day: ExceptionalDay) -> str:
        return badge(_("Open"), "good") if day.is_open else badge(_("Closed"), "quiet")
