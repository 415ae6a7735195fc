"""Every change is on the audit record, with old and new values of what is not secret."""

from django.contrib.admin.models import LogEntry
from django.urls import reverse

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from tests.admin import page_form
from tests.admin.conftest import House


def latest(action: str) -> AuditEvent:
    return AuditEvent.objects.filter(action=action).latest("id")


def test_a_change_names_field_old_and_new_value(ours: House) -> None:
    client, order = ours.client(Role.MANAGER), ours.world.order
    url = reverse("admin:buyers_leadorder_change", args=(order.pk,))
    response = client.post(url, page_form.read(client, url, "leadorder", price="61.50"))
    assert response.status_code == 302, response.context["adminform"].form.errors
    event = latest("leadorder.changed")
    assert event.company == ours.world.company
    assert event.data["changes"] == [{"field": "Price", "old": str(order.price), "new": "61.50"}]
    assert "Price" in event.summary


def test_saving_without_a_change_is_no_event(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    before = AuditEvent.objects.count()
    for name, key in (("requirements", "campaign"), ("fields", "campaign"), ("buyers", "campaign")):
        url = reverse(f"admin:campaigns_campaign_{name}", args=(ours.world.campaign.pk,))
        response = client.post(url, page_form.read(client, url, key))
        assert response.status_code == 302, (name, response.context and response.context["errors"])
    for label in ("buyers_leadorder", "buyers_endpoint", "sources_terms", "buyers_buyer"):
        row = ours.rows[label.replace("_", ".")]
        url = reverse(f"admin:{label}_change", args=(row.pk,))
        response = client.post(url, page_form.read(client, url, label.partition("_")[2]))
        assert response.status_code == 302, (label, response.context and response.context["errors"])
    assert AuditEvent.objects.count() == before


def test_rows_of_inlines_are_named(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    url = reverse("admin:campaigns_campaign_requirements", args=(ours.world.campaign.pk,))
    data = page_form.read(client, url, "campaign")
    data |= {
        "holidays-TOTAL_FORMS": "2",
        "holidays-1-day": "2027-01-01",
        "holidays-1-name": "New Year",
        "holidays-1-campaign": ours.world.campaign.pk,
    }
    assert client.post(url, data).status_code == 302
    assert ours.world.campaign.holidays.count() == 2
    assert "holiday “2027-01-01 New Year” added" in latest("campaign.changed").summary


def test_a_secret_is_on_no_record(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    url = reverse("admin:buyers_endpoint_change", args=(ours.world.endpoint.pk,))
    data = page_form.read(client, url, "endpoint") | {"headers-0-secret": "canary-secret"}
    assert client.post(url, data).status_code == 302
    ours.rows["buyers.endpointheader"].refresh_from_db()
    assert ours.rows["buyers.endpointheader"].secret == "canary-secret"
    event = latest("endpoint.changed")
    assert [change["field"] for change in event.data["changes"]] == ["endpoint header “X-Key”: secret"]
    told = (
        f"{event.summary} {event.data} {list(LogEntry.objects.values_list('change_message', 'object_repr'))}"
    )
    assert "canary" not in told
    assert "Ours secret" not in told


def test_the_record_is_read_only_and_shows_its_changes(ours: House) -> None:
    client, order = ours.client(Role.OWNER), ours.world.order
    url = reverse("admin:buyers_leadorder_change", args=(order.pk,))
    client.post(url, page_form.read(client, url, "leadorder", price="61.50"))
    event = latest("leadorder.changed")
    page = reverse("admin:companies_auditevent_change", args=(event.pk,))
    assert "61.50" in client.get(page).content.decode()
    assert client.post(page, {"summary": "nothing happened"}).status_code == 403
    assert (
        client.post(
            reverse("admin:companies_auditevent_delete", args=(event.pk,)), {"post": "yes"}
        ).status_code
        == 403
    )
