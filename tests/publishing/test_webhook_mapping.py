"""The mapping of a webhook belongs to the version: refused, told in words, rolled back."""

from collections.abc import Sequence

import pytest

from apps.campaigns.specs import field_spec
from apps.core.errors import ApplicationError
from apps.engine.orders import MappingRow
from apps.publishing.services import PublishRefusedError, roll_back
from apps.sources.models import Webhook
from apps.sources.services import webhook_create, webhook_map
from tests.factories import World, published_campaign

pytestmark = pytest.mark.django_db

EMAIL = MappingRow("email", "field", source="answers[key=mail].value")
FIRST = MappingRow("first_name", "split", source="name", part="first_word")


def mapped(world: World, rows: Sequence[MappingRow], **options: str) -> bool:
    """Save a mapping, as the page does."""
    fields = [field_spec(field) for field in world.campaign.fields.all()]
    hook = webhook_create(world.terms, by=world.user)
    return webhook_map(hook, rows, fields=fields, by=world.user, **options)


def test_changes_are_told_in_words_and_an_older_version_can_run_again() -> None:
    world = published_campaign()
    label = f"Source {world.source.name}"
    mapped(world, [EMAIL, FIRST])
    assert world.publish().version.changes == [
        f"{label}: webhook: email ← answers[key=mail].value",
        f"{label}: webhook: first_name ← first_word of name",
    ]
    mapped(world, [MappingRow("email", "constant", value="a@b.co")], test_path="meta.test")
    assert world.publish().version.changes == [
        f"{label}: webhook: email ← “a@b.co”, not answers[key=mail].value",
        f"{label}: webhook: first_name is no longer mapped",
        f"{label}: webhook: test flag at none → meta.test",
    ]
    again = roll_back(world.campaign, 2, by=world.user)
    (terms,) = again.spec.terms
    assert terms.webhook is not None
    assert terms.webhook.mapping == (EMAIL, FIRST)


def test_the_same_mapping_again_is_no_change() -> None:
    world = published_campaign()
    assert mapped(world, [EMAIL]) is True
    assert mapped(world, [EMAIL]) is False


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (MappingRow("nonsense", "constant", value="x"), "“nonsense” is no field of the campaign."),
        (MappingRow("email", "field", source="a[["), "“email” has a path that cannot be read"),
        (MappingRow("email", "system", source="lead_id"), "“email” cannot be of the kind “system”."),
        (MappingRow("email", "split", source="a", part="x"), "“email” “x” is no part of a value"),
    ],
)
def test_a_mapping_that_cannot_run_is_refused_with_its_reason(row: MappingRow, said: str) -> None:
    world = published_campaign()
    with pytest.raises(ApplicationError, match="“") as refused:
        mapped(world, [row])
    assert refused.value.message.startswith(said)
    assert Webhook.objects.get().mapping == []


def test_a_field_that_went_away_stops_the_next_publish() -> None:
    world = published_campaign()
    mapped(world, [EMAIL])
    world.campaign.fields.filter(name="email").update(name="mail")
    with pytest.raises(PublishRefusedError) as refused:
        world.publish()
    assert any("map “email” by their webhook" in each.message for each in refused.value.problems)
