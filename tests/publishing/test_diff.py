"""Every difference between two versions has its sentence."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest

from apps.engine.campaign import CampaignSpec, Choice, FieldSpec, PayoutSpec, TermsSpec
from apps.engine.orders import (
    AuthSpec,
    EndpointSpec,
    FormatOptions,
    GroupSpec,
    HeaderSpec,
    MappingRow,
    OrderSpec,
    PingSpec,
    PriceBand,
    ResponseRule,
)
from apps.engine.requirements import (
    CapSpec,
    ConsentSpec,
    DuplicateSpec,
    Expression,
    RuleSpec,
    ScheduleSpec,
    Targeting,
    ValueList,
    VerificationSpec,
    Window,
    ZipTargeting,
)
from apps.engine.selling import AuctionSpec, MarginBand, MarginSpec
from apps.publishing.diff import changes

TEXAN = Expression("test", field="state", operator="is", value="TX")
CAP = CapSpec("order:7", "order", "accepted", "day", 50, "UTC")
ORDER = OrderSpec(7, "Denver Roofers", 1, "Denver Roofers Inc", 4, 1, price=Decimal("40.00"), caps=(CAP,))
ENDPOINT = EndpointSpec(
    4,
    "API",
    "https://a.example/x",
    mapping=(MappingRow("a", "field", "zip"),),
    rules=(ResponseRule("accepted"),),
)
SPEC = CampaignSpec(
    id=1, company_id=1, company_number=1001, company_name="Acme", number=2001, name="Roofing", version=1,
    time_zone="UTC",
    fields=(FieldSpec("state", "state", "State", "state"), FieldSpec("zip", "zip", "Zip code", "zip")),
    terms=(TermsSpec(3, 1, 3001, "Google", PayoutSpec("fixed", Decimal("10.00"))),),
    groups=(GroupSpec(1, "Buyers", 0),),
    orders=(ORDER,),
    endpoints=(ENDPOINT,),
    lists={"h1": ValueList(frozenset({"75001", "75002", "75006"})), "h2": ValueList(frozenset({"75001"}), ("902",))},
)  # fmt: skip
STATE, ZIP = SPEC.fields


def _order(**attributes: object) -> CampaignSpec:
    return replace(SPEC, orders=(replace(ORDER, **attributes),))


def _endpoint(**attributes: object) -> CampaignSpec:
    return replace(SPEC, endpoints=(replace(ENDPOINT, **attributes),))


def _terms(**attributes: object) -> CampaignSpec:
    return replace(SPEC, terms=(replace(SPEC.terms[0], **attributes),))


def _auction(**attributes: object) -> CampaignSpec:
    return replace(SPEC, auction=AuctionSpec(**attributes))


PINGED = PingSpec(
    "https://a.example/ping",
    mapping=(MappingRow("zip", "field", "zip"), MappingRow("state", "field", "state")),
    rules=(ResponseRule("accepted", price_path="price"),),
)
CASES = [
    (replace(SPEC, fields=(STATE, replace(ZIP, required=True))), "Field zip is now required"),
    (replace(SPEC, fields=(STATE,)), "Field zip removed"),
    (replace(SPEC, fields=(ZIP, STATE)), "Fields are in another order"),
    (replace(SPEC, fields=(STATE, replace(ZIP, max_length=5))), "Field zip: longest length none → 5"),
    (replace(SPEC, fields=(STATE, replace(ZIP, choices=(Choice("a"),)))), "Field zip: choices a added"),
    (replace(SPEC, name="Roofs"), "Name Roofing → Roofs"),
    (replace(SPEC, ends_on=date(2026, 12, 31)), "Last day none → 2026-12-31"),
    (replace(SPEC, states=Targeting("include", frozenset({"TX", "CA"}))), "States: all → only CA, TX"),
    (replace(SPEC, zips=ZipTargeting("include", "h1", "Texas")), "Zips: all → only those of Texas"),
    (replace(SPEC, schedule=ScheduleSpec("UTC", (Window(0, 540, 1440),))), "Hours always → Mon 09:00–24:00"),
    (replace(SPEC, schedule=ScheduleSpec("UTC", (), (date(2026, 12, 25),))), "Closed on 2026-12-25"),
    (replace(SPEC, consent=ConsentSpec("either")), "Consent none → either"),
    (replace(SPEC, verification=VerificationSpec(address=True)), "Verification: address no → yes"),
    (replace(SPEC, rules=(RuleSpec("condition", "Texan", TEXAN),)), "Condition Texan added: State is TX"),
    (
        replace(SPEC, duplicates=(DuplicateSpec("d", ("email", "phone"), 86_400),)),
        "Duplicates by email or phone within 24 h are refused now",
    ),
    (replace(SPEC, caps=(CapSpec("campaign:1", "campaign", "spend", "month", 50_000, "UTC"),)),
     "Cap of 500.00 spent per month added"),
    (_terms(payout=PayoutSpec("percent", Decimal("60.00"))), "Source Google: payout 10.00 → 60.00 %"),
    (_terms(rate_limits=((5, 1),)), "Source Google: rate limits none → 5, 1"),
    (replace(SPEC, terms=()), "Source Google removed"),
    (replace(SPEC, groups=(GroupSpec(1, "Buyers", 0, "weighted"),)), "Group Buyers: method priority → weighted"),
    (_order(price=Decimal("42.00")), "Order Denver Roofers: price 40.00 → 42.00"),
    (_order(criteria=TEXAN), "Order Denver Roofers: criteria all leads → State is TX"),
    (_order(price_bands=(PriceBand(TEXAN, Decimal(9)),)), "Order Denver Roofers: price bands none → 9 if State is TX"),
    (_order(caps=(replace(CAP, limit=60),)), "Order Denver Roofers: day cap: limit 50 → 60"),
    (_order(caps=()), "Order Denver Roofers: cap of 50 leads accepted per day removed"),
    (_order(states=Targeting("include", frozenset({"TX"}))), "Order Denver Roofers: states: all → only TX"),
    (replace(SPEC, orders=()), "Order Denver Roofers removed"),
    (_endpoint(url="https://b.example"), "Endpoint API: URL https://a.example/x → https://b.example"),
    (_endpoint(headers=(HeaderSpec("X-Key", secret="9"),)), "Endpoint API: header X-Key added"),
    (_endpoint(mapping=(MappingRow("a", "field", "state"),)), "Endpoint API: mapping a ← zip → state"),
    (
        _endpoint(mapping=(MappingRow("a", "field", "zip", value_format="zip5"),)),
        "Endpoint API: mapping a ← zip → zip (zip: five digits)",
    ),
    (
        _endpoint(mapping=(MappingRow("a", "split", "phone", part="area_code"),)),
        "Endpoint API: mapping a ← zip → phone (phone: area code)",
    ),
    (_endpoint(retry_profile="assured"), "Endpoint API: retry waits: seconds → minutes to hours"),
    (_endpoint(timeout_ms=2500), "Endpoint API: timeout 10 s → 2.5 s"),
    (_endpoint(kind="store"), "Endpoint API: delivers by HTTP request → store only"),
    (_endpoint(body_format="raw"), "Endpoint API: format JSON → own template"),
    (_endpoint(unknown_policy="ask"), "Endpoint API: when the answer is unknown: hold the lead → ask the status URL"),
    (_endpoint(rate=(10, 1)), "Endpoint API: most requests: no limit → 10 in 1 s"),
    (_endpoint(concurrency=4), "Endpoint API: most requests at once: no limit → 4"),
    (_endpoint(auth=AuthSpec("oauth2")), "Endpoint API: authentication none → OAuth 2.0"),
    (_endpoint(auth=AuthSpec(client_auth="body")),
     "Endpoint API: client id and secret in the Authorization header → the body"),
    (_endpoint(options=FormatOptions(charset="iso-8859-1")), "Endpoint API: encoding UTF-8 → Latin-1"),
    (_endpoint(options=FormatOptions(namespaces=(("s", "urn:x"), ("", "urn:y")))),
     "Endpoint API: namespaces none → s = urn:x, urn:y"),
    (_endpoint(options=FormatOptions(template="<a>…</a>")), "Endpoint API: template added"),
    (_endpoint(mapping=(MappingRow("a", "field", "zip", on_empty="fail"),)),
     "Endpoint API: mapping a: when empty: leave it out → do not send the lead"),
    (_endpoint(mapping=(MappingRow("a", "value_table", "zip"),)), "Endpoint API: mapping a ← zip → value table of zip"),
    (_order(outside_hours="queue"),
     "Order Denver Roofers: outside its hours: the next order gets the lead → the lead waits for the opening"),
    (_endpoint(rules=()), "Endpoint API: response rules changed, 1 → 0"),
    (_endpoint(ping=PINGED), "Endpoint API: is pinged now, at https://a.example/ping"),
    (replace(SPEC, traffic="exchange"), "Sources send by simple post and webhook → ping and post"),
    (_auction(deadline_ms=500), "Buyers answer a ping within 0.75 s → 0.5 s"),
    (_auction(ping_valid_s=60), "A ping can be posted for 120 s → 60 s"),
    (_auction(minimum_bid=Decimal(5)), "Minimum bid none → 5"),
    (_auction(on_mismatch="reject"),
     "When a post differs from its ping: keep what was pinged, and warn → reject the post"),
    (_auction(post_floor="margin"),
     "A post goes down the ranking while the price still pays the promised payout → the margin still holds"),
    (_auction(expected_value="shadow"), "Ranking by expected value: off → shadow"),
    (_auction(margin=MarginSpec("percent", Decimal(20), (MarginBand(Decimal(50), "fixed", Decimal(8)),))),
     "Margin none → 20 %, 8 from 50"),
    (_terms(minimum_bid=Decimal(3)), "Source Google: minimum bid none → 3"),
    (_terms(margin=MarginSpec("fixed", Decimal(4))), "Source Google: margin as elsewhere → 4"),
    (_terms(margin=MarginSpec()), "Source Google: margin as elsewhere → none"),
    (_terms(sample_payout=Decimal(9)), "Source Google: bid of a test ping 0 → 9"),
    (_terms(pings_per_post=30), "Source Google: most pings for each post: no limit → 30"),
    (_order(price_kind="bid"), "Order Denver Roofers: pays a fixed price → what it bids on a ping"),
    (_order(share="either"), "Order Denver Roofers: share mode exclusive → exclusive or shared"),
    (_order(shared_price=Decimal(12)), "Order Denver Roofers: price of a shared lead the same price → 12"),
    (_order(minimum_bid=Decimal(12)), "Order Denver Roofers: minimum bid none → 12"),
    (_order(margin=MarginSpec("percent", Decimal(15))), "Order Denver Roofers: margin as elsewhere → 15 %"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "sentence"), CASES, ids=[case[1] for case in CASES])
def test_one_change_is_one_sentence(new, sentence):
    assert changes(SPEC, new) == [sentence]


@pytest.mark.parametrize(
    ("ping", "sentence"),
    [
        (None, "Endpoint API: is no longer pinged"),
        (replace(PINGED, url="https://b.example"), "Endpoint API: ping URL https://a.example/ping → https://b.example"),
        (replace(PINGED, body_format="query", method="POST"), "Endpoint API: ping format JSON → query string"),
        (replace(PINGED, timeout_ms=300), "Endpoint API: ping timeout 0.75 s → 0.3 s"),
        (replace(PINGED, template="<a/>"), "Endpoint API: ping template added"),
        (replace(PINGED, rules=()), "Endpoint API: ping rules changed, 1 → 0"),
        (replace(PINGED, mapping=PINGED.mapping[::-1]), "Endpoint API: ping mapping rows are in another order"),
        (replace(PINGED, mapping=PINGED.mapping[:1]), "Endpoint API, ping: mapping state removed"),
        (
            replace(PINGED, mapping=(replace(PINGED.mapping[0], agreed=True), PINGED.mapping[1])),
            "Endpoint API, ping: mapping zip: agreed to be sent in the clear: no → yes",
        ),
    ],
)  # fmt: skip
def test_one_change_of_a_ping_is_one_sentence(ping, sentence):
    assert changes(_endpoint(ping=PINGED), _endpoint(ping=ping)) == [sentence]


def test_a_list_under_the_same_name_is_counted():
    old = replace(SPEC, zips=ZipTargeting("include", "h1", "Texas"))
    new = replace(SPEC, zips=ZipTargeting("include", "h2", "Texas"))
    assert changes(old, new) == ["Zip list Texas: 1 zip added, 2 removed"]


SILENT = {"id", "version", "company_id", "company_number", "number", "buyer_id", "source_id"}
WHOLES = [
    (SPEC, lambda spec: spec),
    (ORDER, lambda order: replace(SPEC, orders=(order,))),
    (ENDPOINT, lambda endpoint: replace(SPEC, endpoints=(endpoint,))),
    (ZIP, lambda field: replace(SPEC, fields=(STATE, field))),
    (SPEC.groups[0], lambda group: replace(SPEC, groups=(group,))),
    (SPEC.terms[0], lambda terms: replace(SPEC, terms=(terms,))),
    (SPEC.auction, lambda auction: replace(SPEC, auction=auction)),
]


@pytest.mark.parametrize(("whole", "made"), WHOLES, ids=[type(whole).__name__ for whole, _ in WHOLES])
def test_no_plain_attribute_changes_in_silence(whole, made):
    """Whatever the engine's values grow, a change of it is told in words."""
    others = {
        bool: lambda value: not value,
        int: lambda value: value + 9,
        str: lambda value: f"{value} other",
    }
    others[Decimal] = lambda value: value + 1
    for attribute in fields(whole):
        value = getattr(whole, attribute.name)
        if attribute.name in SILENT or attribute.name.endswith("_number") or type(value) not in others:
            continue
        said = changes(SPEC, made(replace(whole, **{attribute.name: others[type(value)](value)})))
        assert said not in ([], ["Details changed"]), attribute.name


def test_a_difference_without_a_sentence_is_still_a_change():
    renumbered = replace(SPEC, terms=(replace(SPEC.terms[0], source_number=9),))
    assert changes(SPEC, renumbered) == ["Details changed"]
