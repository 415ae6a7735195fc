"""The contract of a world's link as its files tell it, and a source that sends what they hold."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.test import Client

from apps.core.clock import now
from apps.engine.contract import Call, Case, Contract
from apps.engine.contract.bodies import PING, POST
from apps.posting_instructions import selectors
from apps.posting_instructions.pages.contract import KEY_HERE, PING_HERE, contract
from apps.posting_instructions.pages.frame import frame
from apps.sources.models import InstructionLink


def contract_of(link: InstructionLink) -> Contract:
    """The contract behind a link."""
    page = frame(selectors.instructions(link), token=link.token, now=now())
    assert page is not None
    return contract(page)


class Sending:
    """Sends the bodies of a contract as its source: its key for the placeholder, a fresh ping for each post."""

    def __init__(self, client: Client, contract: Contract, key: str) -> None:
        self.client, self.contract, self.key = client, contract, key

    def send(self, call: Call, body: Any) -> tuple[int, dict[str, Any]]:
        """The status and the answer of a body, filled in."""
        filled = self.filled(body)
        if call.key == POST and filled.get("ping_id") == PING_HERE:
            filled["ping_id"] = self.ping_id()
        answer = self.client.post(call.path, json.dumps(filled, default=str), content_type="application/json")
        return answer.status_code, answer.json()

    def filled(self, body: Any) -> Any:
        """The body with the source's key, and with an id of its own where the sample's would make it a repetition."""
        if not isinstance(body, dict):
            return self.key if body == KEY_HERE else body
        own = self.contract.spec.idempotency_field
        found = {name: self.filled(value) for name, value in body.items()}
        if own in found and found[own] == self.contract.sample.get(own):
            found[own] = f"order-{uuid.uuid4()}"
        return found

    def ping_id(self) -> str:
        """The id of a fresh test ping."""
        ping = next(call for call in self.contract.calls if call.key == PING)
        return self.send(ping, ping.good[-1].body)[1]["ping_id"]


def cases(contract: Contract) -> Iterator[tuple[Call, Case]]:
    """Every documented example, good and bad."""
    for call in contract.calls:
        yield from ((call, case) for case in (*call.good, *call.bad))


def assert_answered(call: Call, case: Case, status: int, answer: dict[str, Any]) -> None:
    """The answer is the one that is documented for the example."""
    told = (call.key, case.title, answer)
    assert status == case.http, told
    warned = [each["message"] for each in answer["warnings"]]
    if case.is_warning:
        assert case.says in warned, told
    elif not case.says:
        assert answer.get("leadStatus") or answer["status"] in ("accepted", "delivered", "open"), told
    else:
        assert answer.get("message", answer.get("reason")) == case.says, told
