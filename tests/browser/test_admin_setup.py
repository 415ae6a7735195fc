"""Setting up a campaign in a real browser: large, small, by keyboard, without scripts, under the page's policy."""

import pytest
from playwright.sync_api import Page, expect

from apps.campaigns.models import Rule
from apps.publishing.selectors import current_version
from tests.browser.chromium import DESKTOP, PHONE, Opened, choose
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALIFORNIA = {"kind": "test", "field": "state", "operator": "is", "value": "CA"}


def of_campaign(world: World, name: str) -> str:
    return f"/admin/campaigns/campaign/{world.campaign.pk}/{name}/"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_opens_without_a_fault_and_fits(size: dict[str, int], visit: Opened, world: World) -> None:
    opened = visit(viewport=size)
    paths = [
        of_campaign(world, name)
        for name in ("change", "fields", "requirements", "sources", "buyers", "publish", "versions", "switch")
    ]
    paths += [
        "/admin/campaigns/campaign/", "/admin/campaigns/valuelist/add/", "/admin/sources/block/add/",
        f"/admin/sources/source/{world.source.pk}/change/", f"/admin/sources/terms/{world.terms.pk}/change/",
        f"/admin/sources/terms/{world.terms.pk}/approval/", f"/admin/buyers/buyer/{world.buyer.pk}/change/",
        f"/admin/buyers/leadorder/{world.order.pk}/change/", f"/admin/buyers/endpoint/{world.endpoint.pk}/change/",
        f"/admin/buyers/endpoint/{world.endpoint.pk}/preview/", "/admin/companies/member/",
        "/admin/companies/auditevent/",
    ]  # fmt: skip
    wide = {}
    for path in paths:
        page = opened.open(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            wide[path] = width
    assert wide == {}


def test_a_rule_is_built_with_menus_by_keyboard(visit: Opened, world: World) -> None:
    page = visit().open(of_campaign(world, "requirements"))
    page.locator("#rules-group").get_by_text("Add another Condition or filter").click()
    page.locator("#id_rules-0-name").fill("California or near Reno")
    builder = page.locator("#rules-group .form-group:not(.empty-form) .sl-expr").first
    button = builder.get_by_role("button", name="Build with menus")
    button.focus()
    page.keyboard.press("Enter")
    first = builder.get_by_label("Field", exact=True).first
    expect(first).to_be_focused()
    choose(first, "state")
    choose(builder.get_by_label("Value", exact=True), "CA")
    builder.get_by_role("button", name="+ Test").press("Enter")
    choose(builder.get_by_label("Field", exact=True).nth(1), "zip")
    choose(builder.get_by_label("Operator", exact=True).nth(1), "within_km")
    builder.get_by_label("Kilometres").fill("50")
    builder.get_by_label("Zip code").fill("89501")
    choose(builder.get_by_label("How the tests of this group combine"), "any")
    expect(builder.locator("[data-expression-words]")).to_have_text(
        "State is CA or Zip code is within 50 km of 89501"
    )
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Requirements saved. The change acts when you publish.")).to_be_visible()
    rule = Rule.objects.get(campaign=world.campaign)
    assert rule.expression == {
        "kind": "any",
        "children": [
            CALIFORNIA,
            {"kind": "test", "field": "zip", "operator": "within_km", "value": ["89501", "50"]},
        ],
    }
    expect(page.locator("#rules-group [data-expression-words]").first).to_have_text(
        "State is CA or Zip code is within 50 km of 89501"
    )


def test_what_is_wrong_is_said_while_it_is_built(visit: Opened, world: World) -> None:
    Rule.objects.create(campaign=world.campaign, name="State", expression=CALIFORNIA)
    page = visit().open(of_campaign(world, "requirements"))
    builder = page.locator("#rules-group .sl-expr").first
    builder.get_by_role("button", name="Change").click()
    choose(builder.get_by_label("Field", exact=True), "city")
    choose(builder.get_by_label("Operator", exact=True), "matches")
    builder.get_by_label("Regular expression").fill("(")
    expect(builder.locator("[data-expression-problems] li")).to_contain_text("City")
    builder.get_by_role("button", name="Remove this test").click()
    expect(builder.get_by_role("button", name="Build with menus")).to_be_focused()
    assert builder.locator("[data-expression-value]").input_value() == ""


def test_every_shape_of_value_has_its_input(visit: Opened, world: World) -> None:
    none_of = {"kind": "not", "children": [{"kind": "any", "children": [
        {"kind": "test", "field": "state", "operator": "in", "value": ["CA", "OR"]},
        {"kind": "test", "field": "email", "operator": "is_missing", "value": None},
    ]}]}  # fmt: skip
    Rule.objects.create(campaign=world.campaign, name="Tree", expression=none_of)
    page = visit().open(of_campaign(world, "requirements"))
    builder = page.locator("#rules-group .sl-expr").first
    builder.get_by_role("button", name="Change").click()
    expect(builder.get_by_label("How the tests of this group combine")).to_have_value("none")
    expect(builder.get_by_label("CA California")).to_be_checked()
    builder.get_by_label("NV Nevada").check()
    value = builder.locator("[data-expression-value]").input_value()
    assert '"kind":"not"' in value
    assert '["CA","OR","NV"]' in value


def test_without_scripts_words_are_read_and_saving_loses_nothing(visit: Opened, world: World) -> None:
    rule = Rule.objects.create(campaign=world.campaign, name="State", expression=CALIFORNIA)
    page = visit(java_script_enabled=False).open(of_campaign(world, "requirements"))
    expect(page.get_by_text("State is CA", exact=True)).to_be_visible()
    expect(page.get_by_text("Changing it needs JavaScript").first).to_be_visible()
    page.locator("#id_rules-0-name").fill("Only California")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Requirements saved.")).to_be_visible()
    rule.refresh_from_db()
    assert (rule.name, rule.expression) == ("Only California", CALIFORNIA)


def test_a_price_is_changed_published_and_rolled_back(visit: Opened, world: World) -> None:
    before = current_version(world.campaign).number
    page = visit().open(f"/admin/buyers/leadorder/{world.order.pk}/change/")
    page.locator("#id_price").fill("77.00")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Campaign", exact=True).click()
    page.get_by_role("link", name="Publish…").click()
    expect(page.get_by_text("77.00")).to_be_visible()
    page.get_by_label("Note").fill("pays more")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text(f"Version {before + 1} runs now,")).to_be_visible()
    page.get_by_role("link", name="Roll back to this…").first.click()
    page.get_by_role("button", name=f"Run version {before} again").click()
    expect(page.get_by_text(f"Version {before + 2} runs now,")).to_be_visible()
    assert current_version(world.campaign).rolled_back_to == before


