"""The admin of publishing: the campaign workspace with its upper parts, and versions."""

from django.contrib import admin

from apps.campaigns.admin.campaign import CampaignAdmin
from apps.campaigns.models import Campaign

admin.site.register(Campaign, CampaignAdmin)
