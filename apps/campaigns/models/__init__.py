"""Tables of campaigns: what a lead must be, and the groups its orders stand in."""

from apps.campaigns.models.bases import CapBase, WindowBase
from apps.campaigns.models.campaign import Campaign, Field, FieldChoice, RoutingGroup
from apps.campaigns.models.lists import ListContent, ValueList
from apps.campaigns.models.requirements import CampaignCap, CampaignWindow, DuplicateRule, Holiday, Rule

__all__ = [
    "Campaign",
    "CampaignCap",
    "CampaignWindow",
    "CapBase",
    "DuplicateRule",
    "Field",
    "FieldChoice",
    "Holiday",
    "ListContent",
    "RoutingGroup",
    "Rule",
    "ValueList",
    "WindowBase",
]
