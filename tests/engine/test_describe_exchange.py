"""What the instructions of an exchange say: what belongs on a ping, how each phase fails, every reason it can give."""

from dataclasses import replace
from decimal import Decimal

from apps.engine import checks, describe
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.normalise import PING, POST, normalise
from apps.engine.reasons import message
from apps.engine.requirements import ConsentSpec, DuplicateSpec, RuleSpec, Targeting
from apps.engine.selling import AuctionSpec
from tests.engine.builders import NOW, PLACES, TERMS, campaign, facts, field_test

TF = FieldSpec("tf", "trustedform_url", role="trustedform_url")
JORNAYA = FieldSpec("jornaya", "jornaya_lead_id", role="jornaya_id")
SCORE = FieldSpec("score", "integer", "Credit score")
SECRET = FieldSpec("income", "integer", "Income", personal=True)


def exchange(*fields: FieldSpec, **settings: object) -> CampaignSpec:
    """A campaign that wants the state on pings, judges zip and score, and asks for the income of nobody."""
    made = campaign(*fields, SCORE, SECRET, traffic="exchange", **settings)
    on_ping = tuple(replace(each, required_on_ping=each.name == "state") for each in made.fields)
    return replace(made, fields=on_ping)


RULES = (
    RuleSpec("condition", "Score", field_test("score", "gte", "640")),
    RuleSpec("condition", "Income", field_test("income", "gte", "1000")),
)


def said(spec: CampaignSpec, body: dict[str, object], phase: str) -> list[str]:
    """The messages about structure of a test."""
    sent = {name: value for name, value in body.items() if name != "Test_Mode"}
    data = normalise(spec, sent, test=True, today=NOW.date(), phase=phase)
    test = None if "Test_Mode" in body else True
    found = checks.examine(spec, TERMS, data, facts(ip_country="US"), test=test, phase=phase)
    return [message(each) for each in checks.split(found, test=True)[0]]


def test_a_ping_holds_what_it_must_and_what_it_is_judged_by_but_nothing_personal_beside() -> None:
    spec = exchange(rules=RULES, states=Targeting("include", frozenset({"CA"})))
    sample = describe.sample(spec, PLACES, now=NOW)
    assert set(describe.ping_sample(spec, sample)) == {"state", "score"}
    assert set(describe.needed_on_ping(spec, sample)) == {"state"}
    assert describe.ping_sample(spec, sample)["state"] == sample["state"]


def test_certificates_are_pinged_all_or_none() -> None:
    spec = exchange(TF, JORNAYA, consent=ConsentSpec("both"))
    sample = describe.sample(spec, PLACES, now=NOW)
    assert "tf" not in describe.ping_sample(spec, sample)
    due = replace(
        spec, fields=tuple(replace(each, required_on_ping=each.name == "tf") for each in spec.fields)
    )
    assert {"tf", "jornaya"} <= set(describe.ping_sample(due, sample))
    assert said(due, describe.ping_sample(due, sample), PING) == []


def test_each_phase_fails_as_it_says() -> None:
    spec = exchange(TF, consent=ConsentSpec("trustedform"), rules=RULES)
    sample = describe.sample(spec, PLACES, now=NOW)
    pinged = describe.ping_sample(spec, sample)
    for phase, body, pins in ((PING, pinged, ()), (POST, sample, ()), (POST, sample, tuple(pinged))):
        assert said(spec, body, phase) == []
        found = describe.bad_phase_samples(spec, body, phase=phase, pinned=pins, now=NOW)
        assert len(found) > 2
        for bad in found:
            assert bad.message in said(spec, bad.applied(body), phase), bad
            assert not {*bad.changes, *bad.removed} & set(pins), bad
    on_ping = {bad.message for bad in describe.bad_phase_samples(spec, pinged, phase=PING, now=NOW)}
    assert on_ping == {"Missing state", "State format", "Credit score format", "Test format"}


def test_what_serves_as_key_is_never_malformed_on_purpose() -> None:
    spec = exchange(FieldSpec("own_id", "text", max_length=10), idempotency_field="own_id")
    sample = describe.sample(spec, PLACES, now=NOW)
    for bad in describe.bad_phase_samples(spec, sample, phase=POST, now=NOW):
        assert "own_id" not in bad.changes


def test_a_pinged_value_is_changed_to_another_that_is_valid() -> None:
    spec = exchange()
    sample = describe.sample(spec, PLACES, now=NOW)
    ((name, value),) = describe.differing(spec, {"state": sample["state"]}, now=NOW).items()
    assert name == "state"
    assert value != sample["state"]
    assert said(spec, sample | {name: value}, POST) == []
    assert describe.differing(spec, {}, now=NOW) == {}


def test_the_reasons_are_those_of_the_campaign_and_each_stands_once() -> None:
    spec = exchange(duplicates=(DuplicateSpec("d", ("email", "phone"), 86_400),), rules=RULES)
    found = {each.name: each for each in describe.exchange_reasons(spec, TERMS)}
    assert len(found) == len(describe.exchange_reasons(spec, TERMS))
    assert found["duplicate_lead"].messages == ("Duplicate email", "Duplicate phone")
    assert found["condition_failed"].messages == ("Condition: Score", "Condition: Income")
    assert {"Missing {fields}", "Email format", "Test format"} <= set(
        found["schema_validation_failed"].messages
    )
    assert {name for name, each in found.items() if each.status == "failed"} == {
        "buyer_delivery_failed", "downstream_timeout", "downstream_invalid_response",
    }  # fmt: skip
    assert {name for name, each in found.items() if each.calls == ("post",)} == {
        "invalid_ping_id", "ping_id_expired", "ping_id_already_consumed",
    }  # fmt: skip
    assert found["buyer_rejected"].calls == ("post", "direct_post")
    assert found["source_not_approved"].resend == "corrected"
    assert "compid" not in str(list(found.values()))
    # Faults of the request have a table of their own; what is switched off is not told.
    assert found.keys().isdisjoint(
        {"invalid_key", "rate_limited", "ping_mismatch", "below_minimum_bid", "state_not_accepted"}
    )


def test_settings_of_the_auction_add_their_reasons() -> None:
    auction = AuctionSpec(on_mismatch="reject", minimum_bid=Decimal(2))
    found = {each.name: each for each in describe.exchange_reasons(exchange(auction=auction), TERMS)}
    assert found["ping_mismatch"].calls == ("post",)
    assert found["below_minimum_bid"].calls == ("ping", "direct_post")
