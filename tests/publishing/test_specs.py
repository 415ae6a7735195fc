"""Versions as stored and as loaded."""

from dataclasses import fields, is_dataclass, replace
from datetime import date, time
from decimal import Decimal

import pytest

from apps.buyers.models import OrderWindow
from apps.buyers.services import (
    buyer_cap_add,
    mappings_set,
    order_cap_add,
    order_windows_set,
    price_bands_set,
)
from apps.campaigns.choices import RuleKind
from apps.campaigns.models import CampaignWindow, Holiday
from apps.campaigns.services import cap_add, field_add, list_store, rule_add, windows_set
from apps.engine import rules
from apps.engine.campaign import CampaignSpec
from apps.engine.requirements import Expression, ValueList, Window
from apps.publishing import specs
from apps.publishing.models import Version
from apps.sources.services import terms_cap_add
from tests.factories import World, draft_campaign, published_campaign

pytestmark = pytest.mark.django_db

TEXAN = {"kind": "test", "field": "state", "operator": "in", "value": ["TX", "OK"]}


def _everything(world: World) -> None:
    """Use every kind of row that a version is compiled from."""
    campaign, by = world.campaign, world.user
    zips = list_store(world.company, name="West", text="90210\n902*", by=by)
    campaign.states_mode, campaign.states = "include", ["TX", "CA"]
    campaign.zips_mode, campaign.zip_list = "include", zips
    campaign.starts_on = date(2026, 1, 1)
    campaign.save()
    windows_set(campaign, windows=[CampaignWindow(weekday=0, opens=time(9), closes=time(0))], by=by)
    Holiday.objects.create(campaign=campaign, day=date(2026, 12, 25))
    field_add(
        campaign,
        name="roof",
        type="choice",
        choices=["tile", {"value": "metal", "synonyms": "tin, steel"}],
        by=by,
    )
    field_add(campaign, name="age", type="integer", minimum=18, maximum=Decimal("99.5"), by=by)
    nested = {"kind": "all", "children": [TEXAN, {"kind": "not", "children": [TEXAN]}]}
    rule_add(campaign, kind=RuleKind.CONDITION, name="Nested", expression=nested, by=by)
    in_list = {"kind": "test", "field": "zip", "operator": "in_list", "value": f"list:{zips.pk}"}
    rule_add(campaign, kind=RuleKind.FILTER, name="Listed", expression=in_list, by=by)
    cap_add(campaign, limit=50, period="day", expression=TEXAN, by=by)
    terms_cap_add(world.terms, limit="12.50", period="month", basis="spend", by=by)
    order_cap_add(world.order, limit=5, period="hour", by=by)
    buyer_cap_add(world.buyer, limit=9, period="week", time_zone="UTC", by=by)
    world.order.criteria, world.order.zips_mode, world.order.zip_list = TEXAN, "exclude", zips
    world.order.time_zone = "America/Los_Angeles"
    world.order.save()
    order_windows_set(world.order, windows=[OrderWindow(weekday=4, opens=time(22), closes=time(2))], by=by)
    price_bands_set(world.order, bands=[{"expression": TEXAN, "price": "55.00"}], by=by)
    table = {
        "target": "a.b",
        "kind": "value_table",
        "source": "state",
        "table": [["TX", "Texas"]],
        "default": "?",
    }
    mappings_set(world.endpoint, rows=[table, {"target": "c", "kind": "constant", "value": "1"}], by=by)


def test_a_loaded_version_equals_the_compiled_one_and_hashes_alike():
    world = draft_campaign()
    _everything(world)
    compiled = world.publish().spec

    specs.forget()
    loaded = specs.load(world.version.pk)

    assert loaded == compiled
    assert specs.fingerprint(loaded) == specs.fingerprint(compiled) == world.version.hash
    assert hash(loaded.rules[0].expression) == hash(compiled.rules[0].expression)
    assert _mutable_parts(replace(loaded, lists={})) == []


