"""The way of a post, from bytes to an answer (`POST /post`): the lead of a ping that was accepted."""

from dataclasses import replace
from functools import partial

from apps.auctions import services as auctions
from apps.auctions.services import OpenPing
from apps.engine.index import index
from apps.engine.values import Problem
from apps.intake import idempotency
from apps.intake.flows import exchange, recording
from apps.intake.flows.caller import Caller, arrive
from apps.intake.flows.judging import Judged, examined, judged, lead_data
from apps.intake.flows.sender import Sender
from apps.intake.wire import Answer, RawPost
from apps.leads.choices import LeadMethod
from apps.leads.services import record
from apps.publishing import specs


def post(request: RawPost, *, method: LeadMethod = LeadMethod.EXCHANGE) -> Answer:
    """The answer to a post; the lead is on disk by then. Raises Refused for faulty requests.

    `method` is the door it came by, where that is another than the API's.
    """
    caller = arrive(request, method=method)
    key = caller.key()
    answer = idempotency.replay(key, late=exchange.current_answer) if key else None
    if answer is None:
        opened = _ping_of(caller)
        if isinstance(opened, OpenPing):
            found = _of_ping(caller, opened)
            # What is refused for itself leaves the ping as it is, to be posted in order.
            refused = bool(found.submission.examination.problems)
            way = record if refused else partial(auctions.post, opened)
        else:
            came = replace(caller.came(), ping=(opened,) if opened is not None else None)
            found, way = examined(caller.sender, caller.fields, came, method), record
        answer = recording.answered(found, key, exchange.telling(way))
    return caller.told(answer)


def _ping_of(caller: Caller) -> OpenPing | Problem | None:
    """The ping of the id that was sent, or what is wrong with the id; None while the mode itself is unclear."""
    if caller.test is None:
        return None
    return auctions.ping_of(caller.ping_id, terms_id=caller.sender.access.terms_id, test=caller.test)


def _of_ping(caller: Caller, opened: OpenPing) -> Judged:
    """The lead, examined by the version that was pinged, with what was pinged kept."""
    spec = specs.load(opened.version_id)
    access = replace(caller.sender.access, version_id=opened.version_id)
    terms = index(spec).terms.get(access.terms_id)
    sender, came = Sender(access, spec, terms), replace(caller.came(), ping=())
    if terms is None:
        return examined(sender, caller.fields, came, caller.method)
    data, differing = auctions.pinned(opened, lead_data(spec, caller.fields, came), spec)
    keeps = spec.auction.on_mismatch == "keep"
    found = judged(sender, data, came if keeps else replace(came, ping=differing), caller.method)
    return replace(found, warnings=(*differing, *found.warnings)) if keeps else found
