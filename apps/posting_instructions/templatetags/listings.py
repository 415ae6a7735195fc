"""Code as coloured HTML. In Python: a page holds some thousand parts, too many for the template's own loops."""

from collections.abc import Iterator

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from apps.posting_instructions.code import Code, Line, Part

register = template.Library()


@register.simple_tag
def listing(code: Code) -> SafeString:
    """The lines of some code, each part escaped; a secret part is marked for the page's script."""
    return format_html_join("", "{}", ((_line(row),) for row in code))


def _line(row: Line) -> SafeString:
    inside = format_html_join("", "{}", ((part,) for part in _parts(row.parts)))
    if row.field:
        return format_html('<span class="line" data-field="{}">{}\n</span>', row.field, inside)
    return format_html('<span class="line">{}\n</span>', inside)


def _parts(parts: tuple[Part, ...]) -> Iterator[SafeString]:
    plain = ""
    for part in parts:
        if not part.kind:
            plain += part.text
            continue
        if plain:
            yield escape(plain)
            plain = ""
        marked = " data-secret" if part.kind == "secret" else ""
        yield format_html('<span class="t-{}"{}>{}</span>', part.kind, marked, part.text)
    if plain:
        yield escape(plain)
