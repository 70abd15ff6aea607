"""The Django project: what Stockura's platform schedules, and with which settings."""

# Celery's own recipe: importing the project makes its app the current one, so shared_task finds it.
from stockura.celery import app as celery_app

__all__ = ["celery_app"]
