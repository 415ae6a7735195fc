"""Terms, orders and endpoints: keys and links, approval, blocks, mapping rows, headers, previews."""

import pytest
from django.urls import reverse

from apps.companies.choices import Role
from apps.companies.models import AuditEvent
from apps.sources.models import Block, Terms
from apps.sources.selectors import live_credentials, live_links
from tests.admin import page_form
from tests.admin.conftest import House


def of_terms(house: House, name: str, *args: int) -> str:
    return reverse(f"admin:sources_terms_{name}", args=(house.world.terms.pk, *args))


def test_new_terms_have_a_key_and_a_link_at_once(ours: House) -> None:
    client = ours.client(Role.MANAGER)
    Terms.objects.filter(pk=ours.world.terms.pk).delete()
    data = {
        "source": ours.world.source.pk,
        "campaign": ours.world.campaign.pk,
        "payout_kind": "fixed",
        "payout_amount": "18",
    }
    response = client.post(reverse("admin:sources_terms_add"), data, follow=True)
    terms = Terms.objects.get(campaign=ours.world.campaign)
    assert live_credentials(terms).count() == 1
    assert live_links(terms).get().token in response.content.decode()
    assert "In testing" in response.content.decode()


def test_a_key_is_masked_until_revealed_and_that_is_on_record(ours: House) -> None:
    client, key = ours.client(Role.OPERATOR), ours.rows["sources.credential"]
    page = of_terms(ours, "change")
    assert ours.world.key not in client.get(page).content.decode()
    assert client.get(of_terms(ours, "key_reveal", key.pk)).status_code == 405
    shown = client.post(of_terms(ours, "key_reveal", key.pk), follow=True).content.decode()
    assert ours.world.key in shown
    assert ours.world.key not in client.get(page).content.decode()
    assert AuditEvent.objects.filter(action="credential.revealed", object_id=key.pk).count() == 1
    assert ours.world.key not in str(list(AuditEvent.objects.values_list("summary", "data")))


def test_keys_and_links_are_renewed_and_revoked_after_a_question(ours: House) -> None:
    client, terms, answer = ours.client(Role.OPERATOR), ours.world.terms, {"confirmed": "yes"}
    old = ours.rows["sources.credential"]
    client.post(of_terms(ours, "key_new"), answer)
    assert live_credentials(terms).count() == 2
    refused = client.post(of_terms(ours, "key_new"), answer, follow=True)
    assert "Two keys are live already" in refused.content.decode()
    assert "1 other key stays live" in client.get(of_terms(ours, "key_revoke", old.pk)).content.decode()
    assert live_credentials(terms).count() == 2
    client.post(of_terms(ours, "key_revoke", old.pk), answer)
    assert old not in live_credentials(terms)
    link = ours.rows["sources.instructionlink"]
    client.post(of_terms(ours, "link_new"), answer)
    client.post(of_terms(ours, "link_revoke", link.pk), answer)
    assert live_links(terms).count() == 1
    assert link not in live_links(terms)


def test_approval_says_what_it_does(ours: House) -> None:
    client, terms = ours.client(Role.OPERATOR), ours.world.terms
    assert "only test leads" not in client.get(of_terms(ours, "change")).content.decode()
    assert "Live leads are refused at once" in client.get(of_terms(ours, "approval")).content.decode()
    client.post(of_terms(ours, "approval"), {"confirmed": "yes"})
    terms.refresh_from_db()
    assert terms.approval == "testing"
    assert "It is paid" in client.get(of_terms(ours, "approval")).content.decode()


def test_viewers_see_neither_key_nor_link(ours: House) -> None:
    text = ours.client(Role.VIEWER).get(of_terms(ours, "change")).content.decode()
    assert ours.world.token not in text
    assert "Reveal" not in text


