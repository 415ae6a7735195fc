"""The calls of an endpoint: the page with its numbers and filters, one call with its payloads, and a CSV."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.buyers.models import Endpoint
from apps.companies.selectors import sees_personal_data
from apps.core.clock import now
from apps.core.ids import public_id
from apps.deliveries.choices import AttemptKind
from apps.deliveries.models import Attempt
from apps.leads.models import Lead
from apps.leads.services import reveal_record
from apps.monitoring.admin.desk import DeskPages
from apps.monitoring.selectors.calls import STATUS_CLASSES, Wanted, calls, exported, health
from apps.monitoring.stages import STAGES, stage_times
from apps.monitoring.trace.attempts import attempt as attempt_shown
from apps.monitoring.trace.opened import opened
from apps.monitoring.trace.outcomes import OUTCOMES, UNDER_WAY
from apps.monitoring.trace.said import said
from apps.publishing import specs

PAGE = 50
_PERIODS = {
    "hour": ("Last hour", timedelta(hours=1)),
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
    "month": ("Last 30 days", timedelta(days=30)),
    "year": ("Last 12 months", timedelta(days=366)),
}
_COLUMNS = (
    "time_utc", "attempt", "lead", "order", "kind", "retry", "outcome", "http_status", "error", "price",
    "idempotency_key", *(stage.key for stage in STAGES),
)  # fmt: skip


class CallFilter(forms.Form):
    """Which calls are shown."""

    period = forms.ChoiceField(
        required=False,
        choices=[(key, words) for key, (words, _) in _PERIODS.items()],
        widget=UnfoldAdminSelectWidget(),
    )
    outcome = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Every outcome"),
            *((key, words) for key, (_, words) in OUTCOMES.items()),
            ("none", "… Under way"),
        ],
        widget=UnfoldAdminSelectWidget(),
    )
    status = forms.RegexField(
        r"^(?:[1-5][0-9][0-9]|[2-5]xx|none)$",
        required=False,
        label="HTTP code",
        widget=UnfoldAdminTextInputWidget({"placeholder": "503, 4xx or none", "list": "statuses"}),
        error_messages={"invalid": "A code such as 503, a class such as 4xx, or none."},
    )

    def wanted(self) -> Wanted:
        """The calls these filters name; those that make no sense count as not given."""
        self.full_clean()
        data = self.cleaned_data
        outcome = data.get("outcome") or ""
        _, back = _PERIODS[data.get("period") or "week"]
        return Wanted(
            since=now() - back,
            outcome="" if outcome == "none" else outcome,
            under_way=outcome == "none",
            status=data.get("status") or "",
        )


class CallPages(DeskPages):
    """What was sent to an endpoint, and what it answered."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "buyers_endpoint_call"
        return [
            path("<int:object_id>/calls/", wrap(self.calls_view), name=f"{name}s"),
            path("<int:object_id>/calls.csv", wrap(self.calls_csv_view), name=f"{name}s_csv"),
            path("<int:object_id>/calls/<int:call_id>/", wrap(self.call_view), name=name),
            *super().get_urls(),
        ]

    def desk_links(self, request: HttpRequest, endpoint: Endpoint) -> list[tuple[str, str]]:
        return [
            *super().desk_links(request, endpoint),
            ("Calls", self.desk_url("calls", endpoint.pk)),
        ]

    def calls_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Numbers of a day and a week, and the calls, newest first."""
        endpoint = self.seen(request, object_id)
        form = CallFilter({"period": "week", **request.GET.dict()})
        before = request.GET.get("before", "")
        rows = calls(
            endpoint.pk,
            form.wanted(),
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        )
        found = list(rows.select_related("lead")[: PAGE + 1])
        query = request.GET.copy()
        query.pop("before", None)
        context = {
            **self.desk_context(request, endpoint, "Calls"),
            "spans": self._spans(endpoint),
            "form": form,
            "statuses": STATUS_CLASSES,
            "calls": [self._line(one, endpoint) for one in found[:PAGE]],
            "older": f"{query.urlencode()}&before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
            "csv_url": f"{self.desk_url('calls_csv', endpoint.pk)}?{query.urlencode()}",
            "paged": bool(before),
        }
        return TemplateResponse(request, "monitoring/calls.html", context)

    def _spans(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        spans = []
        for title, back in (("Last 24 hours", timedelta(days=1)), ("Last 7 days", timedelta(days=7))):
            found = health(endpoint.pk, since=now() - back)
            kinds = (
                ("no complete answer (transport)", found.transport),
                ("HTTP errors", found.http),
                ("declined or not understood (application)", found.application),
                ("ours", found.ours),
            )
            shares = [(words, number, found.share(number)) for words, number in kinds]
            spans.append(
                {
                    "title": title,
                    "health": found,
                    "accepted": found.share(found.accepted),
                    "shares": [share for share in shares if share[1] or share[0] != "ours"],
                }
            )
        return spans

    def _line(self, row: Attempt, endpoint: Endpoint) -> dict[str, Any]:
        tone, words = OUTCOMES.get(row.outcome, UNDER_WAY)
        detail = f"({row.error_detail})" if row.error_detail else ""
        return {
            "row": row,
            "at": row.started_at.astimezone(ZoneInfo(endpoint.buyer.company.time_zone)),
            "tone": tone,
            "words": words,
            "kind": "" if row.kind == AttemptKind.SALE else row.get_kind_display(),
            "said": " ".join(filter(None, [said(row), detail])),
            "stages": stage_times(row.timings),
            "url": self.desk_url("call", endpoint.pk, row.pk),
        }

    def call_view(self, request: HttpRequest, object_id: int, call_id: int) -> HttpResponse:
        """One call with request and answer: masked, or readable after a POST, which is put on record."""
        endpoint = self.seen(request, object_id)
        row = Attempt.objects.filter(pk=call_id, endpoint_id=endpoint.pk).select_related("lead").first()
        if row is None:
            raise Http404
        may_reveal = sees_personal_data(request.user, row.company_id)
        unmasked = request.method == "POST"
        if unmasked and not may_reveal:
            raise PermissionDenied
        if unmasked:
            reveal_record(row.lead, by=request.user)
        spec = specs.load(row.lead.version_id) if row.lead.version_id else None
        _, reader = opened(row.lead, spec, unmasked=unmasked)
        currency = spec.currency if spec else endpoint.buyer.company.currency
        shown = attempt_shown(row, since=row.lead.received_at, reader=reader, currency=currency, opened=True)
        context = {
            **self.desk_context(request, endpoint, "Call"),
            "line": self._line(row, endpoint),
            "attempt": shown,
            "unmasked": unmasked,
            "may_reveal": may_reveal,
            "back": self.desk_url("calls", endpoint.pk),
        }
        response = TemplateResponse(request, "monitoring/call.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def calls_csv_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The same calls as a file: ids, codes and times; nothing that buyers wrote, for it may name a person."""
        endpoint = self.seen(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseRedirect(self.desk_url("calls", endpoint.pk))
        form = CallFilter({"period": "week", **request.GET.dict()})
        response = StreamingHttpResponse(
            _csv(exported(endpoint.pk, form.wanted())), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="calls-{endpoint.pk}.csv"'
        return response


def _csv(rows: Iterator[Attempt]) -> Iterator[str]:
    yield _line_of(_COLUMNS)
    for row in rows:
        yield _line_of(
            (
                row.started_at.isoformat(),
                row.pk,
                public_id(Lead.PREFIX, row.lead_id),
                _harmless(row.order_name),
                row.kind,
                row.retry,
                row.outcome,
                row.http_status or "",
                row.error,
                row.price if row.outcome == "accepted" else "",
                row.idempotency_key,
                *(row.timings.get(stage.key, "") for stage in STAGES),
            )
        )


def _line_of(values: tuple[object, ...]) -> str:
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
