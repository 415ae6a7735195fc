"""Addresses of the source APIs. Requests reach them through `intake.middleware`, which skips what only pages need."""

from django.urls import path

from apps.intake.api import views
from apps.intake.api.door import door
from apps.intake.wire import ping_fault, post_fault, precheck_fault

urlpatterns = [
    path("ca/submit", door(views.submit), name="simple_post"),
    path("ca/status/<str:token>", door(views.lead_status), name="lead_status"),
    path("webhook/<str:token>", door(views.webhook), name="webhook"),
    path("webhook/<str:token>/", door(views.webhook)),
    path("ping", door(views.ping, fault=ping_fault), name="ping"),
    path("post", door(views.post, fault=post_fault), name="post"),
    path("direct_post", door(views.direct_post, fault=post_fault), name="direct_post"),
    path("precheck", door(views.precheck, fault=precheck_fault), name="precheck"),
]
