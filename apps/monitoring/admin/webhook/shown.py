"""What the page shows of a payload: its values, the lead it gives, and what the checks would say of that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.core.clock import now
from apps.core.redact import mask_value
from apps.engine import webhook
from apps.engine.campaign import CampaignSpec
from apps.engine.fields import is_empty
from apps.engine.orders import MappingRow
from apps.engine.payload import PayloadFault
from apps.engine.reasons import message
from apps.engine.value_formats import as_text
from apps.engine.webhook import Arrived, Proposed, Told
from apps.intake import payloads
from apps.intake.flows.webhook import would_be
from apps.intake.models import WebhookPayload
from apps.sources.selectors import webhook_secret_at

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Sample:
    """The first lead of a payload, and what is proposed for it. `unmasked`: people asked to read what it says."""

    lead: Arrived
    proposed: Proposed
    leads: int
    unmasked: bool
    secret_at: str = ""
    """Where the vendor's secret stands, which nobody needs to read."""

    def values(self) -> list[tuple[Told, str]]:
        """Each value that says something by itself, as it may be shown."""
        told = (one for one in self.proposed.told if not one.is_about)
        return [(one, "••••••••" if one.row.path == self.secret_at else self.text(one.shown)) for one in told]

    def text(self, value: Any) -> str:
        """A value as it may be shown; empty where there is none."""
        if is_empty(value):
            return ""
        said = as_text(value)
        said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
        return said if self.unmasked else _masked(said)


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A field of the lead that would result: what it is, and the problem with it."""

    name: str
    text: str
    is_valid: bool


def sample(payload: WebhookPayload, spec: CampaignSpec, *, unmasked: bool) -> Sample | None:
    """The first lead of a payload, read; None when it cannot be."""
    document = payloads.document_of(payloads.opened(payload))
    if isinstance(document, PayloadFault):
        return None
    leads = webhook.leads_of(document)
    return Sample(
        leads[0],
        webhook.propose(spec, leads[0].tree, today=_today(spec)),
        len(leads),
        unmasked,
        webhook_secret_at(payload.terms_id),
    )


def result(sample: Sample, rows: Iterable[MappingRow], spec: CampaignSpec, terms_id: int) -> dict[str, Any]:
    """The lead that the rows give, field by field, and what the checks of the running version would say of it."""
    fields = webhook.mapped(rows, sample.lead.tree, spec)
    found = would_be(terms_id, fields)
    if found is None:
        return {"lead": [LeadLine(name, sample.text(value), True) for name, value in fields.items()]}
    values = found.submission.data.values
    problems = found.submission.examination.problems
    return {
        "lead": [
            LeadLine(name, sample.text(value.normal if value.valid else value.raw), value.valid)
            for name, value in values.items()
        ],
        "problems": [message(problem) for problem in problems],
        "warnings": [message(problem) for problem in found.warnings],
        "judged": True,
    }


def _masked(text: str) -> str:
    if "@" in text:
        return mask_value("email", text)
    digits = sum(letter.isdigit() for letter in text)
    return mask_value("phone" if digits >= len("5550143") else "name", text)


def _today(spec: CampaignSpec) -> date:
    at: datetime = now()
    return at.astimezone(ZoneInfo(spec.time_zone)).date()
