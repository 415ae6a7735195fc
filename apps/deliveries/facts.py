"""What deciding about a batch of deliveries needs to know, read in a handful of queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from apps.buyers.models import Endpoint, EndpointHeader
from apps.buyers.models import Mapping as MappingRecord
from apps.core.crypto import DecryptionError, unwrap
from apps.core.prepared import array, fetch_all
from apps.deliveries.choices import CallPhase
from apps.deliveries.journeys import Journey, LeadFacts
from apps.deliveries.models import EndpointBreaker
from apps.deliveries.selectors import TokenKey, token_keys, tokens
from apps.deliveries.specs import bids_load, breaker_load
from apps.engine import balance, breaker, buyer_duplicates, caps
from apps.engine.balance import Funds
from apps.engine.breaker import BreakerState, Permission
from apps.engine.buyer_duplicates import Taken
from apps.engine.campaign import CampaignSpec
from apps.engine.oauth import Standing
from apps.engine.order_facts import OrderFacts
from apps.engine.orders import AUTH_SECRET, EndpointSpec
from apps.engine.strategies import Turns
from apps.leads.sealing import unseal
from apps.publishing import specs
from apps.publishing.compile.selling import mapping_secret


def database_now() -> datetime:
    """The database's clock, which all processes share; within a transaction, its beginning."""
    now: datetime = fetch_all("SELECT now()", ())[0][0]
    return now


@dataclass(slots=True)
class Live:
    """The live side of a batch at one instant: what `routing.plan` needs, breakers, and secrets by
    endpoint.
    """

    now: datetime
    orders: OrderFacts
    breakers: dict[int, BreakerState] = field(default_factory=dict)
    """Those of posts that are open."""
    ping_breakers: dict[int, BreakerState] = field(default_factory=dict)
    probes: dict[int, BreakerState] = field(default_factory=dict)
    """Endpoints whose one probe this batch has taken, with the state before."""
    secrets: dict[int, dict[str, str]] = field(default_factory=dict)
    tokens: dict[TokenKey, Standing] = field(default_factory=dict)
    wanted_tokens: dict[TokenKey, EndpointSpec] = field(default_factory=dict)
    """Tokens found due, to be fetched once the batch is written."""
    taken: dict[int, list[Taken]] = field(default_factory=dict)
    """By lead: where its person has been sold before."""

    def order_facts(self, turns: Mapping[int, Turns], journey: Journey) -> OrderFacts:
        """The facts for planning one delivery."""
        taken = self.taken.get(journey.lead_id, ())
        orders = buyer_duplicates.guard(journey.spec).orders.values() if taken else ()
        found = {order.id: buyer_duplicates.last_taken(order, taken, self.now) for order in orders}
        return replace(
            self.orders,
            turns=turns,
            only_order_id=journey.only_order_id,
            ignores=journey.ignores,
            bought={order_id: one.at for order_id, one in found.items() if one is not None and one.sold},
        )


_LEADS = """
    SELECT id, source_id, terms_id, received_at, method, is_test, sealed, wrapped_key, email_digest, phone_digest
      FROM leads_lead WHERE id = ANY(%s::bigint[])
"""


class _Stored(NamedTuple):
    """The columns of a lead that its delivery needs."""

    pk: int
    source_id: int
    terms_id: int
    received_at: datetime
    method: str
    is_test: bool
    sealed: bytes
    wrapped_key: bytes | None
    email_digest: bytes | None
    phone_digest: bytes | None


def load_journeys(journeys: Sequence[Journey]) -> list[Journey]:
    """Give each delivery its version and its opened lead; those whose lead is gone, a test, or erased are
    returned.
    """
    found = fetch_all(_LEADS, [array(str(journey.lead_id) for journey in journeys)]) if journeys else ()
    leads = {row[0]: _Stored(*row) for row in found}
    lost = []
    for journey in journeys:
        journey.spec = specs.load(journey.version_id)
        lead = leads.get(journey.lead_id)
        opened = None if lead is None or lead.is_test else _opened(lead)
        if opened is None:
            lost.append(journey)
        else:
            journey.lead = opened
            journey.bids = bids_load(journey.sealed_bids, opened.key, journey.id)
    return lost


