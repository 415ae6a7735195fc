"""Every reason that the exchange can give for a lead of a campaign, with its meaning and the messages under it."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.engine.campaign import CampaignSpec, TermsSpec
from apps.engine.describe.messages import possible_reasons
from apps.engine.reasons import DELIVERY, EXCHANGE, REASONS, REQUEST, Reason
from apps.engine.reply.exchange import FAILURES

PING_CALL, POST_CALL, DIRECT_CALL = "ping", "post", "direct_post"
_ALL_CALLS = (PING_CALL, POST_CALL, DIRECT_CALL)
_AFTER = (POST_CALL, DIRECT_CALL)
_CALLS = {
    "invalid_ping_id": (POST_CALL,),
    "ping_id_expired": (POST_CALL,),
    "ping_id_already_consumed": (POST_CALL,),
    "ping_mismatch": (POST_CALL,),
    "below_minimum_bid": (PING_CALL, DIRECT_CALL),
    "buyer_rejected": _AFTER,
    **dict.fromkeys(FAILURES, _AFTER),
}
_WORDS = {
    "schema_validation_failed": (
        "A required field is missing or empty, or a value does not have its form. errors names each field.",
        "Correct the fields named in errors.",
    ),
    "source_not_approved": (
        "You are not approved for live leads yet, or your client has paused you.",
        "Send tests until your client approves you.",
    ),
    "duplicate_lead": (
        "The person was received before, within the time under Requirements.",
        "Do not send it again within that time.",
    ),
    "blocked_value": ("A value of the lead is blocked.", "Do not send leads with this value again."),
    "consent_invalid": (
        "A certificate of consent is not in its form.",
        "Send the certificate as the form's script gave it.",
    ),
    "verification_failed": (
        "The e-mail, postal or IP address of the lead failed verification.",
        "Ask the person to check the address; send the visitor's own IP address.",
    ),
}
"""In place of the words of several codes that the exchange tells alike, or of the simple post's own."""
FAULT_WORDS = {
    "invalid_payload": (
        "The body could not be read, or has no object under data.",
        "Send one JSON object with SRC, KEY and data.",
    ),
    "payload_too_large": ("The body is over 256 KiB.", "Send only the campaign's fields."),
}
"""The same for faults of the request."""


@dataclass(frozen=True, slots=True)
class ExchangeReason:
    """A `reason` of the exchange. `status` is what stands beside it; `calls` those that can give it; `messages` the
    texts that its item of `errors` can have; `resend` as in `engine.reasons`.
    """

    name: str
    status: str
    calls: tuple[str, ...]
    group: str
    meaning: str
    action: str
    resend: str
    messages: tuple[str, ...]


def exchange_reasons(spec: CampaignSpec, terms: TermsSpec) -> list[ExchangeReason]:
    """The reasons of a campaign in published order."""
    order = {code: position for position, code in enumerate(REASONS)}
    found: dict[str, list[Reason]] = {}
    for reason in sorted(_possible(spec, terms), key=lambda each: order[each.code]):
        found.setdefault(reason.exchange, []).append(reason)
    return [_merged(name, reasons) for name, reasons in found.items()]


def reason_names(spec: CampaignSpec, terms: TermsSpec) -> dict[str, str]:
    """The simple post's messages by the exchange's reason for the same; several can have one reason."""
    return {text: each.name for each in exchange_reasons(spec, terms) for text in each.messages}


def _possible(spec: CampaignSpec, terms: TermsSpec) -> Iterator[Reason]:
    for reason in possible_reasons(spec, terms):
        if reason.group not in (REQUEST, DELIVERY) and reason.code != "invalid_auth":
            yield reason
    yield from (reason for reason in REASONS.values() if reason.group == DELIVERY)
    for reason in REASONS.values():
        if reason.group == EXCHANGE and reason.exchange in _CALLS and _can_give(reason.code, spec, terms):
            yield reason


def _can_give(code: str, spec: CampaignSpec, terms: TermsSpec) -> bool:
    if code == "ping_mismatch":
        return spec.auction.on_mismatch != "keep"
    if code == "below_minimum_bid":
        least = (spec.auction.minimum_bid, terms.minimum_bid, *(order.minimum_bid for order in spec.orders))
        return any(each is not None for each in least)
    return True


def _merged(name: str, reasons: list[Reason]) -> ExchangeReason:
    first = reasons[0]
    meaning, action = _WORDS.get(name, (first.meaning, first.action))
    resends = {reason.resend for reason in reasons}
    return ExchangeReason(
        name=name,
        status="failed" if name in FAILURES else "rejected",
        calls=_CALLS.get(name, _ALL_CALLS),
        group=first.group,
        meaning=meaning,
        action=action,
        resend=first.resend if len(resends) == 1 else "corrected",
        messages=tuple(reason.text for reason in reasons),
    )
