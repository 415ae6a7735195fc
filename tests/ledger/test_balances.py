"""What a buyer may spend: payments, limits that are live, and the counter that sales move."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from apps.buyers.models import Buyer
from apps.companies.models import AuditEvent, Company
from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.leads.models import CapCounter
from apps.ledger.choices import PaymentKind
from apps.ledger.models import Entry, Payment, Sale
from apps.ledger.selectors import Account, account_of, exported, statement
from apps.ledger.services import (
    Booking,
    PaymentWanted,
    billing_set,
    payment_book,
    sale_book,
    sale_reverse,
    sales_book,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def buyer() -> Buyer:
    return Buyer.objects.create(company=Company.objects.create(name="Us"), name="Acme")


def sale(buyer: Buyer, number: int, price: str = "20.00", currency: str = "USD") -> Booking:
    return Booking(
        company_id=buyer.company_id,
        lead_id=number,
        delivery_id=number,
        attempt_id=number,
        order_id=1,
        buyer_id=buyer.pk,
        source_id=1,
        exclusive=True,
        place=1,
        price=Decimal(price),
        payout=Decimal("1"),
        currency=currency,
        recovered=False,
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def pay(buyer: Buyer, kind: PaymentKind, amount: str, *, key: UUID | None = None) -> Payment:
    wanted = PaymentWanted(kind, Decimal(amount), "Wire 4711", key or uuid4())
    return payment_book(buyer, wanted, by=None)[0]


def stands(buyer: Buyer) -> tuple[str, str, str]:
    """(owed, reserved, left)."""
    account = account_of(buyer, now=now())
    return str(account.owed), str(account.reserved), str(account.left)


def in_threads(*works: object) -> list[BaseException]:
    failed: list[BaseException] = []

    def run(work: object) -> None:
        try:
            work()
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_by_invoice_nothing_is_counted(buyer: Buyer) -> None:
    assert sale_book(sale(buyer, 1))
    pay(buyer, PaymentKind.TOP_UP, "5.00")
    assert stands(buyer) == ("15.00", "0.00", "None")
    assert not CapCounter.objects.exists()


def test_prepaid_is_what_was_paid_in_less_what_stands(buyer: Buyer) -> None:
    billing_set(buyer, billing="prepaid", by=None)
    assert stands(buyer) == ("0.00", "0.00", "0.00")
    pay(buyer, PaymentKind.TOP_UP, "100.00")
    sales_book([sale(buyer, 1), sale(buyer, 2, "12.505")])
    assert stands(buyer) == ("-67.50", "0.00", "67.50")
    assert sale_reverse(1, now())
    assert not sale_reverse(1, now())
    assert stands(buyer) == ("-87.50", "0.00", "87.50")


def test_a_limit_begins_with_what_was_sold_and_paid_before(buyer: Buyer) -> None:
    sales_book([sale(buyer, 1), sale(buyer, 2), sale(buyer, 3)])
    sale_reverse(3, now())
    pay(buyer, PaymentKind.TOP_UP, "30.00")
    billing_set(buyer, billing="credit", credit_limit=Decimal("50.00"), by=None)
    assert stands(buyer) == ("10.00", "0.00", "40.00")
    sale_book(sale(buyer, 4))
    billing_set(buyer, billing="invoice", by=None)
    assert stands(buyer) == ("30.00", "0.00", "None")
    sale_book(sale(buyer, 5))
    pay(buyer, PaymentKind.TOP_UP, "1.00")
    billing_set(buyer, billing="credit", credit_limit=Decimal("60.00"), by=None)
    assert stands(buyer) == ("49.00", "0.00", "11.00")


def test_adjustments_and_refunds(buyer: Buyer) -> None:
    billing_set(buyer, billing="credit", credit_limit=Decimal("10.00"), by=None)
    pay(buyer, PaymentKind.CREDIT, "30.00")
    pay(buyer, PaymentKind.DEBIT, "5.00")
    assert stands(buyer) == ("-25.00", "0.00", "35.00")
    with pytest.raises(ApplicationError, match=r"Only 25\.00"):
        pay(buyer, PaymentKind.REFUND, "25.01")
    pay(buyer, PaymentKind.REFUND, "25.00")
    assert stands(buyer) == ("0.00", "0.00", "10.00")
    by_account = {}
    for account, amount in Entry.objects.values_list("account", "amount"):
        by_account[account] = by_account.get(account, 0) + amount
    assert by_account == {"buyer": 0, "adjust": Decimal("25.00"), "cash": Decimal("-25.00")}


@pytest.mark.parametrize(
    ("amount", "note"), [("0", "x"), ("-1", "x"), ("0.004", "x"), ("10000000", "x"), ("1", " ")]
)
def test_no_payment_of_nothing_or_for_nothing(buyer: Buyer, amount: str, note: str) -> None:
    with pytest.raises(ApplicationError):
        payment_book(buyer, PaymentWanted(PaymentKind.TOP_UP, Decimal(amount), note, uuid4()), by=None)
    assert not Payment.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_form_sent_twice_at_once_books_once(buyer: Buyer) -> None:
    billing_set(buyer, billing="prepaid", by=None)
    key = uuid4()
    assert in_threads(*[lambda: pay(buyer, PaymentKind.TOP_UP, "50.00", key=key)] * 6) == []
    assert (Payment.objects.count(), stands(buyer)) == (1, ("-50.00", "0.00", "50.00"))
    assert AuditEvent.objects.filter(action="buyer.payment_booked").count() == 1
    other = Buyer.objects.create(company=buyer.company, name="Other")
    with pytest.raises(ApplicationError):
        pay(other, PaymentKind.TOP_UP, "50.00", key=key)


def test_payments_at_once_all_count(buyer: Buyer) -> None:
    billing_set(buyer, billing="prepaid", by=None)
    works = [lambda: pay(buyer, PaymentKind.TOP_UP, "1.00")] * 8
    switches = [
        lambda: billing_set(buyer, billing="credit", credit_limit=Decimal("7.00"), by=None),
        lambda: billing_set(buyer, billing="invoice", by=None),
    ]
    assert in_threads(*works[:4], *switches, *works[4:]) == []
    billing_set(buyer, billing="prepaid", by=None)
    assert stands(buyer) == ("-8.00", "0.00", "8.00")


def test_counting_begins_between_sales_never_within_one(buyer: Buyer) -> None:
    """Sales and reversals race with the beginning: the counter holds what the ledger says, to the cent."""
    numbers = iter(range(1, 1000))

    def sell(own: list[int]) -> None:
        for number in own:
            with transaction.atomic():
                assert sale_book(sale(buyer, number, "0.37"))
            if number % 3 == 0:
                assert sale_reverse(number, now())

    portions = [[next(numbers) for _ in range(40)] for _ in range(4)]
    works = [lambda own=own: sell(own) for own in portions]
    begin = lambda: billing_set(buyer, billing="prepaid", by=None)  # noqa: E731
    assert in_threads(*works, begin) == []
    standing = Sale.objects.filter(reversed_at=None).count()
    assert CapCounter.objects.get().used == 37 * standing
    owed = Decimal("0.37") * standing
    assert stands(buyer) == (str(owed), "0.00", str(-owed))


def test_a_sale_in_the_middle_of_booking_is_waited_for(buyer: Buyer) -> None:
    begun = threading.Event()

    def begin() -> None:
        begun.set()
        billing_set(buyer, billing="prepaid", by=None)

    with transaction.atomic():
        sale_book(sale(buyer, 1))
        thread = threading.Thread(target=lambda: in_threads(begin))
        thread.start()
        begun.wait()
    thread.join()
    assert CapCounter.objects.get().used == 2000


def test_who_sells_without_a_pause_is_not_waited_for_forever(buyer: Buyer) -> None:
    failed: list[BaseException] = []
    with transaction.atomic():
        sale_book(sale(buyer, 1))
        failed = in_threads(lambda: billing_set(buyer, billing="prepaid", by=None))
    assert [type(one) for one in failed] == [ApplicationError]
    buyer.refresh_from_db()
    assert (buyer.billing, CapCounter.objects.exists()) == ("invoice", False)


def test_other_currencies_are_told_apart(buyer: Buyer) -> None:
    billing_set(buyer, billing="prepaid", by=None)
    sale_book(sale(buyer, 1, "5.00", currency="EUR"))
    account: Account = account_of(buyer, now=now())
    assert (account.owed, account.left, account.others) == (0, 0, {"EUR": Decimal("5.00")})


def test_a_statement_runs_down_from_what_stands(buyer: Buyer) -> None:
    pay(buyer, PaymentKind.TOP_UP, "50.00")
    for number in range(1, 8):
        sale_book(replace(sale(buyer, number), at=now()))
    sale_reverse(3, now())
    told = list(exported(buyer, "USD"))
    assert [str(line.balance) for line in told] == [
        "-70.00", "-90.00", "-70.00", "-50.00", "-30.00", "-10.00", "10.00", "30.00", "50.00",
    ]  # fmt: skip
    assert (told[0].words, told[0].amount, told[0].lead_id) == ("Sale, reversed", Decimal("20.00"), 3)
    assert (told[-1].words, told[-1].note, told[-1].by_name) == ("Top-up", "Wire 4711", "Sluice")
    assert list(_paged(buyer)) == told
    assert statement(buyer, "USD", before="nonsense").lines == tuple(told)


def _paged(buyer: Buyer) -> Iterator:
    page = statement(buyer, "USD", most=4)
    yield from page.lines
    while page.older:
        page = statement(buyer, "USD", before=page.older, most=4)
        yield from page.lines


def test_the_database_itself_refuses_what_does_not_add_up(buyer: Buyer) -> None:
    payment = pay(buyer, PaymentKind.TOP_UP, "5.00")
    for change in (
        lambda: Payment.objects.update(amount=6),
        lambda: Payment.objects.all().delete(),
        lambda: Entry.objects.filter(payment=payment).update(amount=6),
    ):
        with pytest.raises((IntegrityError, InternalError)):
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            id=1, company=buyer.company, buyer_id=buyer.pk, kind="top_up", amount=5, currency="USD", note="x",
            by_name="x", form_key=uuid4(), booked_at=now(),
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            company=buyer.company,
            payment=payment,
            kind="payment",
            account="margin",
            amount=1,
            currency="USD",
            at=now(),
        )
