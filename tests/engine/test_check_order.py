"""The published order of the checks, and how a test lead's problems are split."""

from datetime import date
from typing import Any

from apps.engine import checks
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.reasons import REASONS, message
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
from apps.engine.values import Examination, Problem, Switches
from tests.engine.builders import BODY, TERMS, campaign, facts, field_test, lead

CERTIFICATES = (FieldSpec("tf", "trustedform_url"), FieldSpec("jornaya", "jornaya_lead_id"))


def examine(spec: CampaignSpec, body: dict[str, Any] | None = None, **options: Any) -> Examination:
    test = options.pop("test", False)
    data = lead(spec, BODY | (body or {}), test=bool(test))
    return checks.examine(spec, TERMS, data, facts(**options), test=test)


def messages(examination: Examination) -> list[str]:
    return [message(problem) for problem in examination.problems]


EVERYTHING = campaign(
    *CERTIFICATES,
    FieldSpec("ip", "ip", "IP"),
    ends_on=date(2026, 1, 1),
    consent=ConsentSpec("either"),
    states=Targeting("include", frozenset({"CA"})),
    zips=ZipTargeting("include", "h", "West"),
    lists={"h": ValueList(frozenset({"90210"}))},
    schedule=ScheduleSpec("UTC", (Window(0, 0, 60),)),
    rules=(
        RuleSpec("filter", "No New York", field_test("state", "is", "NY")),
        RuleSpec("condition", "Owners", field_test("city", "is", "Nowhere")),
    ),
    duplicates=(DuplicateSpec("d", ("email",), 60),),
    caps=(CapSpec("c", "campaign", "accepted", "day", 5, "UTC"),),
    verification=VerificationSpec("offline", True, True),
)
WRONG = {
    "first": "",
    "phone": "1",
    "state": "NY",
    "zip": "10001",
    "email": "x@mailinator.com",
    "ip": "10.0.0.1",
}
ALL_FACTS = {
    "switches": Switches(False, False, False, False),
    "blocked": frozenset({"email"}),
    "duplicates": frozenset({"d"}),
    "full_caps": frozenset({"c"}),
    "verifications": {"mx": Problem("email_verification", "email"), "paid": None},
}


def test_every_problem_is_kept_in_the_published_order() -> None:
    assert messages(examine(EVERYTHING, WRONG, **ALL_FACTS, test=None)) == [
        "Test format",
        "Invalid source",
        "Invalid source",
        "Campaign inactive",
        "Campaign period",
        "Missing first",
        "Phone format",
        "Missing TrustedForm/Jornaya",
        "Email blocked",
        "State targeting",
        "Zip targeting",
        "Campaign schedule",
        "Condition: Owners",
        "Filter: No New York",
        "Duplicate email",
        "Campaign cap",
        "Email verification",
        "Address verification",
        "IP verification",
        "Email verification",
    ]


def test_a_test_lead_is_refused_for_its_structure_and_warned_of_the_rest() -> None:
    problems, warnings = checks.split(examine(EVERYTHING, WRONG, **ALL_FACTS, test=True), test=True)
    assert [message(each) for each in problems] == [
        "Invalid source",
        "Missing first",
        "Phone format",
        "Missing TrustedForm/Jornaya",
    ]
    assert [message(each) for each in warnings][:4] == [
        "Invalid source",
        "Campaign inactive",
        "Campaign period",
        "Email blocked",
    ]
    assert len(problems) + len(warnings) == 19


def test_a_live_lead_is_refused_for_everything() -> None:
    found = examine(EVERYTHING, WRONG, **ALL_FACTS)
    assert checks.split(found, test=False) == (found.problems, ())


def test_a_lead_that_fails_at_verification_alone_is_known() -> None:
    spec = campaign(verification=VerificationSpec("offline"))
    throw_away = {"email": "x@mailinator.com"}
    assert checks.fails_last(examine(spec, throw_away))
    assert not checks.fails_last(examine(spec))
    assert not checks.fails_last(examine(spec, throw_away | {"first": ""}))


def test_lines_hold_no_personal_data() -> None:
    found = examine(EVERYTHING, WRONG, **ALL_FACTS)
    told = " ".join(line.detail for line in found.lines)
    assert not any(str(value) in told for value in (BODY | WRONG).values() if len(str(value)) > 2)


def test_every_check_has_a_label_and_every_problem_a_reason() -> None:
    assert set(checks.LABELS) == {check.key for check in checks.CHECKS}
    found = examine(EVERYTHING, WRONG, **ALL_FACTS, test=None)
    assert {problem.code for problem in found.problems} <= set(REASONS)
