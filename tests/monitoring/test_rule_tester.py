"""The rule tester: verdicts on pasted and stored answers, and edited rules against the last answers."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.buyers.models import Endpoint
from apps.buyers.services import response_rules_set
from apps.companies.choices import Role
from apps.deliveries.models import Attempt
from apps.simulator.running import Running
from tests.deliveries.market import RULES, Market, market
from tests.factories import CompanyFactory, MemberFactory
from tests.monitoring.desk import delivered, html, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(simulator: Running) -> Market:
    """Refused by the first buyer, in a sentence that names the person; bought by the second."""
    return market(simulator, ["reject?reason=Jane+Canary+is+known", "accept?price=25"])


def url(endpoint: Endpoint) -> str:
    return reverse("admin:buyers_endpoint_rules", args=(endpoint.pk,))


def test_a_pasted_answer_gets_every_rules_verdict(scene: Market) -> None:
    body = '{"status":"Rejected","reason":"<b>cap</b>"}'
    sent = {"status": "200", "content_type": "text/html", "body": body}
    text = html(member(scene.world).post(url(scene.endpoint(0)), sent))
    assert "path status gave “Rejected”; equals “accepted”: does not match" in text
    assert "path status gave “Rejected”; equals “rejected”: matches" in text
    assert text.count("✓ decides") == 1
    assert "&lt;b&gt;cap&lt;/b&gt;" in text
    assert "<b>cap</b>" not in text
    assert not Attempt.objects.exists()


def test_an_answer_that_is_no_answer_is_refused_in_words(scene: Market) -> None:
    text = html(member(scene.world).post(url(scene.endpoint(0)), {"status": "7", "body": "x"}))
    assert "greater than or equal to 100" in text
    assert "✓ decides" not in text


def test_a_stored_answer_is_judged_with_personal_data_masked(scene: Market) -> None:
    delivered(scene, first_name="Jane", last_name="Canary")
    endpoint = scene.endpoint(0)
    row = Attempt.objects.get(endpoint_id=endpoint.pk)
    client = member(scene.world, Role.VIEWER)
    assert str(row.pk) in html(client.get(url(endpoint)))
    text = html(client.get(url(endpoint), {"call": row.pk}))
    assert "equals “rejected”: matches" in text
    assert "Canary" not in text
    assert "is known" in text


def test_calls_of_other_endpoints_and_nonsense_are_not_there(scene: Market) -> None:
    delivered(scene)
    other = Attempt.objects.get(endpoint_id=scene.endpoint(1).pk)
    client = member(scene.world)
    for call in (str(other.pk), "1", "x", "9" * 40, "-1"):
        assert client.get(url(scene.endpoint(0)), {"call": call}).status_code == 404


def test_edited_rules_are_tried_on_the_last_answers_and_nothing_is_written(scene: Market) -> None:
    lead = delivered(scene, first_name="Jane", last_name="Canary")
    endpoint = scene.endpoint(0)
    client = member(scene.world)
    assert "<strong>0</strong> of 1 answer" in html(client.get(url(endpoint), {"last": 1}))
    known = {"outcome": "duplicate", "match": "json_path", "path": "reason", "operator": "contains", "value": "known",
             "reason_path": "reason"}  # fmt: skip
    response_rules_set(endpoint, rows=(known, *RULES), by=None)
    text = html(client.get(url(endpoint), {"last": 1}))
    assert "<strong>1</strong> of 1 answer" in text
    assert "Duplicate" in text
    assert lead.public_id in text
    assert "Canary" not in text
    assert Attempt.objects.get(endpoint_id=endpoint.pk).outcome == "rejected"


def test_an_erased_person_is_left_out(scene: Market) -> None:
    lead = delivered(scene)
    type(lead).objects.filter(pk=lead.pk).update(wrapped_key=None)
    endpoint = scene.endpoint(0)
    row = Attempt.objects.get(endpoint_id=endpoint.pk)
    client = member(scene.world)
    assert "0 answers would be read otherwise" in html(client.get(url(endpoint), {"last": 1})).replace(
        "<strong>0</strong> of ", ""
    )
    assert "Nothing is kept of this answer" in html(client.get(url(endpoint), {"call": row.pk}))


def test_another_companys_endpoint_is_not_there(scene: Market) -> None:
    stranger = Client()
    stranger.force_login(MemberFactory(company=CompanyFactory(), role=Role.OWNER).user)
    assert stranger.get(url(scene.endpoint(0))).status_code in (302, 403, 404)
    assert stranger.post(url(scene.endpoint(0)), {"status": "200"}).status_code in (302, 403, 404)


def test_an_operator_puts_right_what_was_read_wrongly(simulator: Running) -> None:
    scene = market(simulator, ["accept?price=25"])
    lead = delivered(scene)
    endpoint = scene.endpoint(0)
    response_rules_set(endpoint, rows=[{"outcome": "rejected"}], by=None)
    row = Attempt.objects.get(endpoint_id=endpoint.pk)
    chosen = {"call": [str(row.pk), "1", "x"]}
    address = reverse("admin:buyers_endpoint_reclassify", args=(endpoint.pk,))
    viewer = member(scene.world, Role.VIEWER)
    assert viewer.post(address, chosen).status_code == 403
    assert "Re-classify the chosen" not in html(viewer.get(url(endpoint), {"last": 1}))
    lead.refresh_from_db()
    assert lead.status == "sold"
    operator = member(scene.world)
    assert "Re-classify the chosen" in html(operator.get(url(endpoint), {"last": 1}))
    text = html(operator.post(address, chosen, follow=True))
    assert "1 answer re-classified." in text
    assert "<strong>0</strong> of 1 answer" in text
    lead.refresh_from_db()
    assert lead.status == "unsold"
    story = html(operator.get(reverse("admin:leads_lead_change", args=(lead.pk,))))
    assert "it was accepted and is rejected" in story


def test_what_cannot_be_put_right_is_told_and_left(scene: Market) -> None:
    lead = delivered(scene)
    endpoint = scene.endpoint(0)
    response_rules_set(endpoint, rows=[{"outcome": "accepted"}], by=None)
    row = Attempt.objects.get(endpoint_id=endpoint.pk)
    address = reverse("admin:buyers_endpoint_reclassify", args=(endpoint.pk,))
    text = html(member(scene.world).post(address, {"call": row.pk}, follow=True))
    assert "1 answer left as before: Only a lead that nobody has bought" in text
    row.refresh_from_db()
    assert row.outcome == "rejected"
    stranger = Client()
    stranger.force_login(MemberFactory(company=CompanyFactory(), role=Role.OWNER).user)
    assert stranger.post(address, {"call": row.pk}).status_code in (302, 403, 404)
    lead.refresh_from_db()
    assert lead.status == "sold"
