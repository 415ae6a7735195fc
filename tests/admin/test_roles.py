"""What each role may do: viewers read, operators switch, managers configure, owners have people."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.companies.choices import Role
from apps.companies.models import AuditEvent, Member, User
from tests.admin import page_form
from tests.admin.conftest import House

MAY_CONFIGURE = {Role.VIEWER: False, Role.OPERATOR: False, Role.MANAGER: True, Role.OWNER: True}
MAY_OPERATE = MAY_CONFIGURE | {Role.OPERATOR: True}
PAGES = ("campaigns.campaign", "campaigns.valuelist", "campaigns.field", "sources.source", "sources.terms",
         "buyers.buyer", "buyers.leadorder", "buyers.endpoint")  # fmt: skip


def change_page(house: House, label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_change", args=(house.rows[label].pk,))


@pytest.mark.parametrize("role", Role)
def test_only_managers_change_settings(role: Role, ours: House) -> None:
    client = ours.client(role)
    before = AuditEvent.objects.count()
    codes = {
        label: client.post(change_page(ours, label), {"name": "Taken over"}).status_code for label in PAGES
    }
    expected = {302, 200} if MAY_CONFIGURE[role] else {403}
    assert set(codes.values()) <= expected, codes
    if not MAY_CONFIGURE[role]:
        assert AuditEvent.objects.count() == before
        assert not type(ours.world.buyer).objects.filter(name="Taken over").exists()


@pytest.mark.parametrize("role", Role)
def test_everybody_reads_and_sees_no_button_that_is_not_theirs(role: Role, ours: House) -> None:
    client = ours.client(role)
    for label in PAGES:
        text = client.get(change_page(ours, label)).content.decode()
        assert ours.mark in text
        assert ('name="_save"' in text) is MAY_CONFIGURE[role], label
    text = client.get(change_page(ours, "campaigns.campaign")).content.decode()
    assert ("/switch/" in text) is MAY_OPERATE[role]


@pytest.mark.parametrize("role", Role)
def test_operators_use_the_live_switch(role: Role, ours: House) -> None:
    client = ours.client(role)
    for label in (
        "campaigns.campaign",
        "sources.source",
        "sources.terms",
        "buyers.buyer",
        "buyers.leadorder",
    ):
        row = ours.rows[label]
        url = reverse(f"admin:{label.replace('.', '_')}_switch", args=(row.pk,))
        asked = client.get(url)
        answered = client.post(url, {"confirmed": "yes"})
        row.refresh_from_db()
        assert asked.status_code == (200 if MAY_OPERATE[role] else 403)
        assert answered.status_code == (302 if MAY_OPERATE[role] else 403)
        assert row.is_active is not MAY_OPERATE[role]


def test_a_question_alone_switches_nothing(ours: House) -> None:
    client, campaign = ours.client(Role.OPERATOR), ours.world.campaign
    url = reverse("admin:campaigns_campaign_switch", args=(campaign.pk,))
    text = client.get(url).content.decode()
    client.post(url)
    campaign.refresh_from_db()
    assert campaign.is_active
    assert "1 source is refused at once" in text


def test_rows_ticked_on_a_list_are_switched_after_a_question(ours: House) -> None:
    client, order = ours.client(Role.OPERATOR), ours.world.order
    url = reverse("admin:buyers_leadorder_changelist")
    ticked = {"action": "pause_selected", "_selected_action": [order.pk]}
    asked = client.post(url, ticked)
    order.refresh_from_db()
    assert order.is_active
    assert "It is the only order of its campaign" in asked.content.decode()
    client.post(url, ticked | {"confirmed": "yes"})
    order.refresh_from_db()
    assert not order.is_active


@pytest.mark.parametrize("role", Role)
def test_only_owners_have_people(role: Role, ours: House) -> None:
    client = ours.client(role)
    url = reverse("admin:companies_member_add")
    data = {
        "company": ours.world.company.pk,
        "email": "New@Acme.example",
        "full_name": "Nora New",
        "role": "viewer",
    }
    response = client.post(url, data)
    assert Member.objects.filter(user__email="new@acme.example").exists() is (role == Role.OWNER)
    assert response.status_code == (302 if role == Role.OWNER else 403)


def test_a_new_member_chooses_a_password_by_a_link_that_works_once(ours: House) -> None:
    client = ours.client(Role.OWNER)
    data = {
        "company": ours.world.company.pk,
        "email": "new@acme.example",
        "full_name": "Nora New",
        "role": "viewer",
    }
    text = client.post(reverse("admin:companies_member_add"), data, follow=True).content.decode()
    link = (
        "/admin/companies/member/welcome/"
        + text.partition("/admin/companies/member/welcome/")[2].split("<")[0].strip()
    )
    newcomer = Client()
    form = newcomer.get(link, follow=True)
    chosen = {"new_password1": "correct horse battery", "new_password2": "correct horse battery"}
    newcomer.post(form.redirect_chain[-1][0], chosen)
    person = User.objects.get(email="new@acme.example")
    assert person.check_password("correct horse battery")
    assert person.get_full_name() == "Nora New"
    assert newcomer.get(reverse("admin:campaigns_campaign_changelist")).status_code == 200
    assert "used already" in Client().get(link, follow=True).content.decode()


def test_a_company_keeps_an_owner(ours: House) -> None:
    client = ours.client(Role.OWNER)
    Member.objects.filter(company=ours.world.company).exclude(user=ours.rows["companies.member"].user).update(
        role="viewer"
    )
    member = ours.rows["companies.member"]
    client.force_login(member.user)
    url = reverse("admin:companies_member_change", args=(member.pk,))
    response = client.post(url, page_form.read(client, url, "member", role="viewer"))
    assert response.status_code == 200
    assert "needs an owner" in response.content.decode()
    member.refresh_from_db()
    assert member.role == Role.OWNER


def test_the_company_and_superuser_flags_are_out_of_a_members_reach(ours: House) -> None:
    client, company = ours.client(Role.OWNER), ours.world.company
    url = reverse("admin:companies_company_change", args=(company.pk,))
    client.post(url, page_form.read(client, url, "company", is_active="", name="Ours renamed"))
    company.refresh_from_db()
    assert company.is_active
    assert company.name == "Ours renamed"
    assert client.get(reverse("admin:companies_user_changelist")).status_code == 403
    assert client.get(reverse("admin:companies_company_add")).status_code == 403
