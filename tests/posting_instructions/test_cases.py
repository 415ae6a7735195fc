"""Tests that a source keeps: what is stored of them, what running them tells, and whose they are."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.leads.models import Lead
from apps.posting_instructions import cases
from apps.posting_instructions.models import SavedCase
from tests.factories import World
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import change, made


@pytest.fixture
def world(db: None) -> World:
    return made("usual")


def keep(reader: Reader, name: str, **fields: str) -> Any:
    """Send the form with some inputs changed, and keep what was sent, as the page offers it."""
    html = reader.send_test(**fields).content.decode()
    form = html.split('name="do" value="keep"')[1].split("</form>")[0]
    values = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    return reader.post("testing/cases/", {**values, "do": "keep", "name": name})


def rows(html: str) -> list[str]:
    """The text of each line of kept cases."""
    found = re.findall(r"<tr>.*?</tr>", html.split('id="cases"')[1].split("</section>")[0], re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def test_a_kept_test_expects_the_answer_it_had(reader: Reader) -> None:
    answer = keep(reader, "a bad zip", zip="9021")
    assert answer.status_code == 302
    assert answer["Location"].endswith("/testing/#cases")
    keep(reader, "a good lead")
    assert rows(reader.html("testing/")) == [
        "a bad zip Zip format Run a bad zip Open a bad zip Delete a bad zip",
        "a good lead accepted Run a good lead Open a good lead Delete a good lead",
    ]


def test_running_all_tells_which_answers_have_changed(reader: Reader, world: World) -> None:
    keep(reader, "no city", city="")
    keep(reader, "a bad zip", zip="9021")
    world.campaign.fields.filter(name="city").update(required=True)
    world.publish()
    before = Lead.objects.count()
    told = rows(reader.post("testing/cases/", {"do": "run"}).content.decode())
    assert ["As expected Zip format" in told[0], "Another answer Missing city" in told[1]] == [True, True], (
        told
    )
    assert Lead.objects.count() == before + 2
    assert not Lead.objects.filter(is_test=False).exists()


def test_one_is_run_by_itself_opened_in_the_form_and_deleted(reader: Reader, world: World) -> None:
    keep(reader, "a bad zip", zip="9021", first_name="Wilhelmina")
    keep(reader, "a good lead")
    first = cases.cases(world.terms)[0]
    told = rows(reader.post("testing/cases/", {"do": "run", "case": str(first.id)}).content.decode())
    assert "As expected" in told[0]
    assert "As expected" not in told[1]
    html = reader.html("testing/", case=str(first.id))
    assert 'name="lead.zip" value="9021"' in html
    assert 'name="lead.first_name" value="Wilhelmina"' in html
    reader.post("testing/cases/", {"do": "drop", "case": str(first.id)})
    assert [each.name for each in cases.cases(world.terms)] == ["a good lead"]


def test_a_name_is_used_once_and_has_to_be_there(reader: Reader, world: World) -> None:
    keep(reader, "zip", zip="9021")
    keep(reader, " zip ", email="nobody")
    (kept,) = cases.cases(world.terms)
    assert kept.expected == "Email format"
    assert "Give the test case a name." in keep(reader, "  ").content.decode()
    assert SavedCase.objects.count() == 1


def test_neither_a_key_nor_a_readable_person_is_stored(reader: Reader, world: World) -> None:
    keep(reader, "mine", auth=world.key, first_name="Wilhelmina")
    (kept,) = cases.cases(world.terms)
    assert "auth" not in kept.body
    assert kept.body["first_name"] == "Wilhelmina"
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM posting_instructions_savedcase")
        stored = cursor.fetchone()[0]
    assert "Wilhelmina" not in stored
    assert world.key not in stored


def test_nobody_elses_are_there(reader: Reader, client: Client, world: World) -> None:
    other = Reader(client, made("usual").token)
    keep(other, "theirs", zip="9021")
    theirs = str(SavedCase.objects.get().pk)
    reader.post("testing/cases/", {"do": "drop", "case": theirs})
    assert SavedCase.objects.count() == 1
    html = reader.post("testing/cases/", {"do": "run", "case": theirs}).content.decode()
    assert "theirs" not in html
    assert 'name="lead.zip" value="9021"' not in reader.html("testing/", case=theirs)
    assert (
        reader.client.post(f"/instructions/{reader.token}/testing/cases/", {"do": "run"}).status_code == 403
    )


def test_there_is_an_end_to_keeping(reader: Reader, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "MOST", 1)
    keep(reader, "one")
    assert "1 test cases are kept; delete one first." in keep(reader, "two").content.decode()
    keep(reader, "one", zip="9021")
    assert [each.expected for each in cases.cases(world.terms)] == ["Zip format"]


def test_an_id_of_the_sources_own_is_a_fresh_one_each_time(client: Client, db: None) -> None:
    world = made("usual")
    change(world, idempotency_field="unique_identifier")
    world.publish()
    reader = Reader(client, world.token)
    keep(reader, "mine", unique_identifier="order-1")
    before = Lead.objects.count()
    reader.post("testing/cases/", {"do": "run"})
    reader.post("testing/cases/", {"do": "run"})
    assert Lead.objects.count() == before + 2


def test_pings_are_kept_and_posts_are_not(client: Client, db: None) -> None:
    world = made("pinging")
    reader = Reader(client, world.token)
    values = {"lead.state": "CA", "lead.zip": "9021", "lead.homeowner": "yes", "top.SRC": world.terms.src}
    answer = reader.post("testing/cases/", {**values, "do": "keep", "call": "ping", "name": "a bad ping"})
    assert answer.status_code == 302
    (kept,) = cases.cases(world.terms)
    assert (kept.call.key, kept.expected) == ("ping", "schema_validation_failed")
    told = rows(reader.post("testing/cases/", {"do": "run"}).content.decode())
    assert "As expected schema_validation_failed" in told[0]
    refused = reader.post("testing/cases/", {**values, "do": "keep", "call": "post", "name": "a post"})
    assert "A post needs a ping of its own, so it cannot be kept." in refused.content.decode()
    assert 'name="lead.zip" value="9021"' in reader.html("testing/", case=str(kept.id))
