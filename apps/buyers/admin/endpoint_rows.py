"""The rows of an endpoint: headers, what is sent, how answers are read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.buyers.admin.forms.headers import HeaderForm
from apps.buyers.admin.forms.mapping import MappingForm
from apps.buyers.admin.forms.registries import system_menu
from apps.buyers.admin.forms.rules import ResponseRuleForm
from apps.buyers.choices import EndpointKind, MappingPhase, Phase
from apps.buyers.models import Endpoint, EndpointHeader, Mapping, ResponseRule
from apps.campaigns.admin.expressions import in_words
from apps.campaigns.models import Campaign
from apps.companies.admin.base import CompanyStacked, CompanyTabular, RowFormSet
from apps.core.admin.widgets import sentence
from apps.engine.formats import FORMATS
from apps.engine.orders import FormatOptions

SYSTEM_GROUP = "System values"


class HeaderInline(CompanyTabular):
    """Headers of every request."""

    model = EndpointHeader
    form = HeaderForm
    fields = ("name", "value", "secret", "position")
    in_words: ClassVar = {"secret": "secret_state"}
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name = "header"
    verbose_name_plural = "Headers"

    @admin.display(description="Secret")
    def secret_state(self, header: EndpointHeader) -> str:
        return "•••••••• kept" if header.secret else "none"


class MappingFormSet(RowFormSet):
    """Judges rows by themselves and together: as one document, in the endpoint's format."""

    def clean(self) -> None:
        super().clean()
        written = FORMATS.get(self.format_key())
        standing = [form for form in self.forms if _stands(form)]
        for form in standing:
            form.judge(nested=written is not None and written.nested)
        usable = {form.cleaned_data["target"]: form for form in standing if not form.errors}
        if written is None or not usable:
            return
        targets = tuple(form.cleaned_data["target"] for form in standing if not form.errors)
        odd = []
        for found in written.problems(targets, self.options()):
            if found.target in usable:
                usable[found.target].add_error("target", sentence(found.words))
            elif found.option == "template":
                odd.append(sentence(f"The endpoint {found.words}"))
        if odd:
            raise ValidationError(odd)

    def format_key(self) -> str:
        """The format that writes these rows; empty where none does."""
        return self.instance.body_format if self.instance.kind == EndpointKind.HTTP else ""

    def options(self) -> FormatOptions:
        """How that format writes them."""
        endpoint = self.instance
        return FormatOptions(
            charset=endpoint.charset,
            on_unencodable=endpoint.on_unencodable,
            content_type=endpoint.content_type,
            namespaces=tuple((prefix, uri) for prefix, uri in endpoint.namespaces),
            template=endpoint.template,
        )


def _stands(form: Any) -> bool:
    """Whether a row would be there after saving and its inputs can be judged."""
    data = getattr(form, "cleaned_data", None)
    return bool(data) and not (
        data.get("DELETE") or form.errors or not (form.has_changed() or form.instance.pk)
    )


class MappingInline(CompanyStacked):
    """What is sent: only what is mapped here ever leaves the house."""

    model = Mapping
    form = MappingForm
    formset = MappingFormSet
    phase = MappingPhase.POST
    fields = (
        ("target", "kind"),
        ("source", "part"),
        "response_path",
        "value",
        "table",
        "branches",
        ("value_format", "format_argument"),
        "secret",
        ("value_type", "encoding"),
        ("on_empty", "default"),
        ("max_length", "on_too_long"),
        "test_value",
        "position",
    )
    in_words: ClassVar = {
        "table": "table_in_words",
        "branches": "branches_in_words",
        "secret": "secret_state",
        "response_path": "path_in_words",
    }
    ordering_field = "position"
    hide_ordering_field = True
    collapsible = True
    verbose_name = "mapping row"
    verbose_name_plural = "Mapping — what is sent"

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        known = {"source_groups": source_groups(obj), "campaigns": tuple(campaigns_of(obj))}
        options["form"] = type(self.form.__name__, (self.form,), known)
        return super().get_formset(request, obj, **options)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(phase=self.phase)

    @admin.display(description="Value table")
    def table_in_words(self, row: Mapping) -> str:
        return "; ".join(f"{ours} = {theirs}" for ours, theirs in row.table) or "—"

    @admin.display(description="Conditions")
    def branches_in_words(self, row: Mapping) -> str:
        campaign = next(iter(campaigns_of(row.endpoint)), None)
        told = [f"{in_words(each.get('expression'), campaign)}: {each.get('value')}" for each in row.branches]
        return "; ".join(told) or "—"

    @admin.display(description="Key of the HMAC")
    def secret_state(self, row: Mapping) -> str:
        return "•••••••• kept" if row.secret else "none"

    @admin.display(description="Path in the ping's answer")
    def path_in_words(self, row: Mapping) -> str:
        return row.source if row.kind == "ping_response" else "—"


class ResponseRuleInline(CompanyStacked):
    """How the answer is read; the first rule that matches wins."""

    model = ResponseRule
    form = ResponseRuleForm
    fields = (
        ("outcome", "phase"),
        ("statuses", "content_type"),
        ("match", "path"),
        ("operator", "value"),
        ("reason_path", "price_path"),
        ("reference_path", "redirect_path"),
        "promise_path",
        "position",
    )
    ordering_field = "position"
    hide_ordering_field = True
    collapsible = True
    verbose_name = "response rule"
    verbose_name_plural = "Response rules — the first that matches decides"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.of_this_phase(super().get_queryset(request))

    def of_this_phase(self, rows: QuerySet) -> QuerySet:
        """Those of the post and of the status URL; the rules of a ping stand apart."""
        return rows.exclude(phase=Phase.PING)


def source_groups(endpoint: Endpoint | None) -> tuple:
    """Where a mapped value can come from: fields of the campaigns whose orders use the endpoint, system values."""
    groups = [(f"Fields of {campaign}", _fields(campaign)) for campaign in campaigns_of(endpoint)]
    return (*groups, (SYSTEM_GROUP, system_menu()))


def _fields(campaign: Campaign) -> list[tuple[str, str]]:
    return [
        (row.name, f"{row.name} — {row.label or row.name}{' (personal)' if row.is_personal else ''}")
        for row in campaign.fields.all()
    ]


def campaigns_of(endpoint: Endpoint | None) -> list[Campaign]:
    """The campaigns whose orders deliver here; all of the company while no order does."""
    if endpoint is None:
        return []
    rows = Campaign.objects.filter(company=endpoint.buyer.company_id)
    used = rows.filter(Q(orders__endpoint=endpoint) | Q(orders__copies__endpoint=endpoint))
    return list(used.distinct()) or list(rows[:20])
