"""The admin of publishing: the campaign workspace with its upper parts, endpoints with a preview, versions."""

from django.contrib import admin

from apps.buyers.models import Endpoint
from apps.campaigns.models import Campaign
from apps.publishing.admin import versions
from apps.publishing.admin.endpoints import EndpointWorkspace
from apps.publishing.admin.workspace import CampaignWorkspace

admin.site.register(Campaign, CampaignWorkspace)
admin.site.register(Endpoint, EndpointWorkspace)

__all__ = ["CampaignWorkspace", "EndpointWorkspace", "versions"]
