"""Messages as anchors: the same on every page that links to one."""

from django.utils.text import slugify


def anchor(message: str) -> str:
    """A message as the id of its row."""
    return slugify(message.replace(":", " ").replace("/", " ")) or "message"
