"""What `manage.py check` says of the settings and of Redis: an id, a sentence, and a cure each.

Errors (E) keep a promise of the engine from holding at all; warnings (W) make it hold only in good weather.
Plain English, as Django's own checks are: they are read in terminals and logs.
"""

from schedules.checks import celery_settings, own_settings, redis_state, time_zones

__all__ = ["celery_settings", "own_settings", "redis_state", "time_zones"]
