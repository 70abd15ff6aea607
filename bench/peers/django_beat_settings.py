"""The smallest Django project with django-celery-beat; its database is the SQLite file PEER_DATABASE."""

import os

SECRET_KEY = "signs nothing"
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = ["django_celery_beat"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["PEER_DATABASE"]}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
