"""The pages of a buyer's money: billing, top-ups, adjustments, the statement."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.buyers.choices import Billing
from apps.buyers.models import Buyer
from apps.core.admin.confirm import Question, is_confirmed
from apps.core.clock import now
from apps.core.ids import public_id
from apps.leads.models import Lead
from apps.ledger.admin.forms import KEY, AdjustmentForm, BillingForm, PaymentForm, form_key
from apps.ledger.admin.words import figures, money, notes, state
from apps.ledger.choices import PaymentKind
from apps.ledger.selectors import Account, Line, account_of, exported, statement
from apps.ledger.services import PaymentWanted, billing_set, payment_book

_COLUMNS = ("time_utc", "what", "lead", "note", "by", "amount", "balance", "currency")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class MoneyPages:
    """For the admin of buyers. Managers move money, every member reads it."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/billing/", wrap(self.billing_view), name="buyers_buyer_billing"),
            path("<int:object_id>/topup/", wrap(self.topup_view), name="buyers_buyer_topup"),
            path("<int:object_id>/adjust/", wrap(self.adjust_view), name="buyers_buyer_adjust"),
            path("<int:object_id>/statement/", wrap(self.statement_view), name="buyers_buyer_statement"),
            path("<int:object_id>/statement.csv", wrap(self.csv_view), name="buyers_buyer_statement_csv"),
            *super().get_urls(),
        ]

    def topup_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Money came in."""
        return self._payment(request, self.edited(request, object_id), PaymentForm, "Top up")

    def adjust_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The balance moves for another reason."""
        return self._payment(request, self.edited(request, object_id), AdjustmentForm, "Adjust")

    def _payment(
        self, request: HttpRequest, buyer: Buyer, form_class: type[PaymentForm], verb: str
    ) -> HttpResponse:
        key = form_key(request)
        form = form_class(request.POST if is_confirmed(request) else None)
        question = Question(
            title=f"{verb} the balance of “{buyer}”" if verb == "Adjust" else f"Top up “{buyer}”",
            button=verb,
            consequences=(_stands(account_of(buyer, now=now())), *_CONSEQUENCES[verb]),
            form=form,
            hidden={KEY: [str(key)]},
        )

        def do() -> str:
            payment, booked = payment_book(buyer, form.wanted(key), by=request.user)
            after = _stands(account_of(buyer, now=now()))
            return f"{payment} {'booked' if booked else 'was booked already, once'}. {after}"

        return self.asked(request, buyer, question, do)

    def billing_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How the buyer pays."""
        buyer = self.edited(request, object_id)
        key, account = form_key(request), account_of(buyer, now=now())
        form = BillingForm(request.POST if is_confirmed(request) else None, account=account)
        question = Question(
            title=f"Billing of “{buyer}”",
            button="Save",
            consequences=(_stands(account), *_CONSEQUENCES["Billing"]),
            form=form,
            hidden={KEY: [str(key)]},
        )

        def do() -> str:
            data = form.cleaned_data
            if data.get("settled"):
                settled = PaymentWanted(PaymentKind.TOP_UP, account.owed, "Paid until now", key)
                payment_book(buyer, settled, by=request.user)
            billing_set(
                buyer,
                billing=data["billing"],
                credit_limit=data["credit_limit"] or 0,
                warn_below=data["warn_below"],
                by=request.user,
            )
            return f"Billing saved; it acts from now on. {_stands(account_of(buyer, now=now()))}"

        return self.asked(request, buyer, question, do)

    def statement_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What moved the balance, newest first."""
        buyer = self.seen(request, object_id)
        account = account_of(buyer, now=now())
        before = request.GET.get("before", "")[:60]
        page = statement(buyer, account.currency, before=before)
        zone = ZoneInfo(buyer.company.time_zone)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Statement of {buyer}",
            "opts": self.opts,
            "original": buyer,
            "buyer": buyer,
            "money": self.money(request, buyer, account),
            "lines": [_shown(line, account.currency, zone) for line in page.lines],
            "older": page.older,
            "paged": bool(before),
            "zone": buyer.company.time_zone,
            "csv_url": reverse("admin:buyers_buyer_statement_csv", args=(buyer.pk,)),
        }
        return TemplateResponse(request, "ledger/admin/statement.html", context)

    def csv_view(self, request: HttpRequest, object_id: int) -> StreamingHttpResponse:
        """The whole statement as a file."""
        buyer = self.seen(request, object_id)
        currency = account_of(buyer, now=now()).currency
        response = StreamingHttpResponse(_csv(exported(buyer, currency), currency), content_type="text/csv")
        response["Content-Disposition"] = f'attachment; filename="statement-{buyer.pk}.csv"'
        response["Cache-Control"] = "no-store"
        return response

    def money(self, request: HttpRequest, buyer: Buyer, account: Account) -> dict[str, Any]:
        """A buyer's money at a glance, with what this person may do about it."""
        tone, words = state(account)
        links = [("Statement", "statement")]
        if self.has_change_permission(request, buyer):
            links += [("Top up…", "topup"), ("Adjust…", "adjust"), ("Billing…", "billing")]
        return {
            "tone": tone,
            "state": words,
            "figures": figures(account),
            "notes": notes(account, str(buyer)),
            "links": [
                (title, reverse(f"admin:buyers_buyer_{name}", args=(buyer.pk,))) for title, name in links
            ],
        }


