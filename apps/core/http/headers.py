"""Which headers may be sent: none that breaks the message apart, none that the door writes itself."""

import re
from functools import lru_cache

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OURS = frozenset(
    [
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)


def check_header(name: str, value: str) -> str | None:
    """What is wrong with a header, as a sentence that does not quote the value; None if nothing is."""
    if wrong := name_objection(name):
        return wrong
    if _BREAKS.search(value):
        return f"The value of the header {name} holds a line break or control character."
    try:
        value.encode()
    except UnicodeEncodeError:
        return f"The value of the header {name} holds half a character."
    return None


@lru_cache(maxsize=1024)
def name_objection(name: str) -> str | None:
    """What is wrong with a header's name, as a sentence; None if nothing is. Names are few and come again."""
    if not _TOKEN.fullmatch(name):
        return "A header's name consists of letters, digits and hyphens."
    if name.lower() in _OURS:
        return f"The header {name} is written by the platform itself."
    return None
