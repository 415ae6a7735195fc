"""What the campaign workspace needs to know of leads: a new duplicate rule holds against earlier ones."""

from apps.leads.admin.campaigns import CampaignWithLeads

__all__ = ["CampaignWithLeads"]
