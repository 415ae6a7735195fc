"""What sources and buyers send is text: on no page does it become markup, a template or a link."""

from urllib.parse import quote_plus

import pytest

from apps.companies.choices import Role
from apps.simulator.running import Running
from tests.deliveries.market import market
from tests.monitoring.desk import delivered, html, member, url_of

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "<script>alert('canary')</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
ALPINE = '" x-data="alert(1)" x-init="alert(2)'
TEMPLATE = "{{ 'Zyx'|add:'Wvu' }}{% now 'Y' %}"
LINK = "javascript:alert(1)"
HOSTILE = (SCRIPT, IMAGE, ALPINE, TEMPLATE, LINK)


def harmless(page: str) -> None:
    assert SCRIPT not in page
    assert "<img src=x" not in page
    assert 'x-data="alert' not in page
    assert "ZyxWvu" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_lead_values_and_buyers_answers_are_escaped(text: str, simulator: Running) -> None:
    scene = market(simulator, [f"reject?reason={quote_plus(text)}", "accept"])
    lead = delivered(scene, first_name=text, sub_id=text[:100], extra=text)
    client = member(scene.world, Role.OWNER, sees_personal_data=True)
    page = html(client.get(url_of(lead)))
    shown = html(client.post(url_of(lead, "reveal")))
    for one in (page, shown):
        harmless(one)
    assert (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#x27;")
        in shown
    )
    for path in (
        "/admin/deliveries/attempt/",
        "/admin/leads/lead/",
        "/admin/",
        "/admin/leads/lead/?q=" + quote_plus(text),
    ):
        harmless(html(client.get(path)))


def test_names_of_the_company_itself_are_escaped(simulator: Running) -> None:
    scene = market(simulator, ["accept"])
    for row in (
        scene.world.source,
        scene.world.campaign,
        scene.world.buyer,
        scene.orders[0],
        scene.endpoint(0),
    ):
        type(row).objects.filter(pk=row.pk).update(name=SCRIPT)
    scene.world.publish()
    lead = delivered(scene)
    client = member(scene.world, Role.OWNER)
    for path in (
        url_of(lead),
        "/admin/",
        "/admin/leads/lead/",
        "/admin/deliveries/attempt/",
        "/admin/intake/refusal/",
    ):
        harmless(html(client.get(path)))
