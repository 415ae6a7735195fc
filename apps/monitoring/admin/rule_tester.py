"""The rule tester: every rule's verdict on a pasted or stored answer, and the edited rules against the last answers."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.buyers.choices import EndpointKind
from apps.buyers.models import Endpoint
from apps.companies.choices import Role
from apps.companies.selectors import may
from apps.core.errors import ApplicationError
from apps.deliveries.choices import AttemptKind
from apps.deliveries.models import Attempt
from apps.deliveries.services import Backtest, Reread, backtest, opened_answer, reclassify
from apps.deliveries.services.attempt.records import open_response
from apps.engine.orders import ResponseRule
from apps.engine.outbound import OutboundResponse
from apps.engine.outcome import Reading
from apps.engine.verdicts import Explained, Show, explain
from apps.monitoring.admin.desk import DeskPages
from apps.monitoring.trace.attempts import rule_words
from apps.monitoring.trace.opened import opened
from apps.monitoring.trace.outcomes import OUTCOMES, UNDER_WAY
from apps.monitoring.trace.payloads import payload_text
from apps.monitoring.wording import counted
from apps.publishing import specs
from apps.publishing.compile.selling import endpoint_spec

RECENT = 20
SHOWN = 50
"""How many changed answers of a back-test are listed."""


class PastedAnswer(forms.Form):
    """An answer as a buyer's documentation or a test shows it."""

    status = forms.IntegerField(
        min_value=100, max_value=599, initial=200, widget=UnfoldAdminIntegerFieldWidget()
    )
    content_type = forms.CharField(required=False, max_length=80, widget=UnfoldAdminTextInputWidget())
    body = forms.CharField(
        required=False, max_length=262_144, strip=False, widget=UnfoldAdminTextareaWidget({"rows": 8})
    )

    def response(self) -> OutboundResponse:
        """The answer as the engine reads it."""
        data = self.cleaned_data
        headers = (("Content-Type", data["content_type"]),) if data["content_type"] else ()
        return OutboundResponse(data["status"], headers, data["body"].encode(errors="replace"), sent=True)


