"""S6: who holds the link may read; nobody else learns that there is one, and the address stays secret."""

import logging
import re
from datetime import timedelta

import pytest
import structlog
from django.test import Client

from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.posting_instructions import limits
from apps.sources.models import InstructionLink
from apps.sources.services import instruction_link_create, instruction_link_revoke
from tests.factories import World
from tests.posting_instructions.conftest import TABS, Reader
from tests.posting_instructions.worlds import made

SECRET_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


@pytest.mark.parametrize("tab", [*TABS, "requirements/zips.csv"])
def test_every_page_carries_the_headers_that_keep_its_address_secret(reader: Reader, tab: str) -> None:
    response = reader.get(tab)
    assert response.status_code == 200
    assert {name: response[name] for name in SECRET_HEADERS} == SECRET_HEADERS
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not response.cookies


@pytest.mark.parametrize("tab", TABS)
def test_nothing_inline_and_nothing_from_elsewhere(reader: Reader, tab: str) -> None:
    html = reader.html(tab)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assets = re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="([^"]+)"', html)
    assert assets
    assert all(address.startswith("/static/") for address in assets)


def test_unknown_revoked_and_expired_links_are_the_same_page(world: World, client: Client) -> None:
    revoked = instruction_link_create(world.terms, by=world.user)
    instruction_link_revoke(revoked, by=world.user)
    expired = instruction_link_create(world.terms, by=world.user, expires_at=now() - timedelta(seconds=1))
    answers = [
        client.get(f"/instructions/{token}/{tab}")
        for token in ("never-was", revoked.token, expired.token)
        for tab in (*TABS, "requirements/zips.csv", "no-such-tab/")
    ]
    answers += [client.post(f"/instructions/{token}/key/") for token in ("never-was", revoked.token)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert answers[0]["Referrer-Policy"] == "no-referrer"


def test_a_link_that_expires_later_opens_until_then(world: World, client: Client) -> None:
    link = instruction_link_create(world.terms, by=world.user, expires_at=now() + timedelta(hours=1))
    assert client.get(f"/instructions/{link.token}/").status_code == 200


def test_a_link_without_its_last_slash_still_leads_there(reader: Reader) -> None:
    answer = reader.client.get(f"/instructions/{reader.token}")
    assert answer.status_code == 302
    assert answer["Location"] == f"/instructions/{reader.token}/"
    assert answer["Cache-Control"] == "no-store"


def test_opening_counts_the_visit(reader: Reader, world: World) -> None:
    reader.get()
    reader.get("fields/")
    link = InstructionLink.objects.get(terms=world.terms)
    assert link.visits == 2
    assert link.last_visit_at is not None


@pytest.mark.parametrize("action", ["key/", "requirements/read/", "requirements/zip/", "testing/"])
def test_a_form_without_the_links_own_guard_is_refused(reader: Reader, action: str) -> None:
    other = Reader(reader.client, made("usual").token)
    before = AuditEvent.objects.count()
    for guard in ("", "made-up", other.guard()):
        answer = reader.client.post(
            f"/instructions/{reader.token}/{action}", {"guard": guard, "zip": "90210"}
        )
        assert answer.status_code == 403
        assert answer["Referrer-Policy"] == "no-referrer"
    assert AuditEvent.objects.count() == before


def test_a_form_sent_from_another_site_is_refused(reader: Reader) -> None:
    assert reader.post("key/", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert reader.post("key/", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_guessing_ends_after_a_few_links_that_do_not_exist(reader: Reader) -> None:
    for number in range(limits.GUESSES):
        assert reader.client.get(f"/instructions/guess-{number}/").status_code == 404
    refused = reader.client.get("/instructions/guess-again/")
    assert refused.status_code == 429
    assert refused["Retry-After"] == str(limits.GUESS_WINDOW_S)
    # A right guess looks no different then, so it teaches nothing.
    assert reader.get().status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert elsewhere.get(f"/instructions/{reader.token}/").status_code == 200


def test_without_redis_the_pages_are_there(reader: Reader, settings) -> None:
    nowhere = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nowhere}
    assert reader.get().status_code == 200
    assert reader.client.get("/instructions/never-was/").status_code == 404
    assert reader.post("key/").status_code == 200


def test_neither_token_nor_key_is_in_any_log(
    reader: Reader, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    scrubbed = [each.formatter for each in logging.getLogger().handlers]
    formatter = next(each for each in scrubbed if isinstance(each, structlog.stdlib.ProcessorFormatter))
    with caplog.at_level(logging.DEBUG):
        reader.get()
        reader.get("no-such-tab/")
        reader.client.post(f"/instructions/{reader.token}/key/")
        assert world.key in reader.post("key/").content.decode()
        reader.send_test()
    lines = [formatter.format(record) for record in caplog.records]
    assert [line for line in lines if "/instructions/" in line]
    assert not [line for line in lines if reader.token in line or world.key in line]


def test_crawlers_are_asked_to_stay_away(client: Client) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_the_landing_page_leads_to_the_log_in(client: Client) -> None:
    html = client.get("/").content.decode()
    assert 'href="/admin/"' in html
    assert "posting instructions" in html


def test_other_methods_are_refused_without_a_trace_of_the_link(reader: Reader) -> None:
    for method in ("put", "delete", "patch"):
        answer = getattr(reader.client, method)(f"/instructions/{reader.token}/")
        assert answer.status_code == 405
        assert answer["Referrer-Policy"] == "no-referrer"
    head = reader.client.head(f"/instructions/{reader.token}/")
    assert (head.status_code, head.content) == (200, b"")
