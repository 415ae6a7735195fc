"""What a header of a request may be called and hold."""

import re

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "expect", "trailer",
     "keep-alive", "proxy-connection", "proxy-authorization", "idempotency-key"}
)  # fmt: skip
MAX_VALUE = 8192


def header_problem(name: str, value: str = "") -> str:
    """What is wrong with a header, in words, or an empty text: odd names, line breaks, names that are ours to
    set.
    """
    if not _TOKEN.fullmatch(name):
        return "is no header name"
    if name.lower() in _OURS:
        return "is set by the platform"
    if _CONTROL.search(value) or len(value) > MAX_VALUE:
        return "has line breaks or control characters, or is over 8 KiB"
    return ""
