"""Take over what other schedulers of Celery run: django-celery-beat's rows, and ``beat_schedule`` of the settings."""
