"""Campaigns start complete; lists are read with line numbers and stored once; changes are on record."""

from datetime import date

import pytest

from apps.campaigns.field_library import library
from apps.campaigns.models import Campaign, ListContent, ValueList
from apps.campaigns.selectors import field_library, list_contents
from apps.campaigns.services import (
    ListRefusedError,
    campaign_create,
    campaign_set_active,
    field_add,
    library_fields_add,
    list_store,
)
from apps.companies.models import AuditEvent
from apps.core.errors import ApplicationError
from apps.engine.campaign import FieldSpec
from apps.engine.fields import FIELD_TYPES, Context
from tests.factories import CampaignFactory, CompanyFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_campaign_can_take_leads_and_sell_them():
    company, user = CompanyFactory(time_zone="America/Denver", currency="CAD"), UserFactory()
    campaign = campaign_create(company, name="Roofing", by=user)

    assert (campaign.time_zone, campaign.currency, campaign.number) == (
        "America/Denver",
        "CAD",
        2000 + campaign.pk,
    )
    required = campaign.fields.filter(required=True).values_list("name", flat=True)
    assert list(required) == ["first_name", "last_name", "email", "phone", "state", "zip"]
    assert campaign.groups.count() == 1
    assert campaign.duplicate_rules.get().fields == ["email", "phone"]
    assert AuditEvent.objects.get(action="campaign.created").actor == user


def test_a_new_campaign_of_the_exchange_has_the_fields_of_the_reference():
    campaign = campaign_create(CompanyFactory(), name="Solar", by=None, traffic="exchange")
    found = {row.name: (row.required_on_ping, row.required) for row in campaign.fields.order_by("position")}
    assert found == {
        "sub_id": (True, False),
        "pub_id": (True, False),
        "first_name": (False, True),
        "last_name": (False, True),
        "email": (True, True),
        "phone": (False, True),
        "zipcode": (True, True),
        "street_address": (False, True),
        "city": (False, True),
        "state": (True, True),
        "ip_address": (True, True),
        "user_agent": (True, False),
        "trusted_form_url": (True, True),
        "jornaya_lead_id": (True, False),
        "consent_text": (True, True),
        "landing_page_url": (True, False),
        "unique_identifier": (False, False),
    }
    assert not {"zip", "address", "zipcode"} & {entry.name for entry in field_library(campaign)}
    assert campaign.fields.get(name="zipcode").role == "zip"


@pytest.mark.parametrize("entry", library().values(), ids=list(library()))
def test_the_library_holds_valid_examples_of_known_types(entry):
    spec = FieldSpec(entry.name, entry.type, max_length=entry.max_length)
    assert FIELD_TYPES[entry.type].parse(entry.example, spec, Context(today=date(2026, 1, 1))).valid


def test_the_library_offers_what_a_campaign_lacks():
    campaign = CampaignFactory()
    offered = {entry.name for entry in field_library(campaign)}
    assert "homeowner" in offered
    assert "email" not in offered

    library_fields_add(campaign, names=["homeowner", "email"], by=None)
    assert campaign.fields.filter(name="homeowner", type="boolean").count() == 1
    assert campaign.fields.filter(name="email").count() == 1
    with pytest.raises(ApplicationError, match="“colour” is no field of the library"):
        library_fields_add(campaign, names=["colour"], by=None)


def test_two_fields_may_not_differ_by_capitals_only():
    campaign = CampaignFactory()
    with pytest.raises(ApplicationError, match="has a field “EMAIL” already"):
        field_add(campaign, name="EMAIL", type="text", by=None)
    assert not campaign.fields.filter(name="EMAIL").exists()


def test_the_switch_acts_on_the_row_and_is_on_record_once():
    campaign, user = CampaignFactory(name="Roofing"), UserFactory()
    assert campaign_set_active(campaign, active=False, by=user)
    assert not campaign_set_active(campaign, active=False, by=user)

    assert not Campaign.objects.get().is_active
    assert AuditEvent.objects.get(action="campaign.paused").summary == "Campaign “Roofing” paused"


@pytest.mark.parametrize(
    "text",
    [
        "75001\n75002\n902*\n",
        "\ufeff75002, 75001,902*",
        "75001;902*\r\n75002\t75001",
        '"75001"\n"75002-1234"\n"902*"',
        "city,zip,state\nDallas,75001,TX\nPlano,75002,TX\nBeverly Hills,902*,CA",
        "ZIP\n75001\n\n75002\n902*",
    ],
)
def test_lists_are_read_as_people_write_them(text):
    value_list = list_store(CompanyFactory(), name="Zips", text=text, by=None)
    assert value_list.content.entries.split("\n") == ["75001", "75002", "902*"]
    assert value_list.content.size == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("75001\n7500\n", "Line 2: “7500” lost its leading zero; write 07500."),
        ("75001\nabcde\n", "Line 2: “abcde” is no zip code"),
        ("zip,city\n75001,x\n7500x,y", "Line 3: “7500x” is no zip code"),
        ("٧٥٠٠١", "Line 1"),
        ("", "The list is empty."),
        ("zip\n", "The list is empty."),
        ("\n".join(f"{n:05d}" for n in range(50_001)), "50,001 entries; at most 50,000"),
        ("*", "Line 1: “*” is no zip code"),
    ],
)
def test_a_list_that_cannot_be_kept_names_its_lines_and_leaves_nothing(text, sentence):
    company = CompanyFactory()
    with pytest.raises(ListRefusedError) as refused:
        list_store(company, name="Zips", text=text, by=None)
    assert sentence in " ".join(refused.value.problems)
    assert not ValueList.objects.exists()
    assert not ListContent.objects.exists()


def test_many_wrong_lines_are_told_in_part():
    with pytest.raises(ListRefusedError) as refused:
        list_store(CompanyFactory(), name="Zips", text="\n".join(["x"] * 90), by=None)
    assert len(refused.value.problems) == 21


def test_fifty_thousand_zips_are_stored_once_whoever_uses_them():
    text = "\n".join(f"{number:05d}" for number in range(50_000))
    first = list_store(CompanyFactory(), name="All", text=text, by=None)
    second = list_store(CompanyFactory(), name="Everything", text=f"zip\n{text}\n00001", by=None)

    assert first.content_id == second.content_id
    assert ListContent.objects.get().size == 50_000
    values = list_contents({first.content_id})[first.content_id]
    assert len(values) == 50_000
    assert "00001" in values
    assert "50000" not in values


def test_a_second_upload_gives_the_name_another_content():
    company = CompanyFactory()
    list_store(company, name="Texas", text="75001", by=None)
    list_store(company, name="Texas", text="750*", by=None)

    value_list = ValueList.objects.get()
    assert value_list.content.entries == "750*"
    assert "75099" in list_contents({value_list.content_id})[value_list.content_id]
