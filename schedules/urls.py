"""Addresses of the app besides the admin."""

from django.urls import include, path

from schedules.feeds import calendar_feed
from schedules.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("calendar/<str:secret>.ics", calendar_feed, name="calendar_feed"),
    path("api/v1/", include("schedules.api.urls")),
]
