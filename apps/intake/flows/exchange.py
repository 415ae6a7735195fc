"""From an examined post of the exchange to its answer: offered to buyers within the campaign's budget, no longer."""

from collections.abc import Callable

from apps.auctions import services as auctions
from apps.auctions.models import Ping
from apps.core.ids import public_id
from apps.deliveries.choices import DeliveryStatus
from apps.deliveries.models import Delivery
from apps.deliveries.selectors import last_failure
from apps.deliveries.services import DeliveryState, callback_expect, deliver_now, state_of
from apps.engine.downstream import failure
from apps.engine.values import Problem, Verdict, VerdictOutcome
from apps.intake.flows.judging import Judged
from apps.intake.flows.recording import Telling, left_ms
from apps.intake.wire import Answer, Refused, post_answer
from apps.leads.models import Lead
from apps.leads.services import Recorded, Submission


def telling(record: Callable[[Submission], Recorded], *, asks: bool = False) -> Telling:
    """How `/post` and `/direct_post` answer, whichever way the lead is recorded."""
    return Telling(record, _at_once, _by_buyers, current_answer, asks)


def current_answer(lead_id: int) -> Answer:
    """What the source of this lead is told now. Nothing more is offered, as it is told the end."""
    delivery_id = Delivery.objects.filter(lead_id=lead_id).values_list("pk", flat=True).first()
    if delivery_id is None:
        raise Refused("idempotency_conflict")
    return _answer(lead_id, delivery_id, _ended(delivery_id, state_of(delivery_id)))


def _at_once(found: Judged, recorded: Recorded) -> Answer | None:
    """The answer where nobody was asked: refused, or a test, whose ids are as opaque as real ones."""
    if recorded.delivery_id is not None and not recorded.problems:
        return None
    verdict = Verdict(
        VerdictOutcome.REJECTED if recorded.problems else VerdictOutcome.ACCEPTED,
        recorded.problems,
        lead_id=recorded.public_id,
        test=found.submission.is_test,
        warnings=found.warnings,
    )
    return post_answer(verdict, delivery_id=public_id(Delivery.PREFIX, recorded.lead_id))


def _by_buyers(found: Judged, recorded: Recorded) -> Answer:
    delivery_id = recorded.delivery_id
    assert delivery_id is not None
    state = _ended(delivery_id, deliver_now(delivery_id, deadline_ms=left_ms(found.submission)))
    terms = found.submission.terms
    if not state.is_final and terms is not None and terms.callback_url:
        # An answer is unknown: should it turn out to be a sale, the source is told.
        callback_expect(
            recorded.lead_id, company_id=found.submission.access.company_id, url=terms.callback_url
        )
    return _answer(recorded.lead_id, delivery_id, state, found.warnings)


def _ended(delivery_id: int, state: DeliveryState) -> DeliveryState:
    """What is answered is the end: an offer not made yet is made no more."""
    return state if state.is_final else auctions.give_up(delivery_id)


def _answer(
    lead_id: int, delivery_id: int, state: DeliveryState, warnings: tuple[Problem, ...] = ()
) -> Answer:
    sold = state.status == DeliveryStatus.SOLD
    verdict = Verdict(
        VerdictOutcome.ACCEPTED if sold else VerdictOutcome.REJECTED,
        () if sold else (Problem(_reason(lead_id, delivery_id, state)),),
        price=state.payout,
        lead_id=public_id(Lead.PREFIX, lead_id),
        warnings=warnings,
    )
    return post_answer(verdict, delivery_id=public_id(Delivery.PREFIX, delivery_id))


def _reason(lead_id: int, delivery_id: int, state: DeliveryState) -> str:
    """Why it was not sold: the buyers' decision, else what went wrong with the last who gave none."""
    if state.is_final and state.reason == "buyer_rejected":
        return state.reason
    attempt = last_failure(delivery_id)
    if attempt is not None:
        return failure(outcome=attempt.outcome, error=attempt.error)
    # Nobody was offered it. Where it was put up, its auction knows why.
    found = Ping.objects.filter(lead_id=lead_id).values_list("reason", flat=True).first()
    return found or "no_eligible_buyer"
