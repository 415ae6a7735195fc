"""Leads by mail, to a real mail server that behaves and misbehaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.buyers.models import Endpoint
from apps.core.crypto import unwrap
from apps.deliveries import services
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.services.attempt.records import open_request
from apps.deliveries.services.journey.claims import claim
from apps.deliveries.services.journey.starting import start
from apps.leads.models import Lead
from apps.simulator.running import Running
from tests.deliveries.mail_server import MailServer
from tests.deliveries.market import Market, due_now, market, outcomes, sales, stands

pytestmark = pytest.mark.django_db(transaction=True)


def mail_first(simulator: Running, behaviours: list[str] | None = None, **endpoint: Any) -> Market:
    """A market whose first order's buyer gets mails; the others are simulated as told."""
    scene = market(simulator, ["accept", *(behaviours or [])])
    attributes = {
        "kind": "email",
        "url": "",
        "email_to": "sales@buyer.example, boss@buyer.example",
    } | endpoint
    Endpoint.objects.filter(pk=scene.endpoint(0).pk).update(**attributes)
    scene.world.publish()
    return scene


def test_a_mail_that_was_taken_is_a_sale(simulator: Running, mails: MailServer) -> None:
    scene = mail_first(simulator, email_subject="Lead from {{ state }}")
    delivery = scene.lead(first_name="<b>Jane</b>")
    services.drain()
    assert stands(delivery) == ("sold", "sold")
    assert outcomes(delivery) == ["accepted"]
    (mail,) = mails.mails
    assert mail["Subject"] == "Lead from CA"
    assert mail["From"] == "Leads <leads@sluice.example>"
    assert mails.envelopes[0].rcpt_tos == ["sales@buyer.example", "boss@buyer.example"]
    attempt = Attempt.objects.get(delivery=delivery)
    assert mail["Message-ID"] == f"<{attempt.idempotency_key}@sluice.example>"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "first_name: <b>Jane</b>" in text
    assert "&lt;b&gt;Jane&lt;/b&gt;" in html
    assert "<b>Jane" not in html
    assert {"connect_ms", "send_ms", "total_ms"} <= attempt.timings.keys()


def test_the_mail_is_kept_sealed_with_its_attempt(simulator: Running, mails: MailServer) -> None:
    scene = mail_first(simulator)
    delivery = scene.lead()
    services.drain()
    attempt = Attempt.objects.get(delivery=delivery)
    assert b"Jane" not in bytes(attempt.sealed_request)
    kept = open_request(unwrap(Lead.objects.get(pk=delivery.lead_id).wrapped_key), attempt)
    assert kept["method"] == "MAIL"
    assert "Jane" in kept["body"]


@pytest.mark.parametrize("behaviour", ["unknown_user", "full"])
def test_a_mail_refused_for_good_goes_to_the_next_order(
    simulator: Running, mails: MailServer, behaviour: str
) -> None:
    scene = mail_first(simulator, ["accept?price=20"])
    mails.behaviour = behaviour
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["failed", "accepted"]
    assert [order for order, _, _ in sales(delivery)] == [scene.orders[1].pk]
    assert mails.mails == []


def test_a_greylisting_server_is_asked_again_and_then_takes_it(simulator: Running, mails: MailServer) -> None:
    scene = mail_first(simulator)
    mails.behaviour = "greylist"
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["retryable"]
    assert stands(delivery) == ("pending", "in_flight")
    mails.behaviour = "accept"
    due_now(delivery)
    services.drain()
    assert outcomes(delivery) == ["retryable", "accepted"]
    assert len(mails.mails) == 1


def test_without_a_mail_server_nothing_has_left_and_the_next_order_gets_it(
    simulator: Running, settings: Any, mails: MailServer
) -> None:
    scene = mail_first(simulator, ["accept?price=20"], retries=0)
    settings.EMAIL_PORT = 9
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["retryable", "accepted"]
    assert Attempt.objects.filter(delivery=delivery).first().error == "connect_error"


def test_a_deployment_without_a_relay_sells_nothing_by_mail(simulator: Running, settings: Any) -> None:
    scene = mail_first(simulator, retries=0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    delivery = scene.lead()
    services.drain()
    assert stands(delivery)[0] == "unsold"
    assert Attempt.objects.get(delivery=delivery).error_detail == "EMAIL_URL names no mail server."


@pytest.mark.parametrize(("behaviour", "error"), [("break", "protocol_error"), ("hang", "timeout")])
def test_what_broke_after_the_content_had_left_is_unknown(
    simulator: Running, mails: MailServer, behaviour: str, error: str
) -> None:
    scene = mail_first(simulator, ["accept"], timeout_ms=700)
    mails.behaviour = behaviour
    delivery = scene.lead()
    services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert stands(delivery) == ("held", "held")
    assert Attempt.objects.get(delivery=delivery).error == error
    services.resolve_unknown(delivery, accepted=True, by=scene.world.user)
    assert [order for order, _, _ in sales(delivery)] == [scene.orders[0].pk]


def test_a_process_that_ends_with_a_mail_under_way_leaves_an_unknown(
    simulator: Running, mails: MailServer
) -> None:
    scene = mail_first(simulator, ["accept"])
    delivery = scene.lead()
    assert start(claim(1)).sending
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    services.drain()
    assert outcomes(delivery) == ["unknown"]
    assert mails.mails == []


def test_a_lead_cannot_write_headers(simulator: Running, mails: MailServer) -> None:
    scene = mail_first(simulator, email_to="a@b.example")
    delivery = scene.lead(first_name="Jane\r\nBcc: evil@example.com")
    services.drain()
    assert stands(delivery)[0] == "sold"
    (mail,) = mails.mails
    assert mail["Bcc"] is None
    assert mails.envelopes[0].rcpt_tos == ["a@b.example"]
