"""The page of an endpoint: any way of delivering is set up by menus; what could not work is refused at its input."""

from typing import Any

import pytest
from django.urls import reverse

from apps.buyers.models import Endpoint
from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from tests.admin import page_form
from tests.admin.conftest import CALIFORNIA, House


def page(house: House, name: str = "change") -> str:
    return reverse(f"admin:buyers_endpoint_{name}", args=(house.world.endpoint.pk,))


def posted(house: House, **changes: Any) -> Any:
    client, url = house.client(Role.MANAGER), page(house)
    return client.post(url, page_form.read(client, url, "endpoint") | changes)


def errors(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    return {name: str(told) for name, told in response.context["adminform"].form.errors.items()}


def saved(house: House, **changes: Any) -> Endpoint:
    response = posted(house, **changes)
    told = (
        {}
        if response.status_code == 302
        else errors(response)
        | {each.formset.prefix: each.formset.errors for each in response.context["inline_admin_formsets"]}
    )
    assert response.status_code == 302, told
    house.world.endpoint.refresh_from_db()
    return house.world.endpoint


def rows_of(response: Any, prefix: str) -> list[dict[str, Any]]:
    assert response.status_code == 200
    found = next(each for each in response.context["inline_admin_formsets"] if each.formset.prefix == prefix)
    return found.formset.errors


def test_an_oauth_endpoint_is_kept_whole_and_its_secret_is_never_shown(ours: House) -> None:
    endpoint = saved(
        ours, auth_kind="oauth2", auth_name="acme", auth_secret="s3cret-of-acme",
        token_url="login.buyer.example/token", token_scope="leads", token_audience="api", client_auth="body",
        rate_limit="10", rate_seconds="1", concurrency="4", retry_profile="assured", canary_minutes="60",
    )  # fmt: skip
    assert (endpoint.auth_kind, endpoint.auth_name, endpoint.client_auth) == ("oauth2", "acme", "body")
    assert endpoint.token_url == "https://login.buyer.example/token"
    assert (endpoint.rate_limit, endpoint.concurrency, endpoint.canary_minutes) == (10, 4, 60)
    assert endpoint.auth_secret == "s3cret-of-acme"
    for role in Role:
        assert "s3cret-of-acme" not in ours.client(role).get(page(ours)).content.decode()
    assert "s3cret-of-acme" not in str(list(AuditEvent.objects.values_list("summary", "data")))
    assert saved(ours).auth_secret == "s3cret-of-acme", "saving without typing keeps it"
    refused = errors(posted(ours, **{"auth_secret-remove": "yes"}))
    assert set(refused) == {"auth_secret"}
    assert saved(ours, auth_kind="none", **{"auth_secret-remove": "yes"}).auth_secret == ""


def test_a_private_key_may_have_lines(ours: House) -> None:
    key = "-----BEGIN KEY-----\r\nabc\r\n-----END KEY-----"
    known = {"host_key": "SHA256:" + "A" * 43, "auth_name": "acme", "auth_secret": key}
    endpoint = saved(ours, kind="sftp", url="files.buyer.example/in", **known)
    assert endpoint.url == "sftp://files.buyer.example/in"
    assert endpoint.auth_secret == key.replace("\r\n", "\n")


def test_namespaces_are_lines(ours: House) -> None:
    text = "soap = http://schemas.xmlsoap.org/soap/envelope/\nurn:buyer?a=b"
    endpoint = saved(ours, body_format="xml", namespaces=text, **xml_targets(ours))
    assert endpoint.namespaces == [
        ["soap", "http://schemas.xmlsoap.org/soap/envelope/"],
        ["", "urn:buyer?a=b"],
    ]
    assert "urn:buyer?a=b" in ours.client(Role.VIEWER).get(page(ours)).content.decode()


def xml_targets(house: House) -> dict[str, str]:
    rows = enumerate(house.world.endpoint.mappings.all())
    return {f"mappings-{place}-target": f"Lead.{row.target}" for place, row in rows}


def test_a_subject_shows_no_personal_data(ours: House) -> None:
    changes = {"kind": "email", "email_to": "a@b.example, c@d.example"}
    told = errors(posted(ours, **changes, email_subject="Lead {{ last_name }}"))
    assert "last_name" in told["email_subject"]
    endpoint = saved(ours, **changes, email_subject="Lead {{ lead_id }} from {{ state }}")
    assert endpoint.email_to == "a@b.example, c@d.example"


# --- Rows -------------------------------------------------------------------------------------------------------------
def test_a_branch_is_a_condition_and_a_value(ours: House) -> None:
    changes = {
        "mappings-0-kind": "branch",
        "mappings-0-default": "elsewhere",
        "mappings-0-branches-0-expression": '{"kind": "test", "field": "state", "operator": "is", "value": "CA"}',
        "mappings-0-branches-0-value": "west of {{ city }}",
    }
    row = saved(ours, **changes).mappings.first()
    assert row.branches == [{"expression": CALIFORNIA, "value": "west of {{ city }}"}]
    shown = ours.client(Role.VIEWER).get(page(ours)).content.decode()
    assert "State is CA: west of {{ city }}" in shown
    assert saved(ours).mappings.first().branches == row.branches, "saving again loses nothing"


NOBODY = '{"kind": "test", "field": "nobody", "operator": "is", "value": "1"}'
WRONG_ROWS = (
    ({"kind": "branch"}, "branches", "none is given"),
    ({"kind": "branch", "branches-0-value": "x"}, "branches", "build its condition"),
    (
        {"kind": "branch", "branches-0-expression": NOBODY},
        "branches", "Branch 1",
    ),
    ({"kind": "value_table", "table": ""}, "table", "The value table is empty"),
    ({"max_length": "0"}, "max_length", "at least 1"),
    ({"kind": "system", "source": "state"}, "source", "system value"),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "name", "sentence"), WRONG_ROWS)
