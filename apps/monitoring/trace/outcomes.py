"""Words for what came of calls: outcomes, and why no complete answer came."""

OUTCOMES = {
    "accepted": ("good", "✓ Accepted"),
    "rejected": ("plain", "✕ Rejected"),
    "duplicate": ("plain", "✕ Duplicate"),
    "retryable": ("warn", "↻ Failed for now"),
    "unknown": ("warn", "? Unknown"),
    "failed": ("bad", "✕ Failed"),
}
UNDER_WAY = ("plain", "… Under way")
"""Tone and words of an attempt that is not settled."""

ERRORS = {
    "dns_error": "The host name could not be resolved; nothing was sent.",
    "address_refused": "The address guard refused the address; nothing was sent.",
    "connect_error": "No connection came about; nothing was sent.",
    "tls_error": "The TLS handshake or the certificate failed; nothing was sent.",
    "timeout": "No complete answer came in time; the request had left.",
    "protocol_error": "The answer was cut off, or is no HTTP.",
    "interrupted": "Our own process ended between sending and storing the answer.",
    "unbuildable": "The request could not be built from the lead; nothing was sent.",
    "token_error": "The buyer's token server gave no access token; nothing was sent.",
}
"""By `engine.outbound.TransportError`."""

REASONS = {
    "no_rule_matched": "No response rule reads this answer.",
    "resolved by hand": "Somebody has said since what the answer was.",
    "answered late": "The answer came after the call had been given up.",
    "token_refused": "The buyer did not take the access token; it was asked again with a new one.",
}


def why(*, reason: str, error: str, http_status: int | None) -> str:
    """Our words for what happened to a call, or the buyer's own in quotes; empty where there is nothing to add."""
    ours = [words for words in (ERRORS.get(error), REASONS.get(reason)) if words]
    if ours:
        return " ".join(ours)
    if reason == f"http_{http_status}":
        return f"The answer was HTTP {http_status}."
    if reason == f"reply_{http_status}":
        return f"The mail server answered {http_status}."
    return f"“{reason}”" if reason else ""
