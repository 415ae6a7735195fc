"""Forms of orders, caps, endpoints, headers, mapping rows and response rules; each judged by the engine when saved."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.buyers.models import (
    BuyerCap,
    Endpoint,
    EndpointHeader,
    LeadOrder,
    Mapping,
    OrderCap,
    OrderPriceBand,
    ResponseRule,
)
from apps.campaigns.admin.caps import CapForm, whole_leads
from apps.campaigns.admin.expressions import ExpressionField, ExpressionFormMixin
from apps.campaigns.admin.forms import TargetingForm
from apps.companies.admin.base import ScopedForm
from apps.core.admin.menus import TimeZoneField
from apps.core.admin.secrets import SecretField
from apps.core.admin.widgets import MenuField, PairsField, sentence
from apps.core.http.guard import check_url
from apps.engine import mapping, orders, outcome
from apps.engine.request import header_problem, url_problem
from apps.engine.value_formats import VALUE_FORMATS


class BuyerCapForm(ScopedForm):
    """A cap over all orders of a buyer counts every lead: its orders stand on campaigns with different fields."""

    time_zone = TimeZoneField(empty="Each campaign's zone", help_text="In which the period begins and ends.")

    class Meta:
        model = BuyerCap
        exclude = ("expression",)

    def clean(self) -> dict[str, Any]:
        return whole_leads(super().clean())


class OrderCapForm(CapForm):
    """A cap of one order."""

    class Meta:
        model = OrderCap
        exclude = ()


class PriceBandForm(ExpressionFormMixin, ScopedForm):
    """Another price for some leads."""

    expression = ExpressionField(label="When", help_text="For example: Credit score is at least 700.")

    class Meta:
        model = OrderPriceBand
        exclude = ()


class NewOrderForm(ScopedForm):
    """Who buys on which campaign at what price; the rest follows."""

    class Meta:
        model = LeadOrder
        exclude = ()


class OrderForm(ExpressionFormMixin, TargetingForm):
    """A buyer's standing order."""

    criteria = ExpressionField(
        required=False,
        label="Takes leads when",
        help_text="Leave empty to take every lead. For example: Homeowner is yes.",
    )
    time_zone = TimeZoneField(empty="The campaign's zone", help_text="Of its hours.")

    class Meta:
        model = LeadOrder
        exclude = ()
        labels = {"states_mode": "States", "zips_mode": "Zip codes", "zip_list": "Which list"}
        help_texts = {
            "price": "What the buyer pays for a lead, for example 42.00. Price bands below can change it.",
            "priority": "Lower goes first, for example 10 before 20. Counts in groups by priority.",
            "weight": "Share of leads beside the others', for example 3 against 1. Counts in weighted groups.",
            "group": "Groups are asked one after the other; see Buyers & routing of the campaign.",
            "endpoint": "One of this buyer's endpoints.",
        }


class EndpointForm(ScopedForm):
    """Where to, and in which format."""

    url = forms.URLField(
        label="URL",
        max_length=1000,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget({"inputmode": "url"}),
        help_text="For example https://api.buyer.example/leads.",
    )

    class Meta:
        model = Endpoint
        exclude = ()
        labels = {"unknown_policy": "Sent, but no readable answer"}
        help_texts = {
            "timeout_ms": "For the whole exchange; 10000 is ten seconds.",
            "retries": "After 2, 4, 8 … seconds, when the buyer could not be reached or answered 5xx.",
            "unknown_policy": "The lead may have been bought. Holding it never sells it twice.",
        }

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        objection = url_problem(url) or check_url(url)
        if objection:
            raise forms.ValidationError(f"The URL {objection}." if objection[0].islower() else objection)
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("method") == "GET" and cleaned.get("body_format") not in (None, "query"):
            self.add_error("body_format", "A GET request has no body: choose Query string.")
        return cleaned


class HeaderForm(ScopedForm):
    """A header; its secret can be replaced, never read."""

    secret = SecretField(
        help_text="Kept encrypted, acts at once. Sent in place of the value, or where the value says {secret}."
    )

    class Meta:
        model = EndpointHeader
        fields = ("name", "value", "position")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["secret"].widget.kept = bool(self.instance.secret)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name, value = cleaned.get("name", ""), cleaned.get("value", "")
        objection = header_problem(name, value) if name else ""
        if objection:
            self.add_error("name" if header_problem(name) else "value", f"This header {objection}.")
        if not value and not cleaned.get("secret") and not self.instance.secret:
            self.add_error("value", "Give a value or a secret.")
        return cleaned

    def save(self, commit: bool = True) -> EndpointHeader:
        if self.cleaned_data.get("secret"):
            self.instance.secret = self.cleaned_data["secret"]
        return super().save(commit)


