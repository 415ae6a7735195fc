"""The contract as files and on paper.

A file's address stays the same over all versions, so that tools can be pointed at it; its tag tells whether it changed.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from apps.core.clock import now
from apps.engine.contract import document
from apps.posting_instructions import documents, selectors
from apps.posting_instructions.pages.contract import contract
from apps.posting_instructions.pages.frame import Frame, frame
from apps.posting_instructions.views.access import LinkView, not_found


class ContractView(LinkView):
    """Something made of the contract as a whole. Nothing is there while nothing is published."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, token: str, **named: Any) -> HttpResponse:
        page = frame(selectors.instructions(self.link), token=token, now=now())
        return not_found(request) if page is None else self.shown(request, page, **named)

    def shown(self, request: HttpRequest, page: Frame) -> HttpResponse:
        """The answer, from the frame of the link's pages."""
        raise NotImplementedError


class DocumentView(ContractView):
    """One file; who has it already is told so."""

    def shown(self, request: HttpRequest, page: Frame, *, name: str = "") -> HttpResponse:
        found = documents.written(contract(page), name, now=page.at)
        if found is None:
            return not_found(request)
        response = HttpResponse(found.content, content_type=found.document.media_type)
        response["ETag"] = found.tag
        response["Content-Disposition"] = f'inline; filename="{found.filename}"'
        return get_conditional_response(request, etag=found.tag, response=response)


class PrintView(ContractView):
    """All of it as one page to print, or to save as PDF."""

    def shown(self, request: HttpRequest, page: Frame) -> HttpResponse:
        blocks = document(contract(page), page.at)
        return render(request, "posting_instructions/print.html", {"page": page, "blocks": blocks})
