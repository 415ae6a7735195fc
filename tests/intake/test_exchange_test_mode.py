"""Test calls of the exchange: checked like live ones, answered as if they were, and nobody hears of them."""

from typing import Any

import pytest

from apps.deliveries.models import Delivery
from apps.leads.choices import LeadStatus
from apps.leads.models import CapCounter, DuplicateClaim, Lead
from apps.simulator.running import Running
from tests.auctions.market import auction_market
from tests.intake.exchanging import asked_nobody, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("flag", [1, "1", True, "yes"])
def test_tests_from_end_to_end(simulator: Running, flag: Any) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"], terms={"sample_payout": "9.90"})
    ping = told("ping", scene.ping_body(Test_Mode=flag))
    assert (ping["status"], ping["bid"], ping["test"]) == ("accepted", 9.9, True)
    post = told("post", scene.post_body(ping["ping_id"], Test_Mode=flag, extra=1))
    assert (post["status"], post["test"]) == ("delivered", True)
    assert post["lead_id"] == Lead.objects.get().public_id
    assert post["delivery_id"].startswith("DEL-")
    assert [item["code"] for item in post["warnings"]] == ["unknown_field"]
    again = told("post", scene.post_body(ping["ping_id"], Test_Mode=flag))
    assert again["reason"] == "ping_id_already_consumed"
    direct = told("direct_post", scene.direct_body(Test_Mode=flag))
    assert (direct["status"], direct["test"]) == ("delivered", True)
    assert asked_nobody(scene)
    assert set(Lead.objects.values_list("status", flat=True)) == {LeadStatus.TEST}
    assert not any(model.objects.exists() for model in (Delivery, DuplicateClaim, CapCounter))


def test_a_live_post_needs_a_live_pings_id(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    ping = told("ping", scene.ping_body(Test_Mode=1))
    assert told("post", scene.post_body(ping["ping_id"]))["reason"] == "invalid_ping_id"
    assert asked_nobody(scene)


def test_tests_are_warned_of_what_would_stop_them_live_and_told_all_errors(simulator: Running) -> None:
    scene = auction_market(
        simulator, ["bid?price=20.00"], campaign={"states_mode": "include", "states": ["NY"]}
    )
    scene.world.campaign.is_active = False
    scene.world.campaign.save()
    ping = told("ping", scene.ping_body(Test_Mode=1))
    assert ping["status"] == "accepted"
    assert [item["code"] for item in ping["warnings"]] == ["campaign_inactive", "state_targeting"]
    direct = told("direct_post", scene.direct_body(Test_Mode=1, email="x", phone="1"))
    assert direct["reason"] == "schema_validation_failed"
    assert [item["field"] for item in direct["errors"]] == ["email", "phone"]


@pytest.mark.parametrize("name", ["ping", "post", "direct_post"])
def test_a_flag_that_means_nothing_is_never_silently_live(simulator: Running, name: str) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    answer = told(name, scene.direct_body(Test_Mode="perhaps"))
    assert (answer["reason"], answer["errors"][0]["field"]) == ("schema_validation_failed", "Test_Mode")
    assert asked_nobody(scene)


def test_a_flag_beside_the_data_counts_as_well(simulator: Running) -> None:
    scene = auction_market(simulator, ["bid?price=20.00"])
    assert told("ping", scene.ping_body() | {"Test_Mode": 1})["test"] is True
    assert asked_nobody(scene)
