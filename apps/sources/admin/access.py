"""The buttons of terms: approve, keys, instructions link. Each asks first, acts at once and is on record."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from apps.companies.admin.base import change_url
from apps.companies.services import record
from apps.core.admin.confirm import Question
from apps.sources.choices import Approval
from apps.sources.models import Credential, InstructionLink, Terms
from apps.sources.selectors import live_credentials
from apps.sources.services import (
    credential_revoke,
    credential_rotate,
    instruction_link_create,
    instruction_link_revoke,
    terms_approve,
    terms_withdraw,
)

_SHOWN_KEY = "revealed_credential"


def instructions_url(link: InstructionLink) -> str:
    """The whole address of a source's posting instructions."""
    return settings.PUBLIC_URL + reverse("instructions:overview", args=(link.token,))


class AccessMixin:
    """For the admin of terms."""

    def get_urls(self) -> list[URLPattern]:
        views: tuple[tuple[str, str, Callable[..., HttpResponse]], ...] = (
            ("approval", "approval/", self.approval_view),
            ("key_new", "keys/new/", self.key_new_view),
            ("key_reveal", "keys/<int:key_id>/reveal/", require_POST(self.key_reveal_view)),
            ("key_revoke", "keys/<int:key_id>/revoke/", self.key_revoke_view),
            ("link_new", "links/new/", self.link_new_view),
            ("link_revoke", "links/<int:link_id>/revoke/", self.link_revoke_view),
        )
        return [
            *(
                path(
                    f"<int:object_id>/{route}", self.admin_site.admin_view(view), name=f"sources_terms_{name}"
                )
                for name, route, view in views
            ),
            *super().get_urls(),
        ]

    def approval_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Takes live leads from now on, or goes back to testing."""
        terms = self.operated(request, object_id)
        if terms.approval == Approval.APPROVED:
            question = Question(
                f"Take {terms} back to testing?",
                "Back to testing",
                (
                    "Live leads are refused at once with “Invalid source”; test leads are still taken.",
                    "Leads that were accepted before are still delivered and paid.",
                ),
                danger=True,
            )
            return self.asked(request, terms, question, lambda: self._withdrawn(request, terms))
        question = Question(f"Approve {terms}?", "Approve", self._approval_consequences(terms))
        return self.asked(request, terms, question, lambda: self._approved(request, terms))

    def _approval_consequences(self, terms: Terms) -> tuple[str, ...]:
        caps = ", ".join(str(cap) for cap in terms.caps.filter(is_enabled=True)) or "no cap"
        paid = f"{terms.payout_amount} {terms.campaign.currency}, {terms.get_payout_kind_display().lower()}"
        return (
            f"Live leads of {terms.source} are taken from now on, and sold to the campaign's buyers.",
            f"It is paid {paid}. Limits: {caps}.",
        )

    def _approved(self, request: HttpRequest, terms: Terms) -> str:
        terms_approve(terms, by=request.user)
        return f"{terms} is approved: live leads are taken."

    def _withdrawn(self, request: HttpRequest, terms: Terms) -> str:
        terms_withdraw(terms, by=request.user)
        return f"{terms} is in testing: only test leads are taken."

    # --- Keys ---------------------------------------------------------------------------------------------------------
    def key_new_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A second key beside the first, so that the source can change over."""
        terms = self.operated(request, object_id)
        live = live_credentials(terms).count()
        question = Question(
            f"Make a new key for {terms}?",
            "Make a new key",
            (
                f"{live} {'key is' if live == 1 else 'keys are'} live now; two may be live at once.",
                "The old key goes on working until you revoke it. The instructions page shows the new one.",
            ),
        )

        def do() -> str:
            credential_rotate(terms, by=request.user)
            return "The new key is live. Reveal it below, or let the source read it on its instructions page."

        return self.asked(request, terms, question, do)

    def key_reveal_view(self, request: HttpRequest, object_id: int, key_id: int) -> HttpResponse:
        """Shows a key once, on the next page, and puts on record that it was read."""
        terms = self.operated(request, object_id)
        credential = self._of(terms.credentials, key_id)
        record(credential, by=request.user, action="credential.revealed", summary=f"Key of {terms} revealed")
        request.session[_SHOWN_KEY] = credential.pk
        return HttpResponseRedirect(change_url(terms))

    def revealed(self, request: HttpRequest, terms: Terms) -> Credential | None:
        """The key that was just asked for; shown once. Only its row's number travels in the session."""
        key_id = request.session.pop(_SHOWN_KEY, None)
        if key_id is None or not self.has_operate_permission(request, terms):
            return None
        return terms.credentials.filter(pk=key_id).first()

    def key_revoke_view(self, request: HttpRequest, object_id: int, key_id: int) -> HttpResponse:
        """Refuses a key from now on."""
        terms = self.operated(request, object_id)
        credential = self._of(terms.credentials, key_id)
        left = live_credentials(terms).exclude(pk=key_id).count()
        question = Question(
            f"Revoke this key of {terms}?",
            "Revoke",
            (
                "Requests with it are refused at once, in every process. It cannot be switched on again.",
                f"{left} other {'key stays' if left == 1 else 'keys stay'} live."
                if left
                else "No other key is live: the source can send nothing until it uses a new one.",
            ),
            danger=True,
        )

        def do() -> str:
            credential_revoke(credential, by=request.user)
            return "The key is revoked."

        return self.asked(request, terms, question, do)

    # --- The instructions link ----------------------------------------------------------------------------------------
    def link_new_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A further link, for example for another developer."""
        terms = self.operated(request, object_id)
        question = Question(
            f"Make a new instructions link for {terms}?",
            "Make a new link",
            ("Links made before go on working until you revoke them. Whoever has a link can read the page.",),
        )

        def do() -> str:
            instruction_link_create(terms, by=request.user)
            return "The new link is ready to be copied."

        return self.asked(request, terms, question, do)

    def link_revoke_view(self, request: HttpRequest, object_id: int, link_id: int) -> HttpResponse:
        """Closes a link for good."""
        terms = self.operated(request, object_id)
        link = self._of(terms.links, link_id)
        visits = f"It was opened {link.visits:,} {'time' if link.visits == 1 else 'times'}."
        question = Question(
            f"Revoke this instructions link of {terms}?",
            "Revoke",
            (visits, "From now on it answers “not found”. The source's keys are not touched."),
            danger=True,
        )

        def do() -> str:
            instruction_link_revoke(link, by=request.user)
            return "The link is revoked."

        return self.asked(request, terms, question, do)

    def _of(self, rows: Any, pk: int) -> Any:
        row = rows.filter(pk=pk).first()
        if row is None:
            raise Http404
        return row
