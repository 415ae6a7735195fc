"""The code on the pages: run against a live server where its interpreter is here, and parsed in any case."""

import contextlib
import html as entities
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_c_sharp
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_ruby
from django.test import Client
from tree_sitter import Language, Parser

from apps.leads.models import Lead
from apps.posting_instructions.code import LANGUAGES, Given, Request, Secret, samples, text_of
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import made

GRAMMARS: dict[str, Callable[[], object]] = {
    "csharp": tree_sitter_c_sharp.language,
    "ruby": tree_sitter_ruby.language,
    "javascript": tree_sitter_javascript.language,
    "apps_script": tree_sitter_javascript.language,
    "php": tree_sitter_php.language_php,
}
GOOGLE = Path(__file__).with_name("apps_script.js")


def page_samples(reader: Reader, key: str) -> dict[str, str]:
    """The code of the overview's shortest test, as copied with the key in it, by language."""
    html = reader.html().split('id="test"')[1].split("</section>")[0]
    found = re.findall(r'data-sample="(\w+)"[^>]*>\s*<pre[^>]*><code>(.*?)</code></pre>', html, re.DOTALL)
    plain = {name: entities.unescape(re.sub(r"<[^>]+>", "", code)) for name, code in found}
    assert list(plain) == [language.key for language in LANGUAGES]
    return {name: code.replace("••••••••", key) for name, code in plain.items()}


def needs(program: str, words: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {words}")


def ran(*command: str, text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


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

    @needs("node", "Node.js to run the JavaScript sample")
    def test_javascript(self, code: dict[str, str]) -> None:
        assert ran("node", "--input-type=module", "-e", code["javascript"]) == "accepted"

    @needs("php", "PHP to run the PHP sample")
    def test_php(self, code: dict[str, str]) -> None:
        assert ran("php", text=code["php"]) == "accepted"

    @needs("ruby", "Ruby to run the Ruby sample")
    def test_ruby(self, code: dict[str, str]) -> None:
        assert ran("ruby", text=code["ruby"]) == "accepted"
        assert Lead.objects.get().is_test

    @needs("node", "Node.js to run the Apps Script sample, with Google's services played")
    def test_apps_script(self, code: dict[str, str]) -> None:
        assert ran("node", "-e", GOOGLE.read_text() + code["apps_script"] + "\nsendLead();") == "accepted"
        assert Lead.objects.get().is_test


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
    code = REQUESTS["simple"]
    meant = ODD | {"auth": "k"}
    printed = (
        code["curl"]
        .replace("curl http://x", "printf '%s'")
        .replace(" -H 'Content-Type: application/json'", "")
    )
    printed = re.sub(r"\\\n\s*\\\n\s*-d ", "", printed)
    done = subprocess.run(["sh", "-c", printed], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == meant
    values: dict[str, Any] = {}
    exec(code["python"].split("answer = ")[0].replace("import requests", ""), values)
    assert values["lead"] == meant


def written(body: dict[str, Any], **options: Any) -> dict[str, str]:
    return {each.language.key: text_of(each.code) for each in samples(Request("http://x", body, **options))}


REQUESTS = {
    "simple": written(ODD),
    "empty": written({"auth": Secret("k"), "nothing": [], "object": {}, "amount": 12.5}),
    "ping": written(
        {"KEY": Secret("k"), "data": ODD | {"Test_Mode": 1}}, prints=("status", "bid", "ping_id")
    ),
    "post": written({"data": {"a": "b"}, "ping_id": Given("PING-1")}, prints=("status", "reason")),
    "headers": written(ODD, headers=(("Content-Type", "application/json"), ("Idempotency-Key", 'a "b"'))),
}


@pytest.mark.parametrize("kind", sorted(REQUESTS))
@pytest.mark.parametrize("language", sorted(GRAMMARS))
def test_it_parses(language: str, kind: str) -> None:
    code = REQUESTS[kind][language]
    root = Parser(Language(GRAMMARS[language]())).parse(code.encode()).root_node
    assert not root.has_error, code
    assert len(root.children) >= 1


def test_every_language_is_run_or_parsed() -> None:
    assert {language.key for language in LANGUAGES} == {*GRAMMARS, "curl", "python"}


def test_a_parser_would_notice() -> None:
    for language, grammar in GRAMMARS.items():
        broken = REQUESTS["simple"][language].replace("'", "", 1).replace('"', "", 1).replace("{", "", 1)
        assert Parser(Language(grammar())).parse(broken.encode()).root_node.has_error, language


@needs("ruby", "Ruby to read what it would send")
def test_odd_values_survive_ruby() -> None:
    lead = REQUESTS["simple"]["ruby"].split("uri = ")[0]
    assert json.loads(ran("ruby", text=lead + "\nputs JSON.generate(lead)")) == ODD | {"auth": "k"}


@needs("node", "Node.js to read what it would send")
def test_odd_values_survive_javascript() -> None:
    for language in ("javascript", "apps_script"):
        code = REQUESTS["simple"][language].split("const answer")[0].replace("function sendLead() {", "")
        assert json.loads(ran("node", "-e", code + "\nconsole.log(JSON.stringify(lead))")) == ODD | {
            "auth": "k"
        }


def test_csharp_texts_are_quoted() -> None:
    code = written({"quote": 'a "b" \\ \x85', "list": ["a", True, None], "in": {"x": 1}})["csharp"]
    assert r'["quote"] = "a \"b\" \\ \u0085",' in code
    assert '["list"] = new object[] { "a", true, null },' in code


def test_php_texts_are_quoted() -> None:
    code = written({"quote": "O'Brien \\ $HOME", "list": ["a", True]})["php"]
    assert r"'quote' => 'O\'Brien \\ $HOME'," in code
    assert "'list' => ['a', true]," in code
