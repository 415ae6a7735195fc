"""Addresses of the source APIs. Requests reach them through `intake.middleware`, which skips what only pages need."""

from django.urls import path

from apps.intake.api import views
from apps.intake.api.door import door

urlpatterns = [
    path("ca/submit", door(views.submit), name="simple_post"),
    path("ca/status/<str:token>", door(views.lead_status), name="lead_status"),
]
