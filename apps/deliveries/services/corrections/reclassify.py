"""Answers that were read wrongly, read again: what follows from the right reading is put right, in the open.

An attempt is read by the rules given, never by what a page says. A doubt is resolved as a person would resolve it; a
sale that was none is reversed; a no that was a sale is booked, if nobody has bought the lead since. Once an attempt
stands as the rules read it, doing it again changes nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.companies.services import record as audit
from apps.core.errors import ApplicationError
from apps.deliveries.choices import AttemptKind, DeliveryStatus
from apps.deliveries.facts import database_now
from apps.deliveries.journeys import Journey
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.attempt.wording import unnamed
from apps.deliveries.services.corrections import reversing
from apps.deliveries.services.corrections.by_hand import journey_of, opened_attempt, resolve
from apps.deliveries.services.corrections.rereading import stored_answer
from apps.deliveries.services.journey import after_sale, callbacks, finishing
from apps.deliveries.services.journey.reservations import (
    KEPT_WITHOUT_SALE,
    CapBook,
    Counter,
    balance_of,
    counters_of,
    wanted,
)
from apps.deliveries.services.journey.settling import Answer, booking
from apps.deliveries.specs import history_dump
from apps.engine import outcome, reasons
from apps.engine.orders import ResponseRule
from apps.engine.outcome import Outcome
from apps.engine.values import Problem
from apps.leads import services as leads
from apps.leads.choices import EventKind, LeadStatus
from apps.leads.models import Lead, LeadEvent
from apps.leads.services import Finished
from apps.ledger.selectors import SoldSoFar, sales_of, sold_so_far
from apps.ledger.services import payouts_book, sale_book, sale_reverse

_NOES = frozenset({Outcome.REJECTED, Outcome.DUPLICATE, Outcome.FAILED})
_NOBODY = "buyer_rejected"
"""Why a lead is unsold whose only sale was none."""
_OPEN = (DeliveryStatus.PENDING, DeliveryStatus.HELD, DeliveryStatus.QUARANTINED)


@dataclass(slots=True)
class _Case:
    """One attempt under correction, its delivery and itself locked."""

    delivery: Delivery
    row: Attempt
    journey: Journey
    answer: Answer
    now: datetime
    was: Outcome

    @property
    def becomes(self) -> Outcome:
        return self.answer.reading.outcome


@transaction.atomic
def reclassify(attempt: Attempt, rules: tuple[ResponseRule, ...], *, by: Any) -> Outcome:
    """Read an attempt's stored answer by these rules and put right what followed from the old reading; audited.

    Gives the outcome that stands now. Refused (`ApplicationError`) where the answer cannot be read again, where the
    rules do not decide, and where a correction would sell a lead twice.
    """
    delivery = Delivery.objects.select_for_update().get(pk=attempt.delivery_id)
    row = Attempt.objects.select_for_update().get(pk=attempt.pk)
    response = stored_answer(row) if row.kind == AttemptKind.SALE else None
    if response is None:
        raise ApplicationError(
            "This answer cannot be read again: it was erased, kept in part, or a person has judged it.",
            code="not_readable",
        )
    reading = outcome.read(response, rules)
    if reading.outcome == row.outcome:
        return reading.outcome
    journey = journey_of(delivery)
    journey.attempt = opened_attempt(journey, row)
    reading = unnamed(reading, journey)
    answer = Answer(journey, journey.attempt, response, reading, 0.0)
    was = Outcome(row.outcome)
    case = _Case(delivery, row, journey, answer, database_now(), was)
    _correction(case)(case, by)
    data = {"attempt": row.pk, "was": was.value, "is": reading.outcome.value}
    words = f"An answer to {delivery.public_id} was {was.value} and is {reading.outcome.value} by the rules"
    audit(delivery, by=by, action="delivery.reclassified", summary=words, data=data)
    return reading.outcome


def _correction(case: _Case) -> Callable[[_Case, Any], None]:
    if case.becomes is not Outcome.ACCEPTED and case.becomes not in _NOES:
        raise ApplicationError("The rules do not decide what this answer means.", code="not_decisive")
    if case.was is Outcome.UNKNOWN and case.delivery.status == DeliveryStatus.HELD:
        return _resolve
    if case.delivery.status in _OPEN:
        raise ApplicationError(
            "The delivery is under way; try again when it has ended.", code="delivery_open"
        )
    if case.was is Outcome.ACCEPTED:
        return _reverse
    return _book if case.becomes is Outcome.ACCEPTED else _relabel


def _resolve(case: _Case, by: Any) -> None:
    """The doubt ends as if a person had said what the answer was."""
    if case.becomes is Outcome.FAILED:
        raise ApplicationError("The rules do not say whether the buyer has the lead.", code="not_decisive")
    resolve(case.delivery.pk, case.answer.reading, told_by=str(by), attempt_id=case.row.pk)
    case.row.refresh_from_db()
    _write_attempt(case)


def _relabel(case: _Case, by: Any) -> None:
    """No money moves; what a doubt still held is given back."""
    _caps_back(case)
    _write_history(case, case.delivery.status, case.delivery.reason)
    _write_attempt(case)
    _tell(case, by)


def _reverse(case: _Case, by: Any) -> None:
    """The sale was none: its entries are reversed, and the lead is unsold, or sold to the others only."""
    lead_id = case.row.lead_id
    before = sold_so_far([lead_id]).get(lead_id, SoldSoFar())
    _caps_back(case)
    after_it = reversing.later_sales(case.row)
    if not sale_reverse(case.row.pk, case.now):
        raise ApplicationError("There is no sale of this attempt to be reversed.", code="no_such_sale")
    after_sale.undo(lead_id, case.row.order_id, case.now)
    if before.count > 1:
        _write_history(case, case.delivery.status, case.delivery.reason)
        _write_attempt(case)
        _tell(case, by)
        if reversing.sold_to_others(case.journey, after_it, case.now).payout != before.payout:
            _tell_source(case)
        return
    _write_history(case, DeliveryStatus.UNSOLD, _NOBODY)
    _write_attempt(case)
    _tell(case, by)
    leads.unsell(
        Finished(
            lead_id,
            LeadStatus.UNSOLD,
            payout=finishing.payout_without_sale(case.journey),
            reason=_NOBODY,
            message=reasons.message(Problem(_NOBODY)),
            data={"delivery": case.delivery.public_id},
        )
    )
    owed = finishing.payout_owed(case.journey, case.now)
    payouts_book([owed] if owed else [])
    _tell_source(case)


def _book(case: _Case, by: Any) -> None:
    """The no was a sale: booked, unless the lead was sold or is on its way to somebody."""
    _caps_taken(case)
    lead = Lead.objects.select_for_update().get(pk=case.row.lead_id)
    if lead.status != LeadStatus.UNSOLD:
        raise ApplicationError(
            "Only a lead that nobody has bought can become a sale of this buyer.",
            code="already_sold",
            status=409,
        )
    if Delivery.objects.filter(lead_id=lead.pk, status__in=_OPEN).exists():
        raise ApplicationError(
            "Another delivery of this lead is under way; try again when it has ended.", code="delivery_open"
        )
    if not sale_book(booking(case.answer, sold_so_far([lead.pk]).get(lead.pk), case.now)):
        raise ApplicationError("The lead has been sold already.", code="already_sold", status=409)
    after_sale.write([(case.journey, case.answer.attempt)], case.now)
    _write_history(case, DeliveryStatus.SOLD, "")
    _write_attempt(case)
    _tell(case, by)
    total = sold_so_far([lead.pk])[lead.pk]
    data = {"delivery": case.delivery.public_id, "orders": [case.row.order_name]}
    leads.finish([Finished(lead.pk, LeadStatus.SOLD, price=total.price, payout=total.payout, data=data)])
    _tell_source(case)


def _caps_back(case: _Case) -> None:
    """What only a sale holds is given back."""
    standing = case.row.reservations
    book = CapBook(counters_of(standing) | _balances(case))
    book.release(one for one in standing if one[3] not in KEPT_WITHOUT_SALE)
    book.write()
    case.row.reservations = [one for one in standing if one[3] in KEPT_WITHOUT_SALE]


def _balances(case: _Case) -> set[Counter]:
    """The balances of all who bought the lead, or are about to have: sales that are booked or reversed move them, and
    they are locked in their turn.
    """
    currency = case.journey.spec.currency
    buyers = {case.row.buyer_id, *(one.buyer_id for one in sales_of(case.row.lead_id))}
    return {balance_of(buyer_id, currency) for buyer_id in buyers}


def _caps_taken(case: _Case) -> None:
    """The counters of the day of the attempt get the sale, even beyond their limits: it has happened."""
    standing = case.row.reservations
    counted = {(one[0], one[1]) for one in standing}
    order = case.journey.order(case.row.order_id)
    missing = [
        one
        for one, _ in wanted(case.journey, order, case.answer.price, case.row.started_at)
        if (one[0], one[1]) not in counted
    ]
    book = CapBook(counters_of([*standing, *missing]) | _balances(case))
    for key, period, amount, basis in missing:
        book.correct([key, period, 0, basis], amount)
    standing = book.sold(standing, case.answer.price)
    book.write()
    case.row.reservations = [*standing, *missing]


def _write_history(case: _Case, status: str, reason: str) -> None:
    """The delivery's history tells the new outcome, so that whatever reads it goes by it."""
    journey, price = case.journey, case.answer.price if case.becomes is Outcome.ACCEPTED else None
    for at in reversed(range(len(journey.history))):
        result = journey.history[at]
        if result.order_id == case.row.order_id and result.what == case.was:
            journey.history[at] = replace(
                result, what=case.becomes, reason=case.answer.reading.reason, price=price, retry_at=None
            )
            break
    journey.held.pop(case.row.order_id, None)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliveries_delivery SET status = %s, reason = %s, history = %s WHERE id = %s",
            [
                str(status),
                reason,
                json.dumps(history_dump(journey.history, journey.held)),
                case.delivery.pk,
            ],
        )