def _opened(lead: _Stored) -> LeadFacts | None:
    try:
        data, key = unseal(lead), unwrap(lead.wrapped_key or b"")
    except DecryptionError:
        return None
    digests = tuple(bytes(one) for one in (lead.email_digest, lead.phone_digest) if one)
    return LeadFacts(
        lead.pk, lead.source_id, lead.terms_id, lead.received_at, data, key, lead.method, digests
    )


def load_live(journeys: Sequence[Journey], now: datetime) -> Live:
    """Switches, full caps, balances, breakers and secrets of everything these deliveries may touch."""
    campaigns = {journey.spec.id: journey.spec for journey in journeys}.values()
    live = live_of(campaigns, now)
    live.taken = persons_taken([journey for journey in journeys if journey.plan is None], now)
    return live


# An encrypted column cannot be searched, but its length can: most rows have no secret.
_SECRETS = """
    SELECT 'header', endpoint_id, id, secret FROM buyers_endpointheader
     WHERE endpoint_id = ANY(%s::bigint[]) AND length(secret) > 0
    UNION ALL
    SELECT 'endpoint', id, id, auth_secret FROM buyers_endpoint WHERE id = ANY(%s::bigint[]) AND length(auth_secret) > 0
    UNION ALL
    SELECT 'mapping', endpoint_id, id, secret FROM buyers_mapping
     WHERE endpoint_id = ANY(%s::bigint[]) AND length(secret) > 0
"""
_LIVE = f"""
    SELECT
        (SELECT array_agg(wanted.id) FROM unnest(%s::bigint[]) AS wanted (id)
           LEFT JOIN buyers_leadorder o ON o.id = wanted.id WHERE o.is_active IS NOT true),
        (SELECT array_agg(b.id) FROM buyers_leadorder o JOIN buyers_buyer b ON b.id = o.buyer_id
          WHERE o.id = ANY(%s::bigint[]) AND NOT b.is_active),
        (SELECT array_agg(e.id) FROM buyers_leadorder o JOIN buyers_endpoint e ON e.id = o.endpoint_id
          WHERE o.id = ANY(%s::bigint[]) AND NOT e.is_active),
        (SELECT array_agg(c.cap_key) FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS cap (key, period, most)
           JOIN leads_capcounter c ON c.cap_key = cap.key AND c.period_key = cap.period WHERE c.used >= cap.most),
        (SELECT json_agg(json_build_array(endpoint_id, phase, state)) FROM deliveries_endpointbreaker
          WHERE endpoint_id = ANY(%s::bigint[]) AND opened_at IS NOT NULL),
        (SELECT json_agg(json_build_array(place, endpoint_id, id, secret))
           FROM ({_SECRETS}) AS found (place, endpoint_id, id, secret)),
        (SELECT json_agg(json_build_array(buyer.id, c.period_key, c.live_limit - c.used))
           FROM unnest(%s::bigint[], %s::text[]) AS buyer (id, key)
           JOIN leads_capcounter c ON c.cap_key = buyer.key AND c.live_limit IS NOT NULL)
"""  # noqa: S608 - a statement of ours


def live_of(campaigns: Iterable[CampaignSpec], now: datetime) -> Live:
    """The live side of these versions' orders."""
    campaigns = list(campaigns)
    endpoint_ids = {endpoint.id for spec in campaigns for endpoint in spec.endpoints}
    order_ids = [order.id for spec in campaigns for order in spec.orders]
    buyer_ids = sorted({order.buyer_id for spec in campaigns for order in spec.orders})
    sold, called, paying = (array(map(str, ids)) for ids in (order_ids, endpoint_ids, buyer_ids))
    balances = array(map(balance.key, buyer_ids))
    [(orders, buyers, endpoints, full_caps, opened, sealed, limited)] = fetch_all(
        _LIVE,
        (sold, sold, sold, *_limits(campaigns, now), called, called, called, called, paying, balances),
    )
    states = _by_phase(opened or ())
    secrets = _unsealed(sealed or ())
    keys = token_keys((one for spec in campaigns for one in spec.endpoints), secrets)
    posts = states.get(CallPhase.POST, {})
    resting = {
        number for number, state in posts.items() if breaker.permission(state, now) is Permission.REFUSE
    }
    return Live(
        now=now,
        orders=OrderFacts(
            frozenset(orders or ()),
            frozenset(buyers or ()),
            frozenset(endpoints or ()),
            open_breakers=frozenset(resting),
            full_caps=frozenset(full_caps or ()),
            funds=_funds(limited or ()),
        ),
        breakers=posts,
        ping_breakers=states.get(CallPhase.PING, {}),
        secrets=secrets,
        tokens=tokens(keys),
    )


