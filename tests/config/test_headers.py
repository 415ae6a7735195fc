"""What a browser is told with every page."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def policy(client: Client, path: str) -> dict[str, str]:
    header = client.get(path).headers["Content-Security-Policy"]
    return dict(part.strip().partition(" ")[::2] for part in header.split(";"))


def test_a_page_runs_only_our_own_files(client: Client) -> None:
    directives = policy(client, "/")
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert not re.search(r"unsafe|http|\*", " ".join(directives.values()))


def test_the_admin_alone_may_evaluate_what_its_theme_needs(client: Client) -> None:
    directives = policy(client, "/admin/login/")
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert "'unsafe-inline'" not in directives["script-src"]
    assert directives["default-src"] == "'none'"


def test_an_unknown_address_gets_the_strict_policy(client: Client) -> None:
    assert "unsafe" not in " ".join(policy(client, "/nowhere/at/all").values())


@pytest.mark.parametrize("path", ["/", "/admin/login/"])
def test_pages_are_not_framed_sniffed_or_told_about(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
