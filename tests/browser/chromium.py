"""What page tests need of a real browser: how it is started, and a visit that notices what a page should not do."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

# Playwright runs a loop on the thread of the test, in which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}
PASSWORD = "a-long-secret-pass"

# The least contrast of any text on the page with what is painted behind it, and where.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (text) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const paint = rgba(getComputedStyle(at).backgroundColor);
      if (paint[3] === 255) return paint;
    }
    return rgba(getComputedStyle(document.body).backgroundColor);
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest(".unseen, .skip, option")) continue;
    const style = getComputedStyle(node);
    const pair = [light(rgba(style.color)), light(behind(node))].sort();
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    const text = walk.currentNode.data.trim();
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${node.tagName}.${node.className}: ${text}`);
  }
  return found;
}"""


class Visit:
    """A page that remembers what went wrong on it: script errors, refused assets, requests to elsewhere."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.page: Page = context.new_page()
        self.origin = origin
        self.faults: list[str] = []
        self.page.on("console", lambda message: self._console(message.type, message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._request(request.url))

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.ok, (path, answer.status)
        return self.page

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(text)

    def _request(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.origin).netloc:
            self.faults.append(f"request to {url}")


Opened = Callable[..., Visit]
"""Opens a browser as a manager; the keywords are those of a Playwright context."""


@contextmanager
def opening(browser: Browser, origin: str) -> Iterator[Opened]:
    """Opens pages of an origin; in the end whatever one should not have done fails the test, and all are closed."""
    opened: list[Visit] = []

    def begin(**options: Any) -> Visit:
        found = Visit(browser.new_context(**{"viewport": DESKTOP, **options}), origin)
        opened.append(found)
        return found

    yield begin
    for each in opened:
        assert each.faults == []
        each.page.context.close()


def logged_in(visit: Visit, user: Any) -> Visit:
    """The visit of an operator who has come in by the form."""
    user.set_password(PASSWORD)
    user.save()
    page = visit.open("/admin/login/")
    page.locator("[name=username]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("heading", name="Endpoints")).to_be_visible()
    return visit


def choose(menu: Any, value: str) -> None:
    """Pick an entry of a menu."""
    menu.select_option(value)
