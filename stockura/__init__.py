"""The Django project: what Stockura's platform schedules, and with which settings."""
