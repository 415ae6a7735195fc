"""What waits for a person: deliveries whose answer is unknown, and those that ended their process three times."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.buyers.choices import UnknownPolicy
from apps.core.admin.confirm import Question, ask, is_confirmed
from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.deliveries.choices import AttemptKind, DeliveryStatus
from apps.deliveries.journeys import selling
from apps.deliveries.models import Attempt, StuckDelivery
from apps.deliveries.services import give_up, resolve_unknown, try_again
from apps.monitoring.admin.base import number
from apps.monitoring.admin.deliveries import DELIVERY_STATES, LeadLinked
from apps.monitoring.templatetags.monitoring import mark
from apps.monitoring.wording import counted, money, span
from apps.publishing import specs

MOST = 200
"""So many are settled at a time; each is a short transaction while the person waits."""


class StuckFilter(admin.SimpleListFilter):
    """What for."""

    title = "waits for"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(DeliveryStatus.HELD, "An answer"), (DeliveryStatus.QUARANTINED, "A decision (quarantine)")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(StuckDelivery)
class StuckDeliveryAdmin(LeadLinked):
    list_display = ("of_lead", "state_in_words", "buyer", "order", "waits", "at_stake", "policy")
    list_filter = (StuckFilter,)
    ordering = ("id",)
    actions: ClassVar = ["was_sold", "was_not_sold", "try_again", "give_up"]
    empty_text = "Nothing waits for a person. What a buyer's answer leaves open appears here."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        doubts = Attempt.objects.filter(
            delivery_id=OuterRef("pk"), kind=AttemptKind.SALE, outcome="unknown"
        ).order_by("-pk")
        columns = ("buyer_name", "order_name", "order_id", "price", "finished_at")
        return (
            super()
            .get_queryset(request)
            .filter(status__in=(DeliveryStatus.HELD, DeliveryStatus.QUARANTINED))
            .select_related("lead")
            .annotate(**{f"doubt_{name}": Subquery(doubts.values(name)[:1]) for name in columns})
        )

    @display(description="State", ordering="status")
    def state_in_words(self, row: StuckDelivery) -> SafeString:
        return mark(*DELIVERY_STATES[DeliveryStatus(row.status)])

    @display(description="Buyer")
    def buyer(self, row: Any) -> str:
        return row.doubt_buyer_name or "–"

    @display(description="Order")
    def order(self, row: Any) -> str:
        return row.doubt_order_name or "–"

    @display(description="For", ordering="id")
    def waits(self, row: Any) -> SafeString:
        since: datetime = row.doubt_finished_at or row.created_at
        return number(span(since, now()))

    @display(description="At stake")
    def at_stake(self, row: Any) -> SafeString:
        if row.doubt_price is None:
            return number("")
        return number(money(row.doubt_price, specs.load(row.version_id).currency))

    @display(description="Policy")
    def policy(self, row: Any) -> str:
        endpoint = selling(specs.load(row.version_id)).endpoint_of.get(row.doubt_order_id)
        return str(UnknownPolicy(endpoint.unknown_policy).label) if endpoint is not None else "–"

    @admin.action(description="The buyer has it: sold…", permissions=("operate",))
    def was_sold(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        question = (
            "Book {} as sold?",
            "Book the sale",
            "Each is booked at its price, and its buyer is charged.",
        )
        return self._each(request, queryset, DeliveryStatus.HELD, question, _resolved(request, accepted=True))

    @admin.action(description="The buyer does not have it: not sold…", permissions=("operate",))
    def was_not_sold(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        question = "Go on with {}?", "Not sold: go on", "Each goes on to the next order of its line."
        return self._each(
            request, queryset, DeliveryStatus.HELD, question, _resolved(request, accepted=False)
        )

    @admin.action(description="Quarantined: try again…", permissions=("operate",))
    def try_again(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        question = (
            "Try {} again?", "Try again",
            "A call that had gone out counts as unknown: the endpoint's policy decides whether it is sent again.",
        )  # fmt: skip
        return self._each(
            request,
            queryset,
            DeliveryStatus.QUARANTINED,
            question,
            lambda row: try_again(row, by=request.user),
        )

    @admin.action(description="Quarantined: give up…", permissions=("operate",))
    def give_up(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        question = "Give {} up?", "Give up", "Each lead ends unsold, and its source is told so."
        return self._each(
            request, queryset, DeliveryStatus.QUARANTINED, question, lambda row: give_up(row, by=request.user)
        )

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet,
        status: DeliveryStatus,
        question: tuple[str, str, str],
        do: Callable[[StuckDelivery], None],
    ) -> HttpResponse | None:
        """Ask, then do it to each that is still so, and say what could not be done."""
        rows = list(queryset.filter(status=status)[: MOST + 1])
        rows = [row for row in rows if self.has_operate_permission(request, row)]
        if not rows or len(rows) > MOST:
            why = f"No more than {MOST} at a time." if rows else "None of these waits for that."
            self.tell(request, why, level=messages.ERROR)
            return None
        title, button, consequence = question
        if not is_confirmed(request):
            hidden = {"action": [request.POST["action"]], "_selected_action": [str(row.pk) for row in rows]}
            asked = Question(
                title.format(_named(rows)),
                button,
                (self._stake(rows), consequence),
                danger=True,
                hidden=hidden,
            )
            return ask(self, request, asked, back=request.get_full_path())
        done = 0
        for row in rows:
            try:
                do(row)
                done += 1
            except ApplicationError as refusal:
                self.tell(request, f"{row.public_id}: {refusal.message}", level=messages.ERROR)
        if done:
            self.tell(request, f"Done for {counted(done, 'lead')}.")
        return None

    def _stake(self, rows: list[Any]) -> str:
        """What is at stake, currency by currency."""
        sums: dict[str, Any] = {}
        for row in rows:
            if row.doubt_price is not None:
                currency = specs.load(row.version_id).currency
                sums[currency] = sums.get(currency, 0) + row.doubt_price
        told = " and ".join(money(amount, currency) for currency, amount in sorted(sums.items()))
        return f"At stake: {told or 'nothing was offered at a price yet'}."


def _named(rows: list[Any]) -> str:
    return rows[0].lead.public_id if len(rows) == 1 else counted(len(rows), "lead")


def _resolved(request: HttpRequest, *, accepted: bool) -> Callable[[StuckDelivery], None]:
    return lambda row: resolve_unknown(row, accepted=accepted, by=request.user)
