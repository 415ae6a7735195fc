"""What a source may do on its pages: see its key, say that it read the requirements, send a test lead."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from apps.companies.services import record
from apps.intake.api.reading import new_request_id
from apps.intake.flows.simple_post import simple_post
from apps.intake.wire import Answer, RawPost, Refused, simple_fault
from apps.leads.choices import LeadMethod
from apps.posting_instructions.choices import KEY_COPIED, KEY_SHOWN, REVIEWED
from apps.posting_instructions.selectors import Key, keys
from apps.sources.models import InstructionLink


@dataclass(frozen=True, slots=True)
class SentTest:
    """A test lead as it was typed in, without the key of the page, and what was answered."""

    body: Mapping[str, Any]
    status: int
    answer: Mapping[str, Any]


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
    post = RawPost(
        body=json.dumps({**body, "auth": key, "test": True}).encode(),
        received_at=at,
        content_type="application/json",
        remote_address=_allowed_address(link, remote_address),
        request_id=new_request_id(),
    )
    answer = _answered(post)
    return SentTest(body, answer.status, json.loads(answer.body, parse_float=Decimal))


def _answered(post: RawPost) -> Answer:
    try:
        return simple_post(post, method=LeadMethod.TEST_FORM)
    except Refused as refused:
        return simple_fault(refused.code, post.request_id, refused.headers)


def _allowed_address(link: InstructionLink, remote_address: str) -> str:
    """We post in the source's name, so from an address that its terms allow, where they name some."""
    networks = link.terms.ip_allow
    try:
        return str(ip_network(networks[0], strict=False).network_address) if networks else remote_address
    except ValueError:
        return remote_address
