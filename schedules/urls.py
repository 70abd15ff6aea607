"""Addresses of the app besides the admin."""

from django.urls import include, path

from schedules.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include("schedules.api.urls")),
]
