"""A buyer's statement: what moved its balance, newest first, with the balance after each line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from apps.buyers.models import Buyer
from apps.ledger.choices import EntryKind
from apps.ledger.models import Entry

ZERO = Decimal("0.00")
PAGE = 50
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `amount` in the buyer's favour is above zero, a sale below; `balance` is what stands after it."""

    id: int
    at: datetime
    kind: str
    words: str
    note: str
    by_name: str
    lead_id: int | None
    amount: Decimal
    balance: Decimal

    @property
    def cursor(self) -> str:
        """What names this line for `statement`."""
        return f"{self.at.isoformat()} {self.id}"


@dataclass(frozen=True, slots=True)
class Statement:
    """Some lines; `older` names where the next page begins, empty on the last."""

    lines: tuple[Line, ...]
    older: str = ""


def statement(buyer: Buyer, currency: str, *, before: str = "", most: int = PAGE) -> Statement:
    """The lines before the one that `before` names (`Line.cursor`), at most `most`. A cursor that cannot be read is
    the newest."""
    rows = _before(_entries(buyer, currency), before)
    balance = -(rows.aggregate(total=Sum("amount"))["total"] or ZERO)
    found = list(rows.select_related("sale", "payment")[: most + 1])
    lines = tuple(_lines(found[:most], balance))
    return Statement(lines, lines[-1].cursor if len(found) > most else "")


def exported(buyer: Buyer, currency: str) -> Iterator[Line]:
    """All lines, newest first, read piece by piece."""
    rows = _entries(buyer, currency)
    balance = -(rows.aggregate(total=Sum("amount"))["total"] or ZERO)
    return _lines(rows.select_related("sale", "payment").iterator(chunk_size=CHUNK), balance)


def _entries(buyer: Buyer, currency: str) -> QuerySet[Entry]:
    rows = Entry.objects.filter(account="buyer", account_id=buyer.pk, currency=currency)
    return rows.order_by("-at", "-id")


def _before(rows: QuerySet[Entry], cursor: str) -> QuerySet[Entry]:
    at, _, number = cursor.partition(" ")
    try:
        moment, last = datetime.fromisoformat(at), int(number)
    except ValueError:
        return rows
    return rows.filter(Q(at__lt=moment) | Q(at=moment, id__lt=last))


def _lines(entries: Iterator[Entry] | list[Entry], balance: Decimal) -> Iterator[Line]:
    for entry in entries:
        payment = entry.payment
        yield Line(
            id=entry.pk,
            at=entry.at,
            kind=payment.kind if payment else entry.kind,
            words=payment.get_kind_display() if payment else EntryKind(entry.kind).label,
            note=payment.note if payment else "",
            by_name=payment.by_name if payment else "",
            lead_id=entry.sale.lead_id if entry.sale else entry.lead_id,
            amount=-entry.amount,
            balance=balance,
        )
        balance += entry.amount
