"""What is known about the listed companies.

Codes are stored, names of codes are not: the tables stand in ``stockura.jquants.codes``. An empty text means that
J-Quants has never said (see ``stockura.companies.sync``).
"""

import unicodedata

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stockura.jquants.listed_issues import CODE, MAX_TEXT_LENGTH


def search_key_of(text: str) -> str:
    """Return ``text`` as it is compared in a search: full and half width, upper and lower case are the same.

    JPX writes Latin letters in names full width, and people type them either way.
    """
    return unicodedata.normalize("NFKC", text).casefold()


class Company(models.Model):
    """One issue by its five-character code. It stays after delisting, marked with the date."""

    code = models.CharField(
        _("code"), max_length=5, unique=True, validators=[RegexValidator(rf"\A{CODE.pattern}\Z")], editable=False
    )
    name = models.CharField(_("name"), max_length=MAX_TEXT_LENGTH)
    name_en = models.CharField(_("English name"), max_length=MAX_TEXT_LENGTH, blank=True)
    sector_17 = models.CharField(_("sector (17)"), max_length=MAX_TEXT_LENGTH, blank=True)
    sector_33 = models.CharField(_("sector (33)"), max_length=MAX_TEXT_LENGTH, blank=True)
    scale = models.CharField(_("size"), max_length=MAX_TEXT_LENGTH, blank=True)
    market = models.CharField(_("market"), max_length=MAX_TEXT_LENGTH)
    margin = models.CharField(_("margin trading"), max_length=MAX_TEXT_LENGTH, blank=True)
    product_category = models.CharField(_("product"), max_length=MAX_TEXT_LENGTH, blank=True)
    #: Dates of lists, not of the calendar: the exchange publishes no listing dates.
    first_seen_on = models.DateField(_("first seen on"))
    last_seen_on = models.DateField(_("last seen on"))
    delisted_on = models.DateField(
        _("delisted on"), null=True, blank=True, help_text=_("Date of the first list without it; empty while listed.")
    )
    search_key = models.TextField(editable=False, default="")

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["code"]
        # Only a sync writes; permissions to add, change or delete would promise what no page offers.
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=rf"^{CODE.pattern}$"), name="companies_code_is_five_characters"
            ),
            models.CheckConstraint(
                condition=Q(last_seen_on__gte=models.F("first_seen_on")), name="companies_last_seen_not_before_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticker} {self.name}"

    @property
    def ticker(self) -> str:
        """What people call it: four characters, or all five when the last one sets it apart from common stock."""
        return self.code[:4] if self.code.endswith("0") else self.code

    @property
    def is_listed(self) -> bool:
        """Whether the last list applied holds it."""
        return self.delisted_on is None

    def refresh_search_key(self) -> None:
        """Bring ``search_key`` in line with code and names; bulk operations call no ``save``."""
        self.search_key = search_key_of(f"{self.code} {self.name} {self.name_en}")


class CompanyChange(models.Model):
    """One line of history: what a list changed about a company. Never edited, deleted only with its company."""

    class Kind(models.TextChoices):
        CREATED = "created", _("listed")
        CHANGED = "changed", pgettext_lazy("kind of a change", "changed")
        DELISTED = "delisted", _("delisted")
        RELISTED = "relisted", _("listed again")

    company = models.ForeignKey(Company, models.CASCADE, related_name="changes", verbose_name=_("company"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    #: Name of the ``Company`` field; empty unless the kind is "changed".
    field = models.CharField(_("field"), max_length=30, blank=True)
    before = models.CharField(_("before"), max_length=MAX_TEXT_LENGTH, blank=True)
    after = models.CharField(_("after"), max_length=MAX_TEXT_LENGTH, blank=True)
    as_of = models.DateField(_("list of"), db_index=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    task_id = models.CharField(_("task id"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("change of a company")
        verbose_name_plural = _("changes of companies")
        ordering = ["-as_of", "-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="changed") & ~Q(field="") | ~Q(kind="changed") & Q(field=""),
                name="companies_change_names_its_field",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} · {self.get_kind_display()} · {self.as_of}"


class AppliedList(models.Model):
    """The list applied last; a single row, which also serves as the lock that keeps two syncs apart."""

    as_of = models.DateField(_("list of"), null=True)
    applied_at = models.DateTimeField(_("applied at"), null=True)

    class Meta:
        verbose_name = _("applied list")
        verbose_name_plural = _("applied lists")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="companies_one_applied_list")]

    def __str__(self) -> str:
        return str(self.as_of or "–")
