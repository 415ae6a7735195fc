"""Small words: lists, spans of time, whether to send again."""

RESEND = {"never": "No", "corrected": "Yes, once corrected", "later": "Yes, later"}
"""By `Reason.resend`."""

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def joined(items: list[str], word: str = "and") -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def duration(seconds: int) -> str:
    """The largest unit that divides a span evenly: `30 days`, `12 hours`, `90 seconds`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    number = seconds // size
    return unit if number == 1 else f"{number} {unit}s"
