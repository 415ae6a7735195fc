"""An endpoint as it is pinged: the same buyer, headers and authentication, with the ping's own address, form, mapping
and rules. Whatever builds, sends, previews or judges a post does it for a ping when it is given this.
"""

from dataclasses import replace

from apps.engine.orders import EndpointSpec


def pinged(endpoint: EndpointSpec) -> EndpointSpec | None:
    """The endpoint as it is pinged, or None where it is not. A ping is asked once: it has no retries."""
    ping = endpoint.ping
    if ping is None:
        return None
    return replace(
        endpoint,
        url=ping.url,
        method=ping.method,
        body_format=ping.body_format,
        options=replace(endpoint.options, content_type=ping.content_type, template=ping.template),
        mapping=ping.mapping,
        rules=ping.rules,
        timeout_ms=ping.timeout_ms,
        retries=0,
        ping=None,
    )
