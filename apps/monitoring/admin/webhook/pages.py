"""The page of a webhook, below that of its terms. Everything works without scripts: each button posts the form."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.companies.selectors import sees_personal_data
from apps.core.admin.confirm import Question
from apps.core.admin.secrets import SecretInput
from apps.core.errors import ApplicationError
from apps.engine import webhook
from apps.engine.campaign import CampaignSpec, WebhookSpec
from apps.engine.orders import MappingRow
from apps.intake import changes
from apps.intake.models import WebhookChange, WebhookPayload
from apps.intake.payloads import leads_held, reveal_record
from apps.monitoring.admin.webhook.rows import (
    FORMAT_INPUTS,
    FORMAT_MENU,
    INPUTS,
    KINDS,
    PART_MENU,
    lines,
    posted,
)
from apps.monitoring.admin.webhook.shown import Sample, result, sample
from apps.publishing.compile import draft
from apps.publishing.problems.base import Draft
from apps.sources.admin.terms import TermsAdmin
from apps.sources.choices import SecretPlace, SignatureKind
from apps.sources.models import Terms, Webhook
from apps.sources.services import webhook_create, webhook_map, webhook_protect, webhook_renew
from apps.sources.specs import webhook_spec

RECENT = 20


class ProofForm(forms.Form):
    """How the vendor proves that it is the vendor. Acts at once."""

    secret_in = forms.ChoiceField(
        label="Secret", required=False, choices=SecretPlace.choices, widget=UnfoldAdminSelectWidget()
    )
    secret_name = forms.CharField(
        label="Its name",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text="The header's name, or the path in the body, such as google_key.",
    )
    secret = forms.CharField(label="The secret", required=False, max_length=500, widget=SecretInput())
    signed = forms.ChoiceField(
        label="Signature", required=False, choices=SignatureKind.choices, widget=UnfoldAdminSelectWidget()
    )
    signature_header = forms.CharField(
        label="In the header",
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(),
        help_text="For example Typeform-Signature or X-Hub-Signature-256.",
    )
    signing_secret = forms.CharField(
        label="Signing secret", required=False, max_length=500, widget=SecretInput()
    )

    def __init__(self, data: Any, hook: Webhook) -> None:
        super().__init__(data, initial={name: getattr(hook, name) for name in _PROOF})
        for name in ("secret", "signing_secret"):
            self.fields[name].widget.kept = bool(getattr(hook, name))


_PROOF = ("secret_in", "secret_name", "signed", "signature_header")


class WebhookPages(TermsAdmin):
    """The page, and what its buttons do."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/webhook/", wrap(self.webhook_view), name="sources_terms_webhook"),
            path("<int:object_id>/webhook/new/", wrap(self.renew_view), name="sources_terms_webhook_new"),
            *super().get_urls(),
        ]

    def webhook_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page; posted, what the button says, then the page again."""
        terms = self.seen(request, object_id)
        hook = Webhook.objects.filter(terms=terms).first()
        if request.method != "POST":
            return self._page(request, terms, hook)
        terms = self.edited(request, object_id)
        action = request.POST.get("do", "preview")
        if hook is None or action == "create":
            webhook_create(terms, by=request.user)
            self.tell(request, "The webhook is open. Give its address to the form vendor and send a test.")
            return HttpResponseRedirect(request.path)
        if action == "protect":
            return self._protected(request, hook)
        if action == "known":
            changes.known(terms.pk)
            return HttpResponseRedirect(request.path)
        if action in ("save", "publish"):
            return self._saved(request, terms, hook, publish=action == "publish")
        return self._page(request, terms, hook)

    def webhook_context(self, terms: Terms) -> dict[str, Any]:
        """What the page of the terms shows of it."""
        return {"webhook_url": self._address(terms), "webhook_held": leads_held(terms.pk)}

    def renew_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A new address, after the question what becomes of the old one."""
        terms = self.edited(request, object_id)
        hook = Webhook.objects.filter(terms=terms).first()
        if hook is None:
            return HttpResponseRedirect(self._address(terms))
        question = Question(
            f"Give {hook} a new address?",
            "Make a new address",
            (
                "The old address leads nowhere at once: what the vendor sends there is answered 404 and lost.",
                "Mapping, secret and held leads stay.",
            ),
            danger=True,
        )

        def do() -> str:
            webhook_renew(hook, by=request.user)
            return "The webhook has a new address. Give it to the form vendor."

        return self.asked(request, terms, question, do)

    def _protected(self, request: HttpRequest, hook: Webhook) -> HttpResponse:
        form = ProofForm(request.POST, hook)
        if not form.is_valid():
            return self._page(request, hook.terms, hook, proof=form)
        try:
            webhook_protect(hook, by=request.user, **form.cleaned_data)
        except ApplicationError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            return self._page(request, hook.terms, Webhook.objects.get(pk=hook.pk), proof=form)
        self.tell(request, "Saved. It is asked for from now on.")
        return HttpResponseRedirect(request.path)

    def _saved(self, request: HttpRequest, terms: Terms, hook: Webhook, *, publish: bool) -> HttpResponse:
        spec = _spec(terms)
        rows = posted(spec.fields, request.POST)
        payload = _chosen(request, _recent(terms))
        shown = sample(payload, spec, unmasked=False) if payload is not None else None
        known = webhook.places(shown.lead.tree) if shown is not None else ()
        try:
            webhook_map(
                hook,
                rows,
                fields=spec.fields,
                by=request.user,
                test_path=_test_path(request),
                known=known,
            )
        except ApplicationError as refusal:
            self.tell(request, refusal.message, level=messages.ERROR)
            return self._page(request, terms, hook)
        changes.known(terms.pk)
        if publish:
            return HttpResponseRedirect(
                reverse("admin:campaigns_campaign_publish", args=(terms.campaign_id,))
            )
        self.tell(request, "Saved. The mapping acts when you publish the campaign.")
        return HttpResponseRedirect(f"{request.path}?payload={request.POST.get('payload', '')}")

    def _page(
        self, request: HttpRequest, terms: Terms, hook: Webhook | None, *, proof: ProofForm | None = None
    ) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"{terms}: Webhook",
            "opts": self.opts,
            "original": terms,
            "terms": terms,
            "hook": hook,
            "may_edit": self.has_change_permission(request, terms),
        }
        if hook is not None:
            operates = self.has_operate_permission(request, terms)
            context |= {
                "hook_url": f"{settings.PUBLIC_URL}/webhook/{hook.token}" if operates else "",
                "proof": proof or ProofForm(None, hook),
                **self._mapping(request, terms, hook),
            }
        response = TemplateResponse(request, "monitoring/webhook.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _mapping(self, request: HttpRequest, terms: Terms, hook: Webhook) -> dict[str, Any]:
        spec, recent = _spec(terms), _recent(terms)
        chosen = _chosen(request, recent)
        shown = self._sample(request, chosen, spec) if chosen is not None else None
        edited = request.method == "POST" and "payload" in request.POST
        saved = webhook_spec(hook) or WebhookSpec()
        rows = posted(spec.fields, request.POST) if edited else list(saved.mapping)
        proposals = shown.proposed.proposals if shown is not None else ()
        wanted = proposals if not rows or request.POST.get("do") == "propose" else ()
        found = lines(spec.fields, rows, wanted)
        test_path = _test_path(request) if edited else saved.test_path
        current = [line.row for line in found if line.row.kind]
        context = {
            "recent": recent,
            "chosen": chosen,
            "sample": shown,
            "values": shown.values() if shown is not None else [],
            "lines": found,
            "paths": _paths(shown, current),
            "kinds": KINDS,
            "inputs": INPUTS,
            "parts": PART_MENU,
            "formats": FORMAT_MENU,
            "format_inputs": FORMAT_INPUTS,
            "test_path": test_path,
            "faults": [
                (target, said)
                for target, said in webhook.problems(WebhookSpec(tuple(current), test_path), spec.fields)
            ],
            "missing": webhook.missing(WebhookSpec(tuple(current)), spec.fields),
            "held": leads_held(terms.pk),
            "changes": WebhookChange.objects.filter(terms=terms, closed_at=None),
            "may_reveal": sees_personal_data(request.user, terms.source.company_id),
        }
        return context | (result(shown, current, spec, terms.pk) if shown is not None else {})

    def _sample(self, request: HttpRequest, payload: WebhookPayload, spec: CampaignSpec) -> Sample | None:
        unmasked = bool(request.POST.get("unmasked")) and sees_personal_data(request.user, payload.company_id)
        if unmasked:
            reveal_record(payload, by=request.user)
        return sample(payload, spec, unmasked=unmasked)

    def _address(self, terms: Terms) -> str:
        return reverse("admin:sources_terms_webhook", args=(terms.pk,))


def _spec(terms: Terms) -> CampaignSpec:
    """The campaign's fields as people left them, published or not."""
    return Draft(draft(terms.campaign_id)).spec


def _recent(terms: Terms) -> list[WebhookPayload]:
    return list(WebhookPayload.objects.filter(terms=terms).select_related("company", "terms")[:RECENT])


def _chosen(request: HttpRequest, recent: list[WebhookPayload]) -> WebhookPayload | None:
    asked = request.POST.get("payload") or request.GET.get("payload")
    found = next((one for one in recent if str(one.pk) == asked), None)
    return found or (recent[0] if recent else None)


def _paths(shown: Sample | None, rows: list[MappingRow]) -> list[tuple[str, str]]:
    """The menu of values: path and what stands there; paths that are mapped and not in this payload come last."""
    found = [(one.row.path, f"{one.label or one.row.path}: {text}" if text else one.label or one.row.path)
             for one, text in (shown.values() if shown is not None else [])]  # fmt: skip
    known = {path for path, _ in found}
    absent = [row.source for row in rows if row.source and row.source not in known]
    return [*found, *((path, f"{path} (not in this payload)") for path in dict.fromkeys(absent))]


def _test_path(request: HttpRequest) -> str:
    return request.POST.get("test_path", "").strip()[:500]
