"""Invented people: the good ones have nothing wrong, the spoiled ones always have."""

from datetime import UTC, datetime
from random import Random

import pytest

from apps.core import places
from apps.demo import people
from apps.demo.cast import AUTO, ROOFING, SOLAR
from apps.demo.services import company_load
from apps.engine import checks
from apps.engine.normalise import normalise
from apps.engine.values import Examination, Facts
from apps.publishing.selectors import current

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 15, tzinfo=UTC)


@pytest.fixture
def spec_of():
    company = company_load(simulator="http://127.0.0.1:9").company
    return {campaign.name: current(campaign.pk) for campaign in company.campaigns.all()}


def _examined(spec, values) -> Examination:
    data = normalise(spec, values, test=False, today=AT.date())
    place = places.place(str(values.get("zip", ""))[:5])
    country = places.country(values["ip_address"])
    facts = Facts(now=AT, places={place.zip: place} if place else {}, ip_country=country)
    return checks.examine(spec, spec.terms[0], data, facts, test=False)


@pytest.mark.parametrize("campaign", [ROOFING, AUTO, SOLAR])
def test_a_good_lead_passes_every_check_and_a_spoiled_one_does_not(spec_of, campaign):
    random = Random(7)
    for _ in range(150):
        values = people.lead(campaign, random, today=AT.date())
        found = _examined(spec_of[campaign], values)
        assert not found.problems, (values, found.problems)
        wrong = people.spoiled(campaign, values, random)
        assert _examined(spec_of[campaign], wrong).problems, wrong
