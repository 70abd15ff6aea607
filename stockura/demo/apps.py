"""How Django loads this app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo's content and the memory of what has been loaded."""

    name = "stockura.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
