"""The door to the pages of a link: who holds the link may read; nobody else learns that it exists.

Every answer under `/instructions/` leaves through here, so that it is never cached, indexed, or named in a Referer.
Forms are not guarded by Django's cookie: under `Referrer-Policy: no-referrer` a browser sends `Origin: null` with
them, which that guard refuses. The authority here is the link, not a cookie, so a form carries a signature of the
link instead, which nobody without the link can have.
"""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from apps.core.requests import remote_address
from apps.posting_instructions import limits
from apps.sources.models import InstructionLink
from apps.sources.selectors import link_find
from apps.sources.services import instruction_link_open

_SALT = "posting-instructions-form"
_FORM_AGE_S = 24 * 3600
_SEALS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


def sealed(response: HttpResponseBase) -> HttpResponseBase:
    """The response with the headers that keep its address secret."""
    for name, value in _SEALS.items():
        response[name] = value
    return response


def guard_for(link: InstructionLink) -> str:
    """What a form of this link's pages carries."""
    return signing.dumps(link.pk, salt=_SALT)


def is_guarded(request: HttpRequest, link: InstructionLink) -> bool:
    """Whether a POST comes from a page of this link that is not too old."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    try:
        return signing.loads(request.POST.get("guard", ""), salt=_SALT, max_age=_FORM_AGE_S) == link.pk
    except signing.BadSignature:
        return False


def not_found(request: HttpRequest) -> HttpResponse:
    """The one answer to unknown, expired and revoked links."""
    return render(request, "404.html", status=404)


@method_decorator(csrf_exempt, name="dispatch")
class LinkView(View):
    """A page of a link: `self.link` is live, posts are guarded, the answer is sealed."""

    http_method_names = ("get", "head", "post")
    link: InstructionLink

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return sealed(self._answer(request, *args, **kwargs))

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        address = remote_address(request)
        if not limits.may_guess(address):
            response = render(request, "posting_instructions/too_many.html", status=429)
            response["Retry-After"] = str(limits.GUESS_WINDOW_S)
            return response
        opens = link_find if request.method == "POST" else instruction_link_open
        link = opens(kwargs["token"])
        if link is None:
            limits.guessed_wrong(address)
            return not_found(request)
        if request.method == "POST" and not is_guarded(request, link):
            return render(request, "403.html", status=403)
        self.link = link
        return super().dispatch(request, *args, **kwargs)


class NowhereView(LinkView):
    """Any other address below `/instructions/`: the same answer as to an unknown link."""

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return not_found(request)


class SlashView(NowhereView):
    """A link copied without its last slash leads to the one with it, whether or not that exists."""

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return not_found(request)
        return HttpResponseRedirect(f"{request.path}/")
