"""An auction is configured in fields: of the campaign, of terms and of orders."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from apps.campaigns.models import Campaign
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.sources.models import Terms
from tests.admin import page_form
from tests.admin.conftest import House
from tests.intake.test_ping_ratio import came

BAND = {"margin_bands-0-above": "50", "margin_bands-0-kind": "fixed", "margin_bands-0-amount": "8.00"}
LOWER = {"margin_bands-1-above": "20.00", "margin_bands-1-kind": "percent", "margin_bands-1-amount": "25"}
KEPT = [
    {"above": "20.00", "kind": "percent", "amount": "25"},
    {"above": "50", "kind": "fixed", "amount": "8.00"},
]


def _page(house: House, label: str) -> str:
    if label == "campaigns.campaign":
        return reverse("admin:campaigns_campaign_auction", args=(house.world.campaign.pk,))
    return reverse(f"admin:{label.replace('.', '_')}_change", args=(house.rows[label].pk,))


def _post(house: House, label: str, **changes: Any) -> Any:
    client, url = house.client(Role.MANAGER), _page(house, label)
    return client.post(url, page_form.read(client, url, label.split(".")[1], **changes))


def _errors(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def test_a_campaign_is_made_an_exchange_without_code(ours: House) -> None:
    response = _post(
        ours, "campaigns.campaign", traffic="exchange", auction_ms="600", ping_valid_s="90", minimum_bid="4.50",
        margin_kind="percent", margin_amount="20", on_mismatch="reject", post_floor="margin",
        expected_value="shadow", **BAND, **LOWER,
    )  # fmt: skip
    assert response.status_code == 302
    row = Campaign.objects.get(pk=ours.world.campaign.pk)
    assert (row.traffic, row.auction_ms, row.ping_valid_s, row.minimum_bid) == (
        "exchange",
        600,
        90,
        Decimal("4.50"),
    )
    assert (row.margin_kind, row.margin_amount, row.margin_bands) == ("percent", Decimal("20.00"), KEPT)
    assert (row.on_mismatch, row.post_floor, row.expected_value) == ("reject", "margin", "shadow")
    text = ours.client(Role.VIEWER).get(_page(ours, "campaigns.campaign")).content.decode()
    assert "25 % from 20.00, 8.00 from 50" in text


@pytest.mark.parametrize("label", ["campaigns.campaign", "sources.terms", "buyers.leadorder"])
def test_margins_by_price_are_rows_of_fields_and_never_json(ours: House, label: str) -> None:
    assert _post(ours, label, margin_kind="fixed", margin_amount="3", **BAND, **LOWER).status_code == 302
    row = ours.rows[label]
    row.refresh_from_db()
    assert row.margin_bands == KEPT
    client = ours.client(Role.MANAGER)
    values = page_form.read(client, _page(ours, label), label.split(".")[1])
    assert (values["margin_bands-0-above"], values["margin_bands-1-amount"]) == (["20.00"], ["8.00"])
    assert "&quot;above&quot;" not in client.get(_page(ours, label)).content.decode()
    before = AuditEvent.objects.count()
    assert client.post(_page(ours, label), values).status_code == 302
    assert AuditEvent.objects.count() == before, "nothing was changed"


@pytest.mark.parametrize("label", ["sources.terms", "buyers.leadorder"])
def test_without_a_margin_of_its_own_a_row_keeps_none(ours: House, label: str) -> None:
    assert _post(ours, label, margin_kind="percent", margin_amount="3", **BAND).status_code == 302
    assert _post(ours, label, margin_kind="").status_code == 302
    row = ours.rows[label]
    row.refresh_from_db()
    assert (row.margin_kind, row.margin_amount, row.margin_bands) == ("", Decimal(0), [])


@pytest.mark.parametrize(
    ("changes", "at", "said"),
    [
        ({"margin_kind": "percent", "margin_amount": "100"}, "margin_amount", "nothing would be left for the source"),
        ({"margin_kind": "fixed", "margin_amount": "-1"}, "margin_amount", "a margin below 0"),
        ({"margin_kind": "fixed", **BAND, "margin_bands-0-above": "high"}, "margin_bands", "Row 1: say from which"),
        ({"margin_kind": "fixed", **BAND, "margin_bands-0-amount": ""}, "margin_bands", "Row 1: say how much stays"),
        ({"margin_kind": "fixed", **BAND, "margin_bands-0-amount": "NaN"}, "margin_bands", "Row 1: say how much"),
        ({"margin_kind": "fixed", **BAND, **LOWER, "margin_bands-1-above": "50.0"}, "margin_bands", "Two begin at 50"),
        ({"minimum_bid": "-1"}, "minimum_bid", "not negative"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_margin_is_said_at_its_input(ours: House, changes: dict, at: str, said: str) -> None:
    for label in ("campaigns.campaign", "sources.terms", "buyers.leadorder"):
        response = _post(ours, label, **changes)
        assert said in str(_errors(response)[at])
        ours.rows[label].refresh_from_db()
        assert ours.rows[label].margin_bands == []


def test_an_order_bids_without_a_price_of_its_own(ours: House) -> None:
    changes = {"price_kind": "bid", "price": "", "share": "either", "minimum_bid": "12"}
    assert _post(ours, "buyers.leadorder", **changes).status_code == 302
    order = ours.rows["buyers.leadorder"]
    order.refresh_from_db()
    assert (order.price_kind, order.price, order.share, order.minimum_bid) == (
        "bid",
        0,
        "either",
        Decimal("12.00"),
    )
    text = ours.client(Role.MANAGER).get(_page(ours, "buyers.leadorder")).content.decode()
    assert "It bids, and its endpoint has no ping URL: nobody would be asked." in text
    client = ours.client(Role.MANAGER)
    buyers = reverse("admin:campaigns_campaign_buyers", args=(ours.world.campaign.pk,))
    assert '<span class="sl-number">bids</span>' in client.get(buyers).content.decode()
    assert 'class="sl-number">bids</td>' in client.get(_page(ours, "buyers.buyer")).content.decode()


def test_a_fixed_price_has_to_be_given(ours: House) -> None:
    errors = _errors(_post(ours, "buyers.leadorder", price=""))
    assert errors == {"price": ["Say what the buyer pays, for example 42.00."]}


def test_terms_show_their_src_and_say_what_a_test_is_bid(ours: House) -> None:
    terms = ours.rows["sources.terms"]
    type(terms).objects.filter(pk=terms.pk).update(src="ours-src-0123456789")
    assert _post(ours, "sources.terms", sample_payout="7.25", pings_per_post="40").status_code == 302
    terms.refresh_from_db()
    assert (terms.sample_payout, terms.pings_per_post) == (Decimal("7.25"), 40)
    text = ours.client(Role.VIEWER).get(_page(ours, "sources.terms")).content.decode()
    assert 'data-copy="ours-src-0123456789"' in text
    assert "pings_per_post" in _errors(_post(ours, "sources.terms", pings_per_post="0"))
    assert "sample_payout" in _errors(_post(ours, "sources.terms", sample_payout="-1"))


def test_terms_show_how_much_is_pinged_for_each_post(ours: House) -> None:
    """The published limit counts; the page says when it refuses."""

    def page() -> str:
        return " ".join(ours.client(Role.VIEWER).get(_page(ours, "sources.terms")).content.decode().split())

    assert "Pings and posts" not in page()
    came(ours.world, 120, posts=4)
    assert "120 pings and 4 posts of them in the last hour: 30 for each post." in page()
    Terms.objects.filter(pk=ours.world.terms.pk).update(pings_per_post=20)
    assert "Any number may come for each post." in page()
    ours.world.publish()
    assert "Pings are refused" in page()
    Terms.objects.filter(pk=ours.world.terms.pk).update(pings_per_post=40)
    ours.world.publish()
    assert "At most 40 may come for each post; the first 100 an hour do not matter." in page()


def test_a_problem_of_the_auction_leads_to_its_page(ours: House) -> None:
    campaign = ours.world.campaign
    Campaign.objects.filter(pk=campaign.pk).update(minimum_bid=-1)
    text = ours.client(Role.MANAGER).get(reverse("admin:campaigns_campaign_publish", args=(campaign.pk,)))
    assert f"{_page(ours, 'campaigns.campaign')}#id_minimum_bid" in text.content.decode()
