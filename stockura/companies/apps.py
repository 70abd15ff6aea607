"""How Django loads this app."""

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class CompaniesConfig(AppConfig):
    """Listed companies and their changes."""

    name = "stockura.companies"
    label = "companies"
    verbose_name = pgettext_lazy("group of pages", "Companies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Makes the project's Celery app the current one, which shared_task and senders use. Not in the project's
        # __init__, as Celery's recipe has it: the stand-in J-Quants server runs without any settings.
        from stockura import celery  # noqa: F401
        from stockura.companies import checks  # noqa: F401
