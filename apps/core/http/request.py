"""A request as bytes: what may be sent at all, and the head in front of the body."""

from functools import lru_cache

from apps.core.http.guard import Target
from apps.core.http.headers import check_header, name_objection
from apps.engine.outbound import OutboundRequest

METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})

_WITHOUT_LENGTH = frozenset({"GET", "HEAD"})
"""Methods whose empty body needs no length: nobody expects one."""

_LEADING = (("User-Agent", "{agent}"), ("Accept-Encoding", "gzip, deflate"))


def objection(request: OutboundRequest) -> str | None:
    """Why `request` may not be sent, as a sentence; None if it may."""
    if request.method not in METHODS:
        return "The method is not one of GET, POST, PUT, PATCH, DELETE, HEAD."
    for name, value in request.headers:
        # Printable text holds no control character and no half character: nothing is left to look for.
        if name_objection(name) is None and value.isprintable():
            continue
        if wrong := check_header(name, value):
            return wrong
    return None


def head(request: OutboundRequest, target: Target, user_agent: str) -> bytes:
    """Request line and headers of a request that has no `objection`.

    The caller's headers stand in their order and spelling, ours round them; a User-Agent or Accept-Encoding of the
    caller's stands where ours would.
    """
    layout = _layout(tuple([name for name, _ in request.headers]))
    headers = layout.format(*[value for _, value in request.headers], agent=user_agent)
    length = ""
    if request.body or request.method not in _WITHOUT_LENGTH:
        length = f"Content-Length: {len(request.body)}\r\n"
    url = target.url
    return (
        f"{request.method} {url.raw_path_qs} HTTP/1.1\r\nHost: {url.host_port_subcomponent}\r\n{headers}{length}\r\n"
    ).encode()


@lru_cache(maxsize=1024)
def _layout(names: tuple[str, ...]) -> str:
    """A format for the values of headers so named, which come again and again. A name holds no braces."""
    places = {index: f"{name}: {{{index}}}\r\n" for index, name in enumerate(names)}
    lines = []
    for default, value in _LEADING:
        led = next((index for index in places if names[index].lower() == default.lower()), None)
        lines.append(f"{default}: {value}\r\n" if led is None else places.pop(led))
    lines += places.values()
    if not any(name.lower() == "accept" for name in names):
        lines.append("Accept: */*\r\n")
    return "".join(lines)
