"""The contract behind a link, from the same values as its pages: what its documents are written from.

No document holds a key: a file is kept, handed on and committed, where nobody sees it any more. It says where the key
belongs; the page shows it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings

from apps.engine import describe
from apps.engine.contract import Call, Case, Contract, Reply
from apps.engine.contract.bodies import DIRECT_POST, PING, POST, PRECHECK, SUBMIT
from apps.engine.index import index
from apps.engine.reply import render_precheck
from apps.engine.values import Verdict, VerdictOutcome
from apps.posting_instructions import choices
from apps.posting_instructions.code import Given, Secret
from apps.posting_instructions.pages.answers import Answer, answers, pending
from apps.posting_instructions.pages.exchange import identity as exchange
from apps.posting_instructions.pages.exchange.answers import delivered, not_delivered, not_pinged, pinged
from apps.posting_instructions.pages.frame import SUBMIT_PATH, Frame
from apps.posting_instructions.pages.identity import identity
from apps.posting_instructions.pages.sampling import shortest

KEY_HERE, PING_HERE = "YOUR-KEY", "YOUR-PING-ID"
_OPEN = render_precheck(Verdict(VerdictOutcome.ACCEPTED, test=True), "open")[1]
_SHORTEST, _WHOLE = "The shortest that is accepted", "With every field"


def contract(page: Frame) -> Contract:
    """The contract; the same for as long as the version is, but for dates that a sample counts from today."""
    page = replace(page, at=page.published_at)
    return Contract(
        spec=page.spec,
        terms=page.terms,
        sample=page.sample,
        calls=tuple(_exchange(page)) if page.is_exchange else (_submit(page),),
        url=settings.PUBLIC_URL,
        brand=settings.BRAND_NAME,
        published_at=page.published_at,
        contact=page.contact_email,
        src=page.src,
        key_here=KEY_HERE,
        ping_here=PING_HERE,
    )


def _submit(page: Frame) -> Call:
    def body(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {**plain(identity(page, key=KEY_HERE)), **fields, "test": True}

    bad = [
        Case(each.title, each.applied(body(page.sample)), each.message, each.is_warning)
        for each in page.bad_examples
    ]
    replies = [*answers(page), *([pending(page)] if page.waits_for_buyers else [])]
    return Call(
        key=SUBMIT,
        path=SUBMIT_PATH,
        title="Post a lead",
        words="One lead a request, as one flat JSON object; form-encoded is read, too.",
        timeout_s=page.timeout_s,
        good=_good(body(shortest(page.spec, page.sample)), body(page.sample)),
        bad=tuple(bad),
        replies=_replies(replies),
    )


def _exchange(page: Frame) -> Iterator[Call]:
    pinged_data = describe.ping_sample(page.spec, page.sample)
    posted = shortest(page.spec, page.sample) | pinged_data
    in_order = {name: page.sample[name] for name in page.sample if name in posted}
    yield _call(
        page,
        choices.Call.PING,
        words="Asks what a lead would bring, without saying whose it is.",
        good=(describe.needed_on_ping(page.spec, page.sample), pinged_data),
        replies=[pinged(page, test=True), not_pinged()],
    )
    after = [delivered(test=True), not_delivered("buyer_rejected", "Rejected"),
             not_delivered("downstream_timeout", "Failed")]  # fmt: skip
    yield _call(
        page,
        choices.Call.POST,
        words="Hands over the lead of an accepted ping, once, before its id expires.",
        good=(in_order, page.sample),
        replies=after,
    )
    yield _call(
        page,
        choices.Call.DIRECT_POST,
        words="Hands over a lead without a ping; ping and post run inside.",
        good=(in_order, page.sample),
        replies=after,
    )
    yield from _precheck(page)


def _call(
    page: Frame,
    call: choices.Call,
    *,
    words: str,
    good: tuple[Mapping[str, Any], Mapping[str, Any]],
    replies: list[Answer],
) -> Call:
    def body(data: Mapping[str, Any]) -> dict[str, Any]:
        whole = plain(exchange.body(page, call, data, key=KEY_HERE))
        return whole | ({"ping_id": PING_HERE} if call is choices.Call.POST else {})

    base = body(good[1])
    bad = [
        Case(each.title, each.applied(base), each.message if each.is_warning else each.reason, each.is_warning,
             each.status)
        for each in page.bad_calls
        if each.call is call and not each.before
    ]  # fmt: skip
    return Call(
        key=_KEYS[call],
        path=f"/{call.key}",
        title=call.label,
        words=words,
        timeout_s=exchange.timeout_s(page, call),
        good=_good(body(good[0]), base),
        bad=tuple(bad),
        replies=_replies(replies),
    )


_KEYS = {choices.Call.PING: PING, choices.Call.POST: POST, choices.Call.DIRECT_POST: DIRECT_POST}


def _precheck(page: Frame) -> Iterator[Call]:
    """Only where the campaign has something to ask about."""
    roles = index(page.spec).by_role
    names = [roles[role].name for role in ("email", "phone") if role in roles]
    data = {name: page.sample[name] for name in names if name in page.sample}
    if data:
        yield Call(
            key=PRECHECK,
            path=f"/{PRECHECK}",
            title="Pre-check",
            words="Tells whether a person would be open, a duplicate or suppressed. Nothing is stored.",
            timeout_s=exchange.timeout_s(page, choices.Call.PING),
            good=(Case("One person", plain(exchange.body(page, choices.Call.PING, data, key=KEY_HERE))),),
            replies=(Reply("Open", 200, _OPEN),),
        )


def _good(short: dict[str, Any], whole: dict[str, Any]) -> tuple[Case, ...]:
    return (Case(_SHORTEST, short), *((Case(_WHOLE, whole),) if whole != short else ()))


def _replies(found: list[Answer]) -> tuple[Reply, ...]:
    return tuple(Reply(each.title, each.http, each.body) for each in found)


def plain(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body without the marks that the page's code has for secrets and values to be replaced."""
    return {name: _plain(value) for name, value in body.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain(value)
    return value.text if isinstance(value, Secret | Given) else value
