"""Who runs out of money is told of once."""

from decimal import Decimal

import pytest

from apps.buyers.models import Buyer
from apps.buyers.services import buyer_set_active
from apps.companies.models import Company
from apps.ledger.services import balances_watch, billing_set, sale_book
from tests.deliveries.money import top_up
from tests.ledger.test_balances import in_threads, sale

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def buyer() -> Buyer:
    return Buyer.objects.create(company=Company.objects.create(name="Us"), name="Acme")


def test_each_change_is_told_once(buyer: Buyer, caplog: pytest.LogCaptureFixture) -> None:
    assert balances_watch() == {}
    top_up(buyer, "50.00")
    billing_set(buyer, billing="prepaid", warn_below=Decimal("20.00"), by=None)
    assert balances_watch() == {buyer.pk: "fine"}
    assert balances_watch() == {}
    sale_book(sale(buyer, 1, "30.00"))
    assert balances_watch() == {}
    sale_book(sale(buyer, 2, "0.01"))
    assert balances_watch() == {buyer.pk: "low"}
    sale_book(sale(buyer, 3, "19.99"))
    assert balances_watch() == {buyer.pk: "out"}
    assert balances_watch() == {}
    top_up(buyer, "20.00")
    assert balances_watch() == {buyer.pk: "fine"}
    told = [record.getMessage() for record in caplog.records if "money" in record.getMessage()]
    assert told == ["buyer_low_on_money", "buyer_out_of_money"]
    assert {record.buyer_id for record in caplog.records if "money" in record.getMessage()} == {buyer.pk}


def test_who_is_switched_off_or_has_no_limit_is_not_told_of(buyer: Buyer) -> None:
    billing_set(buyer, billing="prepaid", by=None)
    buyer_set_active(buyer, active=False, by=None)
    assert balances_watch() == {buyer.pk: "fine"}
    buyer_set_active(buyer, active=True, by=None)
    assert balances_watch() == {buyer.pk: "out"}
    billing_set(buyer, billing="invoice", by=None)
    assert balances_watch() == {buyer.pk: "fine"}


def test_of_many_that_look_at_once_one_tells(buyer: Buyer) -> None:
    billing_set(buyer, billing="prepaid", by=None)
    told: list[dict[int, str]] = []
    assert in_threads(*[lambda: told.append(balances_watch())] * 6) == []
    assert sorted(told, key=len)[-1] == {buyer.pk: "out"}
    assert sum(map(len, told)) == 1
