from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import margins, pricing
from apps.engine.campaign import PayoutSpec
from apps.engine.selling import MarginBand, MarginSpec

MONEY = st.decimals(min_value=0, max_value=100_000, places=4, allow_nan=False)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("12.345", "12.345"),
        ("$12.345", "12.345"),
        (" $ 1,200 ", "1200"),
        ("1,234,567.89", None),
        ("USD 12.50", "12.50"),
        ("12.50 usd", "12.50"),
        ("US$5", "5"),
        (".50", "0.50"),
        ("0", "0"),
        (7, "7"),
        (Decimal("7.125"), "7.125"),
        ("-5", None),
        (-5, None),
        ("1,20", "1.20"),
        ("12,50 EUR", "12.50"),
        ("1.234,50 €", "1234.50"),
        ("1,2345", None),
        ("1,234,50", None),
        ("12.5.0", None),
        ("call us", None),
        ("", None),
        ("1e3", None),
        ("٣", None),
        (True, None),
        (None, None),
        (12.5, None),
        (Decimal("NaN"), None),
        (Decimal("1e400"), None),
        (10**7, None),
        ("9" * 100, None),
    ],
)
def test_money_is_read_as_sent(sent: object, read: str | None) -> None:
    assert pricing.read_money(sent) == (None if read is None else Decimal(read))


@pytest.mark.parametrize(
    ("amount", "booked"), [("0.005", "0.00"), ("0.015", "0.02"), ("0.025", "0.02"), ("7", "7.00")]
)
def test_booked_half_even(amount: str, booked: str) -> None:
    assert str(pricing.cents(Decimal(amount))) == booked


@pytest.mark.parametrize(
    ("spec", "price", "payout"),
    [
        (PayoutSpec("fixed", Decimal("8")), "25", "8.00"),
        (PayoutSpec("percent", Decimal("70")), "25.05", "17.54"),
        (PayoutSpec("percent", Decimal("12.5")), "0.20", "0.02"),
        (PayoutSpec("margin", Decimal("5")), "25.005", "20.00"),
        (PayoutSpec("margin", Decimal("30")), "25", "0.00"),
    ],
)
def test_payout(spec: PayoutSpec, price: str, payout: str) -> None:
    assert str(pricing.payout(spec, Decimal(price))) == payout


@given(MONEY, MONEY, st.sampled_from(sorted(pricing.PAYOUT_KINDS)))
def test_payout_and_margin_add_up_to_the_price(price: Decimal, amount: Decimal, kind: str) -> None:
    payout = pricing.payout(PayoutSpec(kind, amount), price)
    assert payout >= 0
    assert payout + pricing.margin(price, payout) == pricing.cents(price)
    assert payout == pricing.cents(payout)


@given(MONEY)
def test_what_is_written_is_read_back(amount: Decimal) -> None:
    assert pricing.read_money(f"${amount:,}") == amount


FIXED = MarginSpec("fixed", Decimal(5))
PERCENT = MarginSpec("percent", Decimal(30))
BANDS = MarginSpec(
    "fixed",
    Decimal(2),
    (MarginBand(Decimal(20), "percent", Decimal(25)), MarginBand(Decimal(10), "fixed", Decimal(3))),
)


@pytest.mark.parametrize(
    ("spec", "price", "kept"),
    [
        (margins.NO_MARGIN, "25", "0"),
        (FIXED, "25", "5"),
        (PERCENT, "25", "7.5"),
        (BANDS, "9.99", "2"),
        (BANDS, "10", "3"),
        (BANDS, "19.99", "3"),
        (BANDS, "20", "5"),
        (MarginSpec("fixed", Decimal(2), (MarginBand(Decimal(10), "none", Decimal(9)),)), "10", "0"),
    ],
)
def test_what_stays_of_a_price(spec: MarginSpec, price: str, kept: str) -> None:
    assert margins.kept(spec, Decimal(price)) == Decimal(kept)


def test_the_terms_margin_holds_before_the_orders_before_the_campaigns() -> None:
    assert margins.chosen(FIXED, PERCENT, BANDS) is FIXED
    assert margins.chosen(None, PERCENT, BANDS) is PERCENT
    assert margins.chosen(None, None, BANDS) is BANDS
    assert margins.chosen(margins.NO_MARGIN, PERCENT, BANDS) is margins.NO_MARGIN


@pytest.mark.parametrize(
    ("spec", "keeps", "price", "payout"),
    [
        (PayoutSpec("percent", Decimal(90)), FIXED, "25", "20.00"),
        (PayoutSpec("percent", Decimal(70)), FIXED, "25", "17.50"),
        (PayoutSpec("percent", Decimal(90)), FIXED, "4", "0.00"),
        (PayoutSpec("percent", Decimal(90)), PERCENT, "10.01", "7.00"),
        (PayoutSpec("margin", Decimal(2)), FIXED, "25", "20.00"),
        (PayoutSpec("margin", Decimal(8)), FIXED, "25", "17.00"),
        (PayoutSpec("fixed", Decimal(22)), FIXED, "25", "22.00"),
    ],
)
def test_the_margin_lowers_what_depends_on_the_price(
    spec: PayoutSpec, keeps: MarginSpec, price: str, payout: str
) -> None:
    assert str(pricing.payout(spec, Decimal(price), keeps)) == payout


@given(
    st.lists(MONEY.map(pricing.cents), min_size=1, max_size=4),
    MONEY,
    st.sampled_from(sorted(pricing.PAYOUT_KINDS)),
    st.sampled_from([margins.NO_MARGIN, FIXED, PERCENT, BANDS]),
)
def test_each_sale_of_a_shared_lead_leaves_its_margin(
    prices: list[Decimal], amount: Decimal, kind: str, keeps: MarginSpec
) -> None:
    before, spec = None, PayoutSpec(kind, amount)
    steps = []
    for price in prices:
        steps.append(pricing.payout_step(spec, before, price, keeps))
        before = (before or Decimal(0)) + price
        if kind != "fixed":
            assert steps[-1] <= max(price - margins.kept(keeps, price), Decimal(0))
    if kind == "fixed":
        assert sum(steps) == pricing.cents(amount)
