"""Where in the admin the object and field of a problem are corrected."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.urls import reverse

from apps.campaigns.admin.campaign import AUCTION, FIELDS, REQUIREMENTS, SET_UP
from apps.campaigns.models import Campaign
from apps.companies.admin.base import change_url
from apps.publishing.problems import PublishProblem

_PARENTS = ("endpoint", "order", "terms", "buyer", "field", "campaign")
_OF_REQUIREMENTS = frozenset(flatten_fieldsets(REQUIREMENTS.fieldsets))
_OF_AUCTION = frozenset(flatten_fieldsets(AUCTION.fieldsets))


def address(problem: PublishProblem) -> str:
    """The page on which a problem is corrected, with the input at fault as its fragment; empty when it is gone."""
    row = _row(problem)
    if row is None:
        return ""
    if isinstance(row, Campaign):
        return _of_campaign(row, problem.field)
    return _page(row, problem.field)


def _row(problem: PublishProblem) -> models.Model | None:
    model = apps.get_model(problem.object_type)
    return model._default_manager.filter(pk=problem.object_id).first()


def _of_campaign(campaign: Campaign, field: str) -> str:
    key = SET_UP.key
    if field in _OF_REQUIREMENTS or field in ("windows", "holidays", "rules", "duplicate_rules", "caps"):
        key = REQUIREMENTS.key
    elif field in _OF_AUCTION:
        key = AUCTION.key
    elif field == "max_buyers":
        key = "buyers"
    elif field == "fields":
        key = FIELDS.key
    return f"{reverse(f'admin:campaigns_campaign_{key}', args=(campaign.pk,))}#id_{field}"


def _page(row: models.Model, field: str) -> str:
    if admin.site.is_registered(type(row)):
        return f"{change_url(row)}#id_{field}"
    parent = next((getattr(row, name) for name in _PARENTS if hasattr(row, name)), None)
    if isinstance(parent, Campaign):
        key = "buyers" if row._meta.model_name == "routinggroup" else REQUIREMENTS.key
        return reverse(f"admin:campaigns_campaign_{key}", args=(parent.pk,))
    return _page(parent, "") if parent is not None else ""
