"""The way of a direct post, from bytes to an answer (`POST /direct_post`): a lead without a ping before it."""

from apps.auctions import services as auctions
from apps.intake import idempotency
from apps.intake.flows import exchange, recording
from apps.intake.flows.caller import arrive
from apps.intake.flows.judging import examined
from apps.intake.wire import Answer, RawPost
from apps.leads.choices import LeadMethod
from apps.leads.services import record


def direct_post(post: RawPost, *, method: LeadMethod = LeadMethod.EXCHANGE) -> Answer:
    """The answer to a direct post; the lead is on disk by then. Raises Refused for faulty requests.

    `method` is the door it came by, where that is another than the API's.
    """
    caller = arrive(post, method=method)
    key = caller.key()
    answer = idempotency.replay(key, late=exchange.current_answer) if key else None
    if answer is None:
        found = examined(caller.sender, caller.fields, caller.came(), method)
        submission = found.submission
        offered = not submission.is_test and not submission.examination.problems
        way = exchange.telling(auctions.direct_post, asks=True) if offered else exchange.telling(record)
        answer = recording.answered(found, key, way)
    return caller.told(answer)
