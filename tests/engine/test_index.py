"""What is kept per campaign lives as long as the campaign, and no longer."""

import gc
import weakref

from apps.engine import checks, rules
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.index import index, per_campaign
from apps.engine.requirements import RuleSpec
from tests.engine.builders import BODY, TERMS, bare, campaign, facts, field_test, lead


def test_it_is_built_once_for_a_spec() -> None:
    built: list[int] = []

    @per_campaign
    def count(spec: CampaignSpec) -> int:
        built.append(spec.id)
        return len(built)

    first, second = campaign(), campaign()
    assert (count(first), count(first), count(second), count(first)) == (1, 1, 2, 1)


def test_nothing_that_is_kept_holds_on_to_the_spec() -> None:
    spec = campaign(rules=(RuleSpec("condition", "C", field_test("zip", "in", ["90210"])),))
    checks.examine(spec, TERMS, lead(spec, BODY), facts(), test=False)
    rules.evaluate(spec.rules[0].expression, lead(spec, BODY), facts(), spec)
    gone = weakref.ref(spec)
    del spec
    gc.collect()
    assert gone() is None


def test_roles_come_first_and_types_stand_in() -> None:
    spec = bare(
        FieldSpec("work_mail", "email"), FieldSpec("mail", "email", role="email"), FieldSpec("plz", "zip")
    )
    roles = index(spec).by_role
    assert (roles["email"].name, roles["zip"].name) == ("mail", "plz")
    assert index(spec).kind("plz") == "zip"
    assert index(spec).kind("nothing") == ""