def test_a_block_keeps_no_phone_and_refuses_what_is_none(ours: House) -> None:
    client, url = ours.client(Role.OPERATOR), reverse("admin:sources_block_add")
    data = {"company": ours.world.company.pk, "kind": "phone", "campaign": "", "terms": "", "note": "asked"}
    refused = client.post(url, data | {"value": "12", "expires_at_0": "", "expires_at_1": ""})
    assert "This is no phone number" in str(refused.context["adminform"].form.errors)
    kept = client.post(
        url, data | {"value": "(555) 123-4567", "expires_at_0": "", "expires_at_1": ""}, follow=True
    )
    block = Block.objects.get(kind="phone")
    assert "1234567" not in kept.content.decode()
    assert block.hint.endswith("4567")
    client.post(reverse("admin:sources_block_delete", args=(block.pk,)), {"post": "yes"})
    assert not Block.objects.filter(kind="phone").exists()
    about_it = AuditEvent.objects.filter(object_type="sources.block", object_id=block.pk)
    assert sorted(about_it.values_list("action", flat=True)) == ["block.added", "block.removed"]


def test_addresses_and_payouts_that_cannot_be_are_refused(ours: House) -> None:
    client, url = ours.client(Role.MANAGER), of_terms(ours, "change")
    changes = {"ip_allow": "192.0.2.0/24\nnowhere", "payout_kind": "percent", "payout_amount": "120"}
    changes["callback_url"] = "http://169.254.169.254/latest"
    errors = (
        client.post(url, page_form.read(client, url, "terms", **changes)).context["adminform"].form.errors
    )
    assert set(errors) == {"ip_allow", "payout_amount", "callback_url"}
    assert "“nowhere” is no IP address" in str(errors["ip_allow"])


# --- Endpoints --------------------------------------------------------------------------------------------------------
def endpoint_page(house: House, name: str = "change") -> str:
    return reverse(f"admin:buyers_endpoint_{name}", args=(house.world.endpoint.pk,))


WRONG = (
    {
        "mappings-0-target": ("a[[b", "Cannot read the path from “[[b”"),
        "mappings-1-target": ("phone", "Another row writes to the same place"),
        "mappings-2-kind": ("value_table", "The value table is empty"),
        "headers-0-name": ("Host", "This header is set by the platform"),
        "rules-0-statuses": ("700", "“700” is no status."),
        "url": ("http://169.254.169.254/", "'url'"),
        "method": ("GET", "A GET request has no body"),
    },
    {
        "mappings-0-table": ("yes 1", "write it as “ours = theirs”"),
        "headers-0-value": ("a\rX-Evil: 1", "This header has line breaks"),
        "rules-0-match": ("regex", "The regular expression is not one that can be used safely (RE2)."),
        "url": ("ftp://buyer.example/", "'url'"),
    },
)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_could_not_be_sent_or_read_is_refused_when_saved(
    wrong: dict[str, tuple[str, str]], ours: House
) -> None:
    client, url = ours.client(Role.MANAGER), endpoint_page(ours)
    changes = {name: value for name, (value, _sentence) in wrong.items()} | {"rules-0-value": "("}
    response = client.post(url, page_form.read(client, url, "endpoint") | changes)
    assert response.status_code == 200
    told = {"endpoint": response.context["adminform"].form.errors}
    told |= {
        inline.formset.prefix: inline.formset.errors for inline in response.context["inline_admin_formsets"]
    }
    assert [sentence for _value, sentence in wrong.values() if sentence not in str(told)] == []
    assert ours.world.endpoint.headers.get().name == "X-Key"
    assert "kept; type to replace" in response.content.decode()


def test_a_template_that_reaches_too_far_is_refused_at_its_input(ours: House) -> None:
    client, url = ours.client(Role.MANAGER), endpoint_page(ours)
    changes = {"mappings-0-kind": "template", "mappings-0-value": "{{ ''.__class__ }}"}
    response = client.post(url, page_form.read(client, url, "endpoint") | changes)
    mapping = next(
        each for each in response.context["inline_admin_formsets"] if each.formset.prefix == "mappings"
    )
    assert "template" in str(mapping.formset.errors[0]["value"])


