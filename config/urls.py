"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("apps.monitoring.urls")),
    path("admin/", admin.site.urls),
    path("", include("apps.posting_instructions.urls")),
    path("", include("apps.deliveries.urls")),
]
