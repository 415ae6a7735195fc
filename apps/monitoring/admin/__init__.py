"""The admin of the data plane: leads, pings and deliveries with their traces, and what endpoints did. Read-only but for
their buttons.
"""

from apps.monitoring.admin.again import RedeliveryAdmin
from apps.monitoring.admin.campaigns import CampaignDesk
from apps.monitoring.admin.deliveries import AttemptAdmin, DeliveryAdmin
from apps.monitoring.admin.drift import DriftItemAdmin
from apps.monitoring.admin.endpoints import EndpointDesk
from apps.monitoring.admin.leads import LeadAdmin
from apps.monitoring.admin.pings import PingAdmin
from apps.monitoring.admin.refusals import RefusalAdmin
from apps.monitoring.admin.stored import DropFileAdmin, LeadCopyAdmin, StoredLeadAdmin
from apps.monitoring.admin.stuck import StuckDeliveryAdmin
from apps.monitoring.admin.terms import TermsDesk

__all__ = [
    "AttemptAdmin",
    "CampaignDesk",
    "DeliveryAdmin",
    "DriftItemAdmin",
    "DropFileAdmin",
    "EndpointDesk",
    "LeadAdmin",
    "LeadCopyAdmin",
    "PingAdmin",
    "RedeliveryAdmin",
    "RefusalAdmin",
    "StoredLeadAdmin",
    "StuckDeliveryAdmin",
    "TermsDesk",
]
