"""The form of a page as a browser without scripts would send it."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Reader(HTMLParser):
    """Collects the controls of the form with a given id; without one, of every form."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = not form_id
        self.values: dict[str, list[str]] = {}
        self.select: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form_id:
            self.inside = given.get("id") == self.form_id
        if not self.inside:
            return
        if tag == "input" and given.get("name"):
            self._input(given)
        elif tag == "select" and given.get("name"):
            self.select = given["name"]
            self.values[self.select] = []
        elif tag == "option" and self.select:
            if "selected" in given:
                self.values[self.select].append(given.get("value", ""))
        elif tag == "textarea" and given.get("name"):
            self.area = given["name"]
            self.values[self.area] = [""]

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        if kind not in ("submit", "button", "file"):
            self.values.setdefault(given["name"], []).append(
                given.get("value", "on" if kind in ("checkbox", "radio") else "")
            )

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.form_id:
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def read(client: Client, url: str, model_name: str = "", **changes: Any) -> dict[str, Any]:
    """What the page's form would post, `changes` put over it; a None leaves an input out."""
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    reader = _Reader(f"{model_name}_form" if model_name else "")
    reader.feed(response.content.decode())
    found: dict[str, Any] = {
        name: values
        for name, values in reader.values.items()
        if "__prefix__" not in name and name != "csrfmiddlewaretoken"
    }
    return {name: value for name, value in (found | changes).items() if value is not None}
