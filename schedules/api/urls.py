"""Addresses under /api/v1/. None needs a slash at its end; one that is typed anyway does no harm."""

from django.contrib.auth.decorators import login_required
from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

from schedules.api.views.alerts import AlertViews
from schedules.api.views.backfills import BackfillViews
from schedules.api.views.base import ID_PATTERN
from schedules.api.views.endpoints import EndpointViews
from schedules.api.views.engine import EngineViews
from schedules.api.views.occurrences import OccurrenceViews
from schedules.api.views.previews import PreviewViews
from schedules.api.views.root import Root
from schedules.api.views.runs import RunViews
from schedules.api.views.schedules import ScheduleViews
from schedules.api.views.unknown import UnknownAddress

app_name = "api"

router = DefaultRouter()
router.APIRootView = Root
router.trailing_slash = "/?"
router.include_format_suffixes = False
router.register("endpoints", EndpointViews, basename="endpoint")
router.register("schedules", ScheduleViews, basename="schedule")
router.register("alerts", AlertViews, basename="alert")
router.register("runs", RunViews, basename="run")
router.register("backfills", BackfillViews, basename="backfill")

OCCURRENCES = [
    ("occurrences/changes", "occurrence-changes", OccurrenceViews.as_view({"get": "changes"})),
    *(
        (f"occurrences/{verb}", f"occurrence-{verb}", OccurrenceViews.as_view({"post": verb}))
        for verb in ("skip", "move", "undo")
    ),
]
BACKFILL = BackfillViews.as_view({"post": "ask"})
PREVIEW = PreviewViews.as_view({"get": "of_expression", "post": "of_definition"})
REDOC = SpectacularRedocView.as_view(url_name="api:schema", template_name="schedules/redoc.html")

urlpatterns = [
    re_path("^health/?$", EngineViews.as_view({"get": "health"}), name="health"),
    re_path("^schedules/active/?$", EngineViews.as_view({"get": "active"}), name="active"),
    re_path("^schedules/preview/?$", PREVIEW, name="preview"),
    *(re_path(rf"^schedules/(?P<pk>{ID_PATTERN})/{end}/?$", view, name=name) for end, name, view in OCCURRENCES),
    re_path(rf"^schedules/(?P<pk>{ID_PATTERN})/backfill/?$", BACKFILL, name="schedule-backfill"),
    *router.urls,
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    # People come here with a browser: they are led to the login instead of being refused.
    path("docs", login_required(SpectacularSwaggerView.as_view(url_name="api:schema")), name="docs"),
    path("redoc", login_required(REDOC), name="redoc"),
    re_path("", UnknownAddress.as_view(), name="unknown"),
]
