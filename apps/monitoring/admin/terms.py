"""Terms with what came of them, on top of what they are: how much their source pings for what it posts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from apps.auctions.selectors import GRACE, ping_traffic
from apps.core.clock import now
from apps.monitoring.admin.webhook.pages import WebhookPages
from apps.publishing import specs
from apps.publishing.models import Publication
from apps.sources.models import Terms


@admin.register(Terms)
class TermsDesk(WebhookPages):
    """The whole page of some terms."""

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        terms = options.get("obj")
        if terms is not None:
            context |= _ratio(terms) | self.webhook_context(terms)
        return super().render_change_form(request, context, *args, **options)


def _ratio(terms: Terms) -> dict[str, Any]:
    """The last hour's pings and posts, and whether the published limit refuses the next ping."""
    traffic = ping_traffic(terms.pk, at=now())
    most = _published_limit(terms)
    if not traffic.pings and most is None:
        return {}
    return {
        "traffic": traffic,
        "pings_each": round(traffic.pings / traffic.posts) if traffic.posts else None,
        "most_pings_each": most,
        "pings_refused": most is not None and traffic.is_over(most),
        "pings_grace": GRACE,
    }


def _published_limit(terms: Terms) -> int | None:
    running = Publication.objects.filter(pk=terms.campaign_id).values_list("version_id", flat=True).first()
    if running is None:
        return None
    return next((one.pings_per_post for one in specs.load(running).terms if one.id == terms.pk), None)
