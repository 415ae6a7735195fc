"""The form of a mapping row: target ← value, with the inputs that its kind reads."""

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.buyers.admin.forms.branches import BranchesField
from apps.buyers.admin.forms.registries import (
    arguments_json,
    encoding_menu,
    format_inputs_json,
    format_menu,
    inputs_json,
    part_menu,
)
from apps.buyers.choices import MappingKind
from apps.buyers.models import Mapping
from apps.campaigns.models import Campaign
from apps.companies.admin.base import ScopedForm
from apps.core.admin.secrets import SecretField, SecretsFormMixin
from apps.core.admin.widgets import MenuField, PairsField, sentence
from apps.engine import mapping, orders
from apps.engine.requirements import Expression

_TEXTS = (
    "target", "kind", "source", "value", "default", "on_empty", "on_too_long", "value_type", "value_format",
    "format_argument", "part", "encoding", "test_value",
)  # fmt: skip
_SOMETHING = Expression("all")
"""Stands for a branch's condition, which its own field has judged."""


class MappingForm(SecretsFormMixin, ScopedForm):
    """The menu of sources holds the posting names of the campaigns this endpoint serves."""

    secret_names: ClassVar = ("secret",)
    source_groups: ClassVar[tuple] = ()
    campaigns: ClassVar[tuple[Campaign, ...]] = ()

    source = forms.ChoiceField(
        required=False,
        label="Taken from",
        widget=UnfoldAdminSelectWidget(),
        help_text="Fields marked “personal” tell who the person is: send them only to whom it is agreed with.",
    )
    response_path = forms.CharField(
        required=False,
        max_length=64,
        label="Path in the ping's answer",
        widget=UnfoldAdminTextInputWidget(),
        help_text="For example bid.token.",
    )
    part = MenuField(entries=part_menu, required=False, empty="Choose…", label="Which part")
    table = PairsField(
        label="Value table",
        help_text="One pair a line, ours = theirs; for example yes = 1. Others get the default.",
    )
    branches = BranchesField(
        label="Conditions",
        help_text="Asked from top to bottom; the first that holds decides, else the default.",
    )
    value_format = MenuField(entries=format_menu, required=False, label="Written as")
    secret = SecretField(
        label="Secret",
        help_text="The key of an HMAC, or a constant that nobody may read. Kept encrypted, acts at once.",
    )
    encoding = MenuField(entries=encoding_menu, required=False, empty="As it is", label="Wrapped as")

    class Meta:
        model = Mapping
        exclude = ("secret",)
        labels: ClassVar = {
            "kind": "Comes from",
            "value_type": "Typed as",
            "format_argument": "With",
            "on_empty": "When empty",
            "on_too_long": "When longer",
            "test_value": "Test value",
        }
        help_texts: ClassVar = {
            "target": "JSON and XML: a path, for example lead.phones[0].number or Lead.Phone.@type. Others: a name.",
            "max_length": "In characters, for example 50. Empty: any length.",
            "default": "For example unknown.",
            "format_argument": "For example MM/DD/YYYY for a date, #,##0.00 for a number, Own/Rent for yes and no.",
            "test_value": "Sent in its place by Test Endpoint, for example test@example.com.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = self.instance.source
        if self.instance.kind == MappingKind.PING_RESPONSE:
            self.initial |= {"response_path": kept, "source": ""}
            kept = ""
        groups = [("", "Choose…"), *self.source_groups]
        known = {name for _title, entries in self.source_groups for name, _label in entries}
        if kept and kept not in known:
            groups.append((kept, f"{kept} (no such field)"))
        self.fields["source"].choices = groups
        self.fields["value_format"].choices = format_menu
        self.fields["kind"].widget.attrs["data-inputs"] = inputs_json()
        self.fields["value_format"].widget.attrs |= {
            "data-inputs": format_inputs_json(),
            "data-arguments": arguments_json(),
        }
        self.fields["branches"].campaigns = self.campaigns
        self.fields["branches"].widget.campaign = next(iter(self.campaigns), None)
        self.instance.get_inline_title = self._title

    def _title(self) -> str:
        row = self.instance
        came = {
            "constant": f"“{row.value}”",
            "template": row.value,
            "branch": f"{len(row.branches)} conditions",
            "split": f"{row.part} of {row.source}",
        }.get(row.kind, row.source)
        return f"{row.target} ← {came}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == MappingKind.PING_RESPONSE:
            cleaned["source"] = cleaned.get("response_path", "")
        return cleaned

    def row(self) -> orders.MappingRow:
        """The row as the engine reads it."""
        data = self.cleaned_data
        texts = {name: data.get(name) or "" for name in _TEXTS}
        return orders.MappingRow(
            **texts,
            table=tuple((ours, theirs) for ours, theirs in data.get("table") or ()),
            branches=tuple(
                orders.Branch(_SOMETHING, branch["value"]) for branch in data.get("branches") or ()
            ),
            secret="given" if self.has_secret("secret") else "",
            max_length=data.get("max_length"),
        )

    def judge(self, *, nested: bool) -> None:
        """Puts the engine's objections on the inputs they are about."""
        kind, data = self.cleaned_data.get("kind", ""), self.cleaned_data
        row = self.row()
        for words in mapping.problems(row, nested=nested):
            self.add_error(_input_of(words, row, nested=nested), sentence(words))
        if kind == "value_table" and not data.get("table") and "table" not in self.errors:
            self.add_error("table", "The value table is empty: write at least one line such as yes = 1.")


_CURES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("target", {"target": "a"}),
    ("source", {"source": "lead_id"}),
    ("part", {"part": "first_word"}),
    ("value", {"value": ""}),
    ("branches", {"branches": (orders.Branch(_SOMETHING, ""),)}),
    ("format_argument", {"format_argument": ""}),
    ("secret", {"secret": "given"}),
    ("secret", {"secret": ""}),
    ("value_format", {"value_format": "", "secret": ""}),
    ("encoding", {"encoding": ""}),
    ("value_type", {"value_type": "text"}),
    ("max_length", {"max_length": None}),
)
"""Inputs of a row, and what each could hold without being at fault."""


def _input_of(told: str, row: orders.MappingRow, *, nested: bool) -> str:
    """The input that an objection is about: the first whose cure makes it disappear."""
    for name, cure in _CURES:
        if told not in mapping.problems(replace(row, **cure), nested=nested):
            return "response_path" if (row.kind, name) == ("ping_response", "source") else name
    return "kind"
