"""Testing of an exchange: a form for each call; the id of an accepted ping, and what was pinged, go into the post."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.engine import describe
from apps.engine.describe.words import duration
from apps.posting_instructions.choices import Call
from apps.posting_instructions.code import MASK, Sample, Secret, samples
from apps.posting_instructions.pages.exchange.answers import as_code
from apps.posting_instructions.pages.exchange.examples import EXPIRED, POSTED, BadCall
from apps.posting_instructions.pages.exchange.identity import as_request
from apps.posting_instructions.pages.frame import Frame
from apps.posting_instructions.pages.testing import Input, Result, errors_in, warned, written
from apps.posting_instructions.past import Past
from apps.posting_instructions.services import SentCall

_TOP = {Call.PING: ("SRC", "KEY"), Call.POST: ("SRC", "KEY", "ping_id"), Call.DIRECT_POST: ("SRC", "KEY")}
_AT_FAULT = {
    "missing_credentials": "SRC",
    "invalid_key": "KEY",
    "credential_disabled": "KEY",
    "invalid_ping_id": "ping_id",
    "ping_id_expired": "ping_id",
    "ping_id_already_consumed": "ping_id",
}
"""Codes that speak of no field of the lead, by the key they speak of."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one call, what it is sent as, and what came back. `more` are fields that this call does not need.

    `told` says what has to be done for the chosen example; with `bare` the body goes out without `data`.
    """

    call: Call
    examples: tuple[BadCall, ...]
    example: BadCall | None
    told: str
    bare: bool
    top: tuple[Input, ...]
    inputs: tuple[Input, ...]
    more: tuple[Input, ...]
    preview: tuple[Sample, ...]
    result: Result | None
    posts_next: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a request of the page is about: a call, an example of it by its key, the body typed so far, what came of
    sending it, or a kept body to begin with."""

    call: Call | None = None
    example_key: str = ""
    typed: Mapping[str, Any] | None = None
    sent: SentCall | None = None
    kept: Mapping[str, Any] | None = None


def context(page: Frame, *, chosen: Chosen, past: Past) -> dict[str, Any]:
    """What the page shows beside the frame."""
    return {
        "forms": [_form(page, call, chosen) for call in Call],
        "ping_valid": duration(page.spec.auction.ping_valid_s),
        "log": past.log,
        "refusals": past.refusals,
    }


