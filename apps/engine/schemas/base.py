"""What both kinds of schema share."""

Violation = tuple[str, str]
"""A target path (empty: the whole document), and words that complete a sentence about it."""

MAX_SCHEMA = 256 * 1024
MAX_VIOLATIONS = 20


class SchemaRefusedError(ValueError):
    """The schema cannot be used; the message is fit for people."""
