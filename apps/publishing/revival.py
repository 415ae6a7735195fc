"""An older version brought back: what has been deleted since is left out, what then cannot run is told."""

from dataclasses import replace

from apps.buyers.models import EndpointHeader, LeadOrder
from apps.core.http.guard import check_url
from apps.engine.campaign import CampaignSpec
from apps.engine.orders import EndpointSpec
from apps.publishing.problems import PublishProblem
from apps.sources.models import Terms


def revived(spec: CampaignSpec) -> tuple[CampaignSpec, list[PublishProblem]]:
    """The version as it can run today, and what is wrong with that."""
    terms_ids = set(Terms.objects.filter(campaign_id=spec.id).values_list("pk", flat=True))
    order_ids = set(LeadOrder.objects.filter(campaign_id=spec.id).values_list("pk", flat=True))
    orders = tuple(order for order in spec.orders if order.id in order_ids)
    used = {order.endpoint_id for order in orders}
    endpoints = tuple(endpoint for endpoint in spec.endpoints if endpoint.id in used)
    kept = replace(
        spec,
        terms=tuple(terms for terms in spec.terms if terms.id in terms_ids),
        orders=orders,
        endpoints=endpoints,
    )
    return kept, [problem for endpoint in endpoints for problem in _problems(endpoint)]


def _problems(endpoint: EndpointSpec) -> list[PublishProblem]:
    label = f"Endpoint {endpoint.name}"
    wanted = {header.secret: header.name for header in endpoint.headers if header.secret}
    kept = EndpointHeader.objects.filter(endpoint_id=endpoint.id, pk__in=map(int, wanted))
    there = {str(key) for key in kept.values_list("pk", flat=True)}
    said = [
        ("headers", f"has lost the secret of header “{name}”")
        for secret, name in wanted.items()
        if secret not in there
    ]
    if objection := check_url(endpoint.url):
        said.append(("url", f"has a URL that cannot be called any more: {objection}"))
    return [
        PublishProblem("buyers.endpoint", endpoint.id, label, field, f"{label} {rest}".rstrip("."))
        for field, rest in said
    ]
