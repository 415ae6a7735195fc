"""A lead's whole story, for every way it may have gone."""

import pytest

from apps.buyers.services import order_set_active
from apps.companies.choices import Role
from apps.deliveries import services
from apps.deliveries.models import Delivery
from apps.leads.models import Lead
from apps.monitoring.trace import Trace, trace
from apps.simulator.running import Running
from tests.deliveries.market import due_now, market
from tests.monitoring.desk import delivered, html, member, post, url_of

pytestmark = pytest.mark.django_db(transaction=True)

FIXED = {"payout_kind": "fixed", "payout_amount": "6.50"}


def story(lead: Lead, *, unmasked: bool = False) -> Trace:
    lead.refresh_from_db()
    return trace(lead, unmasked=unmasked)


def test_sold_after_one_refusal(simulator: Running) -> None:
    scene = market(
        simulator, ["reject?reason=Outside+our+territory", "accept?price=25", "accept"], terms=FIXED
    )
    lead = delivered(scene)
    told = story(lead)
    second = scene.orders[1]
    assert told.sentence.startswith(
        f"Sold to {second.buyer} for $25.00 after 1 refusal; {scene.world.source} is"
    )
    assert "paid $6.50" in told.sentence
    assert told.checks
    assert told.refused == ()
    assert [(line.order, line.came) for line in told.considered] == [
        (scene.orders[0].name, "✕ Rejected"),
        (second.name, "✓ Accepted"),
        (scene.orders[2].name, "Not reached"),
    ]
    assert [line.words for line in told.considered] == [f"In line, place {place}" for place in (1, 2, 3)]
    assert [line.decided for line in told.considered] == [f"Priority {place}" for place in (1, 2, 3)]


def test_each_call_shows_what_went_what_came_and_which_rule_read_it(simulator: Running) -> None:
    scene = market(simulator, ["reject?reason=Outside+our+territory", "accept?price=25"])
    lead = delivered(scene)
    first, second = story(lead, unmasked=True).deliveries[0].attempts
    assert first.words == "✕ Rejected"
    assert first.detail == "“Outside our territory”"
    assert '"email": "jane.doe' in first.request
    assert "Idempotency-Key: DEL-" in first.request
    assert '"reason": "Outside our territory"' in first.response
    assert [(rule.number, rule.matched) for rule in first.rules] == [(1, False), (2, True), (3, False)]
    assert first.rules[1].words == "status is “rejected”"
    assert (second.words, second.price, second.rules[0].matched) == ("✓ Accepted", "$25.00", True)
    assert second.reference.startswith("SIM-")
    assert {"assembly", "send", "buyer", "parse", "total"} <= {stage.label for stage in second.stages}
    assert first.opened
    assert second.opened


