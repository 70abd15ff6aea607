from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulesConfig(AppConfig):
    name = "schedules"
    verbose_name = _("Schedules")

    def ready(self) -> None:
        from schedules import checks, signals  # noqa: F401
        from schedules.ledger import wiring  # noqa: F401
