"""The campaign workspace: making a campaign, its rules, caps, hours and zip lists, and what is refused in words."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.campaigns.admin.expressions import ExpressionField, in_words
from apps.campaigns.models import Campaign, Rule, ValueList
from apps.companies.choices import Role
from tests.admin import page_form
from tests.admin.conftest import House
from tests.factories import CampaignFactory


def is_test(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"kind": "test", "field": field, "operator": operator, "value": value}


def requirements(house: House) -> str:
    return reverse("admin:campaigns_campaign_requirements", args=(house.world.campaign.pk,))


def errors_of(response: Any) -> str:
    inlines = [inline.formset.errors for inline in response.context["inline_admin_formsets"]]
    return str([response.context["adminform"].form.errors, inlines])


def test_a_new_campaign_begins_with_fields_a_group_and_a_page_to_go_on(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    data = {
        "company": ours.world.company.pk,
        "name": "Solar",
        "description": "",
        "traffic": "simple",
        "time_zone": "America/Denver",
    }
    response = client.post(reverse("admin:campaigns_campaign_add"), data)
    campaign = Campaign.objects.get(name="Solar")
    assert response.url == reverse("admin:campaigns_campaign_change", args=(campaign.pk,))
    assert campaign.fields.filter(role="email").exists()
    assert campaign.groups.count() == 1
    assert "no version is published" in client.get(response.url).content.decode()


def test_a_new_campaign_for_ping_and_post_begins_with_what_each_requires(ours: House) -> None:
    data = {
        "company": ours.world.company.pk,
        "name": "Solar",
        "traffic": "exchange",
        "time_zone": "America/Denver",
    }
    ours.client(Role.MANAGER).post(reverse("admin:campaigns_campaign_add"), data)
    fields = Campaign.objects.get(name="Solar").fields
    assert not fields.filter(name__in=["zip", "address"]).exists()
    assert fields.get(name="zipcode").required_on_ping


def test_a_new_campaign_is_offered_the_zone_of_its_company(ours: House) -> None:
    ours.world.company.time_zone = "America/Denver"
    ours.world.company.save()
    url = reverse("admin:campaigns_campaign_add")
    assert page_form.read(ours.client(Role.MANAGER), url, "campaign")["time_zone"] == ["America/Denver"]


def test_a_second_campaign_of_that_name_is_an_error_on_the_form(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    data = {
        "company": ours.world.company.pk,
        "name": "Ours campaign",
        "traffic": "simple",
        "time_zone": "America/Denver",
    }
    response = client.post(reverse("admin:campaigns_campaign_add"), data)
    assert "already exists" in str(response.context["adminform"].form.errors)
    other = Campaign.objects.create(company=ours.world.company, name="Another")
    url = reverse("admin:campaigns_campaign_change", args=(other.pk,))
    response = client.post(url, page_form.read(client, url, "campaign", name="Ours campaign"))
    assert "already exists" in str(response.context["adminform"].form.errors)


def test_a_rule_is_kept_as_a_tree_and_shown_in_words(ours: House) -> None:
    client, rule = ours.client(Role.MANAGER), ours.rows["campaigns.rule"]
    tree = {
        "kind": "any",
        "children": [is_test("state", "in", ["CA", "OR"]), is_test("zip", "within_km", ["90210", "50"])],
    }
    data = page_form.read(client, requirements(ours), "campaign") | {"rules-0-expression": json.dumps(tree)}
    assert client.post(requirements(ours), data).status_code == 302
    rule.refresh_from_db()
    assert rule.expression == tree
    text = client.get(requirements(ours)).content.decode()
    assert "State is CA or OR or Zip code is within 50 km of 90210" in text


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (is_test("gone", "is", "x"), "There is no field “gone”"),
        (is_test("state", "lt", "5"), "does not fit a field of type State"),
        (is_test("state", "is", "Atlantis"), "“Atlantis” is not a value of State"),
        (is_test("city", "matches", "("), "City:"),
        (is_test("", "is", "x"), "Choose a field in every test"),
        ({"kind": "all", "children": []}, "A group has no tests"),
        ({"kind": "sum", "children": []}, "This is no expression."),
        (["all"], "This is no expression."),
        ({"kind": "test", "field": "state", "operator": "is", "value": {"a": 1}}, "A value is a text"),
    ],
)
def test_an_expression_that_cannot_run_is_refused_with_a_sentence(tree: Any, sentence: str, db: Any) -> None:
    field = ExpressionField()
    field.campaign = CampaignFactory()
    with pytest.raises(ValidationError) as refused:
        field.clean(json.dumps(tree))
    assert sentence in " ".join(refused.value.messages)


def test_the_page_keeps_the_rule_it_had_and_says_what_is_wrong(ours: House) -> None:
    client, rule = ours.client(Role.MANAGER), ours.rows["campaigns.rule"]
    tree = json.dumps(is_test("gone", "is", "x"))
    data = page_form.read(client, requirements(ours), "campaign") | {"rules-0-expression": tree}
    response = client.post(requirements(ours), data)
    assert response.status_code == 200
    assert "There is no field “gone”." in errors_of(response)
    assert Rule.objects.get(pk=rule.pk).expression == rule.expression


def test_hostile_trees_are_refused_before_they_cost_anything(ours: House) -> None:
    field = ExpressionField()
    for value in (
        "[" * 100_000,
        "{" * 59_000,
        '{"kind": "all", "children": [' * 50 + "]}" * 50,
        "x" * 70_000,
        "\x00",
    ):
        with pytest.raises(Exception, match=r"expression|long"):
            field.clean(value)


def test_the_builder_is_told_menus_and_words(ours: House) -> None:
    client, pk = ours.client(Role.VIEWER), ours.world.campaign.pk
    catalog = client.get(reverse("admin:campaigns_campaign_catalog", args=(pk,))).json()
    state = next(field for field in catalog["fields"] if field["name"] == "state")
    assert {"value": "CA", "label": "CA California"} in state["choices"]
    assert catalog["lists"][0]["label"] == "Ours list"
    words = reverse("admin:campaigns_campaign_words", args=(pk,))
    listed = is_test("zip", "in_list", [catalog["lists"][0]["value"], "Ours list"])
    told = client.post(words, json.dumps(listed), content_type="application/json").json()
    assert told == {"words": "Zip code is in the list “Ours list”", "problems": []}
    assert client.post(words, "nonsense", content_type="application/json").json()["problems"]


def test_readers_see_words_not_json(ours: House) -> None:
    text = ours.client(Role.VIEWER).get(requirements(ours)).content.decode()
    assert "State is CA" in text
    assert "&quot;kind&quot;" not in text


def test_words_of_a_broken_tree_do_not_break_the_page() -> None:
    assert in_words({"kind": "nonsense"}) == "This is no expression."
    assert in_words(None) == ""


def test_states_without_a_tick_and_half_a_lead_are_refused(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    data = page_form.read(client, requirements(ours), "campaign", states_mode="include") | {
        "caps-0-limit": "2.5"
    }
    told = errors_of(client.post(requirements(ours), data))
    assert "Tick at least one state" in told
    assert "A number of leads is a whole number" in told


def test_fields_are_sorted_and_added_on_one_page(ours: House) -> None:
    client, campaign = ours.client(Role.MANAGER), ours.world.campaign
    url = reverse("admin:campaigns_campaign_fields", args=(campaign.pk,))
    data = page_form.read(client, url, "campaign")
    count = campaign.fields.count()
    data |= {
        "fields-TOTAL_FORMS": str(count + 1), f"fields-{count}-name": "roof_age", f"fields-{count}-type": "integer",
        f"fields-{count}-campaign": campaign.pk, f"fields-{count}-position": "0", "fields-0-position": "99",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    names = list(campaign.fields.values_list("name", flat=True))
    assert "roof_age" in names
    assert names[-1] == "first_name"


def test_the_hours_of_a_week_are_set_at_once(ours: House) -> None:
    client, campaign = ours.client(Role.MANAGER), ours.world.campaign
    url = reverse("admin:campaigns_campaign_week", args=(campaign.pk,))
    assert "1 opening is replaced" in client.get(url).content.decode()
    answer = {"confirmed": "yes", "days": ["0", "1", "4"], "opens": "08:30", "closes": "18:00"}
    assert "Enter a valid time" in client.post(url, answer | {"opens": "half past"}).content.decode()
    assert campaign.windows.count() == 1
    client.post(url, answer)
    assert [str(window) for window in campaign.windows.all()] == [
        "Monday 08:30–18:00", "Tuesday 08:30–18:00", "Friday 08:30–18:00",
    ]  # fmt: skip
    assert ours.client(Role.OPERATOR).post(url, answer).status_code == 403


def test_the_search_box_finds_ones_own_things_by_name(ours: House, theirs: House) -> None:
    client = ours.client(Role.VIEWER)
    for mark, found in (("ours campaign", True), ("foreign campaign", False)):
        text = client.get(reverse("admin:search"), {"s": mark, "extended": "1"}).content.decode()
        assert (f"/admin/campaigns/campaign/{ours.world.campaign.pk}/" in text) is found
        assert theirs.mark not in text


# --- Zip lists --------------------------------------------------------------------------------------------------------
def upload(client: Any, house: House, text: str, name: str = "Big") -> Any:
    file = SimpleUploadedFile("zips.csv", text.encode(), content_type="text/csv")
    data = {"company": house.world.company.pk, "name": name, "upload": file, "text": ""}
    return client.post(reverse("admin:campaigns_valuelist_add"), data, follow=True)


def test_fifty_thousand_zips_are_uploaded_told_about_and_downloaded(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    zips = [f"{number:05d}" for number in range(49_812)]
    response = upload(
        client, ours, "zip,city\r\n" + "".join(f"{each},x\r\n" for each in [*zips, *zips[:188]])
    )
    assert "49,812 zips, 188 duplicates dropped" in response.content.decode()
    stored = ValueList.objects.get(name="Big")
    csv = client.get(reverse("admin:campaigns_valuelist_download", args=(stored.pk,)))
    assert csv.content.decode().split("\r\n")[:3] == ["zip", "00000", "00001"]
    assert len(csv.content.decode().split()) == 49_813


def test_wrong_lines_are_named_and_nothing_is_kept(ours: House) -> None:
    response = upload(ours.client(Role.MANAGER), ours, "90210\nBeverly\n123\n")
    told = str(response.context["adminform"].form.errors)
    assert "Line 2: “Beverly” is no zip code" in told
    assert "Line 3: “123” lost its leading zero; write 00123." in told
    assert not ValueList.objects.filter(name="Big").exists()


def test_a_list_in_use_says_where_and_cannot_be_deleted(ours: House) -> None:
    client, listed = ours.client(Role.MANAGER), ours.rows["campaigns.valuelist"]
    order = ours.world.order
    order.zip_list, order.zips_mode = listed, "include"
    order.save()
    page = reverse("admin:campaigns_valuelist_change", args=(listed.pk,))
    assert "lead order Ours order" in client.get(page).content.decode()
    client.post(reverse("admin:campaigns_valuelist_delete", args=(listed.pk,)), {"post": "yes"})
    assert ValueList.objects.filter(pk=listed.pk).exists()
    renamed = client.post(page, {"name": "West", "text": ""})
    assert renamed.status_code == 302
    listed.refresh_from_db()
    assert (listed.name, listed.content.size) == ("West", 2)
