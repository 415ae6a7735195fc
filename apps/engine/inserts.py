"""System values inside an endpoint's URL and header values: `https://buyer.example/leads/{{ lead_id }}`.

Only values that say nothing of the person can stand there, since URLs end up in everybody's logs. In a URL they come
behind the host and are percent-encoded, and none can be a step up the path.
"""

import re
from urllib.parse import quote, urlsplit

from apps.engine.mapping import SYSTEM_VALUES, Sending, Unbuildable
from apps.engine.value_formats import as_text

_PLACE = re.compile(r"\{\{\s*([A-Za-z_]+)\s*\}\}")
INSERTABLE = frozenset(name for name, entry in SYSTEM_VALUES.items() if not entry.role)


def problem(text: str) -> str:
    """What is wrong with the places of a URL or header value, in words, or an empty text."""
    for name in _PLACE.findall(text):
        if name not in INSERTABLE:
            return f"cannot hold “{name}”; it can hold {', '.join(sorted(INSERTABLE))}"
    return ""


def url_problem(url: str) -> str:
    """What is wrong with the places of a URL, in words, or an empty text."""
    return problem(url) or ("can hold values behind the host only" if "{{" in _host(url) else "")


def without(text: str) -> str:
    """The text with an `x` at each place, to judge the rest of it."""
    return _PLACE.sub("x", text)


def in_header(value: str, sending: Sending) -> str:
    """A header's value, filled. A place that cannot be filled stays as it is written."""
    if "{{" not in value:
        return value
    return _PLACE.sub(lambda found: _text(found[1], sending) if found[1] in INSERTABLE else found[0], value)


def in_url(url: str, sending: Sending) -> str | Unbuildable:
    """A URL, filled."""
    if "{{" not in url:
        return url
    wrong = url_problem(url)
    if wrong:
        return Unbuildable("url", wrong)
    for name in _PLACE.findall(url):
        if _text(name, sending).strip(". ") == "":
            return Unbuildable("url", f"needs {name}, which is empty or cannot stand in a path")
    return _PLACE.sub(lambda found: quote(_text(found[1], sending), safe=""), url)


def _host(url: str) -> str:
    """All before the path. What is no URL at all is judged elsewhere."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.scheme + parts.netloc


def _text(name: str, sending: Sending) -> str:
    return as_text(SYSTEM_VALUES[name].read(sending))