def test_the_timeline_goes_from_receipt_to_sale(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept?price=25"])
    lead = delivered(scene)
    words = [line.words for line in story(lead).timeline]
    assert words[0] == "Received"
    assert words[1].startswith("Checked: ")
    assert words[1].endswith(" checks passed")
    assert words[2] == "2 orders considered, 2 in line"
    assert words[3].startswith(f"{scene.orders[0].name} ({scene.orders[0].buyer}): ✕ Rejected in ")
    assert words[-1] == "Sold for $25.00"


def test_retries_are_folded_and_counted(simulator: Running) -> None:
    scene = market(simulator, ["error", "accept"], endpoint={"retries": 2})
    lead = delivered(scene)
    for _ in range(2):
        due_now(Delivery.objects.get())
        services.drain()
    told = story(lead)
    assert "after 3 failed calls" in told.sentence
    attempts = told.deliveries[0].attempts
    assert [(one.retry, one.opened) for one in attempts] == [(0, False), (1, False), (2, False), (0, True)]
    assert attempts[0].unread == "HTTP 500 is tried again; no rule is asked."
    assert told.considered[0].came == "↻ 3 failed calls"


def test_rejected_at_the_door(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    lead = delivered(scene, email="no address")
    told = story(lead)
    assert told.sentence == f"{scene.world.source} was answered “{lead.message}”. No buyer saw the lead."
    assert [line.messages for line in told.refused] == [(lead.message,)]
    assert told.considered == told.deliveries == ()
    assert told.why_not == "The lead was refused before it was offered to anyone."
    assert not told.can_redeliver
    assert simulator.requests == []


def test_unsold_with_the_reason_of_each_order(simulator: Running) -> None:
    scene = market(
        simulator, ["accept", "reject?reason=Full", "accept"], orders=[{"states_mode": "include", "states": ["TX"]}],
        terms=FIXED,
    )  # fmt: skip
    order_set_active(scene.orders[2], active=False, by=None)
    lead = delivered(scene, state="CA", zip="90210")
    told = story(lead)
    assert told.sentence == (
        f"No buyer took it (1 call made); {scene.world.source} is paid $6.50 all the same, "
        "as it was told at acceptance."
    )
    shown = {line.order: (line.words, line.decided, line.came) for line in told.considered}
    assert shown == {
        scene.orders[0].name: ("Does not buy state CA", "CA; buys TX", ""),
        scene.orders[1].name: ("In line, place 1", "Priority 2", "✕ Rejected"),
        scene.orders[2].name: ("The order is paused", "", ""),
    }
    assert told.can_redeliver
    assert told.doubt is None


def test_held_until_somebody_says(simulator: Running) -> None:
    scene = market(simulator, ["garbage", "accept"])
    lead = delivered(scene)
    told = story(lead)
    assert lead.status == "held"
    assert told.sentence.startswith(f"{scene.orders[0].buyer} was sent it and gave no readable answer: held")
    assert told.doubt is not None
    assert (told.doubt.buyer, told.doubt.price) == (scene.orders[0].buyer.name, "$40.00")
    assert not told.can_redeliver
    page = html(member(scene.world).get(url_of(lead)))
    assert "Yes: book the sale for $40.00" in page
    assert "Deliver again to" not in page


def test_a_quarantined_lead_can_be_delivered_again(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    lead = post(scene.world)
    Delivery.objects.update(status="quarantined", next_attempt_at=None)
    Lead.objects.update(status="held")
    told = story(lead)
    assert "three times" in told.sentence
    assert told.can_redeliver
    assert told.doubt is None


def test_a_test_lead_stays_inside(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    lead = delivered(scene, test="true")
    told = story(lead)
    assert told.sentence.startswith("A test lead")
    assert told.why_not == "Test leads stop here: no buyer is contacted."
    assert told.considered == told.deliveries == ()
    assert simulator.requests == []


def test_on_its_way(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    told = story(post(scene.world))
    assert told.sentence.startswith("On its way to the buyers; due at ")
    assert told.why_not == "No worker has taken it up yet; it is due."


def test_an_erased_lead_keeps_its_record_and_nothing_of_the_person(simulator: Running) -> None:
    scene = market(simulator, ["reject?reason=We+know+Jane+Doe", "accept?price=25"])
    lead = delivered(scene)
    Lead.objects.update(wrapped_key=None)
    told = story(lead, unmasked=True)
    assert told.erased
    assert told.fields == ()
    assert told.sentence.startswith(f"Sold to {scene.orders[1].buyer} for $25.00")
    attempt = told.deliveries[0].attempts[0]
    assert (attempt.request, attempt.response, attempt.detail) == ("Erased.", "Erased.", "")
    page = html(member(scene.world, Role.OWNER, sees_personal_data=True).get(url_of(lead)))
    assert "data was erased" in page
    assert "Jane" not in page
    assert "Show personal data" not in page


def test_a_shared_lead_names_every_buyer(simulator: Running) -> None:
    scene = market(
        simulator, ["accept?price=10", "accept?price=8"], campaign={"max_buyers": 2}, group={"max_buyers": 2}
    )
    told = story(delivered(scene))
    first, second = (order.buyer for order in scene.orders)
    assert told.sentence.startswith(f"Sold to {first} for $10.00 and {second} for $8.00")
