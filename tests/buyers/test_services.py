"""Endpoints start with one visible rule; secrets stay secret; orders stand in a group of their campaign."""

import pytest
from django.db import connection

from apps.buyers.models import Buyer, Endpoint, EndpointHeader, LeadOrder
from apps.buyers.services import (
    buyer_create,
    buyer_set_active,
    endpoint_create,
    endpoint_set_active,
    header_add,
    header_set_secret,
    mappings_set,
    order_change,
    order_create,
    order_set_active,
    response_rules_set,
)
from apps.companies.models import AuditEvent
from apps.core.errors import ApplicationError
from apps.deliveries.facts import load_secrets
from tests.factories import BuyerFactory, CampaignFactory, EndpointFactory, OrderFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_endpoint_has_one_visible_rule():
    endpoint = endpoint_create(BuyerFactory(), name="API", url="https://api.example/leads", by=None)
    rule = endpoint.rules.get()
    assert (rule.outcome, rule.statuses, rule.match) == ("accepted", "200,201,202", "any")


def test_mapping_and_rules_are_replaced_in_order():
    endpoint = EndpointFactory()
    mappings_set(
        endpoint, rows=[{"target": "b", "source": "zip"}, {"target": "a", "source": "state"}], by=None
    )
    response_rules_set(
        endpoint, rows=[{"outcome": "rejected", "value": "no"}, {"outcome": "accepted"}], by=None
    )
    assert [row.target for row in endpoint.mappings.all()] == ["b", "a"]
    assert [rule.outcome for rule in endpoint.rules.all()] == ["rejected", "accepted"]


def test_a_secret_is_encrypted_read_live_and_never_on_record():
    endpoint = EndpointFactory()
    header_add(endpoint, name="X-Plain", value="1", by=None)
    header = header_add(endpoint, name="Authorization", secret="Bearer abc-123", by=None)
    assert load_secrets([endpoint.pk])[endpoint.pk] == {str(header.pk): "Bearer abc-123"}

    header_set_secret(header, secret="Bearer def-456", by=None)

    assert load_secrets([endpoint.pk])[endpoint.pk] == {str(header.pk): "Bearer def-456"}
    with connection.cursor() as cursor:
        cursor.execute("select secret from buyers_endpointheader")
        assert "def-456" not in str(cursor.fetchall())
    told = " ".join(AuditEvent.objects.values_list("summary", flat=True))
    assert "abc-123" not in told
    assert "def-456" not in told
    assert EndpointHeader.objects.count() == 2


def test_an_order_stands_in_the_first_group_unless_told():
    campaign = CampaignFactory()
    buyer = BuyerFactory(company=campaign.company)
    order = order_create(campaign, buyer, name="CA", price="40.00", by=None)
    assert order.group == campaign.groups.get()
    assert order_change(order, price="41.00", by=None).price == "41.00"
    assert str(LeadOrder.objects.get().price) == "41.00"


def test_an_order_across_companies_or_groups_is_refused():
    campaign = CampaignFactory()
    with pytest.raises(ApplicationError, match="different companies"):
        order_create(campaign, BuyerFactory(), name="CA", price=1, by=None)
    foreign = CampaignFactory().groups.get()
    with pytest.raises(ApplicationError, match="group of its campaign"):
        order_create(
            campaign, BuyerFactory(company=campaign.company), name="CA", price=1, group=foreign, by=None
        )
    assert not LeadOrder.objects.exists()


def test_switches_act_on_rows_and_are_on_record():
    order, user = OrderFactory(), UserFactory()
    assert order_set_active(order, active=False, by=user)
    assert endpoint_set_active(order.endpoint, active=False, by=user)
    assert buyer_set_active(order.buyer, active=False, by=user)
    assert not LeadOrder.objects.get().is_active
    assert not Endpoint.objects.get().is_active
    assert not Buyer.objects.get().is_active
    assert AuditEvent.objects.filter(actor=user, action__endswith=".paused").count() == 3


def test_a_buyer_is_on_record():
    company = CampaignFactory().company
    buyer = buyer_create(company, name="Denver Roofers", by=None)
    assert AuditEvent.objects.get(action="buyer.created").object_id == buyer.pk
