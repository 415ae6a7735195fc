"""A ping is judged by what it has; what is not there yet is left to the post."""

from typing import Any

import pytest

from apps.engine import checks
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.normalise import PING, POST, normalise
from apps.engine.reasons import message
from apps.engine.requirements import ConsentSpec, RuleSpec, Targeting, ValueList, ZipTargeting
from apps.engine.values import Examination, Problem
from tests.engine.builders import BODY, TERMS, TODAY, campaign, facts, field_test

TF = FieldSpec("tf", "trustedform_url")
TF_ON_PING = FieldSpec("tf", "trustedform_url", required_on_ping=True)


def examine(spec: CampaignSpec, body: dict[str, Any], phase: str, **known: Any) -> Examination:
    data = normalise(spec, body, test=False, today=TODAY, phase=phase)
    return checks.examine(spec, TERMS, data, facts(**known), test=False, phase=phase)


def messages(spec: CampaignSpec, phase: str, **body: Any) -> list[str]:
    return [message(problem) for problem in examine(spec, body, phase).problems]


STATES = campaign(states=Targeting("include", frozenset({"CA"})))
ZIPS = campaign(zips=ZipTargeting("include", "h", "West"), lists={"h": ValueList(frozenset({"90210"}))})
RULES = campaign(
    rules=(
        RuleSpec("condition", "Romans", field_test("city", "is", "Rome")),
        RuleSpec("filter", "No Paris", field_test("city", "is_not", "Rome")),
    )
)


@pytest.mark.parametrize(
    ("spec", "given", "text"),
    [
        (STATES, {"state": "NY"}, "State targeting"),
        (ZIPS, {"zip": "10001"}, "Zip targeting"),
        (RULES, {"city": "Paris"}, "Condition: Romans"),
        (campaign(TF), {"tf": "nonsense"}, "TrustedForm format"),
        (campaign(), {"email": "nobody"}, "Email format"),
    ],
)
def test_what_is_there_is_judged(spec: CampaignSpec, given: dict[str, Any], text: str) -> None:
    assert messages(spec, PING, **given)[0] == text


@pytest.mark.parametrize("spec", [STATES, ZIPS, RULES, campaign(TF, consent=ConsentSpec("trustedform"))])
def test_what_is_not_there_is_judged_on_the_post(spec: CampaignSpec) -> None:
    assert messages(spec, PING) == []
    rest = {name: value for name, value in BODY.items() if name not in ("state", "zip", "city")}
    assert messages(spec, POST, **rest) != []


def test_the_trace_says_that_a_rule_is_judged_later() -> None:
    lines = examine(RULES, {}, PING).lines
    assert [line.detail for line in lines if line.check in ("condition", "filter")] == [
        "Romans: judged on the post",
        "No Paris: judged on the post",
    ]


def test_fields_and_consent_required_on_ping() -> None:
    spec = campaign(TF_ON_PING, consent=ConsentSpec("trustedform"))
    assert messages(spec, PING) == ["Missing tf", "Missing TrustedForm/Jornaya"]
    assert messages(spec, PING, tf="https://cert.trustedform.com/abc123") == []


def test_what_speaks_against_a_ping_id_comes_before_the_fields() -> None:
    problem = Problem("ping_id_expired")
    found = examine(campaign(), {}, POST, ping=(problem,))
    assert found.problems[0] == problem
    assert [line.check for line in found.lines if line.check == "ping_id"] == ["ping_id"]
    assert not any(line.check == "ping_id" for line in examine(campaign(), BODY, POST).lines)
    assert all(line.passed for line in examine(campaign(), BODY, POST, ping=()).lines)
    refused, _ = checks.split(found, True)
    assert problem in refused
