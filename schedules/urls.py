"""Addresses of the app besides the admin."""

from django.urls import path

from schedules.health import healthz

urlpatterns = [path("healthz", healthz, name="healthz")]
