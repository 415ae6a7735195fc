"""Addresses of the health checks."""

from django.urls import path

from apps.monitoring.views.health import livez, readyz

app_name = "monitoring"
urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
]
