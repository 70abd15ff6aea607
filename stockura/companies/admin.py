"""The pages of companies and their changes: for looking things up. Only a sync writes."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from schedules.admin.model_admin import ModelAdmin

from .filters import ListedFilter, MarketFilter, SectorFilter
from .models import Company, CompanyChange, search_key_of
from .names import is_japanese, name_of


class ReadOnly:
    """Nobody may add, change or delete here, whatever permissions they hold."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ShowsChange:
    """Columns of a change, with codes under their names."""

    @display(description=_("field"), ordering="field", empty_value="–")
    def field_shown(self, change: CompanyChange) -> str:
        return str(Company._meta.get_field(change.field).verbose_name) if change.field else ""

    @display(description=_("before"), empty_value="–")
    def before_shown(self, change: CompanyChange) -> str:
        return name_of(change.field, change.before)

    @display(description=_("after"), empty_value="–")
    def after_shown(self, change: CompanyChange) -> str:
        return name_of(change.field, change.after)

    @display(description=_("run"), empty_value="–")
    def run_shown(self, change: CompanyChange) -> str:
        """The run that found it. It is searched for, not referred to: the history of runs may be shorter."""
        if not change.task_id:
            return ""
        address = reverse("admin:schedules_schedulerun_changelist", query={"q": change.task_id})
        return format_html('<a href="{}" class="underline">{}</a>', address, change.task_id)


class ChangesOfCompany(ReadOnly, ShowsChange, TabularInline):
    """A company's history below its facts, newest first."""

    model = CompanyChange
    fields = ["as_of", "kind", "field_shown", "before_shown", "after_shown", "run_shown"]
    readonly_fields = fields
    ordering = ["-as_of", "-id"]
    extra = 0
    hide_title = True
    verbose_name_plural = _("history")


class SearchesCompanies:
    """Finds companies by code and name in either width and case: "ｕｍｉｏｓ" finds "Ｕｍｉｏｓ", "130a" finds 130A."""

    #: Where the page's model keeps the company's search key.
    search_path = "search_key"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        for word in search_key_of(search_term).split():
            queryset = queryset.filter(**{f"{self.search_path}__contains": word})
        return queryset, False


@admin.register(Company)
class CompanyAdmin(ReadOnly, SearchesCompanies, ModelAdmin):
    """Listed and delisted companies."""

    list_display = [
        "ticker_shown",
        "name_shown",
        "market_shown",
        "sector_shown",
        "scale",
        "listing_label",
        "last_seen_on",
    ]
    list_filter = [MarketFilter, SectorFilter, ListedFilter]
    list_filter_submit = True
    list_per_page = 50
    search_fields = ["search_key"]
    search_help_text = _("Code or name, full or half width")
    inlines = [ChangesOfCompany]
    fieldsets = [
        (None, {"fields": ["code", "name", "name_en", "listing_shown"]}),
        (
            _("Classification"),
            {
                "fields": [
                    "market_shown",
                    "sector_shown",
                    "sector_17_shown",
                    "scale",
                    "margin_shown",
                    "product_category_shown",
                ]
            },
        ),
        (_("Seen in the lists of"), {"fields": ["first_seen_on", "last_seen_on", "delisted_on"]}),
    ]

    @display(description=_("code"), ordering="code")
    def ticker_shown(self, company: Company) -> str:
        return company.ticker

    @display(description=_("name"), ordering="name")
    def name_shown(self, company: Company) -> str:
        return _name_of_company(company)

    @display(description=_("market"), ordering="market")
    def market_shown(self, company: Company) -> str:
        return name_of("market", company.market)

    @display(description=_("sector (33)"), ordering="sector_33", empty_value="–")
    def sector_shown(self, company: Company) -> str:
        return name_of("sector_33", company.sector_33)

    @display(description=_("sector (17)"), empty_value="–")
    def sector_17_shown(self, company: Company) -> str:
        return name_of("sector_17", company.sector_17)

    @display(description=_("margin trading"), empty_value="–")
    def margin_shown(self, company: Company) -> str:
        return name_of("margin", company.margin)

    @display(description=_("product"), empty_value="–")
    def product_category_shown(self, company: Company) -> str:
        return name_of("product_category", company.product_category)

    @display(description=_("listing"), ordering="delisted_on", label={"listed": "success", "delisted": "warning"})
    def listing_label(self, company: Company) -> tuple[str, str]:
        return "listed" if company.is_listed else "delisted", self.listing_shown(company)

    @display(description=_("listing"))
    def listing_shown(self, company: Company) -> str:
        if company.delisted_on is None:
            return gettext("listed")
        return gettext("delisted on %(date)s") % {"date": date_format(company.delisted_on)}


@admin.register(CompanyChange)
class CompanyChangeAdmin(ReadOnly, SearchesCompanies, ShowsChange, ModelAdmin):
    """What the lists changed, newest first."""

    list_display = ["as_of", "company_shown", "kind_label", "field_shown", "before_shown", "after_shown"]
    list_display_links = ["as_of"]
    list_filter = ["kind"]
    list_select_related = ["company"]
    list_per_page = 50
    date_hierarchy = "as_of"
    search_fields = ["company__search_key"]
    search_path = "company__search_key"
    search_help_text = _("Code or name of the company, full or half width")
    fields = [
        "company_shown",
        "kind",
        "field_shown",
        "before_shown",
        "after_shown",
        "as_of",
        "recorded_at",
        "run_shown",
    ]

    @display(description=_("company"), ordering="company__code")
    def company_shown(self, change: CompanyChange) -> SafeString:
        company = change.company
        address = reverse("admin:companies_company_change", args=[company.pk])
        words = f"{company.ticker} {_name_of_company(company)}"
        return format_html('<a href="{}" class="underline">{}</a>', address, words)

    @display(
        description=_("kind"),
        ordering="kind",
        label={"created": "success", "relisted": "success", "changed": "info", "delisted": "warning"},
    )
    def kind_label(self, change: CompanyChange) -> tuple[str, str]:
        return change.kind, change.get_kind_display()


def _name_of_company(company: Company) -> str:
    return company.name if is_japanese() else company.name_en or company.name
