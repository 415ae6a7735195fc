"""Stored leads, files and copies as people see them."""

from typing import Any

import pytest
from django.test import Client

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.deliveries import services
from apps.deliveries.models import DropFile, LeadCopy, StoredLead
from apps.leads.models import LeadEvent
from apps.simulator.running import Running
from tests.deliveries.market import Market, market
from tests.factories import EndpointFactory, published_campaign
from tests.monitoring.desk import delivered, html, member, url_of

pytestmark = pytest.mark.django_db(transaction=True)

STORED, FILES, COPIES = (f"/admin/deliveries/{name}/" for name in ("storedlead", "dropfile", "leadcopy"))


@pytest.fixture
def scene(simulator: Running) -> Market:
    made = market(simulator, ["accept"], endpoint={"kind": "store", "url": ""})
    crm = EndpointFactory(buyer=made.orders[0].buyer, name="CRM", url=simulator.buyer("crm", "accept"))
    made.orders[0].copies.create(endpoint=crm)
    made.world.publish()
    return made


def act(client: Client, url: str, name: str, *rows: Any) -> Any:
    return client.post(url, {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True)


def test_stored_leads_leave_as_a_csv_on_record(scene: Market) -> None:
    leads = [delivered(scene, first_name=name) for name in ("Jane", "=cmd()")]
    client = member(scene.world, sees_personal_data=True)
    page = html(client.get(STORED))
    assert all(lead.public_id in page for lead in leads)
    assert "Jane" not in page
    answer = act(client, STORED, "download_csv", *StoredLead.objects.all())
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("first_name,last_name")
    assert [line.split(",")[0] for line in lines[1:]] == ["Jane", "'=cmd()"]
    assert LeadEvent.objects.filter(kind="revealed").count() == 2


def test_who_sees_no_personal_data_gets_no_csv(scene: Market) -> None:
    delivered(scene)
    client = member(scene.world, sees_personal_data=False)
    answer = act(client, STORED, "download_csv", *StoredLead.objects.all())
    assert answer.headers["Content-Type"].startswith("text/html")
    assert not LeadEvent.objects.filter(kind="revealed").exists()


def test_nobody_sees_rows_of_another_company(scene: Market) -> None:
    lead = delivered(scene)
    services.copies_send()
    company, endpoint = scene.world.company, scene.endpoint(0)
    DropFile.objects.create(
        company=company, endpoint_id=endpoint.pk, number=1, name="ours.csv", created_at=now()
    )
    ours, theirs = member(scene.world), member(published_campaign())
    for url, mark in ((STORED, lead.public_id), (FILES, "ours.csv"), (COPIES, lead.public_id)):
        assert mark in html(ours.get(url))
        assert mark not in html(theirs.get(url))
    act(theirs, COPIES, "send_again", LeadCopy.objects.get())
    assert LeadCopy.objects.get().status == "done"


def test_a_copy_is_told_of_on_its_lead_and_can_be_sent_again(scene: Market) -> None:
    lead = delivered(scene)
    services.copies_send()
    page = html(member(scene.world).get(url_of(lead)))
    assert "Copy arrived at CRM" in page
    assert "Copy after the sale" in page
    assert (
        act(member(scene.world, Role.VIEWER), COPIES, "send_again", LeadCopy.objects.get()).status_code == 403
    )
    assert LeadCopy.objects.get().status == "done"
    act(member(scene.world), COPIES, "send_again", LeadCopy.objects.get())
    assert LeadCopy.objects.get().status == "pending"
    assert AuditEvent.objects.filter(action="copy.sent_again").count() == 1


def test_a_file_can_be_sent_again_by_who_operates(scene: Market) -> None:
    file = DropFile.objects.create(
        company=scene.world.company,
        endpoint_id=scene.endpoint(0).pk,
        number=1,
        name="a.csv",
        status="failed",
        created_at=now(),
    )
    act(member(scene.world), FILES, "send_again", file)
    assert DropFile.objects.get().status == "pending"
