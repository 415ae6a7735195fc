"""The way of a webhook, from bytes to an answer (`POST /webhook/<token>`).

A body is read whatever it is, and each lead in it goes the way of a simple post by the published mapping. Before one is
published, tests are kept to be mapped by, and live leads are held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from apps.auctions import services as auctions
from apps.core import limits
from apps.core.clock import now
from apps.core.durable import short_locks
from apps.engine import webhook as engine
from apps.engine.campaign import WebhookSpec
from apps.engine.payload import PayloadFault
from apps.engine.signature import ID
from apps.engine.values import Problem, Verdict, VerdictOutcome
from apps.engine.webhook import Arrived, Document
from apps.intake import changes, idempotency, payloads, refusals
from apps.intake.choices import PayloadStatus
from apps.intake.flows import recording
from apps.intake.flows.judging import Judged, examined, key_field, within_limits
from apps.intake.flows.sender import Sender, Stranger, count_wrong_key, find_by_terms
from apps.intake.wire import Answer, RawPost, Refused, several_answer, simple_answer, webhook_test_answer
from apps.leads.choices import LeadMethod
from apps.leads.services import Circumstances, Recorded
from apps.sources.choices import SecretPlace
from apps.sources.models import Webhook
from apps.sources.selectors import webhook_find
from apps.sources.specs import proof_of

_TOLD_OF_UNMAPPED = "unknown_field"


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook that came from the vendor it was agreed with. `mapping` is None while none is published."""

    post: RawPost = field(repr=False)
    sender: Sender
    document: Document = field(repr=False)
    mapping: WebhookSpec | None
    grant: limits.Grant
    secret_at: str = ""

    def key(self, value: Any = None, *, place: int | None = None) -> idempotency.Key | None:
        """The idempotency key: the header's, else the field's `value`; of one of several leads with its place."""
        sent = self.post.idempotency_key.strip()
        if place is not None and sent:
            return idempotency.key_of(
                replace(self.post, idempotency_key=f"{sent}#{place}"), self.sender.access.terms_id, None
            )
        return idempotency.key_of(self.post, self.sender.access.terms_id, value)


def webhook(post: RawPost, token: str) -> Answer:
    """The answer to a webhook; its leads are on disk by then. Raises Refused for faulty requests."""
    found = _arrive(post, token)
    if isinstance(found, Answer):
        return found
    leads = engine.leads_of(found.document)
    tests = [_is_test(found, lead) for lead in leads]
    answer = _unmapped(found, tests) if found.mapping is None else _all_mapped(found, leads, tests)
    return Answer(answer.status, answer.body, {**answer.headers, **found.grant.headers})


def _arrive(post: RawPost, token: str) -> Call | Answer:
    """The call that a request is, within its rate limits; or the answer to who is no sender of ours."""
    hook = webhook_find(token)
    if hook is None:
        # Who tries out tokens finds the door shut after a while.
        count_wrong_key("webhook", post.remote_address)
        raise Refused("not_found")
    document = payloads.document_of(post)
    if isinstance(document, PayloadFault):
        raise Refused(document.code, terms_id=hook.pk)
    sender = _sender(hook, post, document)
    if isinstance(sender, Stranger):
        refusals.count(sender.code, terms_id=sender.terms_id)
        return simple_answer(Verdict(VerdictOutcome.REJECTED, (Problem(sender.code),)))
    grant = within_limits(sender)
    mapping = sender.terms.webhook if sender.terms is not None else None
    return Call(_with_its_id(post, hook), sender, document, mapping, grant, _secret_at(hook))


def _sender(hook: Webhook, post: RawPost, document: Document) -> Sender | Stranger:
    if not engine.proven(
        proof_of(hook), document.tree, headers=post.headers, body=post.body, at=post.received_at
    ):
        count_wrong_key(f"webhook {hook.pk}", post.remote_address)
        return Stranger("invalid_auth", hook.pk)
    return find_by_terms(hook.pk, post.remote_address, at=post.received_at)


def _secret_at(hook: Webhook) -> str:
    """Where in the body the vendor's secret stands, which is none of a lead's data."""
    return hook.secret_name if hook.secret_in == SecretPlace.BODY else ""


def _with_its_id(post: RawPost, hook: Webhook) -> RawPost:
    """A signed message has an id, under which its repetition is told what the first one was."""
    if hook.signed == "standard" and not post.idempotency_key:
        return replace(post, idempotency_key=post.headers.get(ID, ""))
    return post


def _is_test(call: Call, lead: Arrived) -> bool | None:
    """Whether a lead is a test, by its flag or because its source is in testing; None where the flag is unreadable."""
    if not call.sender.access.switches.approved:
        return True
    return engine.is_test(call.document, lead, call.mapping.test_path if call.mapping else "")


