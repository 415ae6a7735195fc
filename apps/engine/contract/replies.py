"""Every reason or message of a contract as a row: what it means, what to do, whether to send again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.engine import describe
from apps.engine.contract.blocks import code
from apps.engine.contract.bodies import DIRECT_POST, SUBMIT
from apps.engine.contract.calls import Contract
from apps.engine.describe.words import RESEND
from apps.engine.reasons import REASONS, REQUEST
from apps.engine.reply import POST, render_exchange_fault, render_simple_fault

OF_THE_KEY = ("missing_credentials", "invalid_key", "credential_disabled")
"""Codes that the exchange tells as faults, and the simple post as messages."""
_NOT_HERE = "not_found"

Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the request, or of ours, with the answer to it. `name` is the message or the reason."""

    http: int
    name: str
    meaning: str
    action: str
    resend: str
    body: Mapping[str, Any]


def faults(contract: Contract, call: str) -> tuple[Fault, ...]:
    """The faults that a call can be answered with, by HTTP status."""
    codes = [code for code, reason in REASONS.items() if reason.group == REQUEST and code != _NOT_HERE]
    found = [_fault(contract, call, code) for code in (codes if call == SUBMIT else (*codes, *OF_THE_KEY))]
    return tuple(sorted(found, key=lambda fault: fault.http))


def _fault(contract: Contract, call: str, code: str) -> Fault:
    reason = REASONS[code]
    if call == SUBMIT:
        status, body = render_simple_fault(code, contract.brand)
        return Fault(status, reason.text, reason.meaning, reason.action, RESEND[reason.resend], body)
    status, body = render_exchange_fault(code, POST if call == DIRECT_POST else call)
    meaning, action = describe.FAULT_WORDS.get(code, (reason.meaning, reason.action))
    return Fault(status, reason.exchange, meaning, action, RESEND[reason.resend], body)


def reason_rows(contract: Contract) -> Iterator[Row]:
    """The rows in published order, without faults of the request."""
    if contract.is_exchange:
        for reason in describe.exchange_reasons(contract.spec, contract.terms):
            yield code(reason.name), reason.meaning, reason.action, RESEND[reason.resend]
        return
    for each in describe.possible_reasons(contract.spec, contract.terms):
        if each.group != REQUEST:
            yield code(each.text), each.meaning, each.action, RESEND[each.resend]