def test_a_value_table_is_lines_and_a_secret_is_never_shown(ours: House) -> None:
    client, url = ours.client(Role.MANAGER), endpoint_page(ours)
    data = page_form.read(client, url, "endpoint")
    data |= {
        "mappings-0-kind": "value_table",
        "mappings-0-table": "Jane = 1\nJoe=2",
        "mappings-0-default": "0",
    }
    assert client.post(url, data).status_code == 302
    assert ours.world.endpoint.mappings.first().table == [["Jane", "1"], ["Joe", "2"]]
    for role in Role:
        text = ours.client(role).get(url).content.decode()
        assert "Ours secret" not in text
        assert "Jane = 1" in text
    ours.rows["buyers.endpointheader"].refresh_from_db()
    assert ours.rows["buyers.endpointheader"].secret == "Ours secret"


def test_the_preview_shows_the_request_and_reads_an_answer(ours: House) -> None:
    client, url = ours.client(Role.VIEWER), endpoint_page(ours, "preview")
    before = AuditEvent.objects.count()
    text = client.get(url).content.decode()
    assert "POST http://127.0.0.1:9/leads" in text
    assert "&quot;first_name&quot;: &quot;Jane&quot;" in text
    assert "Idempotency-Key: DEL-" in text
    assert "X-Key: ••••••••" in text
    assert "Ours secret" not in text
    answer = {"status": "200", "content_type": "application/json", "body": "{}"}
    assert "rule 1 matched" in client.post(url, answer).content.decode()
    assert "Retryable" in client.post(url, answer | {"status": "503"}).content.decode()
    assert AuditEvent.objects.count() == before


def test_every_field_is_mapped_by_one_button(ours: House) -> None:
    client, endpoint = ours.client(Role.MANAGER), ours.world.endpoint
    url = endpoint_page(ours, "map_fields")
    assert ours.client(Role.OPERATOR).post(url).status_code == 403
    before = endpoint.mappings.count()
    client.post(url)
    client.post(url)
    mapped = set(endpoint.mappings.values_list("target", flat=True))
    assert set(ours.world.campaign.fields.values_list("name", flat=True)) <= mapped
    assert endpoint.mappings.count() == len(mapped) > before


def test_the_hours_of_an_order_are_set_at_once(ours: House) -> None:
    url = reverse("admin:buyers_leadorder_week", args=(ours.world.order.pk,))
    answer = {"confirmed": "yes", "days": ["5"], "opens": "22:00", "closes": "02:00"}
    ours.client(Role.MANAGER).post(url, answer)
    assert [str(window) for window in ours.world.order.windows.all()] == ["Saturday 22:00–02:00"]


def test_an_order_without_endpoint_says_so(ours: House) -> None:
    order = ours.world.order
    order.endpoint = None
    order.save()
    url = reverse("admin:buyers_leadorder_change", args=(order.pk,))
    assert "It has no endpoint" in ours.client(Role.MANAGER).get(url).content.decode()


def test_a_new_order_stands_in_the_first_group_with_the_only_endpoint(ours: House) -> None:
    client, world = ours.client(Role.MANAGER), ours.world
    data = {"buyer": world.buyer.pk, "campaign": world.campaign.pk, "name": "Second", "price": "12.00"}
    data["price_kind"] = "fixed"
    response = client.post(reverse("admin:buyers_leadorder_add"), data)
    order = world.campaign.orders.get(name="Second")
    assert (order.group, order.endpoint) == (world.campaign.groups.first(), world.endpoint)
    assert response.url == reverse("admin:buyers_leadorder_change", args=(order.pk,))


def test_what_was_published_is_paused_never_deleted(ours: House) -> None:
    client = ours.client(Role.OWNER)
    for label in (
        "campaigns.campaign",
        "sources.source",
        "sources.terms",
        "buyers.buyer",
        "buyers.leadorder",
        "buyers.endpoint",
    ):
        url = reverse(f"admin:{label.replace('.', '_')}_delete", args=(ours.rows[label].pk,))
        assert client.post(url, {"post": "yes"}).status_code == 403, label
        assert type(ours.rows[label]).objects.filter(pk=ours.rows[label].pk).exists()
