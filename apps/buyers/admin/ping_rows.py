"""The rows of an endpoint's ping, kept apart from those of its post: what is told, and how bids are read."""

from typing import Any, ClassVar

from django.db.models import QuerySet

from apps.buyers.admin.endpoint_rows import MappingFormSet, MappingInline, ResponseRuleInline
from apps.buyers.admin.forms.pings import PingMappingForm, PingRuleForm
from apps.buyers.choices import EndpointKind, MappingPhase, Phase
from apps.companies.admin.base import RowFormSet
from apps.engine.orders import FormatOptions


class PingMappingFormSet(MappingFormSet):
    """Judges rows as the ping's format writes them."""

    row_name = "ping mapping"

    @classmethod
    def get_default_prefix(cls) -> str:
        return "ping_mappings"

    def format_key(self) -> str:
        endpoint = self.instance
        return endpoint.ping_format if endpoint.kind == EndpointKind.HTTP and endpoint.ping_url else ""

    def options(self) -> FormatOptions:
        endpoint = self.instance
        return FormatOptions(
            charset=endpoint.charset,
            on_unencodable=endpoint.on_unencodable,
            content_type=endpoint.ping_content_type,
            namespaces=tuple((prefix, uri) for prefix, uri in endpoint.namespaces),
            template=endpoint.ping_template,
        )


class PingMappingInline(MappingInline):
    """What a buyer is told that has bought nothing yet."""

    form = PingMappingForm
    formset = PingMappingFormSet
    phase = MappingPhase.PING
    fields = (
        ("target", "kind"),
        ("source", "part"),
        "value",
        "table",
        "branches",
        ("value_format", "format_argument"),
        "secret",
        "agreed",
        ("value_type", "encoding"),
        ("on_empty", "default"),
        ("max_length", "on_too_long"),
        "test_value",
        "position",
    )
    in_words: ClassVar = {
        name: worded for name, worded in MappingInline.in_words.items() if name != "response_path"
    }
    verbose_name = "ping mapping row"
    verbose_name_plural = "Ping — what buyers are told before they bid"


class PingRuleFormSet(RowFormSet):
    """Rows with a prefix of their own."""

    row_name = "ping rule"

    @classmethod
    def get_default_prefix(cls) -> str:
        return "ping_rules"


class PingRuleInline(ResponseRuleInline):
    """How the answer to a ping is read; the first rule that matches wins."""

    form = PingRuleForm
    formset = PingRuleFormSet
    fields = (
        "outcome",
        ("statuses", "content_type"),
        ("match", "path"),
        ("operator", "value"),
        ("price_path", "shared_price_path"),
        ("promise_path", "expiry_path"),
        ("reason_path", "reference_path"),
        "position",
    )
    verbose_name = "ping rule"
    verbose_name_plural = "Ping rules — how a bid is read; the first that matches decides"

    def of_this_phase(self, rows: QuerySet) -> QuerySet:
        return rows.filter(phase=Phase.PING)


PING_INLINES: tuple[type[Any], ...] = (PingMappingInline, PingRuleInline)
