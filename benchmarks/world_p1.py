"""The campaigns and leads of P1: 25 fields, 12 rules, 5,000 zips, duplicates, verification and 4 caps, all on."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import zipcodes

from apps.campaigns.models import Campaign, ListContent
from apps.companies.models import Company
from apps.core.ids import new_key
from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.requirements import CapSpec, ScheduleSpec, Window
from apps.publishing import specs
from apps.publishing.models import Publication, Version
from apps.sources.choices import Approval
from apps.sources.models import Credential, Source, Terms
from apps.sources.selectors import credential_digest
from benchmarks import p6_engine

ZONE = "America/New_York"
ALWAYS = ScheduleSpec(ZONE, tuple(Window(day, 0, 1440) for day in range(7)))
ENOUGH = 10**9


@dataclass(frozen=True, slots=True)
class Door:
    """What a source needs to post to one campaign."""

    compid: int
    sourceid: int
    campid: int
    auth: str


def open_doors(count: int) -> list[Door]:
    """So many published campaigns of one company, each with a source, terms, a key and four caps of its own."""
    company = Company.objects.create(name="Benchmark")
    content = _zip_list()
    return [_door(company, number, content) for number in range(count)]


def _zip_list() -> ListContent:
    entries = sorted({*_new_york(), *(f"{10_000 + number:05d}" for number in range(5_000))})[:5_000]
    text = "\n".join(entries)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ListContent.objects.create(hash=digest, entries=text, size=len(entries))


def _new_york() -> list[str]:
    return [found["zip_code"] for found in zipcodes.filter_by(city="New York", state="NY")]


def _door(company: Company, number: int, content: ListContent) -> Door:
    campaign = Campaign.objects.create(company=company, name=f"Benchmark {number}")
    source = Source.objects.create(company=company, name=f"Benchmark {number}")
    terms = Terms.objects.create(source=source, campaign=campaign, approval=Approval.APPROVED)
    key = new_key()
    Credential.objects.create(terms=terms, key=key, digest=credential_digest(key))
    spec = _spec(campaign, terms, content)
    version = Version.objects.create(
        campaign=campaign, number=1, content=specs.dump(spec), hash=specs.fingerprint(spec)
    )
    Publication.objects.create(campaign=campaign, version=version)
    return Door(company.number, source.number, campaign.number, key)


def _spec(campaign: Campaign, terms: Terms, content: ListContent) -> CampaignSpec:
    spec = p6_engine.campaign()
    return replace(
        spec,
        id=campaign.pk,
        company_id=campaign.company_id,
        company_number=campaign.company.number,
        number=campaign.number,
        schedule=ALWAYS,
        zips=replace(spec.zips, list_hash=content.hash),
        caps=_caps("campaign", campaign.pk, "week", "month"),
        terms=(
            TermsSpec(
                terms.pk,
                terms.source_id,
                terms.source.number,
                "Acme",
                caps=_caps("terms", terms.pk, "hour", "day"),
            ),
        ),
        orders=spec.orders[:5],
        lists={},
    )


def _caps(subject: str, row: int, *periods: str) -> tuple[CapSpec, ...]:
    return tuple(
        CapSpec(f"{subject}:{row * 10 + place}", subject, "accepted", period, ENOUGH, ZONE)
        for place, period in enumerate(periods)
    )


def bodies(doors: list[Door], first: int = 0) -> Iterator[bytes]:
    """Leads that pass every check, no two alike, to each door in turn. Cheap to make: the client shares the cores."""
    templates = [
        _template(door, zip_code)
        for door, zip_code in zip(doors, _cycle(_new_york(), len(doors)), strict=True)
    ]
    number = first
    while True:
        number += 1
        template = templates[number % len(templates)]
        yield template.replace(b"@n@", b"%d" % number).replace(
            b"@phone@", b"%010d" % (2_000_000_000 + number)
        )


def _cycle(values: list[str], count: int) -> list[str]:
    return [values[place % len(values)] for place in range(count)]


def _template(door: Door, zip_code: str) -> bytes:
    ids = {"compid": door.compid, "sourceid": door.sourceid, "campid": door.campid, "auth": door.auth}
    body = p6_engine.body(7) | {
        "last": "Doe@n@",
        "email": "jane.doe@n@@example.com",
        "phone": "@phone@",
        "state": "NY",
        "zip": zip_code,
        "asked": (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds"),
    }
    return json.dumps(ids | body).encode()
