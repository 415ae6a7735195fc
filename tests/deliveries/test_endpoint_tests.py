"""Test Endpoint against real servers, kind and hostile: every line told, nothing but the test remains."""

import base64
import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from apps.buyers.models import Endpoint, EndpointHeader, Mapping
from apps.buyers.services import mappings_set
from apps.campaigns.services import list_store
from apps.campaigns.specs import list_key
from apps.companies.models import AuditEvent
from apps.core import http
from apps.deliveries.models import Attempt, Delivery, EndpointBreaker, EndpointTest
from apps.deliveries.services import endpoint_test
from apps.leads.models import CapCounter, Lead
from apps.ledger.models import Sale
from apps.simulator.running import Running
from tests.core.http.servers import Connection, Server, serving
from tests.deliveries.market import market
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "sk-very-secret-4711"
YES = {"status": "accepted", "price": 31, "id": "B-1"}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(settings, authority: trustme.CA, tmp_path: Path) -> Iterator[None]:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    settings.OUTBOUND_CA_FILE = str(ca_file)
    yield
    http.close()


def answers(
    status: int, body: Any, *, content_type: str = "application/json"
) -> Callable[[Connection], None]:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {content_type}\r\nContent-Length: {len(sent)}\r\n\r\n"

    def handle(connection: Connection) -> None:
        while connection.read_request():
            connection.send(head.encode() + sent)

    return handle


@contextmanager
def tls(authority: trustme.CA, handle: Callable[[Connection], None], **leaf: Any) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(leaf.pop("name", "127.0.0.1"), **leaf).configure_cert(context)
    with serving(handle, tls=context) as server:
        yield server


def is_test(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"kind": "test", "field": field, "operator": operator, "value": value}


@pytest.fixture
def endpoint(simulator: Running) -> Endpoint:
    """Of a campaign that runs; where it leads is set by each test, and not published."""
    scene = market(simulator, ["accept"])
    made = scene.endpoint(0)
    EndpointHeader.objects.create(endpoint=made, name="Authorization", value="Bearer {secret}", secret=SECRET)
    return made


def look(endpoint: Endpoint, url: str, by: Any = None) -> EndpointTest:
    endpoint.url = url
    endpoint.save()
    return endpoint_test(Endpoint.objects.get(pk=endpoint.pk), by=by)


def told(test: EndpointTest) -> dict[str, dict[str, Any]]:
    return {line["step"]: line for line in test.lines}


def nothing_counted() -> bool:
    models = (Attempt, Delivery, Lead, Sale, CapCounter, EndpointBreaker)
    return not any(model.objects.exists() for model in models)


def test_a_healthy_endpoint_passes_and_only_the_test_remains(
    endpoint: Endpoint, authority: trustme.CA, trusting: None
) -> None:
    with tls(authority, answers(200, YES)) as server:
        test = look(endpoint, server.url("/leads", scheme="https"))
    lines = told(test)
    assert (test.passed, test.outcome) == (True, "accepted"), test.lines
    assert list(lines) == [
        "Request", "DNS", "Address guard", "Connection", "TLS", "Certificate", "Authentication", "Answer",
        "Response rules", "Time",
    ]  # fmt: skip
    assert lines["TLS"]["told"].startswith("TLSv1.3")
    assert "rule 1 of 3 reads it" in lines["Response rules"]["told"]
    assert "price 31" in lines["Response rules"]["told"]
    assert lines["Time"]["timings"]["total_ms"] == test.total_ms > 0
    (request,) = server.requests
    assert request.startswith(b"POST /leads ")
    assert f"Bearer {SECRET}".encode() in request
    assert nothing_counted()


def test_the_row_keeps_no_secret_even_if_the_buyer_repeats_it(
    endpoint: Endpoint, authority: trustme.CA, trusting: None
) -> None:
    echo = {"status": "rejected", "reason": f"key {SECRET} is not known", "debug": f"Bearer {SECRET}"}
    with tls(authority, answers(200, echo)) as server:
        test = look(endpoint, server.url(scheme="https"))
    assert test.passed  # a no that a rule reads is an answer
    assert SECRET not in json.dumps(test.lines)
    assert "Authorization: ••••••••" in told(test)["Request"]["shown"]
    assert "••••••••" in told(test)["Answer"]["shown"]


def test_a_signed_request_is_signed_by_its_key_and_shown_without_its_signature(endpoint: Endpoint) -> None:
    key = "whsec_" + base64.b64encode(b"k" * 24).decode()
    endpoint.auth_kind, endpoint.auth_secret = "signature", key
    handle = answers(200, YES)
    with serving(handle) as server:
        test = look(endpoint, server.url("/leads"))
        (request,) = server.requests
    assert test.passed, test.lines
    signature = re.search(rb"webhook-signature: (v1,\S+)", request, re.IGNORECASE)
    assert signature is not None
    shown, kept = told(test)["Request"]["shown"], json.dumps(test.lines)
    assert "webhook-signature: ••••••••" in shown
    assert "webhook-id: DEL-" in shown
    assert signature[1].decode() not in kept
    assert key not in kept


