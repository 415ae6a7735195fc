"""What the pages document is what the API does: every sample, bad example and code sample, by the real door."""

import contextlib
import html as entities
import io
import json
import re
import shutil
import subprocess
from typing import Any

import pytest
from django.test import Client

from apps.campaigns.models import Campaign
from apps.core.clock import now
from apps.engine import describe
from apps.leads.models import Lead
from apps.posting_instructions.code import LANGUAGES, Request, Secret, samples, text_of
from apps.posting_instructions.pages.examples import examples
from apps.posting_instructions.pages.sampling import sample, shortest
from apps.sources.services import terms_approve
from tests.factories import World
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import KINDS, change, made

OPEN_WINDOWS = "campaign_schedule"


@pytest.fixture(params=sorted(KINDS))
def world(request: pytest.FixtureRequest, db: None) -> World:
    return made(request.param)


def identified(world: World, fields: dict[str, Any], *, test: bool = True) -> dict[str, Any]:
    ids = {"compid": world.company.number, "sourceid": world.source.number, "campid": world.campaign.number}
    return {**ids, "auth": world.key, **fields, "test": test}


def submit(client: Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/ca/submit", json.dumps(body, default=str), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


def test_the_sample_and_the_shortest_are_accepted_without_a_warning(client: Client, world: World) -> None:
    whole = sample(world.version.pk, today=now().date())
    for fields in (whole, shortest(world.spec, whole)):
        answer = submit(client, identified(world, fields))
        assert answer["leadStatus"] is True, answer
        assert answer["testLead"] is True
        # Not approved yet, and perhaps closed at this hour; nothing in the sample itself is amiss.
        assert {each["code"] for each in answer["warnings"]} <= {"invalid_source", OPEN_WINDOWS}


def test_the_sample_is_accepted_live(client: Client, world: World) -> None:
    terms_approve(world.terms, by=world.user)
    change(world, verify_email="off")
    Campaign.objects.get(pk=world.campaign.pk).windows.all().delete()
    if world.spec.schedule is not None:
        world.publish()
    answer = submit(client, identified(world, sample(world.version.pk, today=now().date()), test=False))
    assert answer["message"] == "Success Lead = Accepted", answer


def test_every_bad_example_gives_its_message(client: Client, world: World) -> None:
    whole = sample(world.version.pk, today=now().date())
    body = identified(world, whole)
    if world.spec.idempotency_field:
        body.pop(world.spec.idempotency_field)
    documented = [*describe.bad_samples(world.spec, whole), *examples(world.spec, whole)]
    assert documented
    for bad in documented:
        answer = submit(client, bad.applied(body))
        warned = [each["message"] for each in answer["warnings"]]
        if getattr(bad, "is_warning", False):
            assert answer["leadStatus"] is True, bad
            assert bad.message in warned, bad
        else:
            assert answer["leadStatus"] is False, bad
            assert answer["message"] == bad.message, bad


def test_the_menu_offers_what_the_form_then_shows(client: Client, world: World) -> None:
    reader = Reader(client, world.token)
    whole = sample(world.version.pk, today=now().date())
    for each in examples(world.spec, whole):
        html = reader.html("testing/", example=each.key)
        names = r'name="(lead\.[^"]+)"(?: rows="3")?(?: value="([^"]*)"|[^>]*>([^<]*)</textarea>)'
        found = re.findall(names, html)
        inputs = {name: entities.unescape(value or text) for name, value, text in found}
        shown = reader.post("testing/", {**inputs, "example": each.key}).content.decode()
        assert f"As documented: “{entities.escape(each.message)}”." in shown, each


def page_samples(reader: Reader, key: str) -> dict[str, str]:
    """The code of the overview's shortest test, as copied with the key in it, by language."""
    html = reader.html().split('id="test"')[1].split("</section>")[0]
    found = re.findall(r'data-sample="(\w+)"[^>]*>\s*<pre[^>]*><code>(.*?)</code></pre>', html, re.DOTALL)
    plain = {name: entities.unescape(re.sub(r"<[^>]+>", "", code)) for name, code in found}
    assert list(plain) == [language.key for language in LANGUAGES]
    return {name: code.replace("••••••••", key) for name, code in plain.items()}


@pytest.mark.django_db(transaction=True)
class TestCodeThatIsCopied:
    """Each language's sample, taken from the page and run against a live server."""

    @pytest.fixture
    def code(self, live_server: Any, settings: Any, client: Client) -> dict[str, str]:
        settings.PUBLIC_URL = live_server.url
        world = made("full")
        return page_samples(Reader(client, world.token), world.key)

    def test_curl(self, code: dict[str, str]) -> None:
        done = subprocess.run(
            ["sh", "-c", code["curl"]], capture_output=True, text=True, timeout=30, check=True
        )
        assert json.loads(done.stdout)["testLead"] is True
        assert Lead.objects.get().is_test

    def test_python(self, code: dict[str, str]) -> None:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(code["python"], {})
        assert said.getvalue() == "accepted\n"
        assert Lead.objects.get().is_test

    @pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js to run the JavaScript sample")
    def test_javascript(self, code: dict[str, str]) -> None:
        command = ["node", "--input-type=module", "-e", code["javascript"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        assert done.stdout == "accepted\n"

    @pytest.mark.skipif(shutil.which("php") is None, reason="needs PHP to run the PHP sample")
    def test_php(self, code: dict[str, str]) -> None:
        done = subprocess.run(
            ["php"], input=code["php"], capture_output=True, text=True, timeout=30, check=True
        )
        assert done.stdout == "accepted"


ODD = {
    "auth": Secret("k"),
    "quote": 'O\'Brien "the roof" \\ $HOME `id`',
    "lines": "one\ntwo",
    "list": ["a", "it's"],
    "yes": True,
    "none": None,
    "accent": "Zoë 屋根",
}


def test_odd_values_survive_curl_and_python() -> None:
    """The body that a shell or Python makes of the code is the body that was meant."""
    written = {sample.language.key: text_of(sample.code) for sample in samples(Request("http://x", ODD))}
    meant = ODD | {"auth": "k"}
    printed = (
        written["curl"]
        .replace("curl http://x", "printf '%s'")
        .replace(" -H 'Content-Type: application/json'", "")
    )
    printed = re.sub(r"\\\n\s*\\\n\s*-d ", "", printed)
    done = subprocess.run(["sh", "-c", printed], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == meant
    values: dict[str, Any] = {}
    exec(written["python"].split("answer = ")[0].replace("import requests", ""), values)
    assert values["lead"] == meant


def test_php_texts_are_quoted() -> None:
    code = text_of(samples(Request("http://x", {"quote": "O'Brien \\ $HOME", "list": ["a", True]}))[3].code)
    assert r"'quote' => 'O\'Brien \\ $HOME'," in code
    assert "'list' => ['a', true]," in code
