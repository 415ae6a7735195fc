"""Verification without a network, and duplicate claims."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import duplicates
from apps.engine.campaign import FieldSpec
from apps.engine.requirements import DuplicateSpec, VerificationSpec
from apps.engine.verification import verifiers, verify_address, verify_email, verify_ip
from tests.engine.builders import BODY, campaign, facts, lead

SPEC = campaign(FieldSpec("ip", "ip"), verification=VerificationSpec("offline", True, True))


def code(verify: Any, body: dict[str, Any], spec: Any = SPEC, **options: Any) -> str | None:
    problem = verify(spec, lead(spec, BODY | body), facts(**options))
    return problem.code if problem else None


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("john@example.com", None),
        ("john@mailinator.com", "email_verification"),
        ("john@MAILINATOR.com", "email_verification"),
        ("john@deep.mailinator.com", "email_verification"),
        ("john@mailinator.example.org", None),
        ("nobody", None),
        (None, None),
    ],
)
def test_throw_away_domains(email: str | None, expected: str | None) -> None:
    assert code(verify_email, {"email": email}) == expected


@pytest.mark.parametrize(
    ("city", "state", "zip_code", "expected"),
    [
        ("Beverly Hills", "CA", "90210", None),
        ("BEVERLY  hills", "California", "90210-1234", None),
        ("St. Louis", "MO", "63101", None),
        ("Saint Louis", "MO", "63101", None),
        (None, None, "90210", None),
        (None, "CA", "90210", None),
        ("Beverly Hills", "NY", "90210", "address_verification"),
        ("Brooklyn", "CA", "90210", "address_verification"),
        ("Beverly Hills", "CA", "99999", "address_verification"),
        ("Beverly Hills", "CA", None, None),
        ("Beverly Hills", "CA", "9021", None),
    ],
)
def test_places_that_agree(
    city: str | None, state: str | None, zip_code: str | None, expected: str | None
) -> None:
    assert code(verify_address, {"city": city, "state": state, "zip": zip_code}) == expected


@pytest.mark.parametrize(
    ("ip", "country", "expected"),
    [
        ("8.8.8.8", "US", None),
        ("8.8.8.8", None, None),
        ("8.8.8.8", "CA", "non_us_ip"),
        ("8.8.8.8", "", "ip_verification"),
        ("10.0.0.1", None, "ip_verification"),
        ("127.0.0.1", "US", "ip_verification"),
        ("169.254.169.254", "US", "ip_verification"),
        ("100.64.0.1", "US", "ip_verification"),
        ("203.0.113.7", "US", "ip_verification"),
        ("224.0.0.1", "US", "ip_verification"),
        ("2001:4860:4860::8888", "US", None),
        ("fe80::1", "US", "ip_verification"),
        ("2001:db8::1", "US", "ip_verification"),
        (None, None, None),
    ],
)
def test_public_addresses_of_accepted_countries(
    ip: str | None, country: str | None, expected: str | None
) -> None:
    assert code(verify_ip, {"ip": ip}, ip_country=country) == expected


def test_other_countries_have_no_message_about_the_us() -> None:
    spec = campaign(FieldSpec("ip", "ip"), verification=VerificationSpec(ip=True, countries=("US", "CA")))
    assert code(verify_ip, {"ip": "8.8.8.8"}, spec, ip_country="CA") is None
    assert code(verify_ip, {"ip": "8.8.8.8"}, spec, ip_country="FR") == "ip_verification"


@given(st.ip_addresses(v=4))
def test_the_short_way_for_addresses_agrees_with_the_library(address: ipaddress.IPv4Address) -> None:
    public = address.is_global and not address.is_multicast
    assert (code(verify_ip, {"ip": str(address)}, ip_country="US") is None) == public


def test_only_what_is_wanted_runs() -> None:
    assert list(verifiers(SPEC)) == ["email", "address", "ip"]
    assert list(verifiers(campaign(verification=VerificationSpec("mx")))) == ["email"]
    assert verifiers(campaign()) == {}


def claims(body: dict[str, Any], *rules: DuplicateSpec) -> list[tuple[str, str]]:
    spec = campaign(duplicates=rules)
    return [(claim.key, claim.text) for claim in duplicates.claims(spec, lead(spec, BODY | body))]


def test_each_field_of_an_any_rule_is_a_claim_of_its_own() -> None:
    rule = DuplicateSpec("d", ("email", "phone"), 60)
    assert claims({"email": "John.Doe@Example.COM"}, rule) == [
        ("d:email", "john.doe@example.com"),
        ("d:phone", "+15551234567"),
    ]


def test_the_fields_of_an_all_rule_are_one_claim() -> None:
    rule = DuplicateSpec("d", ("email", "phone"), 60, match="all")
    assert claims({}, rule) == [("d", "john.doe@example.com\x1f+15551234567")]
    assert claims({"phone": "555.123.4567"}, rule) == claims({}, rule)


@pytest.mark.parametrize("match", ["any", "all"])
@pytest.mark.parametrize("email", [None, "", "nobody"])
def test_empty_and_malformed_values_claim_nothing(match: str, email: str | None) -> None:
    assert claims({"email": email}, DuplicateSpec("d", ("email",), 60, match=match)) == []


def test_a_claim_that_is_no_rule_of_the_campaign_tells_nothing() -> None:
    assert duplicates.problem(campaign(), "d") is None