class RuleTesterPages(DeskPages):
    """Tests the rules of an endpoint as they are saved now, published or not."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/rules/", wrap(self.rules_view), name="buyers_endpoint_rules"),
            path(
                "<int:object_id>/reclassify/", wrap(self.reclassify_view), name="buyers_endpoint_reclassify"
            ),
            *super().get_urls(),
        ]

    def desk_links(self, request: HttpRequest, endpoint: Endpoint) -> list[tuple[str, str]]:
        links = super().desk_links(request, endpoint)
        if endpoint.kind != EndpointKind.HTTP:
            return links  # nobody answers, so there is nothing for rules to read
        return [*links, ("Rule tester", self.desk_url("rules", endpoint.pk))]

    def rules_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Pasted answers come by POST, stored ones by `call`, and `last` asks for the back-test."""
        endpoint = self.seen(request, object_id)
        rules = endpoint_spec(endpoint).rules
        form = PastedAnswer(request.POST if request.method == "POST" else None)
        explained, answer = self._judged_answer(request, endpoint, rules, form)
        tested = None
        if "last" in request.GET:
            tested = backtest(endpoint.pk, endpoint.buyer.company_id, rules)
        context = {
            **self.desk_context(request, endpoint, "Rule tester"),
            "form": form,
            "rules": [rule_words(rule) for rule in rules],
            "recent": [_recent_line(one) for one in _recent(endpoint)],
            "explained": shown(explained, rules),
            "answer": answer,
            "tested": _tested(tested),
            "changed": [
                self._reread_line(one, endpoint) for one in (tested.changed[:SHOWN] if tested else ())
            ],
            "page_url": self.desk_url("rules", endpoint.pk),
            "reclassify_url": self.desk_url("reclassify", endpoint.pk),
            "may_operate": may(request.user, Role.OPERATOR, endpoint.buyer.company_id),
        }
        response = TemplateResponse(request, "monitoring/rules.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def reclassify_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Put right the chosen attempts, each by what the rules read of it now, and say what came of it."""
        endpoint = self.seen(request, object_id)
        if not may(request.user, Role.OPERATOR, endpoint.buyer.company_id):
            raise PermissionDenied
        page = self.desk_url("rules", endpoint.pk)
        if request.method == "POST":
            rules = endpoint_spec(endpoint).rules
            chosen = [_stored(endpoint, call) for call in request.POST.getlist("call")[:SHOWN]]
            self._put_right(request, [row for row in chosen if row is not None], rules)
        return HttpResponseRedirect(f"{page}?last=1")

    def _put_right(self, request: HttpRequest, rows: list[Attempt], rules: tuple[ResponseRule, ...]) -> None:
        done = 0
        refusals: dict[str, int] = {}
        for row in rows:
            try:
                reclassify(row, rules, by=request.user)
                done += 1
            except ApplicationError as refusal:
                refusals[refusal.message] = refusals.get(refusal.message, 0) + 1
        self.tell(request, f"{counted(done, 'answer')} re-classified.")
        for words, count in refusals.items():
            self.tell(request, f"{counted(count, 'answer')} left as before: {words}", level=messages.ERROR)

    def _judged_answer(
        self,
        request: HttpRequest,
        endpoint: Endpoint,
        rules: tuple[ResponseRule, ...],
        form: PastedAnswer,
    ) -> tuple[Explained | None, str]:
        """The verdicts on the answer that was chosen, and the answer as it may be shown."""
        if form.is_bound:
            return (explain(form.response(), rules), "") if form.is_valid() else (None, "")
        call = request.GET.get("call", "")
        if not call:
            return None, ""
        row = _stored(endpoint, call)
        if row is None:
            raise Http404
        _, reader = opened(row.lead, _spec_of(row), unmasked=False)
        kept = open_response(reader.key, row) if reader.key is not None else None
        if kept is None:
            return None, "Nothing is kept of this answer: the person was erased, or none came."
        found = explain(opened_answer(kept), rules, show=reader.show)
        return replace(found, reading=masked(found.reading, reader.show)), reader.show(payload_text(kept))

    def _reread_line(self, one: Reread, endpoint: Endpoint) -> dict[str, Any]:
        _, reader = opened(one.attempt.lead, _spec_of(one.attempt), unmasked=False)
        return {
            "row": one.attempt,
            "was": OUTCOMES.get(one.attempt.outcome, UNDER_WAY),
            "would_be": OUTCOMES.get(one.reading.outcome.value, UNDER_WAY),
            "rule": None if one.reading.rule_index is None else one.reading.rule_index + 1,
            "reason": reader.show(one.reading.reason),
            "call_url": self.desk_url("call", endpoint.pk, one.attempt.pk),
        }


def masked(reading: Reading, show: Show) -> Reading:
    """The reading of a stored answer as it may be shown."""
    return replace(
        reading,
        reason=show(reading.reason),
        reference=show(reading.reference),
        promise=show(reading.promise),
        redirect_url=show(reading.redirect_url),
    )


def _recent_line(row: Attempt) -> dict[str, Any]:
    tone, words = OUTCOMES.get(row.outcome, UNDER_WAY)
    return {"row": row, "tone": tone, "words": words}


def _recent(endpoint: Endpoint) -> list[Attempt]:
    """The latest calls that were answered."""
    rows = _of(endpoint).exclude(http_status=None).select_related("lead")
    return list(rows.defer("sealed_request", "sealed_response").order_by("-id")[:RECENT])


def _stored(endpoint: Endpoint, call: str) -> Attempt | None:
    if not (call.isascii() and call.isdigit() and len(call) < 19):
        return None
    return _of(endpoint).filter(pk=int(call)).select_related("lead").first()


def _of(endpoint: Endpoint) -> Any:
    return Attempt.objects.filter(
        endpoint_id=endpoint.pk, company_id=endpoint.buyer.company_id, kind=AttemptKind.SALE
    )


def _spec_of(row: Attempt) -> Any:
    return specs.load(row.lead.version_id) if row.lead.version_id else None


def shown(explained: Explained | None, rules: tuple[ResponseRule, ...]) -> dict[str, Any] | None:
    """A reading and the verdict of each rule for the page."""
    if explained is None:
        return None
    tone, words = OUTCOMES.get(explained.reading.outcome.value, UNDER_WAY)
    return {
        "reading": explained.reading,
        "before": explained.before,
        "tone": tone,
        "words": words,
        "verdicts": [
            {"number": one.index + 1, "rule": rule_words(rules[one.index]), "verdict": one}
            for one in explained.verdicts
        ],
    }


def _tested(tested: Backtest | None) -> dict[str, Any] | None:
    if tested is None:
        return None
    counts = [
        (OUTCOMES.get(was, UNDER_WAY), OUTCOMES.get(would_be, UNDER_WAY), count)
        for was, would_be, count in tested.counts()
    ]
    return {"read": tested.read, "left_out": tested.left_out, "total": len(tested.changed), "counts": counts}
