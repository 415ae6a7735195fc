"""Where a new row comes to stand among rows that have an order."""

from typing import Any

from django.urls import reverse

from apps.campaigns.models import Field
from apps.companies.choices import Role
from tests.admin import page_form
from tests.admin.conftest import House


def _added(ours: House, *names: str, **changes: Any) -> list[str]:
    """The campaign's fields, in order, after the page was sent with these new ones as the browser numbers them."""
    client, campaign = ours.client(Role.MANAGER), ours.world.campaign
    url = reverse("admin:campaigns_campaign_fields", args=(campaign.pk,))
    data = page_form.read(client, url, "campaign") | changes
    count = campaign.fields.count()
    data["fields-TOTAL_FORMS"] = str(count + len(names))
    for place, name in enumerate(names, start=count):
        data |= {
            f"fields-{place}-name": name,
            f"fields-{place}-type": "text",
            f"fields-{place}-position": "0",
        }
        data[f"fields-{place}-campaign"] = campaign.pk
    assert client.post(url, data).status_code == 302
    return list(Field.objects.filter(campaign=campaign).values_list("name", flat=True))


def test_new_rows_come_last_in_the_order_they_were_added(ours: House) -> None:
    names = _added(ours, "roof_age", "roof_color")
    assert names[0] == "first_name"
    assert names[-2:] == ["roof_age", "roof_color"]


def test_a_new_row_that_was_dragged_to_the_top_stays_there(ours: House) -> None:
    count = ours.world.campaign.fields.count()
    dragged = {f"fields-{place}-position": str(place + 1) for place in range(count)}
    assert _added(ours, "roof_age", **dragged)[:2] == ["roof_age", "first_name"]
