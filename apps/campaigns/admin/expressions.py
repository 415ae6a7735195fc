"""Expressions on forms: a builder of menus over the campaign's fields, checked and put into words by the engine."""

import json
from typing import Any

from django import forms
from django.urls import reverse

from apps.campaigns.models import Campaign, Rule, ValueList
from apps.campaigns.specs import TreeError, fields_spec, list_key, tree_json, tree_of
from apps.companies.admin.base import ScopedForm
from apps.core.admin.widgets import sentence
from apps.engine import rules
from apps.engine.campaign import CampaignSpec, FieldSpec
from apps.engine.fields import FIELD_TYPES
from apps.engine.fields.country_codes import COUNTRY_NAMES
from apps.engine.fields.state import STATE_NAMES

LONGEST_TEXT = 60_000


def in_words(stored: Any, campaign: Campaign | None = None) -> str:
    """A stored expression as a sentence; an empty one as an empty text."""
    if not stored:
        return ""
    try:
        tree = tree_of(stored)
    except TreeError as error:
        return str(error)
    if any(not test.field for test in rules.tests(tree)):
        return "…"
    return rules.explain(tree, fields_spec(campaign) if campaign else _NO_FIELDS)


def problems(stored: Any, spec: CampaignSpec) -> list[str]:
    """What is wrong with an expression, in sentences."""
    try:
        tree = tree_of(stored)
    except TreeError as error:
        return [str(error)]
    if any(not test.field for test in rules.tests(tree)):
        return ["Choose a field in every test, or remove the test"]
    return rules.problems(tree, spec)


def catalog(campaign: Campaign) -> dict[str, Any]:
    """What the builder's menus offer: fields with their kinds and values, operators, lists."""
    lists = ValueList.objects.filter(company=campaign.company_id)
    return {
        "fields": [
            {
                "name": field.name,
                "label": field.label or field.name,
                "kind": FIELD_TYPES[field.type].kind,
                "type": field.type,
                "choices": _values(field),
            }
            for field in fields_spec(campaign).fields
            if field.type in FIELD_TYPES
        ],
        "operators": [
            {"key": entry.key, "label": entry.label, "takes": entry.takes, "kinds": sorted(entry.kinds)}
            for entry in rules.OPERATORS.values()
        ],
        "lists": [{"value": list_key(row.pk), "label": row.name} for row in lists],
    }


def _values(field: FieldSpec) -> list[dict[str, str]]:
    if field.type == "boolean":
        return [{"value": "true", "label": "yes"}, {"value": "false", "label": "no"}]
    if field.type in ("state", "country"):
        names = STATE_NAMES if field.type == "state" else COUNTRY_NAMES
        return [{"value": code, "label": f"{code} {name}"} for code, name in names.items()]
    return [{"value": choice.value, "label": choice.label or choice.value} for choice in field.choices]


class ExpressionWidget(forms.Widget):
    """The words, the tree in a hidden input, and the builder that a script makes of them.

    Without scripts the words are readable and the tree travels through unchanged.
    """

    template_name = "campaigns/admin/expression.html"
    campaign: Campaign | None = None

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        stored = _loaded(value)
        context["widget"] |= {
            "json": json.dumps(stored) if stored else "",
            "words": in_words(stored, self.campaign) if isinstance(stored, dict) else "",
            "required": self.is_required,
        }
        if self.campaign is not None and self.campaign.pk:
            context["widget"] |= {
                "catalog_url": reverse("admin:campaigns_campaign_catalog", args=(self.campaign.pk,)),
                "words_url": reverse("admin:campaigns_campaign_words", args=(self.campaign.pk,)),
            }
        return context

    def use_required_attribute(self, initial: Any) -> bool:
        return False


def _loaded(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value) if value.strip() else None
        except (ValueError, RecursionError):
            return None
    return value


class ExpressionField(forms.Field):
    """An expression over the fields of `campaign`, which the form sets; empty is None."""

    widget = ExpressionWidget
    default_error_messages = {"required": "Add at least one test."}
    campaign: Campaign | None = None

    def to_python(self, value: Any) -> dict | None:
        if value in (None, "", {}):
            return None
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise forms.ValidationError("The expression is too long.")
        stored = _loaded(value)
        try:
            return tree_json(tree_of(stored))
        except TreeError as error:
            raise forms.ValidationError(str(error)) from None

    def validate(self, value: dict | None) -> None:
        super().validate(value)
        if value is None or self.campaign is None:
            return
        found = problems(value, fields_spec(self.campaign))
        if found:
            raise forms.ValidationError([sentence(words) for words in found])

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


class ExpressionFormMixin:
    """Tells a form's expression fields which campaign they speak of."""

    campaign: Campaign | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, ExpressionField):
                field.campaign = field.widget.campaign = self.campaign


class RuleForm(ExpressionFormMixin, ScopedForm):
    """A condition or a filter."""

    expression = ExpressionField(
        label="Holds when", help_text="For example: Homeowner is yes and Credit score is at least 640."
    )

    class Meta:
        model = Rule
        exclude = ()


_NO_FIELDS = CampaignSpec(0, 0, 0, "", 0, "", 0, "UTC")
