"""Verifiers that ask outside: over a real DNS server on this machine, in parallel, with a deadline."""

import socket
import threading
import time
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from apps.deliveries.models import Delivery
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.requirements import VerificationSpec
from apps.engine.values import LeadData, Problem, Value
from apps.leads import verification
from apps.leads.models import DuplicateClaim, Lead, LeadEvent
from tests.factories.worlds import published_campaign
from tests.intake.posting import post

RECORDS = {
    ("good.example.", "MX"): "10 mail.good.example.",
    ("old.example.", "A"): "192.0.2.1",
    ("null.example.", "MX"): "0 .",
}
MUTE = "mute.example."


class Dns:
    """Answers from `RECORDS`; says NXDOMAIN to names it does not know, nothing to `MUTE`, and remembers questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            query = dns.message.from_wire(data)
            question = query.question[0]
            name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
            self.asked.append(f"{name} {kind}")
            if name != MUTE:
                self._socket.sendto(self._answer(query, name, kind), sender)

    def _answer(self, query: dns.message.Message, name: str, kind: str) -> bytes:
        answer = dns.message.make_response(query)
        if (name, kind) in RECORDS:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, RECORDS[name, kind]))
        elif name not in {known for known, _ in RECORDS}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dns]:
    running = Dns()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], running.port
    monkeypatch.setattr(verification, "_resolver", lambda: resolver)
    yield running
    running.close()


SPEC = CampaignSpec(
    1, 1, 1001, "Acme", 2001, "Solar", 1, "UTC",
    fields=(FieldSpec("email", "email", role="email"),), verification=VerificationSpec(email="mx"),
)  # fmt: skip


def lead(address: str) -> LeadData:
    return LeadData({"email": Value(address, address)})


@pytest.mark.parametrize(
    ("domain", "passes"),
    [("good.example", True), ("old.example", True), ("null.example", False), ("nowhere.example", False)],
)
def test_a_domain_must_take_mail(server: Dns, domain: str, passes: bool) -> None:
    data = lead(f"jane@{domain}")
    found = verification.ask(verification.wanted(SPEC, data), SPEC, data)
    assert found == {"email_mx": None if passes else Problem("email_verification", "email")}


def test_who_does_not_answer_in_time_has_nothing_against_the_lead(server: Dns) -> None:
    data = lead("jane@mute.example")
    found = verification.ask(verification.wanted(SPEC, data), SPEC, data, deadline_s=0.2)
    assert found == {"email_mx: no answer in time, passed": None}


class Paid:
    """A service that takes its time."""

    def __init__(self, name: str, *, error: bool = False) -> None:
        self.name, self.error, self.started = name, error, threading.Event()
        self.others: list[Paid] = []

    def wanted(self, spec: CampaignSpec, data: LeadData) -> bool:
        return True

    def verify(self, spec: CampaignSpec, data: LeadData, *, deadline_s: float) -> Problem | None:
        self.started.set()
        if self.error:
            raise RuntimeError(data.normal("email"))
        # Returns only when all the others run as well: one after the other would never end.
        together = all(other.started.wait(deadline_s) for other in self.others)
        return Problem("phone_format", "phone") if together else None


def test_verifiers_run_side_by_side_and_a_broken_one_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    services = [Paid("one"), Paid("two"), Paid("broken", error=True)]
    services[0].others, services[1].others = [services[1]], [services[0]]
    found = verification.ask(services, SPEC, lead("jane@example.com"), deadline_s=5)
    problem = Problem("phone_format", "phone")
    assert found == {"one": problem, "two": problem, "broken: no answer in time, passed": None}
    assert "jane@example.com" not in caplog.text


def test_the_deadline_is_one_for_all() -> None:
    slow = [Paid("one"), Paid("two")]
    slow[0].others = slow[1].others = [Paid("never")]
    before = time.monotonic()
    found = verification.ask(slow, SPEC, lead("jane@example.com"), deadline_s=0.2)
    assert all(problem is None for problem in found.values())
    assert time.monotonic() - before < 5


@pytest.mark.django_db
def test_mx_over_http_and_what_the_trace_says(server: Dns) -> None:
    world = published_campaign(campaign={"verify_email": "mx"})
    assert post(world, email="jane@good.example")["leadStatus"] is True
    assert post(world, email="jane@nowhere.example")["message"] == "Email verification"
    lines = LeadEvent.objects.earliest("id").data["checks"]
    assert {"check": "verification", "passed": True, "detail": "email_mx"} in lines
    assert Delivery.objects.count() == 1
    assert DuplicateClaim.objects.values("lead_id").distinct().count() == 1


@pytest.mark.django_db
def test_nobody_is_asked_about_a_lead_that_is_refused_anyway(server: Dns) -> None:
    world = published_campaign(campaign={"verify_email": "mx"})
    twin = {"email": "jane@good.example"}
    post(world, **twin)
    server.asked.clear()
    verification._resolver().cache = None
    assert post(world, **twin)["message"] == "Duplicate email"
    assert post(world, email="joe@good.example", zip=None)["message"] == "Missing zip"
    assert post(world, email="joe@good.example", test=True)["leadStatus"] is True
    assert server.asked == []
    assert Lead.objects.count() == 4
