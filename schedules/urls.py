"""Addresses of the app besides the admin."""

from django.urls import include, path

from schedules.feeds import calendar_feed
from schedules.health import healthz, readyz
from schedules.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("calendar/<str:secret>.ics", calendar_feed, name="calendar_feed"),
    path("api/v1/", include("schedules.api.urls")),
]