def test_secrets_in_the_query_and_in_the_body_are_shown_masked(endpoint: Endpoint) -> None:
    endpoint.auth_kind, endpoint.auth_name, endpoint.auth_secret = "query", "api_key", "q-secret-1"
    Mapping.objects.create(
        endpoint=endpoint, target="password", kind="constant", secret="b-secret-2", position=99
    )
    with serving(answers(200, {**YES, "id": "of b-secret-2"})) as server:
        test = look(endpoint, server.url("/leads"))
        (request,) = server.requests
    assert b"api_key=q-secret-1" in request
    assert b"b-secret-2" in request
    assert "api_key=••••••••" in told(test)["Request"]["shown"]
    assert not [secret for secret in ("q-secret-1", "b-secret-2", SECRET) if secret in json.dumps(test.lines)]


def test_conditions_know_lists_and_places(endpoint: Endpoint) -> None:
    zips = list_store(endpoint.buyer.company, name="Ours", text="902*\n100*\n941*", by=None)
    listed = is_test("zip", "in_list", [list_key(zips.pk), "Ours"])
    near = {"kind": "all", "children": [listed, is_test("zip", "within_km", ["90001", "9000"])]}
    row = {
        "target": "area",
        "kind": "branch",
        "branches": [{"expression": near, "value": "near"}],
        "default": "far",
    }
    mappings_set(endpoint, rows=[{"target": "zip", "source": "zip"}, row], by=None)
    with serving(answers(200, YES)) as server:
        test = look(endpoint, server.url("/leads"))
    assert '"area":"near"' in told(test)["Request"]["shown"].replace(": ", ":"), test.lines


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        ({"not_after": datetime(2020, 1, 1, tzinfo=UTC)}, "Expired"),
        ({"name": "other.example"}, "other.example"),
        ({"not_before": datetime(2090, 1, 1, tzinfo=UTC)}, "Not valid yet"),
    ],
)
def test_a_bad_certificate_fails_and_nothing_is_sent(
    leaf: dict[str, Any], words: str, endpoint: Endpoint, authority: trustme.CA, trusting: None
) -> None:
    with tls(authority, answers(200, YES), **leaf) as server:
        test = look(endpoint, server.url(scheme="https"))
    assert not test.passed
    assert not told(test)["Certificate"]["passed"]
    assert words in told(test)["Certificate"]["told"]
    assert told(test)["Sending"]["told"].startswith("Nothing was sent")
    assert (server.requests, test.outcome) == ([], "")


def test_an_unknown_authority_fails(endpoint: Endpoint, trusting: None) -> None:
    with tls(trustme.CA(), answers(200, YES)) as server:
        test = look(endpoint, server.url(scheme="https"))
    assert not told(test)["TLS"]["passed"]
    assert server.requests == []


def test_a_certificate_that_ends_soon_is_a_warning(
    endpoint: Endpoint, authority: trustme.CA, trusting: None
) -> None:
    soon = datetime.now(UTC) + timedelta(days=20, hours=1)
    with tls(authority, answers(200, YES), not_after=soon) as server:
        test = look(endpoint, server.url(scheme="https"))
    line = told(test)["Certificate"]
    assert test.passed
    assert line["warned"]
    assert line["told"].startswith("Expires in 20 days")


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_told_as_such(status: int, endpoint: Endpoint) -> None:
    with serving(answers(status, {"error": "no"})) as server:
        test = look(endpoint, server.url())
    assert not told(test)["Authentication"]["passed"]
    assert f"HTTP {status}" in told(test)["Authentication"]["told"]
    assert told(test)["TLS"]["warned"]


def test_an_answer_that_no_rule_reads_fails_with_every_rules_verdict(endpoint: Endpoint) -> None:
    with serving(answers(200, {"result": "fine"})) as server:
        test = look(endpoint, server.url())
    line = told(test)["Response rules"]
    assert (line["passed"], test.outcome) == (False, "unknown")
    assert line["shown"].count("does not match") == 3


def test_silence_ends_in_time_and_says_that_the_lead_had_left(endpoint: Endpoint) -> None:
    endpoint.timeout_ms = 300
    with serving(lambda connection: (connection.read_request(), connection.hold())) as server:
        test = look(endpoint, server.url())
    assert told(test)["Answer"]["told"].endswith("The sample lead had left.")
    assert (test.passed, test.outcome) == (False, "unknown")


def test_an_address_inside_is_never_called(endpoint: Endpoint, settings) -> None:
    settings.OUTBOUND_ALLOW_NETWORKS = []
    with serving(answers(200, YES)) as server:
        test = look(endpoint, server.url())
    http.close()
    assert told(test)["Address guard"]["told"] == "127.0.0.1 is a loopback address. It is never called."
    assert server.connections == 0


def test_what_cannot_be_built_is_not_sent(endpoint: Endpoint) -> None:
    row = endpoint.mappings.first()
    row.kind, row.value, row.on_empty = "constant", "", "fail"
    row.save()
    with serving(answers(200, YES)) as server:
        test = look(endpoint, server.url())
    assert row.target in told(test)["Request"]["told"]
    assert (test.passed, server.requests) == (False, [])


def test_a_store_is_told_that_nothing_is_sent(endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(kind="store", url="")
    test = endpoint_test(Endpoint.objects.get(pk=endpoint.pk), by=None)
    assert test.passed
    assert "kept here" in told(test)["Sending"]["told"]


def test_a_persons_test_is_on_record(endpoint: Endpoint) -> None:
    user = UserFactory()
    with serving(answers(200, YES)) as server:
        test = look(endpoint, server.url(), by=user)
    assert test.who == str(user)
    assert AuditEvent.objects.filter(action="endpoint.tested", actor=user).count() == 1
