"""Requirements that are drawn or live: the map of states, rules that are not told, how much of a cap is left."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.core.clock import now
from apps.engine.caps import period_key
from apps.engine.requirements import CapSpec
from apps.leads.models import CapCounter
from apps.posting_instructions.pages.caps_left import left
from apps.posting_instructions.pages.state_map import state_map
from tests.posting_instructions.conftest import Reader
from tests.posting_instructions.worlds import made

AT = datetime(2026, 11, 24, 18, tzinfo=UTC)
"""A Tuesday, 1 PM in New York."""


def cap(limit: int, period: str = "day", key: str = "terms:1") -> CapSpec:
    return CapSpec(key, "terms", "accepted", period, limit, "America/New_York")


@pytest.mark.parametrize(
    ("used", "word"),
    [
        (0, "More than half is left"),
        (49, "More than half is left"),
        (50, "Less than half is left"),
        (89, "Less than half is left"),
        (90, "Nearly used up"),
        (99, "Nearly used up"),
        (100, "Used up"),
        (140, "Used up"),
    ],
)
def test_a_cap_is_told_in_bands(used: int, word: str) -> None:
    found = left((cap(100),), {"terms:1": used}, AT)
    assert found is not None
    assert found.word == word
    assert not any(character.isdigit() for character in found.word)


def test_a_cap_that_is_used_up_says_until_when() -> None:
    told = {
        period: left((cap(1, period),), {"terms:1": 1}, AT).words
        for period in ("hour", "day", "week", "month", "total")
    }
    assert told == {
        "hour": "this hour; leads are taken again at 2 PM Eastern.",
        "day": "today; leads are taken again tomorrow at 12 AM Eastern.",
        "week": "this week; leads are taken again on Monday at 12 AM Eastern.",
        "month": "this month; leads are taken again on 1 December at 12 AM Eastern.",
        "total": "in total.",
    }


def test_the_tightest_of_several_counts() -> None:
    group = (cap(100, "day", "a"), cap(10, "month", "b"))
    assert left(group, {"a": 1, "b": 9}, AT).words == "this month."
    assert left((), {}, AT) is None


def test_how_much_is_left_is_told_only_where_the_client_says_so(client: Client, db: None) -> None:
    world = made("full")
    reader = Reader(client, world.token)
    (of_terms,) = next(terms for terms in world.spec.terms if terms.id == world.terms.pk).caps
    CapCounter.objects.create(cap_key=of_terms.key, period_key=period_key(of_terms, now()), used=36)
    assert "Nearly used up" not in reader.html("requirements/")
    world.terms.tells_caps = True
    world.terms.save()
    html = reader.html("requirements/")
    assert "Nearly used up" in html
    assert "More than half is left" in html  # of the campaign's
    assert "37" not in html.split('id="caps"')[1].split("</section>")[0]
    assert "Nearly used up" in reader.post("requirements/zip/", {"zip": "90210"}).content.decode()


def test_the_map_shows_what_the_list_says(client: Client, db: None) -> None:
    world = made("full")
    drawn = state_map(world.spec)
    assert {tile.code for tile in drawn.tiles if tile.taken} == {"CA", "AZ", "NV"}
    assert len(drawn.tiles) == len({(tile.x, tile.y) for tile in drawn.tiles}) == 51
    html = Reader(client, world.token).html("requirements/")
    assert (
        'role="img" aria-label="Map of the United States: 3 of 51 states are taken; the list names them."'
        in html
    )
    assert "<title>California: taken</title>" in html
    assert "<title>Texas: refused</title>" in html
    other = made("excluding")
    assert {tile.code for tile in state_map(other.spec).tiles if not tile.taken} == {"NY", "CA"}
    assert state_map(made("usual").spec) is None


def test_of_rules_that_are_not_public_only_their_number_is_told(client: Client, db: None) -> None:
    world = made("full")
    html = Reader(client, world.token).html("requirements/")
    assert "Accepted when: Homeowner is yes." in html
    assert "1 further filter of your client&#x27;s applies." in html
    assert "starts with" not in html
    text = Reader(client, world.token).html("contract/instructions.md")
    assert "1 further filter of your client's applies." in text
    assert "starts with" not in text