def test_a_wrong_row_is_refused_at_its_input(changes: dict, name: str, sentence: str, ours: House) -> None:
    response = posted(ours, **{f"mappings-0-{key}": value for key, value in changes.items()})
    told = rows_of(response, "mappings")[0]
    assert sentence in str(told[name])
    assert ours.world.endpoint.mappings.first().kind == "field"


def test_rules_read_both_phases_and_stand_in_an_order(ours: House) -> None:
    changes = {
        "rules-TOTAL_FORMS": "2",
        "rules-1-outcome": "rejected", "rules-1-phase": "status", "rules-1-match": "json_path",
        "rules-1-path": "state", "rules-1-operator": "equals", "rules-1-value": "no", "rules-1-position": "0",
        "rules-1-promise_path": "token", "rules-1-endpoint": str(ours.world.endpoint.pk),
    }  # fmt: skip
    rules = list(saved(ours, **changes).rules.all())
    assert [(rule.phase, rule.outcome, rule.position) for rule in rules] == [
        ("post", "accepted", 0),
        ("status", "rejected", 1),
    ]
    saved(ours, **{"rules-0-position": "1", "rules-1-position": "0"})
    assert [rule.outcome for rule in ours.world.endpoint.rules.all()] == ["rejected", "accepted"]


# --- Starting ---------------------------------------------------------------------------------------------------------
def added(house: House, **data: str) -> Any:
    client, url = house.client(Role.MANAGER), reverse("admin:buyers_endpoint_add")
    given = {"buyer": house.world.buyer.pk, "name": "New", "preset": "json", "url": "", "email_to": ""}
    return client.post(url, given | data, follow=True)


