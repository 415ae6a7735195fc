"""The six tabs of a link, each with its own address."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.clock import now
from apps.posting_instructions import selectors
from apps.posting_instructions.choices import Tab
from apps.posting_instructions.code import LANGUAGES
from apps.posting_instructions.pages import fields, go_live, overview, requirements, responses
from apps.posting_instructions.pages.caps_left import told_caps
from apps.posting_instructions.pages.exchange import fields as exchange_fields
from apps.posting_instructions.pages.exchange import go_live as exchange_go_live
from apps.posting_instructions.pages.exchange import overview as exchange_overview
from apps.posting_instructions.pages.exchange import responses as exchange_responses
from apps.posting_instructions.pages.frame import Frame, contact_href, frame
from apps.posting_instructions.selectors import Instructions
from apps.posting_instructions.views.access import LinkView, guard_for

_OF_THEIR_OWN = frozenset({Tab.OVERVIEW, Tab.FIELDS, Tab.RESPONSES, Tab.TESTING})
"""Tabs that an exchange has a page of its own for."""
_KNOWN_LANGUAGES = frozenset(language.key for language in LANGUAGES)


class TabView(LinkView):
    """A tab: its frame, and what it adds."""

    tab: Tab
    template = ""
    """Where it is not named after the tab."""
    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(request, token, self.context)

    def page(
        self, request: HttpRequest, token: str, build: Callable[[Frame], dict[str, Any]]
    ) -> HttpResponse:
        """The tab with what `build` makes of its frame, or the friendly page while there is nothing to show."""
        shown = selectors.instructions(self.link)
        page = frame(shown, token=token, now=now())
        if page is None:
            return render(request, "posting_instructions/waiting.html", _waiting(shown))
        asked = request.GET.get("lang", "")
        context = {
            "page": page,
            "tab": self.tab,
            "tabs": [{"key": tab.key, "label": tab.label, "url": page.urls[tab.key]} for tab in Tab],
            "guard": guard_for(self.link),
            "language": asked if asked in _KNOWN_LANGUAGES else LANGUAGES[0].key,
            **build(page),
        }
        folder = "exchange/" if page.is_exchange and self.tab in _OF_THEIR_OWN else ""
        name = self.template or f"{folder}{self.tab.key}.html"
        return render(request, f"posting_instructions/{name}", context)

    def context(self, page: Frame) -> dict[str, Any]:
        """What the tab shows beside the frame."""
        raise NotImplementedError


class OverviewView(TabView):
    tab = Tab.OVERVIEW

    def context(self, page: Frame) -> dict[str, Any]:
        return overview_of(page, revealed=False)


class FieldsView(TabView):
    tab = Tab.FIELDS

    def context(self, page: Frame) -> dict[str, Any]:
        return exchange_fields.context(page) if page.is_exchange else fields.context(page)


class RequirementsView(TabView):
    tab = Tab.REQUIREMENTS

    def context(self, page: Frame) -> dict[str, Any]:
        return requirements.context(page, now=now(), used=caps_used(page))


class ResponsesView(TabView):
    tab = Tab.RESPONSES

    def context(self, page: Frame) -> dict[str, Any]:
        return exchange_responses.context(page) if page.is_exchange else responses.context(page)


class GoLiveView(TabView):
    tab = Tab.GO_LIVE

    def context(self, page: Frame) -> dict[str, Any]:
        return exchange_go_live.context(page) if page.is_exchange else go_live.context(page)


def caps_used(page: Frame) -> dict[str, int] | None:
    """How much of the caps is used, where the client lets this source know."""
    if not page.tells_caps:
        return None
    told = told_caps(page.spec, page.terms)
    return selectors.caps_used([cap for group in told.values() for cap in group], at=page.at)


def overview_of(page: Frame, *, revealed: bool) -> dict[str, Any]:
    """The overview in the words of the API that the source uses."""
    shown = exchange_overview if page.is_exchange else overview
    return shown.context(page, revealed=revealed)


def _waiting(shown: Instructions) -> dict[str, Any]:
    """What is known while the campaign, or these terms, are in no published version."""
    terms = shown.terms
    return {
        "campaign_name": terms.campaign.name,
        "company_name": terms.source.company.name,
        "source_name": terms.source.name,
        "contact_email": terms.source.company.contact_email,
        "contact_href": contact_href(terms),
        "has_version": shown.version is not None,
    }
