"""A campaign with one buyer who answers after 50 ms, and leads on their way to it."""

import itertools
from datetime import UTC, datetime

from apps.buyers.services import (
    buyer_create,
    endpoint_create,
    mappings_set,
    order_cap_add,
    order_create,
    response_rules_set,
)
from apps.campaigns.services import campaign_create
from apps.companies.models import Company
from apps.core.crypto import new_data_key
from apps.core.ids import new_id
from apps.deliveries.models import Delivery
from apps.engine.normalise import normalise
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.leads.sealing import seal
from apps.publishing import specs
from apps.publishing.models import Version
from apps.publishing.services import publish
from apps.sources.models import Source, Terms
from apps.sources.services import terms_create

MAPPING = [
    {"target": "lead.name", "kind": "template", "value": "{{ first_name }} {{ last_name }}"},
    {"target": "lead.email", "source": "email"},
    {"target": "lead.phone", "source": "phone", "value_format": "phone_digits"},
    {"target": "lead.address.state", "source": "state"},
    {"target": "lead.address.zip", "source": "zip"},
    {"target": "id", "kind": "system", "source": "lead_id"},
]
RULES = [
    {
        "outcome": "accepted",
        "match": "json_path",
        "path": "status",
        "value": "accepted",
        "price_path": "price",
    },
    {"outcome": "rejected", "match": "json_path", "path": "status", "value": "rejected"},
]
_numbers = itertools.count(1)


def body() -> dict[str, str]:
    """A person nobody else is."""
    number = next(_numbers)
    return {
        "first_name": "Jane",
        "last_name": f"Doe {number}",
        "email": f"jane.doe{number}@example.com",
        "phone": f"{2_000_000_000 + number}",
        "state": "NY",
        "zip": "10001",
    }


def selling_to(url: str) -> tuple[Terms, Version]:
    """A published campaign whose leads all go to `url`, under an order cap that never fills."""
    company = Company.objects.create(name=f"Benchmark {new_id()}")
    campaign = campaign_create(company, name="Benchmark", by=None)
    source = Source.objects.create(company=company, name="Benchmark")
    terms = terms_create(source, campaign, by=None).terms
    buyer = buyer_create(company, name="Benchmark", by=None)
    endpoint = endpoint_create(buyer, name="Benchmark", url=url, by=None)
    mappings_set(endpoint, rows=MAPPING, by=None)
    response_rules_set(endpoint, rows=RULES, by=None)
    order = order_create(campaign, buyer, name="Benchmark", endpoint=endpoint, price="25.00", by=None)
    order_cap_add(order, basis="accepted", period="day", limit=1_000_000, by=None)
    return terms, publish(campaign, by=None).version


def leads_due(terms: Terms, version: Version, count: int) -> None:
    """So many accepted leads with a delivery that is due."""
    spec, now = specs.load(version.pk), datetime.now(UTC)
    leads, deliveries = [], []
    for _ in range(count):
        number, key = new_id(), new_data_key()
        data = normalise(spec, body(), test=False, today=now.date())
        leads.append(
            Lead(
                id=number,
                company_id=spec.company_id,
                campaign_id=spec.id,
                source_id=terms.source_id,
                terms=terms,
                version=version,
                status=LeadStatus.IN_FLIGHT,
                received_at=now,
                sealed=seal(key, number, data),
                wrapped_key=key.wrapped,
            )
        )
        deliveries.append(
            Delivery(
                id=new_id(),
                company_id=spec.company_id,
                lead_id=number,
                version=version,
                next_attempt_at=now,
                created_at=now,
            )
        )
    Lead.objects.bulk_create(leads)
    Delivery.objects.bulk_create(deliveries)
