"""What cannot run is named: object, field, sentence. One case a rule of the compiler."""

from datetime import date

import pytest

from apps.buyers.models import Buyer
from apps.buyers.services import endpoint_create, header_add, mappings_set, order_cap_add, response_rules_set
from apps.campaigns.choices import RuleKind
from apps.campaigns.models import Field
from apps.campaigns.services import cap_add, field_add, rule_add
from apps.publishing.selectors import problems
from apps.sources.services import terms_cap_add
from tests.factories import CampaignFactory, World, draft_campaign

pytestmark = pytest.mark.django_db

BROKEN = {"kind": "test", "field": "roof", "operator": "is", "value": "tile"}


def _set(row: str, **attributes: object):
    """A change of one row of the world."""

    def change(world: World) -> None:
        target = getattr(world, row)
        for name, value in attributes.items():
            setattr(target, name, value)
        target.save()

    return change


def _field(posting_name: str, **attributes: object):
    return lambda world: Field.objects.filter(campaign=world.campaign, name=posting_name).update(**attributes)


def _mapping(**row: object):
    return lambda world: mappings_set(world.endpoint, rows=[{"target": "a", **row}], by=None)


def _rule(**row: object):
    return lambda world: response_rules_set(world.endpoint, rows=[{"outcome": "accepted", **row}], by=None)


CASES = [
    (lambda w: w.campaign.fields.all().delete(), "fields", "has no fields"),
    (
        lambda w: field_add(w.campaign, name="auth", type="text", by=None),
        "name",
        "Field auth has the name of one of the",
    ),
    (
        lambda w: field_add(w.campaign, name="roof", type="choice", by=None),
        "choices",
        "Field roof has no choices",
    ),
    (_field("city", type="colour"), "type", "Field city has an unknown type “colour”"),
    (_field("city", role="town"), "role", "unknown role “town”"),
    (_field("city", role="email"), "role", "which another field has too"),
    (_field("city", name="ZIP"), "name", "capital letters make no difference"),
    (_field("city", min_length=9, max_length=3), "max_length", "longest length below its shortest"),
    (_set("campaign", time_zone="Mars/Olympus"), "time_zone", "unknown time zone “Mars/Olympus”"),
    (_set("campaign", currency="usd"), "currency", "three capital letters"),
    (_set("campaign", region="XX"), "region", "unknown country “XX”"),
    (_set("campaign", idempotency_field="nope"), "idempotency_field", "which is no field"),
    (
        _set("campaign", starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1)),
        "ends_on",
        "ends before it starts",
    ),
    (_set("campaign", states_mode="include"), "states", "targets states but names none"),
    (_set("campaign", states_mode="include", states=["ZZ"]), "states", "“ZZ”, which is no state"),
    (_set("campaign", zips_mode="include"), "zip_list", "targets zips but has no list"),
    (_set("campaign", ip_countries=["QQ"]), "ip_countries", "“QQ”, which is no country"),
    (
        lambda w: (
            _set("campaign", consent="trustedform")(w),
            _field("trusted_form_url", role="", type="text")(w),
        ),
        "consent",
        "demands TrustedForm but has no field for it",
    ),
    (
        lambda w: (_set("campaign", verify_ip=True)(w), _field("ip_address", role="", type="text")(w)),
        "verify_ip",
        "has no IP field",
    ),
    (
        lambda w: rule_add(w.campaign, kind=RuleKind.CONDITION, name="Tile", expression=BROKEN, by=None),
        "expression",
        "Condition: Tile has a rule that cannot be used: There is no field “roof”",
    ),
    (
        lambda w: rule_add(
            w.campaign, kind=RuleKind.FILTER, name="Odd", expression={"children": []}, by=None
        ),
        "expression",
        "This is no expression",
    ),
    (
        lambda w: rule_add(
            w.campaign,
            kind=RuleKind.FILTER,
            name="Listed",
            expression={**BROKEN, "field": "zip", "operator": "in_list", "value": ["list:0", "Texas"]},
            by=None,
        ),
        "expression",
        "There is no list “Texas”",
    ),
    (lambda w: w.campaign.duplicate_rules.update(fields=["fax"]), "fields", "names “fax”, which is no field"),
    (lambda w: w.campaign.duplicate_rules.update(fields=[]), "fields", "names no field"),
    (lambda w: cap_add(w.campaign, limit="2.50", by=None), "limit", "needs a whole number"),
    (lambda w: cap_add(w.campaign, limit=2, time_zone="Nowhere", by=None), "time_zone", "unknown time zone"),
    (
        lambda w: (
            cap_add(w.campaign, limit=2, basis="spend", by=None),
            _set("terms", payout_kind="percent")(w),
        ),
        "basis",
        "is not a fixed amount",
    ),
    (
        lambda w: (
            terms_cap_add(w.terms, limit=2, basis="spend", by=None),
            _set("terms", payout_kind="margin")(w),
        ),
        "payout_kind",
        "cap spending, which needs a fixed payout",
    ),
    (_set("terms", payout_kind="percent", payout_amount=120), "payout_amount", "more than 100 percent"),
    (_set("terms", payout_amount=-1), "payout_amount", "negative payout"),
    (_set("terms", ip_allow=["300.1.2.3"]), "ip_allow", "no address or network"),
    (_set("terms", callback_url="http://169.254.169.254/x"), "callback_url", "cannot be called"),
    (_set("order", endpoint=None), "endpoint", "has no endpoint"),
    (_set("order", weight=0), "weight", "at least 1"),
    (_set("order", time_zone="Nowhere"), "time_zone", "unknown time zone"),
    (_set("order", criteria=BROKEN), "criteria", "There is no field “roof”"),
    (_set("order", zips_mode="exclude"), "zip_list", "targets zips but has no list"),
    (lambda w: order_cap_add(w.order, limit=1, expression=BROKEN, by=None), "expression", "no field “roof”"),
    (_set("endpoint", url="http://10.0.0.1/x"), "url", "has a URL that cannot be called"),
    (_set("endpoint", url="ftp://example.com/x"), "url", "has a URL that cannot be called"),
    (_set("endpoint", method="GET"), "body_format", "query string only"),
    (
        lambda w: header_add(w.endpoint, name="Host", value="x", by=None),
        "headers",
        "“Host” that is set by the platform",
    ),
    (lambda w: w.endpoint.rules.all().delete(), "rules", "no response rule that means accepted"),
    (_rule(match="regex", value="("), "rules", "regular expression"),
    (_rule(statuses="2xx,9xx"), "rules", "“9xx” is no status"),
    (lambda w: w.endpoint.mappings.all().delete(), "mappings", "has no mapping"),
    (_mapping(kind="field", source="fax"), "target", "“fax” is no field of this campaign"),
    (_mapping(kind="template", value="{{ a("), "target", "template"),
    (
        _mapping(kind="template", value="{{ first_name }} {{ lastname }}"),
        "target",
        "names “lastname”, which is no",
    ),
    (_mapping(kind="template", value='{{ field["fax no"] }}'), "target", "names “fax no”, which is no"),
    (_mapping(kind="value_table", source="state"), "target", "table is empty"),
    (
        lambda w: mappings_set(
            w.endpoint,
            rows=[{"target": name, "source": "zip"} for name in ("contact.zip", "contact")],
            by=None,
        ),
        "target",
        "“contact” that cannot be used: it and another row's target cannot stand in one document",
    ),
    (_mapping(kind="system", source="secret"), "target", "no system value"),
    (_set("endpoint", unknown_policy="ask"), "status_url", "and has none"),
    (
        _set("endpoint", unknown_policy="ask", status_url="https://buyer.example/{lead}"),
        "status_url",
        "the placeholder {lead}",
    ),
    (
        _set("endpoint", unknown_policy="ask", status_url="http://10.0.0.1/{lead_id}"),
        "status_url",
        "a status URL that cannot be called",
    ),
    (
        _set("endpoint", unknown_policy="ask", status_url="https://b.example/{lead_id}"),
        "rules",
        "no rule that reads",
    ),
    (
        _set("endpoint", auth_kind="oauth2", token_url="http://169.254.169.254/t"),
        "token_url",
        "a token URL that cannot be called",
    ),
    (
        _set("endpoint", auth_kind="oauth2", token_url="https://b.example/t"),
        "auth_secret",
        "one of them is missing",
    ),
    (
        lambda w: mappings_set(w.endpoint, rows=[{"target": "a", "source": "zip"}] * 2, by=None),
        "target",
        "another row writes to the same place",
    ),
]


