"""P10: the instructions pages of a campaign with 40 fields and 50,000 zips, 5,000 leads on record.

Server time is that of whole requests through every middleware, one at a time, without a network. Size is the page
compressed, with the styles and scripts that a first visit fetches beside it.

Run as `python -m config.embedded exec --durable -- python -m benchmarks.p10_instructions`.
"""

import benchmarks.product  # noqa: F401 - sets Django up before anything asks for it

# isort: split
import gzip
import re
import statistics
import time
from dataclasses import dataclass
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

from apps.buyers.services import buyer_create, endpoint_create, mappings_set, order_create
from apps.campaigns.models import CampaignWindow
from apps.campaigns.services import campaign_create, field_add, library_fields_add, list_store, windows_set
from apps.companies.models import Company
from apps.core.clock import now
from apps.core.ids import new_id
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.publishing.services import publish
from apps.sources.models import Terms
from apps.sources.services import OpenedTerms, source_create, terms_create

FIELDS, ZIPS, LEADS, ROUNDS = 40, 50_000, 5_000, 60
BAR_MS, BAR_KB = 50.0, 150.0
TABS = ("", "fields/", "requirements/", "responses/", "testing/", "go-live/")
_ASSET = re.compile(r'(?:href|src)="/static/([^"]+)"')


@dataclass(frozen=True, slots=True)
class Figures:
    """One tab: milliseconds of the first and of later requests, and of CPU; kilobytes compressed.

    On a busy machine the CPU's share tells what a quiet one would have taken.
    """

    tab: str
    first: float
    median: float
    p95: float
    cpu: float
    page_kb: float
    whole_kb: float


def main() -> None:
    call_command("migrate", verbosity=0)
    opened = prepare()
    store_leads(opened.terms)
    client = Client()
    measured = [measure(client, opened.token, tab) for tab in TABS]
    report(measured)


def prepare() -> OpenedTerms:
    """The campaign, published, with one source."""
    company = Company.objects.create(
        name=f"Instructions {time.time()}", contact_email="partners@acme.example"
    )
    zips = "\n".join(f"{number:05d}" for number in range(10_000, 10_000 + ZIPS))
    area = list_store(company, name="Area", text=zips, by=None)
    settings = {"zips_mode": "include", "zip_list": area, "consent": "either", "verify_address": True}
    campaign = campaign_create(company, name="Roofing", by=None, **settings)
    library_fields_add(campaign, names=["homeowner", "date_of_birth", "loan_amount"], by=None)
    for number in range(FIELDS - campaign.fields.count()):
        choices = [f"Choice {each} of field {number}" for each in range(12)]
        field_add(
            campaign, name=f"question_{number}", label=f"Question {number}", type="choice", choices=choices,
            description="What the person answered in the form.", by=None,
        )  # fmt: skip
    office = [
        CampaignWindow(campaign=campaign, weekday=day, opens=clock_time(9), closes=clock_time(17))
        for day in range(5)
    ]
    windows_set(campaign, windows=office, by=None)
    buyer = buyer_create(company, name="Buyer", by=None)
    endpoint = endpoint_create(buyer, name="API", url="https://buyer.example.com/leads", by=None)
    mappings_set(endpoint, rows=[{"target": "email", "source": "email"}], by=None)
    order_create(campaign, buyer, name="Order", price=Decimal(40), endpoint=endpoint, by=None)
    opened = terms_create(source_create(company, name="BrightPath", by=None), campaign, by=None)
    publish(campaign, by=None)
    return opened


def store_leads(terms: Terms) -> None:
    """A history that the checklist and the log have to find their way in."""
    moment = now()
    Lead.objects.bulk_create(
        Lead(
            id=new_id(), company_id=terms.source.company_id, campaign_id=terms.campaign_id, source_id=terms.source_id,
            terms_id=terms.pk, status=LeadStatus.SOLD, received_at=moment, sealed=b"x",
        )
        for _ in range(LEADS)
    )  # fmt: skip


def measure(client: Client, token: str, tab: str) -> Figures:
    """One tab, asked for again and again."""
    address = f"/instructions/{token}/{tab}"
    took, cpu = [], []
    for _ in range(ROUNDS):
        began, began_cpu = time.perf_counter(), time.process_time()
        response = client.get(address)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - began_cpu) * 1000)
    assert response.status_code == 200, address
    page = len(gzip.compress(response.content)) / 1024
    names = set(_ASSET.findall(response.content.decode()))
    assets = sum(len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in names) / 1024
    return Figures(
        tab or "overview",
        took[0],
        statistics.median(took[1:]),
        statistics.quantiles(took[1:], n=20)[-1],
        statistics.median(cpu),
        page,
        page + assets,
    )


def report(measured: list[Figures]) -> None:
    print(
        f"{'tab':<16}{'first ms':>10}{'median ms':>11}{'p95 ms':>9}{'CPU ms':>9}{'page KB':>10}{'with assets':>13}"
    )
    for each in measured:
        print(
            f"{each.tab:<16}{each.first:>10.1f}{each.median:>11.1f}{each.p95:>9.1f}{each.cpu:>9.1f}{each.page_kb:>10.1f}"
            f"{each.whole_kb:>13.1f}"
        )
    slowest, largest = max(each.p95 for each in measured), max(each.whole_kb for each in measured)
    print(f"P10 {slowest:.1f} bar<={BAR_MS:g} {'ok' if slowest <= BAR_MS else 'short'}")
    print(f"P10kb {largest:.1f} bar<={BAR_KB:g} {'ok' if largest <= BAR_KB else 'short'}")


if __name__ == "__main__":
    main()
