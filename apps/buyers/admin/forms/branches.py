"""The branches of a mapping row: a condition built with menus, and the value that is sent when it holds."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.campaigns.admin.expressions import ExpressionField, ExpressionWidget
from apps.campaigns.admin.expressions import problems as expression_problems
from apps.campaigns.models import Campaign
from apps.campaigns.specs import fields_spec
from apps.core.admin.widgets import sentence
from apps.engine import templates

SPARE = 2
MOST = 20
_VALUE = "For example CA-North, or {{ city }} office"


class BranchesWidget(forms.Widget):
    """Every branch with its builder and its value, and some empty ones; a script shows these one by one."""

    template_name = "buyers/admin/branches.html"
    campaign: Campaign | None = None

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        stored = value if isinstance(value, list) else []
        slots = [*stored, *({} for _ in range(min(SPARE, MOST - len(stored))))]
        base = (attrs or {}).get("id") or f"id_{name}"
        context["widget"]["branches"] = [
            self._slot(name, base, place, slot) for place, slot in enumerate(slots)
        ]
        return context

    def _slot(self, name: str, base: str, place: int, slot: dict[str, Any]) -> dict[str, Any]:
        builder = ExpressionWidget()
        builder.campaign = self.campaign
        typed = UnfoldAdminTextInputWidget({"placeholder": _VALUE, "aria-label": f"Value {place + 1}"})
        condition, given = f"{name}-{place}-expression", f"{name}-{place}-value"
        return {
            "number": place + 1,
            "spare": not slot,
            "expression": builder.render(
                condition, slot.get("expression"), {"id": f"{base}-{place}-expression"}
            ),
            "value": typed.render(given, slot.get("value", ""), {"id": f"{base}-{place}-value"}),
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]] | None:
        found = []
        for place in range(MOST):
            condition = data.get(f"{name}-{place}-expression")
            if condition is None and f"{name}-{place}-value" not in data:
                break
            value = (data.get(f"{name}-{place}-value") or "").strip()
            if condition or value:
                found.append({"expression": condition or None, "value": value})
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-expression" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-value" if id_ else id_


class BranchesField(forms.Field):
    """A list of {"expression", "value"}, in the order in which they are asked.

    An expression must stand in one of `campaigns`: those whose orders deliver to the endpoint.
    """

    widget = BranchesWidget
    campaigns: Sequence[Campaign] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        reader = ExpressionField(required=False)
        return [
            {"expression": reader.to_python(slot.get("expression")), "value": slot.get("value", "")}
            for slot in value or ()
        ]

    def validate(self, value: Any) -> None:
        super().validate(value)
        found = [
            f"Branch {number}: {said}"
            for number, branch in enumerate(value, start=1)
            for said in self._wrong(branch)
        ]
        if found:
            raise forms.ValidationError(found)

    def _wrong(self, branch: dict[str, Any]) -> list[str]:
        if branch["expression"] is None:
            return ["build its condition, or empty its value."]
        told = [sentence(templates.problem(branch["value"]))] if templates.problem(branch["value"]) else []
        judged = [expression_problems(branch["expression"], fields_spec(each)) for each in self.campaigns]
        if judged and all(judged):
            told += [sentence(said) for said in judged[0]]
        return told

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True