def test_a_mapping_row_shows_only_what_its_kind_reads(visit: Opened, world: World) -> None:
    page = visit().open(f"/admin/buyers/endpoint/{world.endpoint.pk}/change/")
    row = page.locator("#mappings-group .form-group").first
    row.locator("strong").click()
    expect(row.locator(".field-source")).to_be_visible()
    expect(row.locator(".field-table")).to_be_hidden()
    row.get_by_label("Comes from").select_option("value_table")
    expect(row.locator(".field-table")).to_be_visible()
    row.get_by_label("Comes from").select_option("constant")
    expect(row.locator(".field-source")).to_be_hidden()
    expect(row.locator(".field-value")).to_be_visible()


def test_a_new_row_is_open_and_an_old_one_opens_by_keyboard(visit: Opened, world: World) -> None:
    page = visit().open(f"/admin/buyers/endpoint/{world.endpoint.pk}/change/")
    page.get_by_text("Add another Response rule").click()
    expect(page.locator("#id_rules-1-outcome")).to_be_visible()
    first = page.locator("#id_mappings-0-target")
    expect(first).to_be_hidden()
    page.locator("#mappings-group strong").first.press("Enter")
    expect(first).to_be_visible()


def test_the_states_appear_when_they_count_and_are_ticked_at_once(visit: Opened, world: World) -> None:
    page: Page = visit().open(of_campaign(world, "requirements"))
    expect(page.locator("#id_states")).to_be_hidden()
    page.locator("#id_states_mode").select_option("include")
    page.locator("#id_states").get_by_role("button", name="All").click()
    expect(page.locator("#id_states")).to_contain_text("60 of 60 ticked")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Requirements saved.")).to_be_visible()
    world.campaign.refresh_from_db()
    assert len(world.campaign.states) == 60


def test_a_switch_asks_and_then_acts(visit: Opened, world: World) -> None:
    page = visit(viewport=PHONE).open(of_campaign(world, "change"))
    page.get_by_role("link", name="Pause…").click()
    expect(page.get_by_text("1 source is refused at once")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("is paused from now on")).to_be_visible()
    world.campaign.refresh_from_db()
    assert not world.campaign.is_active