@pytest.mark.parametrize(
    ("data", "kind", "body_format", "target"),
    [
        ({"preset": "json", "url": "api.buyer.example/leads"}, "http", "json", "first_name"),
        ({"preset": "form", "url": "https://api.buyer.example"}, "http", "form", "first_name"),
        ({"preset": "query", "url": "https://api.buyer.example"}, "http", "query", "first_name"),
        ({"preset": "xml", "url": "https://api.buyer.example"}, "http", "xml", "Lead.FirstName"),
        ({"preset": "soap", "url": "https://api.buyer.example"}, "http", "raw", "FirstName"),
        ({"preset": "hubspot", "url": "https://api.buyer.example"}, "http", "json", "properties.firstname"),
        ({"preset": "salesforce", "url": "https://api.buyer.example"}, "http", "json", "FirstName"),
        ({"preset": "email", "email_to": "leads@buyer.example"}, "email", "json", "First name"),
        ({"preset": "sftp", "url": "files.buyer.example/in"}, "sftp", "json", "first_name"),
        ({"preset": "store"}, "store", "json", "first_name"),
    ],
)
def test_an_endpoint_starts_from_what_the_buyer_has(
    data: dict[str, str], kind: str, body_format: str, target: str, ours: House
) -> None:
    response = added(ours, **data)
    endpoint = Endpoint.objects.get(name="New")
    assert response.redirect_chain[-1][0] == reverse("admin:buyers_endpoint_change", args=(endpoint.pk,))
    assert (endpoint.kind, endpoint.body_format) == (kind, body_format)
    first = endpoint.mappings.get(source="first_name")
    assert first.target == target
    assert endpoint.rules.filter(outcome="accepted").exists() == (kind == "http")
    if endpoint.template:
        assert "<FirstName>{{ FirstName }}</FirstName>" in endpoint.template


def test_a_start_needs_to_know_where_to(ours: House) -> None:
    for data, name in (
        ({"preset": "xml"}, "url"),
        ({"preset": "email"}, "email_to"),
        ({"preset": "sftp", "url": "x"}, ""),
    ):
        response = added(ours, **data)
        if name:
            assert set(errors(response)) == {name}
    assert not Endpoint.objects.filter(name="New", kind="email").exists()


def test_starting_anew_asks_with_numbers_and_keeps_what_is_live(ours: House) -> None:
    client, url = ours.client(Role.MANAGER), page(ours, "start")
    assert ours.client(Role.OPERATOR).get(url).status_code == 403
    rows = ours.world.endpoint.mappings.count()
    assert f"{rows} mapping rows and 1 response rule are replaced" in client.get(url).content.decode()
    assert ours.world.endpoint.mappings.count() == rows
    client.post(url, {"confirmed": "yes", "preset": "xml"})
    endpoint = Endpoint.objects.get(pk=ours.world.endpoint.pk)
    assert endpoint.body_format == "xml"
    assert endpoint.mappings.filter(target="Lead.LastName").exists()
    assert endpoint.headers.get().secret == "Ours secret"
    assert endpoint.url == ours.world.endpoint.url
    assert AuditEvent.objects.filter(action="endpoint.started_from").count() == 1


# --- Orders -----------------------------------------------------------------------------------------------------------
def test_an_order_says_what_happens_outside_its_hours_and_after_a_sale(ours: House) -> None:
    other = Endpoint.objects.create(buyer=ours.world.buyer, name="CRM", url="http://127.0.0.1:9/crm")
    client = ours.client(Role.MANAGER)
    url = reverse("admin:buyers_leadorder_change", args=(ours.world.order.pk,))
    data = page_form.read(client, url, "leadorder") | {
        "outside_hours": "queue", "duplicate_days": "30", "duplicate_scope": "order",
        "copies-TOTAL_FORMS": "1", "copies-0-endpoint": str(other.pk), "copies-0-position": "0",
        "copies-0-order": str(ours.world.order.pk),
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    order = ours.world.order
    order.refresh_from_db()
    assert (order.outside_hours, order.duplicate_days, order.duplicate_scope) == ("queue", 30, "order")
    assert order.copies.get().endpoint == other
    same = page_form.read(client, url, "leadorder") | {"copies-0-endpoint": str(order.endpoint_id)}
    refused = client.post(url, same)
    assert "The order delivers there already" in str(rows_of(refused, "copies"))


def test_copies_are_offered_among_the_buyers_own_endpoints(ours: House, theirs: House) -> None:
    url = reverse("admin:buyers_leadorder_change", args=(ours.world.order.pk,))
    assert "Foreign endpoint" not in ours.client(Role.MANAGER).get(url).content.decode()
    assert theirs.world.endpoint.name == "Foreign endpoint"
