"""Reading leads: as they were sent, masked, by digest; unmasking on record; the numbers add up."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.companies.models import AuditEvent
from apps.core.crypto import DecryptionError, new_data_key
from apps.core.ids import new_id
from apps.engine.values import LeadData, Value
from apps.leads.choices import EventKind, LeadStatus
from apps.leads.models import Lead, LeadEvent
from apps.leads.sealing import seal, unseal
from apps.leads.selectors import conservation, lead_values, search
from apps.leads.services import Finished, finish, hold, reveal_record
from tests.factories.worlds import World, published_campaign
from tests.intake.posting import post

VALUES = {
    "text": Value(" x ", "x"),
    "same": Value("x", "x"),
    "number": Value(7, Decimal(7)),
    "decimal": Value(Decimal("1.50"), Decimal("1.50")),
    "flag": Value("yes", True),
    "day": Value("12/31/1980", date(1980, 12, 31)),
    "instant": Value("x", datetime(2026, 11, 21, 12, 0, tzinfo=UTC)),
    "several": Value("a, b", ("a", "b")),
    "wrong": Value("?", None, False),
    "huge": Value(10**80, None, False),
    "nested": Value({"a": [1, None, "ü"]}, None, False),
}


def test_values_come_back_as_they_were() -> None:
    key, number = new_data_key(), new_id()
    data = LeadData(VALUES, {"more": {"deep": [True]}})
    opened = unseal(Lead(pk=number, sealed=seal(key, number, data), wrapped_key=key.wrapped))
    sent_as_text = {"decimal": Value("1.50", Decimal("1.50"))}
    assert opened.values == VALUES | sent_as_text
    assert {name: type(value.normal) for name, value in opened.values.items()} == {
        name: type(value.normal) for name, value in VALUES.items()
    }
    assert opened.unknown == data.unknown


def test_values_open_for_their_own_lead_only() -> None:
    key, number = new_data_key(), new_id()
    sealed = seal(key, number, LeadData(VALUES))
    with pytest.raises(DecryptionError):
        unseal(Lead(pk=number + 1, sealed=sealed, wrapped_key=key.wrapped))
    with pytest.raises(DecryptionError):
        unseal(Lead(pk=number, sealed=sealed, wrapped_key=None))


@pytest.fixture
def world(db: None) -> World:
    return published_campaign()


def shown(world: World, *, unmasked: bool) -> dict[str, str]:
    return {line.name: line.text for line in lead_values(Lead.objects.get(), world.spec, unmasked=unmasked)}


def test_masking(world: World) -> None:
    post(world, email="jane@example.com", phone="(555) 123-4567", comments="call me")
    masked = shown(world, unmasked=False)
    assert masked["email"] == "j•••@example.com"
    assert masked["phone"] == "•••••4567"
    assert masked["first_name"] == "J•••"
    assert masked["state"] == "CA"
    assert masked["comments"] == "•••"
    clear = shown(world, unmasked=True)
    assert (clear["email"], clear["phone"], clear["comments"]) == (
        "jane@example.com",
        "+15551234567",
        "call me",
    )


def test_revealing_is_on_record(world: World) -> None:
    post(world)
    lead = Lead.objects.get()
    reveal_record(lead, by=world.user)
    event = AuditEvent.objects.get(action="lead.revealed")
    assert (event.object_id, event.actor, event.company) == (lead.pk, world.user, world.company)
    assert LeadEvent.objects.filter(lead=lead, kind=EventKind.REVEALED).count() == 1


@pytest.mark.parametrize("term", ["JANE@example.com", "555-123-4567", "+1 555 123 4567", "google-7", "L-id"])
def test_search(world: World, term: str) -> None:
    post(world, email="jane@example.com", phone="5551234567", sub_id="google-7")
    post(world)
    lead = Lead.objects.earliest("id")
    term = lead.public_id.lower() if term == "L-id" else term
    assert list(search(Lead.objects.all(), term)) == [lead]
    assert not search(Lead.objects.filter(company=None), term).exists()


@pytest.mark.parametrize("term", ["", "nobody@example.com", "555", "L-123", "%", "'"])
def test_search_finds_nothing_else(world: World, term: str) -> None:
    post(world)
    assert not search(Lead.objects.all(), term).exists()


def test_received_is_the_sum_of_all_ends(world: World) -> None:
    for _ in range(4):
        post(world)
    post(world, zip=None)
    post(world, test=True)
    sold, unsold, held, _ = Lead.objects.filter(status=LeadStatus.IN_FLIGHT).order_by("id")
    finish([Finished(sold.pk, LeadStatus.SOLD), Finished(unsold.pk, LeadStatus.UNSOLD)])
    hold([held.pk])
    assert conservation(Lead.objects.all()) == {
        "received": 5, "sold": 1, "unsold": 1, "held": 1, "rejected": 1, "in_flight": 1,
    }  # fmt: skip
