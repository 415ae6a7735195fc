"""The form of a response rule: what an answer means; judged by the engine when saved."""

import json
from typing import Any, ClassVar

from apps.buyers.choices import Phase
from apps.buyers.models import ResponseRule
from apps.companies.admin.base import ScopedForm
from apps.core.admin.widgets import sentence
from apps.engine import orders, outcome
from apps.engine.response_rules import RULE_KINDS

_PATHS = (
    "reason_path", "price_path", "reference_path", "redirect_path", "promise_path", "shared_price_path", "expiry_path",
)  # fmt: skip
_BY_PATH = ("json_path", "xpath")


class ResponseRuleForm(ScopedForm):
    """When an answer matches, this is what it means."""

    class Meta:
        model = ResponseRule
        exclude = ()
        labels: ClassVar = {
            "phase": "Reads answers of",
            "outcome": "It means",
            "statuses": "Status is",
            "match": "And looks at",
            "path": "Path",
            "operator": "Which",
            "value": "This",
            "reason_path": "Reason",
            "price_path": "Price",
            "reference_path": "Reference",
            "redirect_path": "Redirect",
            "promise_path": "Promise",
        }
        help_texts: ClassVar = {
            "phase": "Status URL: only answers of that address.",
            "path": "A JSON path, for example status or result.code; or XPath, for example //Result/Status.",
            "value": "For example accepted; for a regular expression, for example status=(ok|accepted).",
            "content_type": "Part of the header, for example json. Empty: any.",
            "reason_path": "Where the buyer says why, for example error.message or //Error.",
            "price_path": "Where it says what it pays, for example price or //Price.",
            "reference_path": "Where its own number of the lead is, for example id.",
            "redirect_path": "Where an address for the person is, for example redirect_url.",
            "promise_path": "Where a token for the post is, for example bid.token.",
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "match" in self.fields:
            reads = {key: list(kind.reads) for key, kind in RULE_KINDS.items()}
            self.fields["match"].widget.attrs["data-inputs"] = json.dumps(reads)
        if "phase" in self.fields:
            phases = self.fields["phase"].choices
            self.fields["phase"].choices = [each for each in phases if each[0] != Phase.PING]
        self.instance.get_inline_title = self._title

    def _title(self) -> str:
        when = self.told(self.instance.get_outcome_display())
        return f"Status URL: {when}" if self.instance.phase == Phase.STATUS else when

    def told(self, outcome: str) -> str:
        """The rule in a line."""
        rule = self.instance
        status = rule.statuses or "any 2xx"
        compared = f"{rule.path} {rule.get_operator_display()} {rule.value}"
        told = {
            "json_path": compared,
            "xpath": compared,
            "text": f"text {rule.get_operator_display()} {rule.value}",
            "regex": f"text matches {rule.value}",
        }.get(rule.match, "")
        return f"{outcome} when {status}" + (f" and {told.strip()}" if told else "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        for words in outcome.problems(self.rule()):
            self.add_error(self._input_of(words), sentence(words))
        return cleaned

    def rule(self) -> orders.ResponseRule:
        """The rule as the engine reads it."""
        names = [name for name in orders.ResponseRule.__slots__ if name in self.cleaned_data]
        return orders.ResponseRule(**{name: self.cleaned_data.get(name) or "" for name in names})

    def _input_of(self, told: str) -> str:
        if "status" in told:
            return "statuses"
        if "path" not in told.lower():
            return "value"
        named = [name for name in _PATHS if self.cleaned_data.get(name) and self.cleaned_data[name] in told]
        if self.cleaned_data.get("match") in _BY_PATH and self.cleaned_data.get("path", "") in told:
            return "path"
        return named[0] if named else "path"
