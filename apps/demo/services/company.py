"""Loading the demo company: everything through the services that people use, in one transaction, once."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from apps.buyers import services as buyer_services
from apps.buyers.choices import EndpointKind, MappingPhase, Phase
from apps.buyers.models import Buyer, Endpoint
from apps.campaigns.models import Campaign
from apps.companies.models import Company, User
from apps.companies.services import company_create, member_add
from apps.core import mail
from apps.core.ids import new_key
from apps.demo import auto, roofing, solar
from apps.demo.cast import AUTO, BUYERS, COMPANY, LOGINS, ROOFING, SOLAR, SOURCES, TIME_ZONE, DemoSource
from apps.demo.endpoints import ENDPOINTS, DemoEndpoint
from apps.demo.logins import fetching_key, password_of
from apps.publishing.services import NothingChangedError, publish
from apps.sources import services as source_services

UNMAILED = "Paused, for this deployment has no mail server. Name one in EMAIL_URL, then switch this on."
DEFAULT_SIMULATOR = "http://127.0.0.1:8900"
BUILDERS = {ROOFING: roofing, AUTO: auto, SOLAR: solar}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The demo company, and whether this call made it."""

    company: Company
    created: bool


def simulator_url() -> str:
    """Where the demo's buyers are."""
    return (settings.SIMULATOR_URL or DEFAULT_SIMULATOR).rstrip("/")


@transaction.atomic
def company_load(*, simulator: str) -> Loaded:
    """Make the demo company unless it is there; then only see that its endpoints point at the simulator's address."""
    company = Company.objects.filter(name=COMPANY).first()
    if company is not None:
        _point(company, simulator)
        return Loaded(company, False)
    company = company_create(name=COMPANY, time_zone=TIME_ZONE, contact_email=LOGINS[0].email, by=None)
    owner = _members(company)
    buyers = {
        each.slug: buyer_services.buyer_create(
            company, name=each.name, contact_email=each.contact_email, by=owner
        )
        for each in BUYERS
    }
    endpoints = {each.key: _endpoint(each, buyers, simulator, owner) for each in ENDPOINTS}
    campaigns: dict[str, Campaign] = {}
    for name, builder in BUILDERS.items():
        campaigns[name] = builder.build(company, by=owner)
        builder.orders(campaigns[name], buyers, endpoints, by=owner)
    for source in SOURCES:
        _source(company, source, campaigns, owner)
    for campaign in campaigns.values():
        publish(campaign, by=owner, note="First version")
    return Loaded(company, True)


def _members(company: Company) -> User:
    """The people of the company; the owner is returned."""
    users = []
    for login in LOGINS:
        user = User.objects.filter(email=login.email).first() or User.objects.create_user(
            login.email,
            password_of(login.email),
            first_name=login.first_name,
            last_name=login.last_name,
            is_staff=True,
        )
        member_add(company, user=user, role=login.role, sees_personal_data=login.sees_personal_data, by=None)
        users.append(user)
    return users[0]


def _endpoint(made: DemoEndpoint, buyers: dict[str, Buyer], simulator: str, by: User) -> Endpoint:
    kind = made.attributes.get("kind", EndpointKind.HTTP)
    unmailed = kind == EndpointKind.EMAIL and not mail.has_server()
    endpoint = buyer_services.endpoint_create(
        buyers[made.buyer.slug],
        name=made.name,
        by=by,
        auth_secret=fetching_key() if kind == EndpointKind.STORE else made.secret,
        note=UNMAILED if unmailed else "",
        **made.addresses(simulator),
        **made.attributes,
    )
    if unmailed:
        buyer_services.endpoint_set_active(endpoint, active=False, by=by)
    buyer_services.mappings_set(endpoint, rows=made.mapping, by=by)
    buyer_services.response_rules_set(endpoint, rows=made.rules, by=by)
    if made.pinged is not None:
        buyer_services.mappings_set(endpoint, rows=made.pinged.mapping, phase=MappingPhase.PING, by=by)
        buyer_services.response_rules_set(endpoint, rows=made.pinged.rules, phase=Phase.PING, by=by)
    for name, value in made.headers:
        buyer_services.header_add(endpoint, name=name, value=value, by=by)
    if made.keyed:
        buyer_services.header_add(endpoint, name=made.keyed, secret=new_key(), by=by)
    return endpoint


def _source(company: Company, made: DemoSource, campaigns: dict[str, Campaign], by: User) -> None:
    source = source_services.source_create(company, name=made.name, contact_email=made.contact_email, by=by)
    for standing in made.terms:
        opened = source_services.terms_create(
            source, campaigns[standing.campaign], by=by, **standing.attributes
        )
        if standing.approved:
            source_services.terms_approve(opened.terms, by=by)
        if standing.day_cap:
            source_services.terms_cap_add(opened.terms, limit=standing.day_cap, period="day", by=by)


def _point(company: Company, simulator: str) -> None:
    """Follow the simulator to another port, and publish what that changes."""
    moved = False
    for made in ENDPOINTS:
        addresses = made.addresses(simulator)
        rows = Endpoint.objects.filter(buyer__company=company, buyer__name=made.buyer.name, name=made.name)
        if addresses:
            moved |= bool(rows.exclude(**addresses).update(**addresses))
    if not moved:
        return
    for campaign in company.campaigns.all():
        try:
            publish(campaign, by=None, note="The simulator moved")
        except NothingChangedError:
            continue
