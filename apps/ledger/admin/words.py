"""How a buyer's money is said."""

from decimal import Decimal

from apps.buyers.choices import Billing
from apps.ledger.selectors import Account

BILLING = {Billing.INVOICE: "By invoice", Billing.PREPAID: "Prepaid", Billing.CREDIT: "On credit"}


def money(amount: Decimal, currency: str) -> str:
    """`1,200.00 USD`, `−5.00 USD`."""
    return f"{amount:,.2f} {currency}".replace("-", "−")


def state(account: Account) -> tuple[str, str]:
    """The tone and the words of how a buyer stands."""
    if account.left is None:
        return "plain", "No limit"
    if account.is_out:
        return "bad", "Out of money"
    return ("warn", "Low") if account.is_low else ("good", "Can spend")


def notes(account: Account, name: str) -> list[str]:
    """What people should know, most pressing first."""
    told = []
    if account.is_out:
        told.append(
            f"{name} is out of money: its orders are passed over, and it is asked for no bids, until it is topped up."
        )
    elif account.is_low and account.left is not None and account.warn_below is not None:
        left, least = money(account.left, account.currency), money(account.warn_below, account.currency)
        told.append(f"{name} has {left} left to spend, less than the {least} below which you want to know.")
    others = ", ".join(money(amount, currency) for currency, amount in account.others.items())
    if others:
        told.append(
            f"It also owes {others} for sales in other currencies. Its balance is kept in {account.currency} and does "
            "not cover them."
        )
    return told


def figures(account: Account) -> list[tuple[str, str, str]]:
    """(what, amount, a word on it), the most telling first."""
    currency = account.currency
    left = "no limit" if account.left is None else money(account.left, currency)
    of_left = {
        Billing.INVOICE: "sales are invoiced",
        Billing.PREPAID: "what was paid in and is not spent or reserved",
        Billing.CREDIT: f"with a credit limit of {money(account.credit_limit, currency)}",
    }[account.billing]
    owes = (
        ("owed", money(account.owed, currency), "sales that are not paid")
        if account.owed > 0
        else ("paid in, not spent", money(-account.owed, currency), "payments less sales")
    )
    return [
        ("left to spend", left, of_left),
        ("reserved", money(account.reserved, currency), "for leads on their way"),
        ("spent this month", money(account.spent_this_month, currency), "sales less reversals"),
        owes,
    ]
