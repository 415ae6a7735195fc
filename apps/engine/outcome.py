"""What a buyer's answer means: outcome, reason, price, reference. Pure, bounded, never raising.

Design 03 §7 and §8. Order of judgement: transport errors; then 408, 429 and 5xx are retryable before any
rule; then the endpoint's rules, first match wins, where a rule that names no status is asked about 2xx only;
what no rule reads is `failed` for 4xx and `unknown` for 2xx and 3xx. Silence of the rules is never a sale.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from apps.engine import response_rules
from apps.engine.answer import Answer, path_problem, plain
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse, TransportError
from apps.engine.pricing import read_money
from apps.engine.response_rules import RULE_KINDS, Found
from apps.engine.values import Code

MAX_REASON, MAX_REFERENCE, MAX_REDIRECT, MAX_PROMISE, MAX_EXPIRY = 300, 200, 1000, 500, 60
MAX_REASONS, MAX_REASON_DEPTH = 20, 4


class Outcome(Code):
    """What an attempt meant."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    RETRYABLE = "retryable"
    """Nothing was decided; the same buyer may be asked again."""
    FAILED = "failed"
    """No use trying this buyer again with this request."""
    UNKNOWN = "unknown"
    """The request was sent and no readable answer came: it may have been a sale."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer, read.

    `reason` is the buyer's word, or ours where there is none (`http_503`, `tls_error`, `no_rule_matched`).
    `price` is what the buyer says it pays, None unless a rule extracts a readable, non-negative amount.
    `rule_index` counts from 0.
    """

    outcome: Outcome
    reason: str = ""
    price: Decimal | None = None
    reference: str = ""
    redirect_url: str = ""
    promise: str = ""
    """What the buyer wants to see again with its next request (a ping's token)."""
    shared_price: Decimal | None = None
    """What it would pay for a lead that others buy, too."""
    expiry: str = ""
    """Until when its bid holds, as it says so."""
    rule_index: int | None = None
    retry_after_s: int | None = None


_OUTCOMES = frozenset(Outcome)
_REFUSED = frozenset({TransportError.ADDRESS_REFUSED, TransportError.TLS_ERROR, TransportError.UNBUILDABLE})


def read(response: OutboundResponse, rules: tuple[ResponseRule, ...]) -> Reading:
    """The meaning of an answer, or of none."""
    if response.error is not None or response.status is None:
        return _transport(response)
    status = response.status
    if is_retried(status):
        return Reading(Outcome.RETRYABLE, f"http_{status}", retry_after_s=_retry_after_s(response))
    answer = Answer(response)
    for index, rule in enumerate(rules):
        found = match(rule, answer, status)
        if found is not None:
            return _extract(rule, index, answer, found)
    if 400 <= status <= 499:
        return Reading(Outcome.FAILED, f"http_{status}")
    return Reading(Outcome.UNKNOWN, "no_rule_matched", redirect_url=_redirect(response.header("location")))


def is_retried(status: int) -> bool:
    """Whether the status says so plainly that nothing was decided that no rule is asked."""
    return status in (408, 429) or 500 <= status <= 599


def read_plain(response: OutboundResponse) -> Reading:
    """What came of a delivery that no rules read: an e-mail, a file, a lead laid in store.

    It is accepted when the transport says that the other side has it. `status` may be the reply code of SMTP: 4yz is
    retryable, 5yz failed.
    """
    if response.error is not None or not response.sent:
        return _transport(response)
    first = (response.status or 200) // 100
    if first in (4, 5):
        return Reading(Outcome.RETRYABLE if first == 4 else Outcome.FAILED, f"reply_{response.status}")
    return Reading(Outcome.ACCEPTED)


def _transport(response: OutboundResponse) -> Reading:
    error = response.error or TransportError.PROTOCOL_ERROR
    if error in _REFUSED:
        return Reading(Outcome.FAILED, error.value)
    return Reading(Outcome.UNKNOWN if response.sent else Outcome.RETRYABLE, error.value)


def match(rule: ResponseRule, answer: Answer, status: int) -> Found | None:
    """What a rule finds in an answer, or None when it does not match."""
    kind = RULE_KINDS.get(rule.match)
    if kind is None or not status_fits(rule.statuses, status) or not content_type_fits(rule, answer):
        return None
    return kind.match(rule, answer)


