"""The source's own requests: what was wrong with each, what it sent without the person in it, and sending it again."""

import html as entities
import json
import re
from typing import Any

import pytest
from django.test import Client

from apps.core.clock import now
from apps.leads.models import Lead
from apps.posting_instructions.pages.sampling import sample
from apps.posting_instructions.past import LENGTH
from tests.factories import World
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import made

PERSON = {"first_name": "Wilhelmina", "email": "wilhelmina.murray@example.org", "phone": "2125550187"}


def submit(world: World, client: Client, **fields: Any) -> dict[str, Any]:
    ids = {"compid": world.company.number, "sourceid": world.source.number, "campid": world.campaign.number}
    body = {**ids, "auth": world.key, **sample(world.version.pk, today=now().date()), **fields, "test": True}
    return client.post("/ca/submit", json.dumps(body, default=str), content_type="application/json").json()


def ping(world: World, client: Client, **fields: Any) -> dict[str, Any]:
    data = {**sample(world.version.pk, today=now().date()), **fields, "Test_Mode": 1}
    body = {"SRC": world.terms.src, "KEY": world.key, "data": data}
    return client.post("/ping", json.dumps(body, default=str), content_type="application/json").json()


def addresses(reader: Reader) -> list[str]:
    return re.findall(r'href="[^"]*/(testing/requests/[^"]+)"', reader.html("testing/"))


def code_of(html: str, language: str) -> str:
    found = re.search(
        rf'data-sample="{language}"[^>]*>\s*<pre[^>]*><code>(.*?)</code></pre>', html, re.DOTALL
    )
    assert found
    return entities.unescape(re.sub(r"<[^>]+>", "", found[1]))


def body_of(html: str) -> dict[str, Any]:
    """The body of the page's curl command."""
    return json.loads(code_of(html, "curl").split("-d '")[1].rsplit("'", 1)[0].replace("'\\''", "'"))


def test_each_line_names_the_fields_at_fault_and_leads_to_them(
    client: Client, world: World, reader: Reader
) -> None:
    submit(world, client, zip="9021")
    submit(world, client, first_name="", last_name=" ")
    submit(world, client)
    rows = re.findall(
        r"<tr><th scope=\"row\">.*?</tr>", reader.html("testing/").split('id="log"')[1], re.DOTALL
    )
    at_fault = [re.findall(r"fields/#field-(\w+)", row) for row in rows]
    assert at_fault == [[], ["first_name", "last_name"], ["zip"]]


def test_a_request_is_shown_whole_but_for_the_person(client: Client, world: World, reader: Reader) -> None:
    submit(world, client, **PERSON, score="many", favourite="blue@example.org")
    html = reader.html(addresses(reader)[0])
    assert "Credit score format" in html or "Score format" in html
    for value in (*PERSON.values(), "blue@example.org"):
        assert value not in html
    assert "w•••@example.org" in html
    assert "many" in html
    assert "•••••0187" in html


@pytest.mark.parametrize(
    "change", [{"zip": "9021"}, {"first_name": ""}, {"email": "nobody"}, {"score": "many"}, {}]
)
def test_sent_again_it_is_answered_the_same(
    client: Client, world: World, reader: Reader, change: dict[str, str]
) -> None:
    answer = submit(world, client, **change)
    body = body_of(reader.html(addresses(reader)[0]))
    assert body["test"] is True
    body["auth"] = world.key
    again = client.post("/ca/submit", json.dumps(body), content_type="application/json").json()
    assert again["message"] == answer["message"]
    assert Lead.objects.count() == 2


def test_nobody_elses_request_is_there(client: Client, world: World, reader: Reader) -> None:
    other = made("usual")
    submit(other, client)
    theirs = Lead.objects.get().public_id
    for public_id in (theirs, "L-0000000000000000", "PING-0000000000000001", "x", "L-ZZ"):
        assert reader.get(f"testing/requests/{public_id}/").status_code == 404
    assert Reader(client, other.token).get(f"testing/requests/{theirs}/").status_code == 200


def test_the_log_is_long_enough_and_ends(client: Client, world: World, reader: Reader) -> None:
    assert LENGTH == 50
    assert addresses(reader) == []
    for _ in range(3):
        submit(world, client)
    assert len(addresses(reader)) == 3


def test_pings_are_shown_and_sent_again_as_pings(client: Client, db: None) -> None:
    world = made("pinging")
    reader = Reader(client, world.token)
    assert ping(world, client, **PERSON)["status"] == "accepted"
    html = reader.html(addresses(reader)[0])
    assert PERSON["email"] not in html
    assert "w•••@example.org" in html
    body = body_of(html)
    body["KEY"] = world.key
    again = client.post("/ping", json.dumps(body), content_type="application/json").json()
    assert (again["status"], again["test"]) == ("accepted", True)


def test_of_a_refused_ping_only_the_reason_is_kept(client: Client, db: None) -> None:
    world = made("pinging")
    reader = Reader(client, world.token)
    assert ping(world, client, zip="9021", **PERSON)["reason"] == "schema_validation_failed"
    html = reader.html(addresses(reader)[0])
    assert "Of a ping that is refused nothing is kept but why." in html
    assert 'fields/#field-zip"><code>zip</code></a>: Zip format' in html
    assert "data-sample" not in html


def test_of_an_erased_person_nothing_is_shown(client: Client, world: World, reader: Reader) -> None:
    submit(world, client, **PERSON)
    Lead.objects.update(wrapped_key=None)
    html = reader.html(addresses(reader)[0])
    assert "has been erased" in html
    assert "Wilhelmina" not in html
