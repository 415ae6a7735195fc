"""Addresses of the pages for people outside: landing, robots.txt, and everything below `/instructions/`."""

from django.urls import include, path, re_path

from apps.posting_instructions.views.access import NowhereView, SlashView
from apps.posting_instructions.views.actions import RevealView, ReviewedView, ZipCheckView, ZipListView
from apps.posting_instructions.views.documents import DocumentView, PrintView
from apps.posting_instructions.views.site import landing, robots
from apps.posting_instructions.views.tabs import (
    FieldsView,
    GoLiveView,
    OverviewView,
    RequirementsView,
    ResponsesView,
)
from apps.posting_instructions.views.testing import CasesView, RequestView, TestingView

_of_a_link = [
    path("", OverviewView.as_view(), name="overview"),
    path("fields/", FieldsView.as_view(), name="fields"),
    path("requirements/", RequirementsView.as_view(), name="requirements"),
    path("requirements/read/", ReviewedView.as_view(), name="reviewed"),
    path("requirements/zip/", ZipCheckView.as_view(), name="zip_check"),
    path("requirements/zips.csv", ZipListView.as_view(), name="zips"),
    path("responses/", ResponsesView.as_view(), name="responses"),
    path("testing/", TestingView.as_view(), name="testing"),
    path("testing/cases/", CasesView.as_view(), name="cases"),
    path("testing/requests/<str:public_id>/", RequestView.as_view(), name="request"),
    path("go-live/", GoLiveView.as_view(), name="go_live"),
    path("contract/<str:name>", DocumentView.as_view(), name="document"),
    path("print/", PrintView.as_view(), name="print"),
    path("key/", RevealView.as_view(), name="reveal"),
]

urlpatterns = [
    path("", landing, name="landing"),
    path("robots.txt", robots, name="robots"),
    path("instructions/<str:token>/", include((_of_a_link, "instructions"))),
    re_path(r"^instructions/.*[^/]$", SlashView.as_view()),
    re_path(r"^instructions/", NowhereView.as_view()),
]
