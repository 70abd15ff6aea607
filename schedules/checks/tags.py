"""The tag of this app's checks: `manage.py check --tag schedules` asks these alone."""

SCHEDULES = "schedules"
