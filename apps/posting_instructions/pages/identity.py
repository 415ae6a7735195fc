"""The four values that say who is posting, as they stand in every body."""

from dataclasses import dataclass, field
from typing import Any

from apps.posting_instructions.code import MASK, Request, Secret
from apps.posting_instructions.pages.frame import Frame, day_words

SYSTEM_KEYS = ("compid", "sourceid", "campid", "auth", "test")


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the four, with the id of the key it is masked for."""

    name: str
    text: str = field(repr=False)
    secret: int | None = None
    note: str = ""


def identity(page: Frame, *, key: str = MASK) -> dict[str, Any]:
    """As the beginning of a body; the key masked unless it is given."""
    return {
        "compid": str(page.spec.company_number),
        "sourceid": str(page.terms.source_number),
        "campid": str(page.spec.number),
        "auth": Secret(key),
    }


def credentials(page: Frame, *, revealed: bool) -> list[Shown]:
    """The four as a list; while keys change over, both are there."""
    body = identity(page)
    shown = [Shown(name, body[name]) for name in SYSTEM_KEYS[:3]]
    newest = page.keys[:1]
    for key in page.keys:
        note = "" if key in newest else "your older key: still accepted, change over to the one above"
        if key.expires_at is not None:
            note = f"accepted until {day_words(key.expires_at, page.spec.time_zone)}"
        shown.append(Shown("auth", key.text if revealed else MASK, key.id, note))
    return shown


def request(page: Frame, fields: dict[str, Any], *, key: str = MASK, test: bool = True) -> Request:
    """A request of this source with these fields."""
    body = {**identity(page, key=key), **fields, "test": test}
    return Request(page.endpoint, body, timeout_s=page.timeout_s)
