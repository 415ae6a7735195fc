"""One Chromium for all page tests, gone when the last of them has ended: its loop must not reach other tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, sync_playwright

from apps.companies.choices import Role
from tests.browser.chromium import ARGUMENTS, CHROMIUM, Opened, Visit, opening
from tests.deliveries.buyer import buyer
from tests.factories import MemberFactory, World, published_campaign

__all__ = ["buyer"]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def world(live_server: Any) -> World:
    return published_campaign()


def session_of(user: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


@pytest.fixture
def visit(browser: Browser, live_server: Any, world: World) -> Iterator[Opened]:
    """Opens a browser as a manager of the world's company; whatever a page should not have done fails the test."""
    manager = MemberFactory(company=world.company, role=Role.MANAGER).user
    with opening(browser, live_server.url) as begin:

        def as_manager(**options: Any) -> Visit:
            found = begin(**options)
            cookie = {"name": "sessionid", "value": session_of(manager), "url": live_server.url}
            found.page.context.add_cookies([cookie])
            return found

        yield as_manager
