"""The admin of publishing: the campaign workspace with its upper parts, endpoints with a preview, versions.

Campaigns and endpoints are registered by `monitoring.admin`, which adds what they did to what they are.
"""

from apps.publishing.admin import versions
from apps.publishing.admin.endpoints import EndpointWorkspace
from apps.publishing.admin.workspace import CampaignWorkspace

__all__ = ["CampaignWorkspace", "EndpointWorkspace", "versions"]
