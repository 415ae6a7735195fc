"""Publish, refuse, roll back."""

import json

import pytest
from django.db import IntegrityError, transaction

from apps.buyers.services import header_add
from apps.campaigns.services import field_change, list_store
from apps.companies.models import AuditEvent
from apps.core.errors import ApplicationError
from apps.engine.orders import HeaderSpec
from apps.publishing import specs
from apps.publishing.models import Publication, Version
from apps.publishing.selectors import current, preview, readiness
from apps.publishing.services import NothingChangedError, PublishRefusedError, publish, roll_back
from tests.factories import draft_campaign, published_campaign

pytestmark = pytest.mark.django_db


def test_a_version_is_numbered_hashed_and_what_runs():
    world = published_campaign()

    version = Version.objects.get()
    assert (version.number, version.published_by, len(version.hash)) == (1, world.user, 64)
    assert version.changes == ["First version: 17 fields, 1 source, 1 order, 1 endpoint"]
    assert current(world.campaign.pk) == world.spec
    assert AuditEvent.objects.filter(action="campaign.published", object_id=world.campaign.pk).count() == 1


@pytest.mark.parametrize("change", [{"content": {}}, {"hash": "0" * 64}, {"number": 9}, {"changes": []}])
def test_the_database_itself_refuses_to_change_a_version(change):
    world = published_campaign()

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Version.objects.update(**change)
    Version.objects.update(note="Told later")
    assert current(world.campaign.pk) == world.spec


def test_nothing_changed_is_refused_and_writes_nothing():
    world = published_campaign()

    with pytest.raises(NothingChangedError, match=r"Nothing has changed since version 1\."):
        publish(world.campaign, by=world.user)
    assert Version.objects.count() == 1


def test_what_cannot_run_is_refused_with_object_and_field():
    world = draft_campaign(order={"name": "Acme CA"})
    world.order.endpoint = None
    world.order.save()

    with pytest.raises(PublishRefusedError) as refused:
        publish(world.campaign, by=world.user)

    problem = refused.value.problems[0]
    assert problem.message == "Order Acme CA has no endpoint"
    assert (problem.object_type, problem.object_id, problem.field) == (
        "buyers.leadorder",
        world.order.pk,
        "endpoint",
    )
    assert not Version.objects.exists()
    assert not Publication.objects.exists()


def test_a_paused_order_without_endpoint_does_not_stand_in_the_way():
    world = draft_campaign()
    world.add_order(name="Later", endpoint={"name": "x"}, is_active=False)
    world.campaign.orders.filter(name="Later").update(endpoint=None)

    assert [order.name for order in world.publish().spec.orders] == [world.order.name]


def test_the_second_version_tells_what_changed():
    world = published_campaign()
    field_change(world.campaign.fields.get(name="city"), required=True, by=world.user)
    world.order.price = "42.00"
    world.order.save()

    version = world.publish(note="Dearer").version

    assert version.number == 2
    assert version.changes == ["Field city is now required", f"Order {world.order.name}: price 40.00 → 42.00"]


def test_roll_back_publishes_older_content_as_a_new_version():
    world = published_campaign()
    first = world.spec
    world.order.price = "42.00"
    world.order.save()
    world.publish()

    version = roll_back(world.campaign, 1, by=world.user).version

    assert (version.number, version.rolled_back_to) == (3, 1)
    assert version.changes == [f"Order {world.order.name}: price 42.00 → 40.00"]
    running = current(world.campaign.pk)
    assert running.orders == first.orders
    assert running.version == 3
    with pytest.raises(NothingChangedError):
        roll_back(world.campaign, 1, by=world.user)
    with pytest.raises(ApplicationError, match="no version 9"):
        roll_back(world.campaign, 9, by=world.user)


def test_roll_back_leaves_out_what_was_deleted_since():
    world = published_campaign()
    world.add_order(name="Second")
    world.publish()
    world.order.delete()
    world.publish()
    field_change(world.campaign.fields.get(name="city"), required=True, by=world.user)
    world.publish()

    running = roll_back(world.campaign, 2, by=world.user).spec

    assert [order.name for order in running.orders] == ["Second"]
    assert [endpoint.id for endpoint in running.endpoints] == [running.orders[0].endpoint_id]
    assert not next(field for field in running.fields if field.name == "city").required


