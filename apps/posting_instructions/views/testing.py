"""The Testing tab: the forms, and sending them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.core.requests import remote_address
from apps.posting_instructions import cases, limits, past, selectors, services
from apps.posting_instructions.choices import Call, Tab
from apps.posting_instructions.pages import past_request, testing
from apps.posting_instructions.pages.exchange import testing as exchange_testing
from apps.posting_instructions.pages.exchange.testing import Chosen
from apps.posting_instructions.pages.frame import Frame, frame, tab_urls
from apps.posting_instructions.views.access import not_found
from apps.posting_instructions.views.actions import too_often
from apps.posting_instructions.views.tabs import TabView

PREFIX, TOP_PREFIX = "lead.", "top."
MOST_FIELDS = 220
FILL, KEEP, DROP = "fill", "keep", "drop"
"""Values of `do`: fill a form in with an example and do not send it; keep a test; delete one that was kept."""


class TestingView(TabView):
    """The form with a valid lead or a chosen bad example; a POST sends it as a test and shows the answer.

    Where sources ping and post there is a form for each call.
    """

    tab = Tab.TESTING
    http_method_names = ("get", "head", "post")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(request, token, lambda page: self.unsent(page, request))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if not limits.may_act("test", self.link.pk):
            return too_often(request, tab_urls(token)["testing"])
        # What is shown is read after the sending, so that the page knows of it.
        before = frame(selectors.instructions(self.link), token=token, now=now())
        if before is not None and before.is_exchange:
            chosen = self.called(before, request)
            return self.page(request, token, lambda page: self.exchange(page, chosen))
        example = request.POST.get("example", "")
        body = _typed(request, PREFIX)
        sent = services.test_lead_send(self.link, body, remote_address=remote_address(request), at=now())
        lately = past.past(self.link.terms, at=now())
        return self.page(
            request, token, lambda page: testing.context(page, example_key=example, past=lately, sent=sent)
        )

    def page(
        self, request: HttpRequest, token: str, build: Callable[[Frame], dict[str, Any]]
    ) -> HttpResponse:
        """As any tab, with what the source has kept."""
        return super().page(request, token, lambda page: {"cases": self.kept(page), **build(page)})

    def kept(self, page: Frame, ran: Mapping[int, cases.Ran] | None = None) -> list[dict[str, Any]]:
        """The cases that are of this campaign's kind, with what came of running some."""
        found = [each for each in cases.cases(self.link.terms) if (each.call is None) != page.is_exchange]
        return [{"kept": each, "ran": (ran or {}).get(each.id)} for each in found]

    def unsent(self, page: Frame, request: HttpRequest) -> dict[str, Any]:
        """The forms as they begin, with the example or the kept case that the address asks for."""
        example = request.GET.get("example", "")
        opened = cases.case_find(self.link.terms, request.GET.get("case", ""))
        body = cases.fresh(opened.body, page.spec.idempotency_field) if opened is not None else None
        if page.is_exchange:
            call = opened.call if opened is not None else _call(request.GET.get("call", ""))
            return self.exchange(page, Chosen(call, example, kept=body))
        lately = past.past(self.link.terms, at=now())
        return testing.context(page, example_key=example, past=lately, kept=body)

    def called(self, page: Frame, request: HttpRequest) -> Chosen:
        """A call of the exchange sent as it was typed, or not sent but to be filled in with another example."""
        call = _call(request.POST.get("call", "")) or Call.PING
        typed = {**_typed(request, TOP_PREFIX), "data": _typed(request, PREFIX)}
        if request.POST.get("do") == FILL:
            return Chosen(call, request.POST.get("fill", ""), typed=typed)
        example = request.POST.get("example", "")
        body = exchange_testing.body_typed(page, call, example, typed)
        sent = services.test_call_send(
            self.link, call, body, remote_address=remote_address(request), at=now()
        )
        return Chosen(call, example, typed, sent)

    def exchange(self, page: Frame, chosen: Chosen) -> dict[str, Any]:
        """The forms of an exchange with what the source sent lately."""
        lately = past.exchange_past(self.link.terms, at=now())
        return exchange_testing.context(page, chosen=chosen, past=lately)


class CasesView(TestingView):
    """Keeps a test, runs those that are kept, deletes one."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        back = f"{tab_urls(token)['testing']}#cases"
        if request.POST.get("do") == DROP:
            cases.case_drop(self.link.terms, request.POST.get("case", ""))
            return HttpResponseRedirect(back)
        before = frame(selectors.instructions(self.link), token=token, now=now())
        if before is None:
            return not_found(request)
        if request.POST.get("do") == KEEP:
            return self.keep(request, token, before) or HttpResponseRedirect(back)
        return self.run(request, token, before)

    def keep(self, request: HttpRequest, token: str, before: Frame) -> HttpResponse | None:
        """Sends the test once more, so that what it expects is what the API says; None when it is kept."""
        if not limits.may_act("test", self.link.pk):
            return too_often(request, tab_urls(token)["testing"])
        call = _call(request.POST.get("call", "")) if before.is_exchange else None
        typed = _typed(request, PREFIX)
        body = {**_typed(request, TOP_PREFIX), "data": typed} if call is not None else typed
        try:
            cases.case_keep(
                self.link,
                call,
                body,
                name=request.POST.get("name", ""),
                sending=self.sending(request, before),
            )
        except ApplicationError as refusal:
            problem = refusal.message
            return self.page(
                request, token, lambda page: {**self.unsent(page, request), "cases_problem": problem}
            )
        return None

    def run(self, request: HttpRequest, token: str, before: Frame) -> HttpResponse:
        """One case, or all: each counts as a test."""
        asked = request.POST.get("case", "")
        ran: dict[int, cases.Ran] = {}
        for row in self.kept(before):
            kept = row["kept"]
            if asked and str(kept.id) != asked:
                continue
            if not limits.may_act("test", self.link.pk):
                break
            ran[kept.id] = cases.case_run(self.link, kept, self.sending(request, before))
        return self.page(
            request, token, lambda page: {**self.unsent(page, request), "cases": self.kept(page, ran)}
        )

    def sending(self, request: HttpRequest, before: Frame) -> cases.Sending:
        """How a case is sent now."""
        return cases.Sending(before.spec.idempotency_field, remote_address(request), now())


class RequestView(TabView):
    """One of the source's own requests, the person in it masked."""

    tab = Tab.TESTING
    template = "request.html"

    def get(self, request: HttpRequest, token: str, public_id: str = "") -> HttpResponse:
        spec = selectors.instructions(self.link).spec
        found = past.request_find(self.link.terms, public_id, spec, at=now())
        if found is None:
            return not_found(request)
        return self.page(request, token, lambda page: past_request.context(page, found))


def _call(key: str) -> Call | None:
    return next((call for call in Call if call.key == key), None)


def _typed(request: HttpRequest, prefix: str) -> dict[str, str]:
    """What was typed into inputs of a prefix; what was left empty is not there."""
    typed = {name[len(prefix) :]: value for name, value in request.POST.items() if name.startswith(prefix)}
    return {name: value for name, value in list(typed.items())[:MOST_FIELDS] if value.strip()}
