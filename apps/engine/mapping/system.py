"""What a row can send beside the lead's fields: ids, price, times, names, and the proofs of consent by their role."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.engine.campaign import CampaignSpec
from apps.engine.index import index
from apps.engine.mapping.sending import Sending


@dataclass(frozen=True, slots=True)
class SystemValue:
    """A registered value: `read` gives it, or None. `role` names the lead's field it is taken from, whatever the
    field is called in the campaign; a value without a role says nothing of the person.
    """

    key: str
    label: str
    example: str
    read: Callable[[Sending], Any]
    role: str = ""


def field_of_role(spec: CampaignSpec | None, role: str) -> str:
    """The posting name of the field that plays a role, or an empty text."""
    field = index(spec).by_role.get(role) if spec is not None else None
    return field.name if field is not None else ""


def _consent(key: str, label: str, example: str) -> SystemValue:
    def read(sending: Sending) -> Any:
        name = field_of_role(sending.spec, key)
        return sending.lead.normal(name) if name else None

    return SystemValue(key, label, example, read, role=key)


_ALL = (
    SystemValue("lead_id", "the lead's number", "L-01J9ZC2", lambda sending: sending.system.lead_id),
    SystemValue("delivery_id", "the delivery's number", "DEL-01J9ZC2", lambda sending: sending.system.delivery_id),
    SystemValue("idempotency_key", "the idempotency key, equal over retries", "DEL-01J9ZC2-7",
                lambda sending: sending.system.idempotency_key),
    SystemValue("price", "what the buyer pays", "42.00", lambda sending: sending.system.price),
    SystemValue("received_at", "when the lead came in", "2026-11-21T14:29:58Z",
                lambda sending: sending.system.received_at),
    SystemValue("sent_at", "when this request is made", "2026-11-21T14:30:00Z", lambda sending: sending.now),
    SystemValue("campaign_name", "the campaign's name", "Home insurance",
                lambda sending: sending.spec.name if sending.spec else None),
    SystemValue("campaign_number", "the campaign's number", "200",
                lambda sending: sending.spec.number if sending.spec else None),
    SystemValue("source_number", "the source's number", "501", lambda sending: sending.system.source_number),
    SystemValue("order_name", "the lead order's name", "Texas exclusive", lambda sending: sending.system.order_name),
    SystemValue("buyer_name", "the buyer's name", "Acme Insurance", lambda sending: sending.system.buyer_name),
    SystemValue("test", "whether this is a test", "false", lambda sending: sending.test),
    _consent("trustedform_url", "TrustedForm certificate", "https://cert.trustedform.com/0123…"),
    _consent("jornaya_id", "Jornaya LeadiD", "01234567-89AB-CDEF-0123-456789ABCDEF"),
    _consent("consent_text", "the text the person agreed to", "I agree to be called about my request."),
    _consent("ip_address", "the person's IP address", "72.229.28.185"),
    _consent("user_agent", "the person's browser", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"),
    _consent("landing_page_url", "the page with the form", "https://www.example.com/quote"),
)  # fmt: skip

SYSTEM_VALUES: dict[str, SystemValue] = {entry.key: entry for entry in _ALL}