def _unmapped(call: Call, tests: list[bool | None]) -> Answer:
    """Tests are kept to be mapped by. As soon as one lead of a body is live, the body is held."""
    if all(tests):
        _keep(call, PayloadStatus.TEST, len(tests))
        return webhook_test_answer(None)
    switches = call.sender.access.switches
    if None in tests:
        return _refused(call, "test_format")
    if not (switches.source_active and switches.terms_active):
        return _refused(call, "invalid_source")
    key = call.key()
    answer = idempotency.replay(key) if key else None
    return answer or _held(call, key, len(tests))


def _held(call: Call, key: idempotency.Key | None, leads: int) -> Answer:
    answer = simple_answer(Verdict(VerdictOutcome.HELD))
    with short_locks():
        taken = key is None or idempotency.begin(key)
        if taken:
            _keep(call, PayloadStatus.HELD, leads)
            if key is not None:
                idempotency.store(key, None, answer)
    if taken:
        return answer
    assert key is not None
    return idempotency.replay(key) or _held(call, key, leads)


def _all_mapped(call: Call, leads: tuple[Arrived, ...], tests: list[bool | None]) -> Answer:
    """A body with a test among its leads is kept, too: the mapping is looked at by it."""
    if any(tests):
        _keep(call, PayloadStatus.TEST, len(leads))
    if len(leads) == 1:
        return _mapped(call, leads[0], tests[0])
    pairs = enumerate(zip(leads, tests, strict=True))
    return several_answer([_mapped(call, lead, test, place) for place, (lead, test) in pairs])


def _mapped(call: Call, lead: Arrived, test: bool | None, place: int | None = None) -> Answer:
    """The answer to one lead of a body, as a simple post's; a test is told what the lead would be."""
    assert call.mapping is not None
    fields = fields_of(call.mapping, lead, call.sender, secret_at=call.secret_at)
    key = call.key(key_field(fields, call.sender), place=place)
    answer = idempotency.replay(key, late=recording.current_answer) if key else None
    if answer is not None:
        return answer
    came = Circumstances(call.post.received_at, test)
    found = told_less(examined(call.sender, fields, came, LeadMethod.WEBHOOK))
    if test:
        return recording.answered(found, key, _TESTED)
    answer = recording.answered(found, key, recording.SIMPLE)
    changes.note(call.sender.access, call.mapping, lead.tree)
    return answer


def fields_of(
    mapping: WebhookSpec | None, lead: Arrived, sender: Sender, *, secret_at: str
) -> Mapping[str, Any]:
    """The lead of a payload by posting names, and what is not mapped by its paths."""
    assert mapping is not None
    assert sender.spec is not None
    left = engine.unmapped(mapping.mapping, lead.tree, sender.spec, secret_at=secret_at)
    return left | engine.mapped(mapping.mapping, lead.tree, sender.spec)


def told_less(found: Judged) -> Judged:
    """Without a warning for everything that people left unmapped on purpose."""
    return replace(found, warnings=tuple(one for one in found.warnings if one.code != _TOLD_OF_UNMAPPED))


def _keep(call: Call, status: PayloadStatus, leads: int) -> None:
    access = call.sender.access
    payloads.keep(
        call.post, company_id=access.company_id, terms_id=access.terms_id, status=status, leads=leads
    )


def _refused(call: Call, code: str) -> Answer:
    refusals.count(code, terms_id=call.sender.access.terms_id)
    return simple_answer(Verdict(VerdictOutcome.REJECTED, (Problem(code),)))


def _test_answer(found: Judged, recorded: Recorded) -> Answer:
    spec = found.submission.spec
    outcome = VerdictOutcome.REJECTED if recorded.problems else VerdictOutcome.ACCEPTED
    return webhook_test_answer(
        Verdict(
            outcome,
            recorded.problems,
            lead_id=recorded.public_id,
            test=True,
            warnings=found.warnings,
            spec_version=spec.version if spec is not None else None,
        )
    )


_TESTED = recording.Telling(
    auctions.lead_record, _test_answer, recording.SIMPLE.by_buyers, recording.current_answer
)


def would_be(terms_id: int, fields: Mapping[str, Any]) -> Judged | None:
    """What the running version would say of a lead as a test. Nothing is written; None where nothing runs."""
    at = now()
    sender = find_by_terms(terms_id, "", at=at, anywhere=True)
    if isinstance(sender, Stranger) or sender.spec is None or sender.terms is None:
        return None
    return told_less(examined(sender, fields, Circumstances(at, True), LeadMethod.WEBHOOK))
