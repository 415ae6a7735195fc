"""The code on an exchange's overview, copied and run as it stands: ping, the post of its id, direct post."""

import contextlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.auctions.models import Ping
from apps.leads.models import Lead
from apps.leads.services import hashes_due
from apps.posting_instructions.code import MASK
from apps.posting_instructions.pages.exchange.identity import EXAMPLE_PING
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import made

pytestmark = pytest.mark.django_db(transaction=True)


GOOGLE = Path(__file__).with_name("apps_script.js")


def _run(command: list[str], given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def _python(code: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {})
    return said.getvalue()


RUNS: dict[str, Callable[[str], str]] = {
    "curl": lambda code: _run(["sh", "-c", code]),
    "python": _python,
    "javascript": lambda code: _run(["node", "--input-type=module", "-e", code]),
    "php": lambda code: _run(["php"], code),
    "ruby": lambda code: _run(["ruby"], code),
    "apps_script": lambda code: _run(["node", "-e", f"{GOOGLE.read_text()}{code}\nsendLead();"]),
}
"""C# needs a project of its own to run; `test_code` parses it, like the others."""
NEEDS = {"javascript": "node", "php": "php", "ruby": "ruby", "apps_script": "node"}


@pytest.fixture
def code(live_server: Any, settings: Any, client: Client) -> Callable[[str, str], str]:
    """The code of a part of the overview in a language, with the key in it."""
    settings.PUBLIC_URL = live_server.url
    world = made("pinging")
    html = Reader(client, world.token).html()

    def copied(part: str, language: str) -> str:
        section = html.split(f'id="{part}"')[1].split("</section>")[0]
        found = re.findall(
            r'data-sample="(\w+)"[^>]*>\s*<pre[^>]*><code>(.*?)</code></pre>', section, re.DOTALL
        )
        return unescape(re.sub(r"<[^>]+>", "", dict(found)[language])).replace(MASK, world.key)

    return copied


@pytest.mark.parametrize("kind", ["pinging", "full"])
def test_the_pre_check_is_answered_as_it_is_shown(client: Client, kind: str) -> None:
    """Plain and, where hashes are taken, hashed: the bodies of the page by the real door."""
    world = made(kind)
    hashes_due()
    section = Reader(client, world.token).html().split('id="precheck"')[1].split("</section>")[0]
    blocks = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", section, re.DOTALL)
    texts = [unescape(re.sub(r"<[^>]+>", "", block)).replace(MASK, world.key) for block in blocks]
    bodies = [json.loads(text) for text in texts if text.startswith("{")]
    *asked, shown = bodies
    assert len(asked) == (1 if kind == "pinging" else 0)
    curl = next(text for text in texts if text.startswith("curl"))
    asked.append(json.loads(curl.split("-d '")[1].rpartition("'")[0]))
    for body in asked:
        answer = client.post("/precheck", json.dumps(body), content_type="application/json").json()
        assert {name: answer[name] for name in shown} == shown
    assert [word for word in ("open", "duplicate", "suppressed") if f"<code>{word}</code>" in section] == [
        "open",
        "duplicate",
        "suppressed",
    ]


@pytest.mark.parametrize("language", sorted(RUNS))
def test_a_ping_its_post_and_a_direct_post(code: Callable[[str, str], str], language: str) -> None:
    if language in NEEDS and shutil.which(NEEDS[language]) is None:
        pytest.skip(f"needs {NEEDS[language]} to run the sample")
    run = RUNS[language]
    said = run(code("ping", language))
    ping_id = Ping.objects.get().public_id
    assert "accepted" in said
    assert ping_id in said
    posting = code("post", language)
    assert posting.count(EXAMPLE_PING) == 1
    assert "delivered" in run(posting.replace(EXAMPLE_PING, ping_id))
    assert "delivered" in run(code("direct", language))
    assert Lead.objects.filter(is_test=True).count() == 2
