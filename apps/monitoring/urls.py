"""Addresses of the health checks, of the dashboard's refresh and of its button."""

from django.urls import path

from apps.monitoring.views.health import livez, readyz
from apps.monitoring.views.overview import breaker_reset, fragment

app_name = "monitoring"
urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("admin/overview/", fragment, name="overview"),
    path("admin/overview/endpoints/<int:endpoint_id>/send-again/", breaker_reset, name="breaker_reset"),
]
