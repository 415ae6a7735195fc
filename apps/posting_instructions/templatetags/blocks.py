"""Texts of the contract's document as HTML: code between backticks, bodies as coloured listings."""

from collections.abc import Iterator

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from apps.engine.contract.blocks import Body
from apps.posting_instructions.code import Code, json_body

register = template.Library()


@register.filter
def inline(text: str) -> SafeString:
    """A text, escaped, with what stands between backticks as code."""
    return format_html_join("", "{}", ((part,) for part in _parts(text)))


@register.simple_tag
def lines(block: Body) -> Code:
    """A body as code."""
    return json_body(block.value)


def _parts(text: str) -> Iterator[str]:
    for place, part in enumerate(text.split("`")):
        yield format_html("<code>{}</code>", part) if place % 2 else conditional_escape(part)