def _limits(campaigns: Iterable[CampaignSpec], now: datetime) -> tuple[str, str, str]:
    """Keys, periods and limits of the order and buyer caps; one is full where no lead more (of spend: no cent more)
    has room."""
    wanted = {
        (cap.key, caps.period_key(cap, now)): cap.limit
        for spec in campaigns
        for order in spec.orders
        for cap in order.caps
    }
    return (
        array(key for key, _ in wanted),
        array(period for _, period in wanted),
        array(map(str, wanted.values())),
    )


def _funds(limited: Iterable[Sequence[Any]]) -> Funds:
    """What buyers with a limit may still spend, by currency."""
    funds: dict[int, dict[str, int]] = {}
    for buyer_id, currency, left in limited:
        funds.setdefault(buyer_id, {})[currency] = left
    return funds


def _by_phase(opened: Iterable[Sequence[Any]]) -> dict[str, dict[int, BreakerState]]:
    states: dict[str, dict[int, BreakerState]] = {}
    for endpoint_id, phase, state in opened:
        states.setdefault(phase, {})[endpoint_id] = breaker_load(state)
    return states


_TAKEN = """
    SELECT mine.id, found.order_id, found.buyer_id, found.at, found.sold
    FROM leads_lead mine
    CROSS JOIN LATERAL (
        SELECT id FROM leads_lead WHERE email_digest = mine.email_digest
        UNION SELECT id FROM leads_lead WHERE phone_digest = mine.phone_digest
    ) other
    CROSS JOIN LATERAL (
        SELECT order_id, buyer_id, booked_at AS at, true AS sold FROM ledger_sale
        WHERE lead_id = other.id AND reversed_at IS NULL
        UNION ALL
        SELECT order_id, buyer_id, offered_at, false FROM deliveries_personoffer WHERE lead_id = other.id
    ) found
    WHERE mine.id = ANY(%s) AND other.id <> mine.id AND found.buyer_id = ANY(%s) AND found.at > %s
"""


def persons_taken(journeys: Sequence[Journey], now: datetime) -> dict[int, list[Taken]]:
    """By lead id: sales and open offers of the same person (equal e-mail or phone) to the buyers of its campaign that
    have a duplicate rule. One query, and none for campaigns without such orders; one statement, so that an offer
    which becomes a sale meanwhile is seen as the one or the other.
    """
    guards = {
        journey.lead_id: guard
        for journey in journeys
        if (guard := buyer_duplicates.guard(journey.spec)).orders and journey.lead.persons
    }
    if not guards:
        return {}
    buyer_ids = {number for guard in guards.values() for number in guard.buyer_ids}
    since = now - timedelta(days=max(guard.days for guard in guards.values()))
    found: dict[int, list[Taken]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [sorted(guards), sorted(buyer_ids), since])
        for lead_id, *taken in cursor.fetchall():
            found.setdefault(lead_id, []).append(Taken(*taken))
    return found


def load_breakers(endpoint_ids: Iterable[int], phase: str = CallPhase.POST) -> dict[int, BreakerState]:
    """The stored breakers of these endpoints in a phase; closed ones may be absent."""
    stored = EndpointBreaker.objects.filter(endpoint_id__in=endpoint_ids, phase=phase)
    rows = stored.values_list("endpoint_id", "state")
    return {endpoint_id: breaker_load(state) for endpoint_id, state in rows}


_SECRET_PLACES: dict[str, tuple[Callable[[int], str], Any]] = {
    "header": (str, EndpointHeader._meta.get_field("secret")),
    "endpoint": (lambda _: AUTH_SECRET, Endpoint._meta.get_field("auth_secret")),
    "mapping": (mapping_secret, MappingRecord._meta.get_field("secret")),
}


def load_secrets(endpoint_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The live secrets of these endpoints by their names in a version."""
    return _unsealed(fetch_all(_SECRETS, [sorted(endpoint_ids)] * 3))


def _unsealed(found: Iterable[Sequence[Any]]) -> dict[int, dict[str, str]]:
    secrets: dict[int, dict[str, str]] = {}
    for place, endpoint_id, number, stored in found:
        name, column = _SECRET_PLACES[place]
        secrets.setdefault(endpoint_id, {})[name(number)] = column.unseal(stored)
    return secrets
