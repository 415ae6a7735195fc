"""Caps on forms: the same rows for campaigns, terms, orders and buyers."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError

from apps.campaigns.admin.expressions import ExpressionField, ExpressionFormMixin, in_words
from apps.campaigns.choices import CapBasis
from apps.campaigns.models import Campaign, CapBase
from apps.companies.admin.base import ScopedForm
from apps.core.admin.menus import TimeZoneField


def whole_leads(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Refuses a cap of half a lead."""
    limit = cleaned.get("limit")
    if limit is not None and cleaned.get("basis") != CapBasis.SPEND and limit != int(limit):
        raise ValidationError({"limit": "A number of leads is a whole number; amounts are for money spent."})
    return cleaned


class CapForm(ExpressionFormMixin, ScopedForm):
    """At most so many leads, or so much money, per period."""

    time_zone = TimeZoneField(empty="The campaign's zone", help_text="In which the period begins and ends.")
    expression = ExpressionField(
        required=False,
        label="Counts only",
        help_text="Leave empty to count every lead. For example: state is CA.",
    )

    def clean(self) -> dict[str, Any]:
        return whole_leads(super().clean())


def _campaign_of(cap: CapBase) -> Campaign | None:
    subject = next((getattr(cap, name) for name in ("terms", "order") if hasattr(cap, name)), cap)
    return getattr(subject, "campaign", None)


class CapInlineMixin:
    """Fields and words of a cap's row."""

    fields = (("limit", "basis"), ("period", "time_zone"), "expression", "is_enabled")
    in_words: ClassVar = {"expression": "expression_in_words"}
    verbose_name = "cap"
    verbose_name_plural = "Caps"

    @admin.display(description="Counts only")
    def expression_in_words(self, cap: CapBase) -> str:
        return in_words(cap.expression, _campaign_of(cap)) or "every lead"
