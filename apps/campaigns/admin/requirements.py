"""What a campaign asks of its leads beside the fields: rules, hours, holidays, duplicates, caps."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.campaigns.admin.caps import CapForm, CapInlineMixin
from apps.campaigns.admin.expressions import RuleForm, in_words
from apps.campaigns.admin.forms import DuplicateRuleForm
from apps.campaigns.models import CampaignCap, CampaignWindow, DuplicateRule, Holiday, Rule
from apps.companies.admin.base import CompanyStacked, CompanyTabular


class OfCampaign:
    """An inline whose forms know the campaign they stand on, for menus of its fields."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        options["form"] = type(self.form.__name__, (self.form,), {"campaign": obj})
        return super().get_formset(request, obj, **options)


class RuleInline(OfCampaign, CompanyStacked):
    """Conditions and filters, built with menus."""

    model = Rule
    form = RuleForm
    fields = (("name", "kind"), "expression", ("is_enabled", "is_public"), "position")
    in_words: ClassVar = {"expression": "expression_in_words"}
    ordering_field = "position"
    hide_ordering_field = True
    verbose_name = "condition or filter"
    verbose_name_plural = "Conditions and filters"

    @admin.display(description="Holds when")
    def expression_in_words(self, rule: Rule) -> str:
        return in_words(rule.expression, rule.campaign)


class WindowInline(CompanyTabular):
    """Weekly hours; none means always."""

    model = CampaignWindow
    fields = ("weekday", "opens", "closes")
    hide_title = True
    template_before = "campaigns/admin/week_link.html"
    verbose_name = "opening"
    verbose_name_plural = "Hours — none means always open"


class HolidayInline(CompanyTabular):
    """Days on which the campaign is closed."""

    model = Holiday
    fields = ("day", "name")
    hide_title = True
    verbose_name_plural = "Holidays — closed all day"


class DuplicateRuleInline(OfCampaign, CompanyStacked):
    """Which earlier leads make a new one a duplicate."""

    model = DuplicateRule
    form = DuplicateRuleForm
    fields = ("fields_compared", ("match", "window_hours"), ("scope", "counts"), "is_enabled")
    in_words: ClassVar = {"fields_compared": "fields_in_words"}
    verbose_name_plural = "Duplicates"

    @admin.display(description="Fields")
    def fields_in_words(self, rule: Model) -> str:
        return ", ".join(rule.fields)


class CapInline(CapInlineMixin, OfCampaign, CompanyStacked):
    """Caps over the whole campaign."""

    model = CampaignCap
    form = CapForm
