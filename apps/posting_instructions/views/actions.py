"""What a form on the pages may do: show the key, say that the requirements were read, ask about a zip."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.text import slugify

from apps.core.clock import now
from apps.posting_instructions import limits, selectors, services
from apps.posting_instructions.choices import Tab
from apps.posting_instructions.pages import requirements
from apps.posting_instructions.pages.frame import Frame, tab_urls
from apps.posting_instructions.views.access import LinkView, not_found
from apps.posting_instructions.views.tabs import TabView, caps_used, overview_of

_LINES_A_CHUNK = 2000


class RevealView(TabView):
    """The keys in the clear: as JSON for the page's script, as the overview for a browser without one."""

    tab = Tab.OVERVIEW
    http_method_names = ("post",)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if not limits.may_act("reveal", self.link.pk):
            return too_often(request, tab_urls(token)["overview"])
        keys = services.keys_reveal(self.link, copied=request.POST.get("use") == "copied")
        if "application/json" in request.headers.get("Accept", ""):
            newest = keys[0].text if keys else ""
            return JsonResponse({"auth": newest, "keys": {str(key.id): key.text for key in keys}})
        return self.page(request, token, lambda page: overview_of(page, revealed=True))


class ReviewedView(LinkView):
    """The source says that it has read the requirements."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if selectors.milestones(self.link.terms).reviewed_at is None:
            services.requirements_review(self.link)
        return HttpResponseRedirect(tab_urls(token)["go_live"])


class ZipCheckView(TabView):
    """Whether one zip is accepted, told on the requirements page. By POST: a zip is somebody's."""

    tab = Tab.REQUIREMENTS
    http_method_names = ("post",)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        asked = request.POST.get("zip", "")[:20].strip()
        return self.page(request, token, lambda page: self.answered(page, asked))

    def answered(self, page: Frame, asked: str) -> dict[str, Any]:
        """The requirements with the answer in place."""
        return requirements.context(page, now=now(), used=caps_used(page), zip_asked=asked)


class ZipListView(LinkView):
    """The campaign's zips as CSV, as they are stored, one a line."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        shown = selectors.instructions(self.link)
        if shown.spec is None or shown.terms_spec is None or not shown.spec.zips.mode:
            return not_found(request)
        entries = selectors.list_entries(shown.spec.zips.list_hash)
        response = StreamingHttpResponse(_csv(entries), content_type="text/csv; charset=utf-8")
        name = f"{slugify(shown.spec.name)}-v{shown.spec.version}-zips-{shown.spec.zips.mode}d.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def too_often(request: HttpRequest, back: str) -> HttpResponse:
    """The answer when an action was used up for a while."""
    response = render(request, "posting_instructions/slow_down.html", {"back": back}, status=429)
    response["Retry-After"] = str(limits.ACTION_WINDOW_S)
    return response


def _csv(entries: Iterator[str]) -> Iterator[str]:
    yield "zip\r\n"
    while some := list(islice(entries, _LINES_A_CHUNK)):
        yield "".join(f"{entry}\r\n" for entry in some)