_CONSEQUENCES = {
    "Top up": (
        "What you enter can be spent at once, without publishing. It cannot be taken back, only adjusted: the ledger "
        "keeps every line.",
    ),
    "Adjust": (
        "It acts at once, without publishing. It cannot be taken back, only adjusted again: the ledger keeps every "
        "line.",
    ),
    "Billing": (
        "It acts at once, without publishing. Where there is a limit, money is set aside for each lead before it is "
        "sent, or bid for, so that no more can be sold than is paid for; a lead already on its way is still sold.",
    ),
}


def _stands(account: Account) -> str:
    """How a buyer stands, in a sentence."""
    currency = account.currency
    if account.left is None:
        owes = f"It owes {money(account.owed, currency)}" if account.owed > 0 else "It owes nothing"
        return f"{owes}, and buys without a limit."
    told = f"It has {money(account.left, currency)} left to spend"
    if account.billing == Billing.CREDIT:
        told += f", its credit limit of {money(account.credit_limit, currency)} counted in"
    return told + (f"; {money(account.reserved, currency)} are reserved." if account.reserved else ".")


def _shown(line: Line, currency: str, zone: ZoneInfo) -> dict[str, Any]:
    lead_id = line.lead_id
    return {
        "line": line,
        "at": line.at.astimezone(zone),
        "lead": public_id(Lead.PREFIX, lead_id) if lead_id is not None else "",
        "amount": f"{line.amount:+,.2f}".replace("-", "−"),
        "balance": f"{line.balance:,.2f}".replace("-", "−"),
    }


class _Rows(StringIO):
    def taken(self) -> str:
        """What was written since."""
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


def _csv(lines: Iterator[Line], currency: str) -> Iterator[str]:
    rows = _Rows()
    writer = csv.writer(rows)
    writer.writerow(_COLUMNS)
    for line in lines:
        lead = public_id(Lead.PREFIX, line.lead_id) if line.lead_id is not None else ""
        moved = (line.amount, line.balance, currency)
        told = (_harmless(line.note), _harmless(line.by_name))
        writer.writerow([f"{line.at:%Y-%m-%d %H:%M:%S}", line.words, lead, *told, *moved])
        yield rows.taken()
    yield rows.taken()


def _harmless(text: str) -> str:
    """What people wrote, so that a spreadsheet takes it for text."""
    return f"'{text}" if text.startswith(_FORMULAS) else text
