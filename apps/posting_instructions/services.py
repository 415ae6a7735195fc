"""What a source may do on its pages: see its key, say that it read the requirements, send a test lead."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from ipaddress import ip_network
from typing import Any

from apps.companies.services import record
from apps.intake.api.faults import answer_to
from apps.intake.api.reading import new_request_id
from apps.intake.flows.direct_post import direct_post
from apps.intake.flows.ping import ping
from apps.intake.flows.post import post
from apps.intake.flows.simple_post import simple_post
from apps.intake.wire import Answer, FaultAnswer, RawPost, Refused, ping_fault, post_fault, simple_fault
from apps.leads.choices import LeadMethod
from apps.posting_instructions.choices import KEY_COPIED, KEY_SHOWN, REVIEWED, Call
from apps.posting_instructions.selectors import Key, keys
from apps.sources.models import InstructionLink


@dataclass(frozen=True, slots=True)
class SentTest:
    """A test lead as it was typed in, without the key of the page, and what was answered."""

    body: Mapping[str, Any]
    status: int
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SentCall:
    """A call of the exchange as it was typed in, without the key of the page, and what was answered."""

    call: Call
    body: Mapping[str, Any]
    status: int
    answer: Mapping[str, Any]


_CALLS: Mapping[Call, tuple[Callable[[RawPost], Answer], FaultAnswer]] = {
    Call.PING: (ping, ping_fault),
    Call.POST: (partial(post, method=LeadMethod.TEST_FORM), post_fault),
    Call.DIRECT_POST: (partial(direct_post, method=LeadMethod.TEST_FORM), post_fault),
}


def keys_reveal(link: InstructionLink, *, copied: bool = False) -> tuple[Key, ...]:
    """The keys in the clear, newest first. Each time is on the audit record of the client."""
    shown = tuple(keys(link.terms))
    verb = "copied" if copied else "shown"
    record(
        link.terms,
        by=None,
        action=KEY_COPIED if copied else KEY_SHOWN,
        summary=f"Key of {link.terms} {verb} on its instructions page",
        data={"link_id": link.pk, "credential_ids": [key.id for key in shown]},
    )
    return shown


def requirements_review(link: InstructionLink) -> None:
    """Put on record that the source has read what the campaign requires."""
    record(
        link.terms,
        by=None,
        action=REVIEWED,
        summary=f"{link.terms.source} has read the requirements of {link.terms.campaign}",
        data={"link_id": link.pk},
    )


def test_lead_send(
    link: InstructionLink, body: Mapping[str, str], *, remote_address: str, at: datetime
) -> SentTest:
    """Send a body through the very door that sources use, as a test whatever it says.

    Without an `auth` of its own the body gets the newest key, which is not in what is returned.
    """
    newest = next(keys(link.terms), None)
    key = body.get("auth") or (newest.text if newest else "")
    way = partial(simple_post, method=LeadMethod.TEST_FORM)
    sent = _raw(link, {**body, "auth": key, "test": True}, remote_address, at)
    answer = _answered(sent, way, simple_fault)
    return SentTest(body, answer.status, json.loads(answer.body, parse_float=Decimal))


def test_call_send(
    link: InstructionLink, call: Call, body: Mapping[str, Any], *, remote_address: str, at: datetime
) -> SentCall:
    """Send a call of the exchange through the very door that sources use, as a test whatever it says.

    Without a `KEY` of its own the body gets the newest key, which is not in what is returned. A body without `data`
    cannot say that it is a test, but cannot be a lead either.
    """
    newest = next(keys(link.terms), None)
    whole = {**body, "KEY": body.get("KEY") or (newest.text if newest else "")}
    if "data" in body:
        whole["data"] = {**body["data"], "Test_Mode": 1}
    way, fault = _CALLS[call]
    answer = _answered(_raw(link, whole, remote_address, at), way, fault)
    return SentCall(call, body, answer.status, json.loads(answer.body, parse_float=Decimal))


def _raw(link: InstructionLink, body: Mapping[str, Any], remote_address: str, at: datetime) -> RawPost:
    return RawPost(
        body=json.dumps(body).encode(),
        received_at=at,
        content_type="application/json",
        remote_address=_allowed_address(link, remote_address),
        request_id=new_request_id(),
    )


def _answered(sent: RawPost, way: Callable[[RawPost], Answer], fault: FaultAnswer) -> Answer:
    try:
        return way(sent)
    except Refused as refused:
        return answer_to(refused, sent.request_id, fault)


def _allowed_address(link: InstructionLink, remote_address: str) -> str:
    """We post in the source's name, so from an address that its terms allow, where they name some."""
    networks = link.terms.ip_allow
    try:
        return str(ip_network(networks[0], strict=False).network_address) if networks else remote_address
    except ValueError:
        return remote_address
