"""What the instructions page says: each bad sample gives its message, no message is left out, sentences are
right."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engine import checks, describe
from apps.engine.campaign import CampaignSpec, Choice, FieldSpec
from apps.engine.fields import FIELD_TYPES
from apps.engine.reasons import first_message, message
from apps.engine.requirements import (
    CapSpec,
    ConsentSpec,
    DuplicateSpec,
    RuleSpec,
    ScheduleSpec,
    Targeting,
    ValueList,
    VerificationSpec,
    Window,
    ZipTargeting,
)
from tests.engine.builders import NOW, PLACES, TERMS, bare, campaign, choice, field_test
from tests.engine.described import EXTRA, SATISFIABLE, assert_accepted, judged

CERTIFICATES = (FieldSpec("tf", "trustedform_url"), FieldSpec("jornaya", "jornaya_lead_id"))
FULL = campaign(
    *EXTRA,
    *CERTIFICATES,
    FieldSpec("ip", "ip", "IP"),
    FieldSpec("sub", "text", "Sub id", role="sub_id"),
    starts_on=date(2026, 11, 1),
    ends_on=date(2026, 12, 31),
    consent=ConsentSpec("either", strict=True),
    states=Targeting("include", frozenset({"NY", "CA"})),
    zips=ZipTargeting("include", "h", "Two"),
    lists={"h": ValueList(frozenset({"90210", "10001"}))},
    schedule=ScheduleSpec("America/New_York", tuple(Window(day, 540, 1020) for day in range(5))),
    rules=(
        RuleSpec("condition", "Owners", SATISFIABLE[0], public=True),
        RuleSpec("filter", "Secret", field_test("score", "lt", "500")),
    ),
    duplicates=(DuplicateSpec("d", ("email", "phone"), 30 * 86_400),),
    caps=(CapSpec("c", "campaign", "accepted", "day", 5, "UTC"),),
    verification=VerificationSpec("offline", True, True),
)


def specs() -> st.SearchStrategy[CampaignSpec]:
    return st.builds(
        lambda kinds, consent, strict, rule, states: campaign(
            *(
                FieldSpec(f"f{n}", key, choices=(Choice("a"),), required=n % 2 == 0)
                for n, key in enumerate(kinds)
            ),
            *EXTRA,
            *CERTIFICATES,
            consent=ConsentSpec(consent, strict),
            rules=(RuleSpec("condition", "Rule", rule),),
            states=Targeting("include", frozenset(states)) if states else Targeting(),
        ),
        st.lists(st.sampled_from(sorted(FIELD_TYPES)), max_size=6),
        st.sampled_from(["none", "trustedform", "jornaya", "either", "both"]),
        st.booleans(),
        st.sampled_from([each for each in SATISFIABLE if each.field != "zip"]),
        st.sets(st.sampled_from(["CA", "NY", "MO"])).filter(lambda found: found != {"CA"}),
    )


@given(specs())
@settings(max_examples=40, deadline=None)
def test_in_any_campaign_samples_do_what_they_say(spec: CampaignSpec) -> None:
    body = assert_accepted(spec)
    for bad in describe.bad_samples(spec, body, now=NOW):
        problems, _ = checks.split(judged(spec, bad.applied(body), test=True), test=True)
        assert first_message(problems) == bad.message, bad


def test_the_bad_samples_cover_every_structure_message() -> None:
    body = assert_accepted(FULL)
    found = {bad.message for bad in describe.bad_samples(FULL, body, now=NOW)}
    assert found >= {
        "Missing zip", "Missing first, zip", "Email format", "Phone format", "Zip format", "State format",
        "Credit score format", "Homeowner format", "TrustedForm format", "Jornaya format", "IP format", "URL format",
        "Missing TrustedForm/Jornaya", "Test format",
    }  # fmt: skip


def test_every_message_a_lead_can_get_is_listed() -> None:
    listed = {reason.text for reason in describe.possible_reasons(FULL, TERMS)}
    assert listed >= {
        "Missing {fields}", "Email format", "URL format", "Credit score format", "First name format", "Test format",
        "Email verification", "Address verification", "Phone blocked", "Email blocked", "IP blocked", "Non-US IP",
        "IP verification", "State targeting", "Zip targeting", "Condition: Owners", "Filter: Secret",
        "Duplicate email", "Duplicate phone", "Campaign cap", "Campaign schedule", "Campaign period",
        "Campaign inactive", "Invalid source", "Invalid auth", "SubID blocked", "Missing TrustedForm/Jornaya",
        "TrustedForm format", "Jornaya format", "Invalid payload", "Rate limited",
    }  # fmt: skip
    assert listed.isdisjoint({"AffID blocked", "No eligible buyer", "Unknown field {name}", "Day cap"})
    body = describe.sample(FULL, PLACES, now=NOW)
    wrong = body | {
        "first": "",
        "email": "x",
        "state": "MO",
        "zip": "63101",
        "homeowner": "no",
        "tf": "?",
        "ip": "10.0.0.1",
    }
    assert {message(each) for each in judged(FULL, wrong).problems} - {"Missing first"} <= listed


def test_requirements_are_sentences_with_their_messages() -> None:
    found = {each.title: each for each in describe.requirements(FULL, TERMS, NOW)}
    assert {title: each.text for title, each in found.items()} == {
        "Dates": "Leads are taken from November 1, 2026 until the end of December 31, 2026 (Eastern).",
        "Consent": "A TrustedForm certificate or a Jornaya LeadiD token is required.",
        "States": "Only leads from California and New York.",
        "Zip codes": "Only leads from the 2 listed zip codes.",
        "Hours": "Monday to Friday, 9 AM to 5 PM Eastern.",
        "Owners": "Accepted when: Homeowner is yes.",
        "Further filters": "1 further filter of your client's applies.",
        "Duplicates": "No lead with the same Email or Phone as one of the last 30 days.",
        "Campaign cap": "The campaign as a whole takes a limited number of leads.",
        "E-mail": "The e-mail address must be able to receive mail and not be a throw-away address.",
        "Address": "Zip code, state and city must belong together.",
        "IP address": "The IP address must be the person's own public address, in the United States.",
    }
    listed = {reason.text for reason in describe.possible_reasons(FULL, TERMS)}
    assert {text for each in found.values() for text in each.messages} <= listed
    assert found["Zip codes"].list_hash == "h"


def test_field_rows_say_what_is_accepted() -> None:
    field = FieldSpec(
        "score", "integer", "Credit score", required=True, minimum=Decimal(300), maximum=Decimal(850)
    )
    (row,) = describe.field_rows(bare(field), {"score": 640})
    assert (row.type, row.required, row.example, row.refused_with) == (
        "Whole number",
        True,
        "640",
        "Credit score format",
    )
    assert row.accepted == "A whole number, such as 640; from 300 to 850"
    (row,) = describe.field_rows(bare(choice("roof", "tile", "metal")), {})
    assert row.choices == (("tile", "tile"), ("metal", "metal"))
