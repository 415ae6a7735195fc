"""Rules that measure distances hold at the drain, too: criteria, price bands, caps and conditions of a mapping."""

import json
from typing import Any

import pytest

from apps.buyers.models import OrderCap, OrderPriceBand
from apps.buyers.services import mappings_set
from apps.campaigns.services import list_store
from apps.campaigns.specs import list_key
from apps.deliveries import services
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, outcomes, sales, used

pytestmark = pytest.mark.django_db(transaction=True)

HOLLYWOOD, NEWARK = "90028", "07102"


def is_test(operator: str, value: Any) -> dict[str, Any]:
    return {"kind": "test", "field": "zip", "operator": operator, "value": value}


NEAR_BEVERLY_HILLS = is_test("within_km", ["90210", "30"])


@pytest.fixture
def scene(simulator: Running) -> Market:
    return market(simulator, ["accept", "accept"])


def test_criteria_and_price_bands_measure_distances(scene: Market) -> None:
    near, far = scene.orders
    near.criteria = NEAR_BEVERLY_HILLS
    near.save()
    OrderPriceBand.objects.create(order=near, expression=is_test("within_km", ["90028", "1"]), price=77)
    mappings_set(near.endpoint, rows=[{"target": "price", "kind": "system", "source": "price"}], by=None)
    scene.world.publish()
    here, there = scene.lead(zip=HOLLYWOOD), scene.lead(zip=NEWARK, state="NJ")
    services.drain()
    assert [order for order, _, _ in sales(here)] == [near.pk]
    asked = [json.loads(request.body).get("price") for request in scene.simulator.requests]
    assert sorted(asked, key=str) == ["77.00", None]
    assert [order for order, _, _ in sales(there)] == [far.pk]


def test_caps_count_by_distance(scene: Market) -> None:
    OrderCap.objects.create(order=scene.orders[0], limit=1, period="total", expression=NEAR_BEVERLY_HILLS)
    scene.world.publish()
    scene.lead(zip=NEWARK, state="NJ")
    services.drain()
    assert list(used().values()) in ([], [0])
    deliveries = [scene.lead(zip=HOLLYWOOD) for _ in range(2)]
    services.drain()
    assert list(used().values()) == [1]
    assert sorted(len(sales(one)) and sales(one)[0][0] for one in deliveries) == sorted(
        order.pk for order in scene.orders
    )


def test_a_condition_of_the_mapping_knows_lists_and_places(scene: Market) -> None:
    zips = list_store(scene.world.company, name="Ours", text="900*", by=None)
    near = {"kind": "all", "children": [is_test("in_list", [list_key(zips.pk), "Ours"]), NEAR_BEVERLY_HILLS]}
    row = {
        "target": "area",
        "kind": "branch",
        "default": "far",
        "branches": [{"expression": near, "value": "near"}],
    }
    mappings_set(scene.endpoint(0), rows=[row], by=None)
    scene.world.publish()
    here, there = scene.lead(zip=HOLLYWOOD), scene.lead(zip=NEWARK, state="NJ")
    services.drain()
    assert outcomes(here) == outcomes(there) == ["accepted"]
    sent = [json.loads(request.body)["area"] for request in scene.simulator.requests]
    assert sorted(sent) == ["far", "near"]