def format_menu() -> list[tuple[str, str]]:
    """Ways to write a value, each with an example."""
    return [
        (entry.key, f"{entry.label} — {entry.example}" if entry.example not in entry.label else entry.label)
        for entry in VALUE_FORMATS.values()
    ]


class MappingForm(ScopedForm):
    """Target ← value. The menu of sources holds the posting names of the campaigns this endpoint serves."""

    source = forms.ChoiceField(required=False, label="Taken from", widget=UnfoldAdminSelectWidget())
    table = PairsField(
        label="Value table",
        help_text="One pair a line, ours = theirs; for example yes = 1. Others get the default.",
    )
    value_format = MenuField(entries=format_menu, required=False, label="Written as")
    source_groups: tuple = ()

    class Meta:
        model = Mapping
        exclude = ()
        labels = {
            "kind": "Comes from",
            "value_type": "Typed as",
            "on_empty": "When empty",
            "on_too_long": "When longer",
        }
        help_texts = {"max_length": "In characters, for example 50. Empty: any length."}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = self.instance.source
        groups = [("", "Choose…"), *self.source_groups]
        known = {name for _title, entries in self.source_groups for name, _label in entries}
        if kept and kept not in known:
            groups.append((kept, f"{kept} (no such field)"))
        self.fields["source"].choices = groups
        self.fields["value_format"].choices = format_menu
        self.instance.get_inline_title = self._title

    def _title(self) -> str:
        row = self.instance
        came = {"constant": f"“{row.value}”", "template": row.value}.get(row.kind, row.source)
        return f"{row.target} ← {came}"

    def row(self) -> orders.MappingRow:
        """The row as the engine reads it."""
        data = self.cleaned_data
        names = (
            "target",
            "kind",
            "source",
            "value",
            "default",
            "on_empty",
            "on_too_long",
            "value_type",
            "value_format",
        )
        table = tuple((ours, theirs) for ours, theirs in data.get("table") or ())
        texts = {name: data.get(name) or "" for name in names}
        return orders.MappingRow(**texts, table=table, max_length=data.get("max_length"))

    def judge(self, *, nested: bool) -> None:
        """Puts the engine's objections on the inputs they are about."""
        for words in mapping.problems(self.row(), nested=nested):
            self.add_error(_input_of(words, self.cleaned_data.get("kind", "")), sentence(words))
        if self.cleaned_data.get("kind") == "value_table" and not self.cleaned_data.get("table"):
            self.add_error("table", "The value table is empty: write at least one line such as yes = 1.")


def _input_of(told: str, kind: str) -> str:
    if kind == "template" and "template" in told.lower():
        return "value"
    for words, name in (("format", "value_format"), ("type", "value_type"), ("maximum length", "max_length")):
        if words in told:
            return name
    return "source" if "taken from" in told or "system value" in told else "target"


class ResponseRuleForm(ScopedForm):
    """What an answer means; checked by the engine when saved."""

    class Meta:
        model = ResponseRule
        exclude = ()
        labels = {
            "outcome": "It means",
            "statuses": "Status is",
            "match": "And looks at",
            "path": "Path",
            "operator": "Which",
            "value": "This",
        }
        help_texts = {
            "value": "For example accepted; for a regular expression, for example status=(ok|accepted).",
            "content_type": "Part of the header, for example json. Empty: any.",
            "reason_path": "Where the buyer says why, for example error.message.",
            "price_path": "Where it says what it pays, for example price.",
            "reference_path": "Where its own number of the lead is, for example id.",
            "redirect_path": "Where an address for the person is, for example redirect_url.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.get_inline_title = self._title

    def _title(self) -> str:
        rule = self.instance
        status = rule.statuses or "any 2xx"
        told = {
            "json_path": f"{rule.path} {rule.get_operator_display()} {rule.value}",
            "text": f"text {rule.get_operator_display()} {rule.value}",
            "regex": f"text matches {rule.value}",
        }.get(rule.match, "")
        return f"{rule.get_outcome_display()} when {status}" + (f" and {told.strip()}" if told else "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        names = [field for field in orders.ResponseRule.__slots__ if field in cleaned]
        rule = orders.ResponseRule(**{name: cleaned.get(name) or "" for name in names})
        for words in outcome.problems(rule):
            self.add_error(self._input_of(words), sentence(words))
        return cleaned

    def _input_of(self, told: str) -> str:
        if "status" in told:
            return "statuses"
        if "path" in told.lower() and self.cleaned_data.get("match") == "json_path":
            return "path"
        return "value"
