"""The rule tester of pings: what the rules read as a bid, in a pasted or stored answer and in the last thousand."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from apps.auctions.choices import BidStatus
from apps.auctions.models import Bid
from apps.auctions.services import PingBacktest, Rebid, ping_backtest
from apps.auctions.services import records as kept_records
from apps.buyers.models import Endpoint
from apps.buyers.selectors import is_pinged
from apps.core import clock
from apps.deliveries.services import opened_answer
from apps.engine import pinging
from apps.engine.orders import EndpointSpec
from apps.engine.outbound import OutboundResponse
from apps.engine.pinging import Answered
from apps.engine.verdicts import Show, explain
from apps.leads.models import Lead
from apps.monitoring.admin.desk import DeskPages
from apps.monitoring.admin.rule_tester import RECENT, SHOWN, PastedAnswer, masked, shown
from apps.monitoring.auction.words import BIDS
from apps.monitoring.trace.attempts import Reader
from apps.monitoring.trace.opened import opened
from apps.monitoring.trace.payloads import payload_text
from apps.publishing import specs
from apps.publishing.compile.selling import endpoint_spec

TITLE = "Rule tester: pings"
_NOTHING = "Nothing is kept of this answer: the person was erased, or none came."


class PingRulePages(DeskPages):
    """Tests the rules that read bids, as they are saved now, published or not."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:object_id>/ping-rules/", wrap(self.ping_rules_view), name="buyers_endpoint_ping_rules"
            ),
            *super().get_urls(),
        ]

    def desk_links(self, request: HttpRequest, endpoint: Endpoint) -> list[tuple[str, str]]:
        links = super().desk_links(request, endpoint)
        return [*links, (TITLE, self.desk_url("ping_rules", endpoint.pk))] if is_pinged(endpoint) else links

    def ping_rules_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Pasted answers come by POST, stored ones by `call`, and `last` asks for the back-test."""
        endpoint = self.seen(request, object_id)
        asked = pinging.pinged(endpoint_spec(endpoint))
        if asked is None:
            raise Http404
        form = PastedAnswer(request.POST if request.method == "POST" else None)
        explained, answer = _judged(request, endpoint, asked, form)
        tested = ping_backtest(endpoint.buyer.company_id, asked) if "last" in request.GET else None
        context = {
            **self.desk_context(request, endpoint, TITLE),
            "form": form,
            "recent": [
                {"row": one, "words": BIDS[BidStatus(one.status)][1]}
                for one in _of(endpoint).exclude(http_status=None).order_by("-id")[:RECENT]
            ],
            "explained": explained,
            "answer": answer,
            "tested": _tested(tested),
            "changed": [
                self._changed_line(one, endpoint) for one in (tested.changed[:SHOWN] if tested else ())
            ],
            "page_url": self.desk_url("ping_rules", endpoint.pk),
        }
        response = TemplateResponse(request, "monitoring/ping_rules.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _changed_line(self, one: Rebid, endpoint: Endpoint) -> dict[str, Any]:
        reading = one.answered.reading
        return {
            "row": one.bid,
            "was": BIDS[BidStatus(one.bid.status)],
            "was_amount": _amounts(one.bid.exclusive, one.bid.shared),
            "would_be": BIDS[BidStatus(one.status)],
            "amount": _amounts(one.answered.exclusive, one.answered.shared),
            "rule": None if reading.rule_index is None else reading.rule_index + 1,
            "reason": _reader(one.bid).show(reading.reason),
            "call_url": f"{self.desk_url('ping_rules', endpoint.pk)}?call={one.bid.pk}",
        }


def _judged(
    request: HttpRequest, endpoint: Endpoint, asked: EndpointSpec, form: PastedAnswer
) -> tuple[dict[str, Any] | None, str]:
    """The verdicts on the answer that was chosen, and the answer as it may be shown."""
    if form.is_bound:
        return (_explained(form.response(), asked), "") if form.is_valid() else (None, "")
    call = request.GET.get("call", "")
    if not call:
        return None, ""
    bid = _stored(endpoint, call)
    if bid is None:
        raise Http404
    reader = _reader(bid)
    kept = (
        kept_records.opened(reader.key, bid.sealed_response, "response", bid.pk)
        if reader.key is not None
        else None
    )
    if kept is None:
        return None, _NOTHING
    told = _explained(opened_answer(kept), asked, bid=bid, show=reader.show)
    return told, reader.show(payload_text(kept))


def _explained(
    response: OutboundResponse, asked: EndpointSpec, *, bid: Bid | None = None, show: Show = str
) -> dict[str, Any] | None:
    found = explain(response, asked.rules, show=show)
    answered = pinging.read(asked, response, at=bid.started_at if bid else clock.now(), share="either")
    # Why what the rules accept is no bid all the same stands in the ping's own reading.
    told = shown(replace(found, reading=masked(answered.reading, show)), asked.rules)
    if told is None:
        return None
    told["tone"], told["words"] = BIDS[BidStatus(answered.status)]
    told["bid"] = _bid_words(answered)
    return told


def _bid_words(answered: Answered) -> list[str]:
    prices = [
        f"{answered.exclusive} for the lead alone" if answered.exclusive else "",
        f"{answered.shared} for a shared lead" if answered.shared else "",
    ]
    until = f"holds until {answered.expires_at:%Y-%m-%d %H:%M:%S} UTC" if answered.expires_at else ""
    return [one for one in (*prices, until) if one] or ["no price"]


def _amounts(exclusive: Decimal | None, shared_price: Decimal | None) -> str:
    parts = [
        f"{exclusive.normalize():f}" if exclusive is not None else "",
        f"{shared_price.normalize():f} shared" if shared_price is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _reader(bid: Bid) -> Reader:
    """Who may see what of the lead that was put up."""
    ping = bid.ping
    holder = ping if ping.sealed is not None else Lead.objects.filter(pk=ping.lead_id or 0).first()
    spec = specs.load(ping.version_id) if ping.version_id else None
    return opened(holder, spec, unmasked=False)[1] if holder else Reader(None, lambda text: "", spec)


def _stored(endpoint: Endpoint, call: str) -> Bid | None:
    if not (call.isascii() and call.isdigit() and len(call) < 19):
        return None
    return _of(endpoint).filter(pk=int(call)).first()


def _of(endpoint: Endpoint) -> Any:
    return Bid.objects.filter(endpoint_id=endpoint.pk, company_id=endpoint.buyer.company_id).select_related(
        "ping"
    )


def _tested(tested: PingBacktest | None) -> dict[str, Any] | None:
    if tested is None:
        return None
    counts = [
        (BIDS[BidStatus(was)], BIDS[BidStatus(would_be)], count) for was, would_be, count in tested.counts()
    ]
    return {"read": tested.read, "left_out": tested.left_out, "total": len(tested.changed), "counts": counts}
