"""Answers read again by edited rules: sales reversed, noes booked, doubts ended; each once, and never sold twice."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection

from apps.buyers.services import response_rules_set
from apps.companies.models import AuditEvent
from apps.core.errors import ApplicationError
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.engine.orders import ResponseRule
from apps.engine.outcome import Outcome
from apps.leads.models import Lead, LeadEvent
from apps.ledger.models import Entry, Sale
from apps.ledger.selectors import balance, sold_so_far
from apps.simulator.running import Running
from tests.deliveries.market import Market, market, sales, stands, used
from tests.deliveries.test_order_caps import cap

pytestmark = pytest.mark.django_db(transaction=True)

SOLD = (ResponseRule("accepted", price_path="price"),)
REFUSED = (ResponseRule("rejected", reason_path="status"),)
SILENT = ()


def sent(scene: Market) -> Delivery:
    delivery = scene.lead()
    services.drain()
    return delivery


def first(delivery: Delivery) -> Attempt:
    return Attempt.objects.filter(delivery=delivery).order_by("id")[0]


def reclassify(scene: Market, delivery: Delivery, rules: tuple[ResponseRule, ...]) -> Outcome:
    return services.reclassify(first(delivery), rules, by=scene.world.user)


def books() -> tuple[int, int, int, dict[str, int]]:
    return Entry.objects.count(), AuditEvent.objects.count(), LeadEvent.objects.count(), used()


def refused(scene: Market, delivery: Delivery, rules: tuple[ResponseRule, ...], code: str) -> None:
    before = books(), stands(delivery), first(delivery).outcome
    with pytest.raises(ApplicationError) as error:
        reclassify(scene, delivery, rules)
    assert error.value.code == code
    assert (books(), stands(delivery), first(delivery).outcome) == before


def test_a_sale_that_was_none_is_reversed(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25"])
    cap(scene, 0, limit=5)
    delivery = sent(scene)
    assert list(used().values()) == [1]
    assert reclassify(scene, delivery, REFUSED) is Outcome.REJECTED
    assert stands(delivery) == ("unsold", "unsold")
    assert list(used().values()) == [0]
    assert balance("buyer") == balance("source") == balance("margin") == Decimal(0)
    assert Entry.objects.filter(kind="reversal").count() == 3
    assert Sale.objects.get().reversed_at is not None
    assert sold_so_far([delivery.lead_id]) == {}
    lead = Lead.objects.get(pk=delivery.lead_id)
    assert (lead.price, lead.reason) == (Decimal(0), "buyer_rejected")
    told = LeadEvent.objects.filter(lead_id=lead.pk, kind="resolved").get().data
    assert (told["was"], told["outcome"]) == ("accepted", "rejected")
    assert AuditEvent.objects.filter(action="delivery.reclassified").count() == 1


def test_doing_it_again_changes_nothing(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25"])
    delivery = sent(scene)
    reclassify(scene, delivery, REFUSED)
    before = books()
    assert reclassify(scene, delivery, REFUSED) is Outcome.REJECTED
    assert books() == before


def test_a_no_that_was_a_sale_is_booked(simulator: Running) -> None:
    scene = market(simulator, ["reject"], orders=[{"price": "31.00"}])
    cap(scene, 0, limit=5)
    delivery = sent(scene)
    assert list(used().values()) == [0]
    assert reclassify(scene, delivery, SOLD) is Outcome.ACCEPTED
    assert stands(delivery) == ("sold", "sold")
    assert [(order, price) for order, price, _ in sales(delivery)] == [(scene.orders[0].pk, "31.00")]
    assert list(used().values()) == [1]
    assert Lead.objects.get(pk=delivery.lead_id).price == Decimal("31.00")


def test_there_and_back_the_books_are_as_before(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25"])
    cap(scene, 0, limit=5)
    delivery = sent(scene)
    for rules in (REFUSED, SOLD, REFUSED, SOLD):
        reclassify(scene, delivery, rules)
    assert stands(delivery) == ("sold", "sold")
    assert balance("buyer") == Decimal("25.00")
    assert list(used().values()) == [1]
    assert Sale.objects.filter(reversed_at=None).count() == 1


def test_a_lead_that_another_buyer_has_is_never_sold_twice(simulator: Running) -> None:
    scene = market(simulator, ["reject", "accept"])
    delivery = sent(scene)
    assert stands(delivery) == ("sold", "sold")
    refused(scene, delivery, SOLD, "already_sold")
    assert Sale.objects.count() == 1


def test_a_lead_on_its_way_to_another_buyer_is_left_alone(simulator: Running) -> None:
    scene = market(simulator, ["reject"])
    delivery = sent(scene)
    services.redeliver(delivery, by=scene.world.user)
    refused(scene, delivery, SOLD, "delivery_open")


def test_after_a_reversal_the_lead_can_be_sold_to_another(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25", "accept?price=9"])
    delivery = sent(scene)
    reclassify(scene, delivery, REFUSED)
    again = services.redeliver(delivery, by=scene.world.user, order_id=scene.orders[1].pk)
    services.drain()
    assert stands(again) == ("sold", "sold")
    assert balance("buyer") == Decimal("9.00")


@pytest.mark.parametrize(("rules", "stand"), [(SOLD, ("sold", "sold")), (REFUSED, ("unsold", "unsold"))])
def test_a_doubt_ends_as_the_rules_read_it(
    simulator: Running, rules: tuple[ResponseRule, ...], stand: tuple[str, str]
) -> None:
    scene = market(simulator, ["accept?price=12"])
    response_rules_set(
        scene.endpoint(0), rows=[{"outcome": "accepted", "match": "text", "value": "sold"}], by=None
    )
    scene.world.publish()
    cap(scene, 0, limit=5)
    delivery = sent(scene)
    assert stands(delivery) == ("held", "held")
    reclassify(scene, delivery, rules)
    services.drain()
    assert stands(delivery) == stand
    assert list(used().values()) == [1 if stand[0] == "sold" else 0]
    assert first(delivery).rule_index == 0


def test_what_the_rules_do_not_decide_is_refused(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    delivery = sent(scene)
    refused(scene, delivery, SILENT, "not_decisive")


def test_one_no_for_another_moves_no_money(simulator: Running) -> None:
    scene = market(simulator, ["reject?reason=known"])
    delivery = sent(scene)
    rules = (ResponseRule("duplicate", reason_path="reason"),)
    assert reclassify(scene, delivery, rules) is Outcome.DUPLICATE
    assert stands(delivery) == ("unsold", "unsold")
    assert (first(delivery).outcome, first(delivery).reason) == ("duplicate", "known")
    assert not Entry.objects.exists()


def test_an_erased_answer_cannot_be_read_again(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    delivery = sent(scene)
    Lead.objects.update(wrapped_key=None)
    refused(scene, delivery, REFUSED, "not_readable")


def test_a_sale_can_be_marked_reversed_and_nothing_else(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25"])
    sent(scene)
    for change in ("price = 1", "reversed_at = now(), price = 1", "reversed_at = NULL"):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(f"UPDATE ledger_sale SET {change}")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_sale")
