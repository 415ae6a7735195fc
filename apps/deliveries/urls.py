"""Addresses that buyers call."""

from django.urls import path, re_path

from apps.deliveries.api.stored_leads import nowhere, stored_leads

urlpatterns = [
    path("api/v1/stored-leads", stored_leads, name="stored_leads"),
    re_path(r"^api/v1/(?P<rest>.*)$", nowhere, name="api_nowhere"),
]