def body_typed(page: Frame, call: Call, example_key: str, typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body to send: as typed, but for an example whose whole point is that there is no `data`."""
    example = _example(page, call, example_key)
    if example is not None and "data" in example.without:
        return {name: value for name, value in typed.items() if name != "data"}
    return typed


def _example(page: Frame, call: Call, key: str) -> BadCall | None:
    return next((each for each in page.bad_calls if each.call is call and each.key == key), None)


def _form(page: Frame, call: Call, chosen: Chosen) -> Form:
    mine = chosen.call is call
    example = _example(page, call, chosen.example_key) if mine else None
    sent = chosen.sent if mine else None
    begins = chosen.kept if mine and chosen.kept is not None else _filled(page, call, chosen, example)
    body = sent.body if sent is not None else begins
    errors = _errors(sent) if sent is not None else {}
    data = body.get("data", {})
    inputs, more = _inputs(page, call, data, errors)
    return Form(
        call=call,
        examples=tuple(each for each in page.bad_calls if each.call is call and each.in_form),
        example=example,
        told=_told(page, example),
        bare=example is not None and "data" in example.without,
        top=tuple(_top(name, body, errors) for name in _TOP[call]),
        inputs=inputs,
        more=more,
        preview=samples(as_request(page, call, _shown(body))),
        result=_result(page, sent, example) if sent is not None else None,
        posts_next=sent is not None and call is Call.PING and sent.answer.get("status") == "accepted",
    )


def _filled(page: Frame, call: Call, chosen: Chosen, example: BadCall | None) -> dict[str, Any]:
    """What an unsent form holds: the sample, the ping it belongs to, and the example's changes."""
    whole = {"SRC": page.src, "data": _sample(page, call)}
    typed = chosen.typed if chosen.call is call else None
    if call is Call.POST:
        ping_id, pinged = _ping_before(page, chosen.sent, typed)
        whole = {**whole, "ping_id": ping_id, "data": {**whole["data"], **pinged}}
    return example.applied(whole) if example is not None else whole


def _sample(page: Frame, call: Call) -> dict[str, Any]:
    """The sample of a call; a fresh value where a repeated one would be taken for the same request."""
    sample = describe.ping_sample(page.spec, page.sample) if call is Call.PING else dict(page.sample)
    if page.spec.idempotency_field in sample:
        sample[page.spec.idempotency_field] = f"test-{secrets.token_hex(6)}"
    return sample


def _ping_before(
    page: Frame, sent: SentCall | None, typed: Mapping[str, Any] | None
) -> tuple[str, Mapping[str, Any]]:
    """The id to post with, and what was pinged under it: from the ping just accepted, else from the form itself."""
    if sent is not None and sent.call is Call.PING and sent.answer.get("status") == "accepted":
        return sent.answer["ping_id"], sent.body["data"]
    if typed is None:
        return "", {}
    pinged = describe.ping_sample(page.spec, page.sample)
    data = typed.get("data", {})
    return typed.get("ping_id", ""), {name: data[name] for name in pinged if name in data}


def _top(name: str, body: Mapping[str, Any], errors: Mapping[str, tuple[str, ...]]) -> Input:
    hints = {"KEY": "your own key, if left empty", "ping_id": "comes from your ping"}
    return Input(name, written(body.get(name, "")), True, (), hints.get(name, ""), errors.get(name, ()))


def _inputs(
    page: Frame, call: Call, data: Mapping[str, Any], errors: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    """The inputs of the lead: those the call is about, and those it need not have."""
    sample = describe.ping_sample(page.spec, page.sample) if call is Call.PING else page.sample
    near, far = [], []
    for field in page.spec.fields:
        required = field.required_on_ping if call is Call.PING else field.required
        choices = tuple((choice.value, choice.label or choice.value) for choice in field.choices)
        value = written(data.get(field.name, ""))
        one = Input(field.name, value, required, choices, errors=errors.get(field.name, ()))
        (near if required or field.name in sample or value or one.errors else far).append(one)
    return tuple(near), tuple(far)


def _shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as it goes out: the key masked unless it was typed in, empty values left out, always a test."""
    whole: dict[str, Any] = {"SRC": body["SRC"]} if body.get("SRC") else {}
    whole["KEY"] = body.get("KEY") or Secret(MASK)
    if "data" in body:
        whole["data"] = {name: value for name, value in body["data"].items() if value != ""} | {
            "Test_Mode": 1
        }
    return whole | ({"ping_id": body["ping_id"]} if body.get("ping_id") else {})


def _errors(sent: SentCall) -> dict[str, tuple[str, ...]]:
    found = errors_in(sent.answer)
    for each in sent.answer.get("errors", ()):
        if each["code"] in _AT_FAULT:
            found[_AT_FAULT[each["code"]]] = (each["message"],)
    return found


def _result(page: Frame, sent: SentCall, example: BadCall | None) -> Result:
    status, answer = sent.answer["status"], sent.answer
    good = status in ("accepted", "delivered")
    warnings = [warned(page, each) for each in answer.get("warnings", ())]
    headline = f"Rejected: {answer['reason']}" if status == "rejected" else f"Refused: {answer['reason']}"
    if status == "accepted":
        headline = f"Accepted as a test, bid {answer['bid']:.2f} {page.spec.currency}"
    if status == "delivered":
        headline = "Delivered as a test"
    return Result(
        status=sent.status,
        look="good" if good else "bad",
        headline=headline,
        expected=_compared(example, answer, [each.message for each in warnings]),
        stops=tuple(each for each in warnings if not each.is_remark),
        remarks=tuple(each for each in warnings if each.is_remark),
        answer=as_code(answer),
        request=samples(as_request(page, sent.call, _shown(sent.body))),
        kept_as=() if sent.call is Call.POST else tuple(_inputs_of(sent.body)),
    )


def _inputs_of(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a form that keeps the body holds. A post's ping is used up, so a post is not kept."""
    yield from ((f"lead.{name}", written(value)) for name, value in body.get("data", {}).items())
    yield from ((f"top.{name}", written(value)) for name, value in body.items() if name == "SRC")


def _compared(example: BadCall | None, answer: Mapping[str, Any], warnings: list[str]) -> str:
    """Whether the answer is the one the chosen example promises, where nothing else was changed."""
    if example is None:
        return ""
    if example.is_warning:
        met, promised = example.message in warnings, example.message
    else:
        met, promised = answer["reason"] == example.reason, example.reason
    if met:
        return f"As documented: “{promised}”."
    return f"This example gives “{promised}” as long as nothing else in it is changed."


def _told(page: Frame, example: BadCall | None) -> str:
    if example is None:
        return ""
    if example.before == POSTED:
        return "Send this post twice: the second time its ping_id is used up."
    if example.before == EXPIRED:
        return f"Ping, wait {duration(page.spec.auction.ping_valid_s)}, and send this post with the id."
    return ""