def _write_attempt(case: _Case) -> None:
    row, reading = case.row, case.answer.reading
    row.outcome, row.reason, row.reference = reading.outcome.value, reading.reason, reading.reference
    row.rule_index = reading.rule_index
    if reading.outcome is Outcome.ACCEPTED:
        row.price = case.answer.price
    row.save(update_fields=["outcome", "reason", "reference", "rule_index", "price", "reservations"])


def _tell_source(case: _Case) -> None:
    """The source that was answered by what buyers said is told that it was otherwise; on acceptance nobody told it of
    buyers, and of deliveries by hand it never hears.
    """
    lead_id, terms = case.row.lead_id, case.journey.terms
    if case.journey.spec.answer_mode != "buyer" or terms is None:
        return
    if Delivery.objects.filter(lead_id=lead_id, pk__lt=case.delivery.pk).exists():
        return
    company_id = case.delivery.company_id
    callbacks.correct(lead_id, company_id=company_id, url=terms.callback_url, now=case.now)


def _tell(case: _Case, by: Any) -> None:
    data: dict[str, Any] = {
        "attempt": case.row.pk,
        "order": case.row.order_name,
        "was": case.was.value,
        "outcome": case.becomes.value,
        "by": str(by),
    }
    LeadEvent.objects.create(lead_id=case.row.lead_id, kind=EventKind.RESOLVED, at=case.now, data=data)
