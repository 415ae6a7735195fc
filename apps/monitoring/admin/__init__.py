"""The admin of the data plane: leads with their trace, deliveries, attempts, and what endpoints did. Read-only but for
their buttons.
"""

from apps.monitoring.admin.deliveries import AttemptAdmin, DeliveryAdmin
from apps.monitoring.admin.endpoints import EndpointDesk
from apps.monitoring.admin.leads import LeadAdmin
from apps.monitoring.admin.refusals import RefusalAdmin

__all__ = ["AttemptAdmin", "DeliveryAdmin", "EndpointDesk", "LeadAdmin", "RefusalAdmin"]