def _mutable_parts(value: object) -> list[object]:
    """Lists, dicts and sets anywhere inside a value that should be immutable."""
    if isinstance(value, list | set) or (isinstance(value, dict) and value):
        return [value]
    if is_dataclass(value):
        return [part for each in fields(value) for part in _mutable_parts(getattr(value, each.name))]
    if isinstance(value, tuple | frozenset):
        return [part for item in value for part in _mutable_parts(item)]
    return []


def test_rows_become_the_values_the_engine_wants():
    world = draft_campaign()
    _everything(world)
    spec = world.publish().spec
    order, terms = spec.orders[0], spec.terms[0]

    assert spec.schedule.windows == (Window(0, 540, 1440),)
    assert spec.schedule.holidays == (date(2026, 12, 25),)
    assert order.schedule.windows == (Window(4, 1320, 120),)
    assert order.schedule.time_zone == "America/Los_Angeles"
    assert [(cap.key, cap.subject, cap.limit, cap.time_zone, cap.on_hit) for cap in order.caps] == [
        (f"order:{world.order.caps.get().pk}", "order", 5, "America/Los_Angeles", "skip"),
        (f"buyer:{world.buyer.caps.get().pk}", "buyer", 9, "UTC", "skip"),
    ]
    assert [(cap.basis, cap.limit) for cap in terms.caps] == [("spend", 1250)]
    by_name = {field.name: field for field in spec.fields}
    assert by_name["roof"].choices[1].synonyms == ("tin", "steel")
    assert (by_name["age"].minimum, by_name["age"].maximum) == (Decimal(18), Decimal("99.5"))
    assert spec.lists == {spec.zips.list_hash: ValueList(frozenset({"90210"}), ("902",))}
    assert spec.rules[1].expression.value == (spec.zips.list_hash, "West")
    assert rules.problems(spec.rules[1].expression, spec) == []
    assert spec.orders[0].criteria == Expression("test", field="state", operator="in", value=("TX", "OK"))


def test_a_field_known_by_its_type_gets_the_role_in_writing():
    world = draft_campaign()
    world.campaign.fields.update(role="")

    roles = {field.name: field.role for field in world.publish().spec.fields}

    assert (roles["state"], roles["zip"], roles["email"], roles["city"]) == ("state", "zip", "email", "")


def test_the_oldest_version_leaves_memory_first_and_its_lists_with_it(monkeypatch):
    monkeypatch.setattr(specs, "MOST_KEPT", 1)
    world = draft_campaign(campaign={"zips_mode": "include"})
    world.campaign.zip_list = list_store(world.company, name="One", text="75001", by=None)
    world.campaign.save()
    first = world.publish().version
    other = published_campaign()
    specs.forget()

    kept = specs.load(first.pk)
    assert specs.load(first.pk) is kept
    specs.load(other.version.pk)
    assert specs.load(first.pk) is not kept
    assert specs.load(first.pk) == kept


def test_a_hit_asks_nothing_of_the_database(django_assert_num_queries):
    world = published_campaign()
    spec = world.spec
    with django_assert_num_queries(0):
        assert specs.load(world.version.pk) is spec


def test_loading_what_is_no_version_raises():
    with pytest.raises(Version.DoesNotExist):
        specs.load(0)


def test_publishing_takes_the_same_number_of_queries_whatever_the_number_of_orders(
    django_assert_max_num_queries,
):
    world = draft_campaign()
    for _ in range(12):
        world.add_order()
    with django_assert_max_num_queries(45):
        world.publish()


def test_content_without_a_newer_setting_loads_with_its_default():
    spec = published_campaign().spec
    content = specs.dump(spec)
    del content["pad_zip"], content["orders"][0]["weight"]

    loaded = specs.undump(content)

    assert isinstance(loaded, CampaignSpec)
    assert (loaded.pad_zip, loaded.orders[0].weight) == (False, 1)
