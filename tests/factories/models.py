"""One factory a model of the control plane. Those with a life of their own are made by their services."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from apps.buyers.models import Buyer, Endpoint, LeadOrder
from apps.buyers.services import endpoint_create, mappings_set, order_create
from apps.campaigns.choices import Traffic
from apps.campaigns.models import Campaign
from apps.campaigns.services import campaign_change, campaign_create
from apps.companies.choices import Role
from apps.companies.models import Company, Member, User
from apps.sources.models import Source

MAPPING = (
    {"target": "first_name", "source": "first_name"},
    {"target": "last_name", "source": "last_name"},
    {"target": "email", "source": "email"},
    {"target": "phone", "source": "phone", "value_format": "phone_digits"},
    {"target": "state", "source": "state"},
    {"target": "zip", "source": "zip"},
    {"target": "lead_id", "kind": "system", "source": "lead_id"},
)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@acme.example")
    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Person {n}")
    is_staff = True

    @classmethod
    def _create(
        cls, model_class: type[User], *args: Any, password: str = "secret-pass", **kwargs: Any
    ) -> User:
        return model_class.objects.create_user(password=password, **kwargs)


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Company {n}")
    time_zone = "America/New_York"


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    company = factory.SubFactory(CompanyFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER


class CampaignFactory(DjangoModelFactory):
    """A draft with the usual fields of a simple post, whatever its sources send by, and one group."""

    class Meta:
        model = Campaign

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda n: f"Campaign {n}")

    @classmethod
    def _create(cls, model_class: type[Campaign], *args: Any, **kwargs: Any) -> Campaign:
        traffic = kwargs.pop("traffic", Traffic.SIMPLE)
        campaign = campaign_create(kwargs.pop("company"), by=None, **kwargs)
        return campaign_change(campaign, traffic=traffic, by=None)


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda n: f"Source {n}")


class BuyerFactory(DjangoModelFactory):
    class Meta:
        model = Buyer

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda n: f"Buyer {n}")


class EndpointFactory(DjangoModelFactory):
    """An endpoint with a small mapping and the rule every endpoint starts with."""

    class Meta:
        model = Endpoint

    buyer = factory.SubFactory(BuyerFactory)
    name = factory.Sequence(lambda n: f"Endpoint {n}")
    url = "http://127.0.0.1:9/leads"

    @classmethod
    def _create(cls, model_class: type[Endpoint], *args: Any, **kwargs: Any) -> Endpoint:
        mapping = kwargs.pop("mapping", MAPPING)
        endpoint = endpoint_create(kwargs.pop("buyer"), by=None, **kwargs)
        mappings_set(endpoint, rows=mapping, by=None)
        return endpoint


class OrderFactory(DjangoModelFactory):
    """An order of a buyer of its own, unless one is given, at an endpoint of its own."""

    class Meta:
        model = LeadOrder

    campaign = factory.SubFactory(CampaignFactory)
    buyer = factory.SubFactory(BuyerFactory, company=factory.SelfAttribute("..campaign.company"))
    endpoint = factory.SubFactory(EndpointFactory, buyer=factory.SelfAttribute("..buyer"))
    name = factory.Sequence(lambda n: f"Order {n}")
    price = "40.00"

    @classmethod
    def _create(cls, model_class: type[LeadOrder], *args: Any, **kwargs: Any) -> LeadOrder:
        return order_create(kwargs.pop("campaign"), kwargs.pop("buyer"), by=None, **kwargs)
