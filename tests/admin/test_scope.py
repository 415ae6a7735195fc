"""Nobody sees, changes or chooses another company's rows (quality S15); generated from the registered admins."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from tests.admin import page_form
from tests.admin.conftest import House

OUR_APPS = ("companies", "campaigns", "sources", "buyers", "publishing")
REGISTERED = sorted(
    model._meta.label_lower
    for model in admin.site._registry
    if model._meta.app_label in OUR_APPS and hasattr(model, "company_path")
)
POSTED = ("_words", "_usual_fields")


def page(label: str, name: str, *args: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


def urls_with_an_object(patterns: list | None = None) -> list[tuple[str, frozenset[str]]]:
    """Name and parameters of every address in our apps' admins that names a row."""
    found = []
    for entry in admin.site.get_urls() if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            found += urls_with_an_object(entry.url_patterns)
        elif isinstance(entry, URLPattern) and entry.name and "object_id" in entry.pattern.converters:
            found.append((entry.name, frozenset(entry.pattern.converters)))
    return sorted({each for each in found if any(each[0].startswith(_prefix(label)) for label in REGISTERED)})


def _prefix(label: str) -> str:
    return label.replace(".", "_") + "_"


def label_of(name: str) -> str:
    return next(label for label in REGISTERED if name.startswith(_prefix(label)))


def shown(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code in (200, 403), (url, response.status_code)
    return response.content.decode()


def test_lists_and_their_filters_show_our_rows_only(ours: House, theirs: House) -> None:
    client = ours.client(Role.OWNER)
    texts = {label: shown(client, page(label, "changelist")) for label in REGISTERED}
    assert [label for label, text in texts.items() if theirs.mark in text] == []
    unmarked = {"companies.auditevent", "campaigns.field"}
    assert [label for label in texts.keys() - unmarked if ours.mark not in texts[label]] == []


def test_forms_to_add_offer_our_rows_only(ours: House, theirs: House) -> None:
    client = ours.client(Role.OWNER)
    assert [label for label in REGISTERED if theirs.mark in shown(client, page(label, "add"))] == []


def test_our_pages_their_menus_and_inlines_name_nothing_foreign(ours: House, theirs: House) -> None:
    client = ours.client(Role.OWNER)
    pages = {label: page(label, "change", ours.rows[label].pk) for label in REGISTERED if label in ours.rows}
    pages |= {
        name: reverse(f"admin:{name}", args=(ours.world.campaign.pk,))
        for name, parameters in urls_with_an_object()
        if name.startswith("campaigns_campaign_")
        and parameters == {"object_id"}
        and not name.endswith(POSTED)
    }
    assert len(pages) > len(REGISTERED)
    assert [name for name, url in pages.items() if theirs.mark in shown(client, url)] == []


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_every_address_of_a_foreign_row_answers_not_found(role: Role, ours: House, theirs: House) -> None:
    inner = {
        "key_id": theirs.rows["sources.credential"].pk,
        "link_id": theirs.rows["sources.instructionlink"].pk,
        "number": 1,
        "call_id": 1,
        "item_id": 1,
        "test_id": 1,
    }
    client, open_doors = ours.client(role), []
    before = AuditEvent.objects.count()
    for name, parameters in urls_with_an_object():
        row = (
            theirs.rows.get(label_of(name)) or AuditEvent.objects.filter(company=theirs.world.company).first()
        )
        arguments = {key: row.pk if key == "object_id" else inner[key] for key in parameters}
        url = reverse(f"admin:{name}", kwargs=arguments)
        answers = {client.get(url).status_code, client.post(url, {"confirmed": "yes"}).status_code}
        if not answers <= {404, 403, 405} or answers == {405}:
            open_doors.append((url, answers))
    assert open_doors == []
    assert AuditEvent.objects.count() == before


def test_a_key_of_other_terms_cannot_be_reached_through_ones_own(ours: House, theirs: House) -> None:
    foreign = theirs.rows["sources.credential"].pk
    url = reverse("admin:sources_terms_key_reveal", args=(ours.world.terms.pk, foreign))
    assert ours.client(Role.OWNER).post(url).status_code == 404


@pytest.mark.parametrize(
    ("label", "name", "foreign"),
    [
        ("buyers.leadorder", "endpoint", "buyers.endpoint"),
        ("buyers.leadorder", "group", "campaigns.routinggroup"),
        ("buyers.leadorder", "zip_list", "campaigns.valuelist"),
    ],
)
def test_a_forged_choice_is_refused(label: str, name: str, foreign: str, ours: House, theirs: House) -> None:
    client, row = ours.client(Role.OWNER), ours.rows[label]
    url = page(label, "change", row.pk)
    response = client.post(url, page_form.read(client, url, "leadorder", **{name: theirs.rows[foreign].pk}))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors[name]
    fresh = type(row).objects.get(pk=row.pk)
    assert getattr(fresh, f"{name}_id") == getattr(row, f"{name}_id")


def test_terms_of_a_foreign_campaign_cannot_be_made(ours: House, theirs: House) -> None:
    client = ours.client(Role.OWNER)
    data = {"source": ours.world.source.pk, "campaign": theirs.world.campaign.pk, "payout_kind": "fixed"}
    response = client.post(page("sources.terms", "add"), data | {"payout_amount": "5"})
    assert response.status_code == 200
    assert "campaign" in response.context["adminform"].form.errors
    assert theirs.world.campaign.terms.count() == 1


def test_one_who_sees_several_companies_cannot_mix_them(superuser: Any, ours: House, theirs: House) -> None:
    data = {"source": ours.world.source.pk, "campaign": theirs.world.campaign.pk, "payout_kind": "fixed"}
    response = superuser.post(page("sources.terms", "add"), data | {"payout_amount": "5"})
    assert response.status_code == 200
    assert "belongs to another company" in str(response.context["adminform"].form.errors)


def test_autocomplete_offers_nothing_foreign(ours: House, theirs: House) -> None:
    client = ours.client(Role.OWNER)
    for field in ("campaign", "buyer", "endpoint", "group", "zip_list"):
        query = {"app_label": "buyers", "model_name": "leadorder", "field_name": field, "term": ""}
        response = client.get(reverse("admin:autocomplete"), query)
        assert theirs.mark not in response.content.decode()


def test_a_member_switched_off_sees_nothing(ours: House) -> None:
    client = ours.client(Role.OWNER, is_active=False)
    assert client.get(page("campaigns.campaign", "change", ours.world.campaign.pk)).status_code in (403, 404)
    assert ours.mark not in client.get(page("campaigns.campaign", "changelist")).content.decode()
