"""Addresses of the health checks and of the dashboard's refresh."""

from django.urls import path

from apps.monitoring.views.health import livez, readyz
from apps.monitoring.views.overview import fragment

app_name = "monitoring"
urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("admin/overview/", fragment, name="overview"),
]
