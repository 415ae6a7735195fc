"""Reads of leads: opened, searched, counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers
from django.db.models import Count, Q, QuerySet

from apps.companies.models import Company
from apps.core.crypto import DataKey, unwrap
from apps.core.ids import parse_public_id
from apps.core.redact import mask_value
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.index import index
from apps.engine.values import LeadData
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.leads.sealing import unseal
from apps.sources.selectors import value_digest


def lead_open(lead: Lead) -> tuple[LeadData, DataKey]:
    """A lead's values and its data key, in clear; DecryptionError once the person was erased."""
    return unseal(lead), unwrap(lead.wrapped_key or b"")


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value for a page. `text` is masked where it is personal and the reader may not see it."""

    name: str
    label: str
    text: str
    sent: str
    personal: bool
    valid: bool = True


def lead_values(lead: Lead, spec: CampaignSpec | None, *, unmasked: bool) -> list[ShownValue]:
    """A lead's values in the campaign's order, then those of unknown fields. Masked unless `unmasked`.

    Unknown fields count as personal: nobody has said that they are not. An unmasked reading goes on record with
    `services.reveal_record` first.
    """
    data = unseal(lead)
    fields = index(spec).by_name if spec is not None else {}
    shown = [_shown(fields.get(name), name, value, unmasked) for name, value in data.values.items()]
    for name, raw in data.unknown.items():
        shown.append(ShownValue(name, name, _text(raw) if unmasked else mask_value("", _text(raw)), "", True))
    return shown


def _shown(field: FieldSpec | None, name: str, value: Any, unmasked: bool) -> ShownValue:
    personal = field is None or field.personal
    text, sent = _text(value.normal if value.valid else value.raw), _text(value.raw)
    if personal and not unmasked:
        kind = field.type if field is not None else ""
        kind = "name" if field is not None and field.role in ("first_name", "last_name") else kind
        text, sent = mask_value(kind, text), ""
    label = (field.label if field is not None else "") or name
    return ShownValue(name, label, text, sent if sent != text else "", personal, value.valid)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, tuple | list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
    return str(value)


def search(leads: QuerySet[Lead], term: str) -> QuerySet[Lead]:
    """Leads with this public id, e-mail address, phone number or sub id. Personal data is found by digest only."""
    term = term.strip()
    if not term:
        return leads.none()
    lead_id = parse_public_id(Lead.PREFIX, term.upper())
    if lead_id is not None:
        return leads.filter(pk=lead_id)
    # Digests of every company; the rows are those of the given leads all the same.
    companies = list(Company.objects.values_list("pk", flat=True))
    if "@" in term:
        return leads.filter(
            email_digest__in=[value_digest(each, "email", term.lower()) for each in companies]
        )
    phones = _phones(term)
    by_phone = Q(
        phone_digest__in=[value_digest(each, "phone", phone) for each in companies for phone in phones]
    )
    return leads.filter(by_phone | Q(sub_id=term)) if phones else leads.filter(sub_id=term)


def _phones(term: str) -> list[str]:
    try:
        number = phonenumbers.parse(term, "US")
    except phonenumbers.NumberParseException:
        return []
    return [phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)]


def conservation(leads: QuerySet[Lead]) -> dict[str, int]:
    """How many leads stand where: `received` and each status, test leads left out.

    received = sold + rejected + unsold + held + in_flight, always.
    """
    counted = leads.filter(is_test=False).order_by().values_list("status").annotate(Count("pk"))
    counts = {str(status): 0 for status in LeadStatus if status != LeadStatus.TEST} | dict(counted)
    return {"received": sum(counts.values()), **counts}
