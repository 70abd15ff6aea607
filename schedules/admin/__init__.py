"""The admin's pages: one module for each model. Importing this package registers them."""

from schedules.admin import endpoints, exceptional_days, people, runs, schedules

__all__ = ["endpoints", "exceptional_days", "people", "runs", "schedules"]
