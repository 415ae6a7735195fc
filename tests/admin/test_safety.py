"""What people type is text everywhere in the admin (quality S9), and pages run under their policy."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.buyers.models import Mapping
from apps.campaigns.models import Rule
from apps.companies.choices import Role
from tests.admin.conftest import House
from tests.admin.test_scope import REGISTERED, page

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)><b x-data="alert(3)">{{7*7}}'


@pytest.fixture
def hostile(ours: House) -> House:
    """A company that has put markup into everything it may name."""
    world = ours.world
    for row in (world.company, world.campaign, world.source, world.buyer, world.endpoint, world.order):
        type(row).objects.filter(pk=row.pk).update(name=HOSTILE[:100])
    world.campaign.fields.update(label=HOSTILE[:80], description=HOSTILE, example=HOSTILE)
    Rule.objects.filter(campaign=world.campaign).update(name=HOSTILE[:80])
    Mapping.objects.filter(endpoint=world.endpoint).update(value=HOSTILE, kind="constant", default=HOSTILE)
    world.terms.blocks.all().delete()
    type(world.terms).objects.filter(pk=world.terms.pk).update(note=HOSTILE)
    world.publish(note=HOSTILE)
    return ours


def raw(text: str) -> list[str]:
    return [part for part in ("<script>alert(1)", "<img src=x", '<b x-data="alert') if part in text]


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_markup_in_names_stays_text_on_every_page(role: Role, hostile: House) -> None:
    client, campaign = hostile.client(role), hostile.world.campaign
    urls = [page(label, "changelist") for label in REGISTERED]
    urls += [page(label, "change", row.pk) for label, row in hostile.rows.items() if label in REGISTERED]
    names = ("fields", "requirements", "sources", "buyers", "publish", "versions")
    urls += [reverse(f"admin:campaigns_campaign_{name}", args=(campaign.pk,)) for name in names]
    urls += [reverse("admin:buyers_endpoint_preview", args=(hostile.world.endpoint.pk,))]
    assert {url: found for url in urls if (found := raw(client.get(url).content.decode()))} == {}


def test_questions_and_answers_to_them_are_text_too(hostile: House) -> None:
    client, pk = hostile.client(Role.OWNER), hostile.world.campaign.pk
    switch = reverse("admin:campaigns_campaign_switch", args=(pk,))
    pages = [client.get(switch), client.post(switch, {"confirmed": "yes"}, follow=True)]
    pages.append(client.get(reverse("admin:campaigns_campaign_roll_back", args=(pk, 1))))
    assert [found for each in pages if (found := raw(each.content.decode()))] == []


def test_pages_carry_the_admins_policy_and_no_inline_script(ours: House) -> None:
    response = ours.client(Role.OWNER).get(
        reverse("admin:campaigns_campaign_requirements", args=(ours.world.campaign.pk,))
    )
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    scripts = [tag.partition(">")[0] for tag in response.content.decode().split("<script")[1:]]
    assert [tag for tag in scripts if "src=" not in tag and "application/json" not in tag] == []


def test_nobody_changes_anything_without_the_token(ours: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ours.rows["companies.member"].user)
    posts: list[tuple[str, dict[str, Any]]] = [
        (reverse("admin:campaigns_campaign_switch", args=(ours.world.campaign.pk,)), {"confirmed": "yes"}),
        (reverse("admin:campaigns_campaign_publish", args=(ours.world.campaign.pk,)), {"note": ""}),
        (reverse("admin:sources_terms_key_new", args=(ours.world.terms.pk,)), {"confirmed": "yes"}),
        (reverse("admin:campaigns_campaign_words", args=(ours.world.campaign.pk,)), {}),
    ]
    assert [client.post(url, data).status_code for url, data in posts] == [403] * len(posts)


def test_strangers_are_sent_to_the_login_page(ours: House) -> None:
    for name in ("change", "fields", "publish", "catalog"):
        url = reverse(f"admin:campaigns_campaign_{name}", args=(ours.world.campaign.pk,))
        response = Client().get(url)
        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))
