"""Publishing in the admin: the diff, the problems with the way to them, and the way back."""

from decimal import Decimal

from django.urls import reverse

from apps.companies.choices import Role
from apps.publishing.selectors import current_version
from tests.admin.conftest import House


def of_campaign(house: House, name: str, *args: int) -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=(house.world.campaign.pk, *args))


def change_price(house: House, price: str) -> None:
    house.world.order.price = Decimal(price)
    house.world.order.save()


def publish_all(house: House) -> None:
    house.world.publish()


def test_the_page_tells_the_change_and_publishes_it_with_its_note(ours: House) -> None:
    publish_all(ours)
    client, page = ours.client(Role.MANAGER), of_campaign(ours, "publish")
    assert "Nothing to publish" in client.get(page).content.decode()
    change_price(ours, "61.50")
    text = client.get(page).content.decode()
    assert "61.50" in text
    assert "What changes from version 2" in text
    answer = client.post(page, {"note": "pays more"}, follow=True).content.decode()
    version = current_version(ours.world.campaign)
    assert (version.number, version.note) == (3, "pays more")
    assert "Version 3 runs now, in every process. 1 change." in answer
    assert "“pays more”" in answer


def test_problems_lead_to_the_object_and_field_at_fault(ours: House) -> None:
    ours.world.order.endpoint = None
    ours.world.order.save()
    client, page = ours.client(Role.MANAGER), of_campaign(ours, "publish")
    text = client.get(page).content.decode()
    link = reverse("admin:buyers_leadorder_change", args=(ours.world.order.pk,))
    assert f'<a href="{link}#id_endpoint">Order Ours order has no endpoint.</a>' in text
    before = current_version(ours.world.campaign)
    refused = client.post(page, {"note": ""}, follow=True).content.decode()
    assert "has no endpoint" in refused
    assert current_version(ours.world.campaign) == before


def test_those_who_may_not_publish_see_the_diff_only(ours: House) -> None:
    publish_all(ours)
    change_price(ours, "61.50")
    client, page = ours.client(Role.OPERATOR), of_campaign(ours, "publish")
    assert "Managers and owners can publish" in client.get(page).content.decode()
    assert client.post(page, {"note": ""}).status_code == 403
    assert client.post(of_campaign(ours, "roll_back", 1), {"confirmed": "yes"}).status_code == 403
    assert current_version(ours.world.campaign).number == 2


def test_rolling_back_asks_with_what_changes_and_runs_the_older_content(ours: House) -> None:
    publish_all(ours)
    first = current_version(ours.world.campaign).number
    change_price(ours, "61.50")
    publish_all(ours)
    client, page = ours.client(Role.MANAGER), of_campaign(ours, "roll_back", first)
    asked = client.get(page).content.decode()
    assert "1 change from what runs now" in asked
    assert "61.50" in asked
    assert current_version(ours.world.campaign).number == first + 1
    client.post(page, {"confirmed": "yes", "note": "back"})
    version = current_version(ours.world.campaign)
    assert (version.number, version.rolled_back_to, version.note) == (first + 2, first, "back")
    assert client.get(of_campaign(ours, "roll_back", 77)).status_code == 404


def test_the_versions_page_says_who_when_why_and_what(ours: House) -> None:
    change_price(ours, "61.50")
    ours.world.publish(note="pays more")
    text = ours.client(Role.VIEWER).get(of_campaign(ours, "versions")).content.decode()
    for told in ("Version 2", "Runs now", "pays more", "61.50", str(ours.world.user)):
        assert told in text
    assert "Roll back to this" not in text


def test_the_header_counts_what_is_unpublished_and_says_why_it_is_not_live(ours: House) -> None:
    client, page = ours.client(Role.MANAGER), of_campaign(ours, "change")
    publish_all(ours)
    assert 'sl-state-good">Live' in client.get(page).content.decode()
    change_price(ours, "61.50")
    assert "Publish…" in client.get(page).content.decode()
    ours.world.terms.is_active = False
    ours.world.terms.save()
    assert "none of its sources is approved, active and published" in client.get(page).content.decode()
