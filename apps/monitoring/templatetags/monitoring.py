"""Words for templates: shares as percentages, a lead's state with its reason."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.leads.choices import LeadStatus
from apps.leads.models import Lead

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


@register.simple_tag
def lead_state(lead: Lead) -> SafeString:
    """The state as a mark with a word and, where it has one, the reason."""
    tone, sign = _MARKS.get(lead.status, ("plain", "·"))
    words = f"{lead.get_status_display()}: {lead.message}" if lead.message else lead.get_status_display()
    if lead.is_test:
        tone, sign = "test", "◇"
    return format_html('<span class="mark mark-{}">{} {}</span>', tone, sign, words)
