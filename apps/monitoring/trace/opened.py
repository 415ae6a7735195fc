"""A lead or a ping opened for one reader: its values as they may see them, and how payloads are shown to them."""

from apps.auctions.models import Ping
from apps.core.crypto import DecryptionError
from apps.engine.campaign import CampaignSpec
from apps.leads.models import Lead
from apps.leads.selectors import ShownValue, lead_open, lead_values
from apps.monitoring.trace import masking
from apps.monitoring.trace.attempts import Reader


def opened(
    lead: Lead | Ping, spec: CampaignSpec | None, *, unmasked: bool
) -> tuple[tuple[ShownValue, ...], Reader]:
    """The values and its reader; nothing, and a reader without a key, once the person was erased."""
    try:
        data, key = lead_open(lead)
    except DecryptionError:
        # What buyers wrote about an erased person is not for people either.
        return (), Reader(None, lambda text: "", spec)
    shown = tuple(lead_values(lead, spec, unmasked=unmasked))
    if unmasked:
        return shown, Reader(key, masking.plain, spec)
    personal = frozenset(value.name for value in shown if value.personal)
    return shown, Reader(key, masking.Mask(masking.personal_texts(lead, data, personal, spec)), spec)
