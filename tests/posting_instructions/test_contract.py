"""The files of a contract: valid by their own standards, and nothing in them but what the API does."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from apps.engine.contract import openapi
from apps.posting_instructions.pages.contract import KEY_HERE
from tests.factories import World
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.contracts import Sending, assert_answered, cases, contract_of
from tests.posting_instructions.worlds import EXCHANGES, KINDS, change, made

META = json.loads((Path(__file__).parents[1] / "exemplars/openapi/schema-3.1.json").read_text())
UNTOLD_BY_SCHEMA = {"Invalid auth", "invalid_key", "invalid_ping_id", "ping_mismatch"}
"""A wrong key and a ping id of nobody look like right ones; a value that differs from the ping is a good value."""
FILES = ("openapi.json", "postman.json", "instructions.md")


@pytest.fixture(params=sorted(KINDS | EXCHANGES))
def world(request: pytest.FixtureRequest, db: None) -> World:
    return made(request.param)


@pytest.fixture
def link(world: World) -> Any:
    return world.terms.links.get()


def parsed(reader: Reader, name: str) -> dict[str, Any]:
    return json.loads(reader.html(f"contract/{name}"))


def test_every_example_is_answered_as_documented_and_in_the_documented_form(
    client: Client, world: World, link: Any
) -> None:
    contract = contract_of(link)
    described = openapi(contract)
    sending = Sending(client, contract, world.key)
    for call, case in cases(contract):
        status, answer = sending.send(call, case.body)
        assert_answered(call, case, status, answer)
        responses = described["paths"][call.path]["post"]["responses"]
        schema = responses[str(status)]["content"]["application/json"]["schema"]
        found = Draft202012Validator({**schema, "components": described["components"]}).iter_errors(answer)
        assert [error.message for error in found] == [], (call.key, case.title)


def test_a_schema_takes_every_good_example_and_refuses_every_bad_one_it_can_tell(link: Any) -> None:
    contract = contract_of(link)
    for call, case in cases(contract):
        schema = contract.schema(call.key)
        Draft202012Validator.check_schema(schema)
        valid = Draft202012Validator(schema).is_valid(json.loads(json.dumps(case.body, default=str)))
        told = (call.key, case.title, case.says)
        if not case.says or case.is_warning:
            assert valid, told
        elif case.says not in UNTOLD_BY_SCHEMA:
            assert not valid, told


def test_openapi_is_openapi(reader: Reader) -> None:
    described = parsed(reader, "openapi.json")
    assert [error.message for error in Draft202012Validator(META).iter_errors(described)] == []
    for name, schema in described["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object", name
    for path in described["paths"].values():
        for operation in path.values():
            for where, media in media_of(operation):
                schema = {**media["schema"], "components": described["components"]}
                for shown in media.get("examples", {}).values():
                    found = Draft202012Validator(schema).iter_errors(shown["value"])
                    assert [error.message for error in found] == [], where
    references = re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(described))
    assert set(references) <= set(described["components"]["schemas"])


def media_of(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    parts = [("request", operation["requestBody"])] if "requestBody" in operation else []
    return [
        (where, part["content"]["application/json"])
        for where, part in (*parts, *operation["responses"].items())
    ]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js to run the collection's scripts")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["excluding", "pinging", "pinging strictly"])
def test_the_postman_collection_checks_itself(
    live_server: Any, settings: Any, client: Client, kind: str
) -> None:
    settings.PUBLIC_URL = live_server.url
    world = made(kind)
    collection = parsed(Reader(client, world.token), "postman.json")
    (key,) = [each for each in collection["variable"] if each["key"] == "key"]
    assert key["value"] == ""
    runner = Path(__file__).with_name("postman.mjs")
    done = subprocess.run(
        ["node", str(runner)],
        input=json.dumps({"collection": collection, "key": world.key}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    expected = len(list(cases(contract_of(world.terms.links.get()))))
    assert done.stdout.splitlines() == [f"checked {expected}"]


def test_buyers_that_are_waited_for_are_in_the_contract(db: None, client: Client) -> None:
    world = made("usual")
    change(world, answer_mode="buyer", answer_budget_ms=5000)
    world.publish()
    described = parsed(Reader(client, world.token), "openapi.json")
    assert "get" in described["paths"]["/ca/status/{token}"]
    assert "202" in described["paths"]["/ca/submit"]["post"]["responses"]
    assert [error.message for error in Draft202012Validator(META).iter_errors(described)] == []


def test_the_schemas_are_files_of_their_own(reader: Reader, world: World) -> None:
    names = ("ping", "post", "direct_post") if world.spec.traffic == "exchange" else ("lead",)
    for name in names:
        schema = parsed(reader, f"{name}.schema.json")
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert world.campaign.name in schema["title"]


def test_no_file_holds_a_key_or_the_address_of_the_link(reader: Reader, world: World) -> None:
    for name in FILES:
        text = reader.html(f"contract/{name}")
        assert world.key not in text
        assert reader.token not in text
        assert (KEY_HERE in text) == (name != "postman.json")


def test_the_text_says_everything(reader: Reader, world: World) -> None:
    text = reader.html("contract/instructions.md")
    assert text.startswith(f"# {world.campaign.name} for ")
    for field in world.spec.fields:
        assert f"| `{field.name}` |" in text
    for rule in world.spec.rules:
        # The exchange tells of all filters by one reason, so a name that is not public stands nowhere.
        assert (rule.name in text) == (rule.public or world.spec.traffic != "exchange")
    head = next(line for line in text.splitlines() if line.startswith("| Name"))
    row = next(line for line in text.splitlines() if line.startswith(f"| `{world.spec.fields[0].name}` |"))
    assert head.count("|") == row.replace("\\|", "").count("|")


def test_who_has_a_file_already_is_told_so(reader: Reader, world: World) -> None:
    for name in FILES:
        first = reader.get(f"contract/{name}")
        address = f"/instructions/{reader.token}/contract/{name}"
        again = reader.client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert again["Cache-Control"] == "no-store"
        assert again["Referrer-Policy"] == "no-referrer"
        assert first["Content-Disposition"].startswith("inline; filename=")
    before = reader.get("contract/openapi.json")["ETag"]
    change(world, description="Now with more words.")
    world.publish()
    changed = reader.client.get(
        f"/instructions/{reader.token}/contract/openapi.json", headers={"If-None-Match": before}
    )
    assert changed.status_code == 200
    assert "Now with more words." in changed.content.decode()


def test_there_is_nothing_else_to_take(reader: Reader, world: World) -> None:
    other = "lead" if world.spec.traffic == "exchange" else "ping"
    for name in ("secrets.json", f"{other}.schema.json", "openapi.yaml"):
        assert reader.get(f"contract/{name}").status_code == 404


def test_the_overview_offers_them_in_one_place(reader: Reader) -> None:
    html = reader.html()
    section = html.split('id="take"')[1].split("</section>")[0]
    addresses = re.findall(r'href="([^"]+)"', section)
    assert len(addresses) >= 5
    for address in addresses:
        assert reader.client.get(address).status_code == 200, address


def test_on_paper_everything_is_one_document(reader: Reader, world: World) -> None:
    html = reader.html("print/")
    assert "paper.css" in html
    for title in ("Who you are", "Fields", "Requirements", "Send again without fear", "Go live"):
        assert f"<h2>{title}</h2>" in html
    assert world.key not in html
