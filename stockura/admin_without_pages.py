"""How Django loads the admin: its pages wait until somebody wants them.

Half of what a process loads at its start are pages, with the form and API libraries that they pull in. Web processes
load them with the addresses (``stockura.urls``); beat, workers and most commands never do.
"""

from typing import Any

from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class AdminConfig(SimpleAdminConfig):
    """Django's own, which checks the pages that it finds; here a check finds them first."""

    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_all_pages, checks.Tags.admin)


def check_all_pages(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    autodiscover()
    return check_admin_app(app_configs, **kwargs)
