"""Terms: payout, addresses, limits, callback."""

from collections.abc import Iterator
from ipaddress import ip_network

from apps.core.http.guard import check_url
from apps.engine import webhook
from apps.publishing.problems import money
from apps.publishing.problems.base import Draft, PublishProblem, named
from apps.sources.models import Terms
from apps.sources.specs import webhook_spec

_WHOLE = 100


def problems(draft: Draft) -> Iterator[PublishProblem]:
    """What is wrong with the terms of the campaign's sources."""
    for terms in draft.campaign.terms.all():
        label = f"Terms of {terms.source}"
        yield from (named(terms, label, field, said) for field, said in _terms(terms))
        yield from draft.caps(terms.caps.all(), label)
        if hasattr(terms, "webhook") and (spec := webhook_spec(terms.webhook)):
            for target, said in webhook.problems(spec, draft.spec.fields):
                sentence = (
                    f"map “{target}” by their webhook, which {said}"
                    if target
                    else f"have a webhook that {said}"
                )
                yield named(terms.webhook, label, "mapping", sentence)
        spends = any(cap.is_enabled and cap.basis == "spend" for cap in terms.caps.all())
        if spends and terms.payout_kind != "fixed":
            said = "cap spending, which needs a fixed payout: another is not known when the lead comes in"
            yield named(terms, label, "payout_kind", said)


def _terms(terms: Terms) -> Iterator[tuple[str, str]]:
    if terms.payout_amount < 0:
        yield "payout_amount", "have a negative payout"
    if terms.payout_kind == "percent" and terms.payout_amount > _WHOLE:
        yield "payout_amount", "pay more than 100 percent"
    if terms.sample_payout < 0:
        yield "sample_payout", "answer a test ping with a negative bid"
    if terms.pings_per_post is not None and terms.pings_per_post < 1:
        yield "pings_per_post", "allow no ping for a post: none could ever be sold"
    yield from money.problems(terms)
    for text in terms.ip_allow:
        if not _is_network(text):
            yield "ip_allow", f"allow “{text}”, which is no address or network"
    if terms.callback_url and (objection := check_url(terms.callback_url)):
        yield "callback_url", f"have a callback URL that cannot be called: {objection}"


def _is_network(text: object) -> bool:
    try:
        ip_network(str(text), strict=False)
    except ValueError:
        return False
    return True