def content_type_fits(rule: ResponseRule, answer: Answer) -> bool:
    """Whether the content type holds what the rule wants of it."""
    return rule.content_type.strip().lower() in answer.response.header("content-type").lower()


def status_fits(statuses: str, status: int) -> bool:
    """Whether a rule that names these statuses is asked about an answer with this one."""
    named = [part.strip().lower() for part in statuses.split(",") if part.strip()]
    if not named:
        return 200 <= status <= 299
    return str(status) in named or f"{status // 100}xx" in named


def _extract(rule: ResponseRule, index: int, answer: Answer, found: Found) -> Reading:
    reasons = itertools.islice(_told_in(answer.values(rule.reason_path)), MAX_REASONS)
    redirect = (
        _first(answer, rule.redirect_path) or found.get("redirect") or answer.response.header("location")
    )
    price = _first(answer, rule.price_path) or found.get("price")
    return Reading(
        outcome=_outcome(rule.outcome),
        reason=_told(", ".join(reasons) or found.get("reason", ""), MAX_REASON),
        price=_money(price),
        reference=_told(_first(answer, rule.reference_path) or found.get("reference", ""), MAX_REFERENCE),
        redirect_url=_redirect(redirect),
        promise=_told(_first(answer, rule.promise_path) or found.get("promise", ""), MAX_PROMISE),
        shared_price=_money(_first(answer, rule.shared_price_path) or found.get("shared_price")),
        expiry=_told(_first(answer, rule.expiry_path) or found.get("expiry", ""), MAX_EXPIRY),
        rule_index=index,
        retry_after_s=_retry_after_s(answer.response),
    )


def _money(text: str | None) -> Decimal | None:
    return read_money(text) if text else None


def _outcome(text: str) -> Outcome:
    return Outcome(text) if text in _OUTCOMES else Outcome.UNKNOWN


def _first(answer: Answer, path: str) -> str:
    if not path:
        return ""
    return next((text for text in map(plain, answer.values(path)) if text), "")


def _told_in(values: list[Any], before: str = "", depth: int = 0) -> Iterator[str]:
    """The reasons among what stands at a path: texts, lists of them, and objects of texts by field."""
    for value in values:
        if isinstance(value, list | dict) and depth < MAX_REASON_DEPTH:
            inner = value.items() if isinstance(value, dict) else [("", value)]
            for name, item in inner:
                items = item if isinstance(item, list) else [item]
                yield from _told_in(items, f"{name} " if name else before, depth + 1)
        elif text := plain(value):
            yield f"{before}{text}"


def _told(text: str, limit: int) -> str:
    """A buyer's words as they can be stored and shown: one line of proper Unicode, cut."""
    if not text:
        return ""
    proper = text.encode("utf-8", "replace").decode()
    shown = "".join(letter if letter.isprintable() else " " for letter in proper[: limit * 4])
    return " ".join(shown.split())[:limit].strip()


def _redirect(url: str) -> str:
    if not url:
        return ""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    return url if scheme in ("http", "https") and len(url) <= MAX_REDIRECT and url.isprintable() else ""


def _retry_after_s(response: OutboundResponse) -> int | None:
    """Seconds, or an HTTP date counted from the answer's own Date header, so that no clock is needed here."""
    text = response.header("retry-after").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        until, dated = parsedate_to_datetime(text), parsedate_to_datetime(response.header("date"))
        return max(0, round((until - dated).total_seconds()))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def problems(rule: ResponseRule) -> tuple[str, ...]:
    """What is wrong with a response rule, in words, for save and publish."""
    found = list(response_rules.problems(rule))
    if rule.outcome not in _OUTCOMES:
        found.append(f"“{rule.outcome}” is no outcome")
    found += [f"“{part}” is no status" for part in _odd_statuses(rule.statuses)]
    for path in (
        rule.reason_path,
        rule.price_path,
        rule.reference_path,
        rule.redirect_path,
        rule.promise_path,
        rule.shared_price_path,
        rule.expiry_path,
    ):
        if path and path_problem(path):
            found.append(path_problem(path))
    return tuple(found)


def _odd_statuses(statuses: str) -> list[str]:
    parts = [part.strip().lower() for part in statuses.split(",") if part.strip()]
    classes = {f"{first}xx" for first in range(2, 5)}
    return [
        part for part in parts if part not in classes and not (part.isdigit() and 200 <= int(part[:4]) <= 499)
    ]
