"""The way of a ping, from bytes to an answer (`POST /ping`)."""

from apps.auctions import services as auctions
from apps.engine.normalise import PING
from apps.engine.values import Verdict, VerdictOutcome
from apps.intake import idempotency
from apps.intake.flows.caller import Caller, arrive
from apps.intake.flows.judging import examined
from apps.intake.idempotency import Key
from apps.intake.wire import Answer, RawPost, Refused, ping_answer
from apps.leads.choices import LeadMethod


def ping(post: RawPost) -> Answer:
    """The answer to a ping; it is on record by then. Raises Refused for faulty requests."""
    caller = arrive(post)
    key = caller.key(ping=True)
    return caller.told(_asked(caller) if key is None else _once(caller, key))


def _once(caller: Caller, key: Key) -> Answer:
    """The first answer under a key, whoever asks. A ping that failed leaves the key free."""
    answer = idempotency.replay(key)
    while answer is None and not idempotency.begin(key):
        answer = idempotency.replay(key)
    if answer is not None:
        return answer
    try:
        answer = _asked(caller)
    except BaseException:
        idempotency.forget(key)
        raise
    idempotency.store(key, None, answer)
    return answer


def _asked(caller: Caller) -> Answer:
    _refuse_too_many(caller)
    found = examined(caller.sender, caller.fields, caller.came(PING), LeadMethod.EXCHANGE)
    pinged = auctions.ping(found.submission)
    verdict = Verdict(
        VerdictOutcome.REJECTED if pinged.problems else VerdictOutcome.ACCEPTED,
        pinged.problems,
        price=pinged.payout,
        test=found.submission.is_test,
        warnings=found.warnings,
    )
    return ping_answer(verdict, ping_id=pinged.ping_id, expires_at=pinged.expires_at)


def _refuse_too_many(caller: Caller) -> None:
    """Raises Refused for a live ping more than the terms allow for what was posted lately."""
    terms = caller.sender.terms
    if terms is None or terms.pings_per_post is None or caller.test is not False:
        return
    if auctions.too_many_pings(terms.id, per_post=terms.pings_per_post, at=caller.post.received_at):
        headers = {**caller.grant.headers, "Retry-After": str(auctions.RATIO_RETRY_AFTER_S)}
        raise Refused("rate_limited", terms_id=terms.id, headers=headers)
