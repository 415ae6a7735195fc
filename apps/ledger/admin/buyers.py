"""Buyers with their money, on top of what they are."""

from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from apps.buyers.admin.buyers import BuyerAdmin
from apps.buyers.models import Buyer
from apps.core.clock import now
from apps.engine import balance
from apps.leads.models import CapCounter
from apps.ledger.admin.pages import MoneyPages
from apps.ledger.selectors import account_of


class MoneyFilter(admin.SimpleListFilter):
    """Who can buy."""

    title = "money"
    parameter_name = "money"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("out", "Out of money"), ("limit", "With a limit"), ("invoice", "By invoice")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "out":
                return queryset.filter(left__lte=0)
            case "limit":
                return queryset.filter(left__isnull=False)
            case "invoice":
                return queryset.filter(left__isnull=True)
        return queryset


@admin.register(Buyer)
class BuyerDesk(MoneyPages, BuyerAdmin):
    """The whole page of a buyer."""

    list_display = ("name", "state", "left_to_spend", "order_count", "endpoint_count", "company")
    list_filter = (*BuyerAdmin.list_filter, MoneyFilter)
    change_form_template = "ledger/admin/buyer_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Buyer]:
        key = Concat(Value(balance.PREFIX), Cast(OuterRef("pk"), CharField()))
        counter = CapCounter.objects.filter(cap_key=key).order_by("pk")
        left = counter.annotate(left=F("live_limit") - F("used")).values("left")[:1]
        return super().get_queryset(request).annotate(left=Subquery(left, output_field=BigIntegerField()))

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **options: Any
    ) -> HttpResponse:
        buyer = options.get("obj")
        if buyer is not None:
            context |= {"money": self.money(request, buyer, account_of(buyer, now=now()))}
        return super().render_change_form(request, context, *args, **options)

    @display(description="Left to spend", ordering="left")
    def left_to_spend(self, buyer: Any) -> str:
        if buyer.left is None:
            return "no limit"
        return f"{buyer.left / 100:,.2f} {buyer.company.currency}".replace("-", "−")