@pytest.mark.parametrize(("change", "field", "said"), CASES, ids=[case[2][:40] for case in CASES])
def test_named_with_its_field(change, field, said):
    world = draft_campaign()
    assert problems(world.campaign) == []

    change(world)

    found = [problem for problem in problems(world.campaign) if said in problem.message]
    assert [problem.field for problem in found][:1] == [field], [p.message for p in problems(world.campaign)]
    assert found[0].object_id is not None


def test_an_order_may_not_use_the_endpoint_or_group_of_another():
    world = draft_campaign()
    other = Buyer.objects.create(company=world.company, name="Other")
    world.order.endpoint = endpoint_create(other, name="Theirs", url=world.endpoint.url, by=None)
    world.order.group = CampaignFactory(company=world.company).groups.get()
    world.order.save()

    said = {problem.field: problem.message for problem in problems(world.campaign)}

    assert said["endpoint"].endswith("delivers to an endpoint of another buyer, Other")
    assert said["group"].endswith("stands in a group of another campaign")


def test_what_is_switched_off_does_not_stand_in_the_way():
    world = draft_campaign()
    rule_add(world.campaign, kind=RuleKind.FILTER, name="Off", expression=BROKEN, is_enabled=False, by=None)
    cap_add(world.campaign, limit="2.50", is_enabled=False, by=None)
    world.campaign.duplicate_rules.update(fields=["fax"], is_enabled=False)

    assert problems(world.campaign) == []