def test_roll_back_refuses_when_a_secret_is_gone():
    world = published_campaign(
        prepare=lambda w: header_add(w.endpoint, name="Authorization", secret="s3cret", by=w.user)
    )
    world.endpoint.headers.all().delete()
    world.publish()

    with pytest.raises(PublishRefusedError) as refused:
        roll_back(world.campaign, 1, by=world.user)
    assert "has lost the secret of header “Authorization”" in refused.value.problems[0].message
    assert Version.objects.count() == 2


def test_a_version_holds_no_secret():
    world = published_campaign(
        prepare=lambda w: header_add(
            w.endpoint, name="Authorization", secret="s3cret-of-the-buyer", by=w.user
        )
    )

    header = world.endpoint.headers.get()
    assert world.spec.endpoints[0].headers == (HeaderSpec("Authorization", "", str(header.pk)),)
    stored = json.dumps(Version.objects.get().content)
    assert "s3cret-of-the-buyer" not in stored
    assert world.key not in stored


def test_lists_are_shared_between_versions_and_kept_out_of_them():
    world = draft_campaign(order={"zips_mode": "include"})
    text = "\n".join(f"{number:05d}" for number in range(10_000, 30_000))
    world.order.zip_list = list_store(world.company, name="Texas", text=text, by=world.user)
    world.order.save()
    first = world.publish()
    world.order.price = "41.00"
    world.order.save()
    second = world.publish()

    specs.forget()
    old, new = specs.load(first.version.pk), specs.load(second.version.pk)
    key = new.orders[0].zips.list_hash
    assert old.lists[key] is new.lists[key]
    assert len(new.lists[key]) == 20_000
    assert len(json.dumps(second.version.content)) < 20_000


def test_another_content_of_a_list_is_told_by_count():
    world = draft_campaign(campaign={"zips_mode": "include"})
    world.campaign.zip_list = list_store(
        world.company, name="Texas", text="75001\n75002\n75006", by=world.user
    )
    world.campaign.save()
    world.publish()
    list_store(world.company, name="Texas", text="75001\n75007\n75008\n750*", by=world.user)

    assert world.publish().version.changes == ["Zip list Texas: 3 zips added, 2 removed"]


def test_new_duplicate_rules_are_handed_to_the_caller():
    world = draft_campaign()
    first = world.publish()
    assert [rule.fields for rule in first.new_duplicate_rules] == [("email", "phone")]
    world.campaign.duplicate_rules.update(window_hours=24)
    assert world.publish().new_duplicate_rules == ()
    world.campaign.duplicate_rules.update(window_hours=48)
    assert [rule.window_s for rule in world.publish().new_duplicate_rules] == [48 * 3600]


def test_preview_is_the_diff_without_writing():
    world = published_campaign()
    assert not preview(world.campaign).possible
    world.order.price = "42.00"
    world.order.save()

    shown = preview(world.campaign)

    assert shown.possible
    assert shown.changes == (f"Order {world.order.name}: price 40.00 → 42.00",)
    assert Version.objects.count() == 1


def test_readiness_says_why_something_is_not_live():
    world = draft_campaign()
    before = readiness(world.campaign)
    assert before.campaign.reasons == ("No version is published",)
    assert before.terms[0].reasons == (
        "In testing: only test leads are taken",
        "Not in the published version",
    )
    assert not before.is_live

    ready = published_campaign()
    after = readiness(ready.campaign)
    assert after.is_live
    assert all(item.is_live for item in after.items)
    assert not after.unpublished

    ready.buyer.is_active = False
    ready.buyer.save()
    assert readiness(ready.campaign).orders[0].reasons == ("The buyer is paused",)


@pytest.mark.parametrize("switch", ["order", "buyer", "endpoint"])
def test_readiness_warns_when_every_order_is_switched_off_one_way_or_another(switch):
    world = published_campaign()
    assert readiness(world.campaign).campaign.notes == ()

    row = getattr(world, switch)
    type(row).objects.filter(pk=row.pk).update(is_active=False)
    assert readiness(world.campaign).campaign.notes == ("No order is active: accepted leads stay unsold",)
