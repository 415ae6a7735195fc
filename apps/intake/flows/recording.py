"""From an examined submission to its answer: recorded, delivered as the campaign says, kept for a repeated request."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from apps.auctions import services as auctions
from apps.core.clock import now
from apps.core.durable import short_locks
from apps.core.ids import parse_public_id, public_id
from apps.deliveries import jobs
from apps.deliveries.services import callback_expect, deliver_now
from apps.deliveries.services.journey.callbacks import verdict_of
from apps.engine.values import Verdict, VerdictOutcome
from apps.intake import idempotency
from apps.intake.flows.judging import Judged
from apps.intake.idempotency import Key
from apps.intake.wire import Answer, simple_answer
from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.leads.services import Recorded, Submission

STATUS_KEPT_S = 30 * 24 * 3600
_FINAL = (LeadStatus.SOLD, LeadStatus.UNSOLD, LeadStatus.REJECTED)
_signer = TimestampSigner(salt="sluice/lead-status")


class _KeyTakenError(Exception):
    """Somebody recorded a lead under this key while this request was judged."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What differs between the APIs once a submission is examined.

    `at_once` is the answer, or None when the buyers have to be asked first: then `by_buyers` tells what they said, and
    `late` the same by lead id to a request that is repeated after the first one died. `asks` tells that `record` asks
    buyers itself, so that it cannot be within a transaction of ours.
    """

    record: Callable[[Submission], Recorded]
    at_once: Callable[[Judged, Recorded], Answer | None]
    by_buyers: Callable[[Judged, Recorded], Answer]
    late: Callable[[int], Answer]
    asks: bool = False


def answered(found: Judged, key: Key | None, telling: Telling) -> Answer:
    """Record and deliver, and say how it ended. With a key, whoever comes second repeats the first one's answer."""
    try:
        recorded, answer = _recorded(found, key, telling)
    except _KeyTakenError:
        return idempotency.replay(key, late=telling.late) or answered(found, key, telling)
    if answer is not None:
        if recorded.delivery_id is not None:
            jobs.wake_drain()
        return answer
    answer = telling.by_buyers(found, recorded)
    if key is not None:
        idempotency.store(key, recorded.lead_id, answer)
    return answer


def _recorded(found: Judged, key: Key | None, telling: Telling) -> tuple[Recorded, Answer | None]:
    """The lead on record, with its answer unless the buyers have to be asked first."""
    if key is None:
        recorded = telling.record(found.submission)
        return recorded, telling.at_once(found, recorded)
    if telling.asks:
        return _recorded_after_asking(found, key, telling)
    with short_locks():
        if not idempotency.begin(key):
            raise _KeyTakenError
        recorded = telling.record(found.submission)
        answer = telling.at_once(found, recorded)
        idempotency.store(key, recorded.lead_id, answer)
    return recorded, answer


def _recorded_after_asking(found: Judged, key: Key, telling: Telling) -> tuple[Recorded, Answer | None]:
    """The key is taken before. Where nothing came of it, it is free again."""
    if not idempotency.begin(key):
        raise _KeyTakenError
    try:
        recorded = telling.record(found.submission)
    except BaseException:
        idempotency.forget(key)
        raise
    answer = telling.at_once(found, recorded)
    idempotency.store(key, recorded.lead_id, answer)
    return recorded, answer


def left_ms(submission: Submission) -> float:
    """What is left of the campaign's budget for the buyers' answer, from the moment the lead came in."""
    spent_ms = (now() - submission.received_at).total_seconds() * 1000
    return max(0.0, submission.spec.answer_budget_ms - spent_ms)


def _at_once(found: Judged, recorded: Recorded) -> Answer | None:
    submission = found.submission
    spec = submission.spec
    if recorded.delivery_id is not None and spec is not None and spec.answer_mode == "buyer":
        return None
    verdict = Verdict(
        VerdictOutcome.REJECTED if recorded.problems else VerdictOutcome.ACCEPTED,
        recorded.problems,
        price=recorded.payout,
        lead_id=recorded.public_id,
        test=submission.is_test,
        warnings=found.warnings,
        spec_version=spec.version if spec is not None else None,
    )
    return simple_answer(verdict)


def _by_buyers(found: Judged, recorded: Recorded) -> Answer:
    """The buyers' answer, awaited within the campaign's budget."""
    if auctions.is_auctioned(found.submission):
        auctions.auction_now(recorded.delivery_id)
    deliver_now(recorded.delivery_id, deadline_ms=left_ms(found.submission))
    lead = Lead.objects.get(pk=recorded.lead_id)
    url = found.submission.terms.callback_url
    if lead.status not in _FINAL and url:
        callback_expect(lead.pk, company_id=lead.company_id, url=url)
    return _answer_of(lead)


def current_answer(lead_id: int) -> Answer:
    """What the source of this lead would be told now."""
    return _answer_of(Lead.objects.get(pk=lead_id))


def _answer_of(lead: Lead) -> Answer:
    if lead.status in _FINAL:
        return simple_answer(verdict_of(lead))
    path = reverse("lead_status", urlconf="apps.intake.urls", args=(status_token(lead.pk),))
    url = f"{settings.PUBLIC_URL}{path}"
    return simple_answer(Verdict(VerdictOutcome.PENDING, lead_id=lead.public_id, status_url=url))


SIMPLE = Telling(auctions.lead_record, _at_once, _by_buyers, current_answer)
"""Of the simple post."""


def status_token(lead_id: int) -> str:
    """The secret part of a lead's status URL."""
    return _signer.sign(public_id(Lead.PREFIX, lead_id))


def lead_of_token(token: str) -> int | None:
    """The lead a status URL is about; None for a token that is not ours or older than `STATUS_KEPT_S`."""
    try:
        return parse_public_id(Lead.PREFIX, _signer.unsign(token, max_age=STATUS_KEPT_S))
    except BadSignature:
        return None
