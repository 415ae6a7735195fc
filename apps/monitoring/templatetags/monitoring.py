"""Words and marks for templates and lists: a lead's state, an id to copy, a time, money, shares."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.leads.choices import LeadStatus
from apps.leads.models import Lead
from apps.monitoring import wording

register = template.Library()

_MARKS = {
    LeadStatus.SOLD: ("good", "✓"),
    LeadStatus.REJECTED: ("plain", "✕"),
    LeadStatus.UNSOLD: ("warn", "○"),
    LeadStatus.HELD: ("warn", "▲"),
    LeadStatus.IN_FLIGHT: ("plain", "…"),
}


@register.filter
def percent(share: float | None) -> str:
    """0.984 as 98.4 %; empty for None."""
    return "" if share is None else f"{share * 100:.1f} %"


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency; a dash for none or zero."""
    return wording.money(amount, currency) if amount else "–"


@register.simple_tag
def mark(tone: str, words: str) -> SafeString:
    """A state: its colour never says it alone, the words do."""
    return format_html('<span class="mark mark-{}">{}</span>', tone, words)


@register.simple_tag
def lead_state(lead: Lead) -> SafeString:
    """The state as a mark with a word and, where it has one, the reason."""
    tone, sign = _MARKS.get(lead.status, ("plain", "·"))
    words = f"{lead.get_status_display()}: {lead.message}" if lead.message else lead.get_status_display()
    if lead.is_test:
        tone, sign = "test", "◇"
    return mark(tone, f"{sign} {words}")


@register.simple_tag
def moment(instant: datetime | None) -> SafeString:
    """A relative time with the exact instant and zone on hover; a dash for none."""
    if instant is None:
        return format_html("{}", "–")
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        instant.isoformat(),
        f"{instant:%Y-%m-%d %H:%M:%S}",
        _ago(instant),
    )


def _ago(instant: datetime) -> str:
    """`4 hours ago`, `2 minutes from now`; of two units the larger."""
    words = naturaltime(instant)
    larger, _, smaller = words.partition(", ")
    return f"{larger} {'ago' if smaller.endswith('ago') else 'from now'}" if smaller else words


@register.simple_tag
def copyable(text: str, url: str = "") -> SafeString:
    """An id in monospace, a link where `url` is given, with a button that copies it."""
    shown = (
        format_html('<a class="mono" href="{}">{}</a>', url, text)
        if url
        else format_html('<span class="mono">{}</span>', text)
    )
    return format_html('<span class="copyable">{}{}</span>', shown, _copy_button(text))


def _copy_button(text: str) -> SafeString:
    return format_html(
        '<button type="button" class="copy" data-copy-id="{}" aria-label="Copy {}" title="Copy {}">'
        '<svg viewBox="0 0 16 16" aria-hidden="true"><rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/>'
        '<path d="M3.5 10.5h-1v-8h8v1"/></svg></button>',
        text,
        text,
        text,
    )
