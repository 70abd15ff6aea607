from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class SchedulesConfig(AppConfig):
    name = "schedules"
    verbose_name = pgettext_lazy("group of pages", "Schedules")

    def ready(self) -> None:
        from schedules import checks, recording, signals  # noqa: F401
        from schedules.ledger import signs_of_life, wiring  # noqa: F401
        from schedules.services import log_entries  # noqa: F401
