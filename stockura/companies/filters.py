"""Filters of the companies page. They offer the codes that occur, under their names."""

from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from .models import Company
from .names import name_of


class CodeFilter(DropdownFilter):
    """One value of a coded field."""

    field: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Company]") -> list[tuple[str, str]]:
        values = Company.objects.exclude(**{self.field: ""}).order_by(self.field)
        return [(value, name_of(self.field, value)) for value in values.values_list(self.field, flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Company]) -> QuerySet[Company]:
        if not self.value():
            return queryset
        # What is not offered is not asked of the database: PostgreSQL would stumble over a NUL in an address.
        known = self.value() in dict(self.lookup_choices)
        return queryset.filter(**{self.field: self.value()}) if known else queryset.none()


class MarketFilter(CodeFilter):
    title = _("market")
    parameter_name = "market"
    field = "market"


class SectorFilter(CodeFilter):
    title = _("sector (33)")
    parameter_name = "sector"
    field = "sector_33"


class ListedFilter(DropdownFilter):
    """Still listed, or gone."""

    title = _("listing")
    parameter_name = "listing"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Company]") -> list[tuple[str, Any]]:
        return [("listed", _("listed")), ("delisted", _("delisted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Company]) -> QuerySet[Company]:
        if self.value() == "listed":
            return queryset.filter(delisted_on=None)
        if self.value() == "delisted":
            return queryset.exclude(delisted_on=None)
        return queryset
