"""What an endpoint could not work with is said when it is saved, at its input, by the judges of publishing."""

import pytest

from apps.companies.choices import Role
from tests.admin.conftest import House
from tests.admin.test_endpoint_page import errors, page, posted, saved

HOST_KEY = "SHA256:" + "A" * 43
DROP = {
    "kind": "sftp",
    "url": "sftp://files.example/in",
    "auth_name": "us",
    "auth_secret": "s",
    "host_key": HOST_KEY,
}
MAIL = {"kind": "email", "email_to": "a@b.example", "email_subject": "Lead"}
ASKED = {"unknown_policy": "ask"}
STORE = {"kind": "store", "url": ""}
REFUSED = (
    ({"url": ""}, {"url": "Say where requests go"}),
    ({"content_type": "json"}, {"content_type": "type/subtype"}),
    ({"body_format": "raw", "template": ""}, {"template": "Write the body"}),
    ({"namespaces": "soap = a b"}, {"namespaces": "has blanks"}),
    ({"schema_kind": "xsd"}, {"schema_text": "Paste the schema"}),
    ({"auth_kind": "header"}, {"auth_name": "Name the header", "auth_secret": "Without its secret"}),
    (
        {"auth_kind": "header", "auth_name": "Host", "auth_secret": "s"},
        {"auth_name": "is set by the platform"},
    ),
    (
        {
            "auth_kind": "oauth2",
            "auth_name": "us",
            "auth_secret": "s",
            "token_url": "http://169.254.169.254/",
        },
        {"token_url": "169.254.169.254"},
    ),
    ({"unknown_policy": "ask"}, {"status_url": "Say where to ask"}),
    ({"kind": "email", "email_to": "nobody", "email_subject": "Lead"}, {"email_to": "is no e-mail address"}),
    (
        {"kind": "email", "email_to": "", "email_subject": ""},
        {"email_to": "Say to whom", "email_subject": "subject"},
    ),
    (
        {"kind": "sftp", "url": "https://files.example/"},
        {
            "url": "sftp://",
            "auth_name": "Give the user",
            "auth_secret": "password or the private key",
        },
    ),
    ({**DROP, "url": "sftp://10.0.0.1/in"}, {"url": "10.0.0.1"}),
    ({**DROP, "url": "sftp://files.example/../etc"}, {"url": "plain path"}),
    ({**DROP, "host_key": "ab:cd"}, {"host_key": "SHA256: and 43"}),
    ({**DROP, "file_name": "leads.csv"}, {"file_name": "Without {number}"}),
    ({**DROP, "file_name": "../{number}"}, {"file_name": "Use letters"}),
    ({"schema_kind": "json_schema", "schema_text": "{"}, {"schema_text": "JSON"}),
    ({"schema_kind": "xsd", "schema_text": "<lead/>"}, {"schema_text": "."}),
    ({**MAIL, "template": "{% for x in range(9) %}{% endfor %}"}, {"template": "loops over rows only"}),
    ({**MAIL, "template": "{{ rows.clear() }}"}, {"template": "cannot use"}),
    ({**MAIL, "email_subject": "Lead {{ no_such_field }}"}, {"email_subject": "no_such_field"}),
    ({**MAIL, "email_to": "a@b.example, c<d@e.example"}, {"email_to": "is no e-mail address"}),
    ({**ASKED, "status_url": "https://buyer.example/s?id={lead}"}, {"status_url": "{lead}"}),
    ({**ASKED, "status_url": "https://{reference}.buyer.example/"}, {"status_url": "in its host"}),
    ({**ASKED, "status_url": "http://169.254.169.254/{reference}"}, {"status_url": "169.254.169.254"}),
    ({**STORE, "auth_kind": "oauth2"}, {"auth_kind": "bearer token or a key in a header only"}),
    ({**STORE, "auth_kind": "bearer"}, {"auth_secret": "less than 24 characters"}),
    ({**STORE, "auth_kind": "bearer", "auth_secret": "guess-me"}, {"auth_secret": "less than 24 characters"}),
    (
        {**STORE, "auth_kind": "header", "auth_secret": "k" * 24},
        {"auth_name": "Name the header"},
    ),
    ({"rate_limit": "0"}, {"rate_limit": "greater than or equal to 1"}),
    ({"timeout_ms": "99"}, {"timeout_ms": "greater than or equal to 100"}),
)


@pytest.mark.parametrize(("changes", "wanted"), REFUSED)
def test_what_cannot_work_is_refused_at_its_input(changes: dict, wanted: dict, ours: House) -> None:
    told = errors(posted(ours, **changes))
    assert set(told) == set(wanted)
    assert [name for name, part in wanted.items() if part not in told[name]] == []
    ours.world.endpoint.refresh_from_db()
    assert ours.world.endpoint.kind == "http"
    assert not ours.world.endpoint.auth_secret


def test_inputs_of_other_ways_are_not_judged(ours: House) -> None:
    changes = {
        "kind": "store",
        "url": "nonsense",
        "content_type": "odd",
        "email_to": "x",
        "host_key": "odd",
        "schema_kind": "xsd",
    }
    assert saved(ours, **changes).kind == "store"


def test_what_is_in_order_is_kept(ours: House) -> None:
    status = "https://buyer.example/{lead_id}/{delivery_id}?r={reference}&k={idempotency_key}"
    assert saved(ours, **ASKED, status_url=status).status_url == status
    schema = '{"type": "object"}'
    assert saved(ours, schema_kind="json_schema", schema_text=schema).schema_text == schema
    own = "<ul>{% for name, value in rows %}<li>{{ name }}: {{ value }}</li>{% endfor %}</ul>"
    assert saved(ours, **MAIL, template=own).template == own
    assert saved(ours, **DROP, file_name="leads-{date}-{number}.csv").kind == "sftp"
    assert saved(ours, **DROP | {"host_key": ""}).host_key == "", "Test endpoint will show it"


def test_a_buyer_who_fetches_is_told_how(ours: House) -> None:
    key = "a-key-of-many-characters-1234"
    assert saved(ours, **STORE, auth_kind="bearer", auth_secret=key).auth_secret == key
    assert saved(ours).auth_kind == "bearer", "the kept key is judged when none is typed"
    text = ours.client(Role.MANAGER).get(page(ours)).content.decode()
    assert "/api/v1/stored-leads?limit=100" in text
    assert "Authorization: Bearer &lt;key&gt;" in text
    assert key not in text
    saved(ours, auth_kind="header", auth_name="X-Our-Key")
    assert "X-Our-Key: &lt;key&gt;" in ours.client(Role.MANAGER).get(page(ours)).content.decode()


def test_a_rules_path_is_one_of_json_or_xpath(ours: House) -> None:
    text = ours.client(Role.MANAGER).get(page(ours)).content.decode()
    assert "A JSON path, for example status or result.code; or XPath" in text
