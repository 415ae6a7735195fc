"""Mails, stored leads and files of them, by value."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engine import drop_file, mail, request
from apps.engine.mapping import Sending, SystemValues, Unbuildable
from apps.engine.orders import EndpointSpec, FormatOptions, MailSpec, MappingRow
from apps.engine.outbound import OutboundRequest
from apps.engine.values import LeadData, Value

SYSTEM = SystemValues("LEAD1", "DEL1", 7, Decimal("40.00"), datetime(2026, 11, 19, 18, tzinfo=UTC))
ROWS = (
    MappingRow("First name", "field", source="first"),
    MappingRow("amount", "constant", value="0012.50", value_type="number"),
)
MAIL = EndpointSpec(
    1, "Mail", "", kind="email", mapping=ROWS, mail=MailSpec(("a@b.example",), "Lead {{ state }}")
)
FIELDS, PERSONAL = frozenset({"first", "state", "odd name"}), frozenset({"first", "odd name"})


def lead(**values: str) -> Sending:
    return Sending(LeadData({name: Value(text, text) for name, text in values.items()}, {}), SYSTEM)


def built(endpoint: EndpointSpec, sending: Sending) -> OutboundRequest:
    made = request.build(endpoint, sending)
    assert isinstance(made, OutboundRequest)
    return made


def test_a_mail_has_its_subject_its_recipients_and_both_bodies() -> None:
    made = built(MAIL, lead(first="Zoë <i>", state="CA"))
    headers, body = dict(made.headers), json.loads(made.body)
    assert (made.method, made.url) == ("MAIL", "")
    assert (headers["To"], headers["Subject"]) == ("a@b.example", "Lead CA")
    assert headers["Idempotency-Key"] == "DEL1-7"
    assert body["text"].startswith("First name: Zoë <i>\namount: 12.50\n")
    assert "Zoë &lt;i&gt;" in body["html"]


def test_a_secret_of_a_mail_is_sent_and_not_shown() -> None:
    row = MappingRow("Our key", "constant", secret="row1")
    made = built(
        replace(MAIL, mapping=(*ROWS, row)), replace(lead(first="Jane"), secrets={"row1": "s3cret-key"})
    )
    assert b"s3cret-key" in made.body
    assert made.shown is not None
    assert b"s3cret-key" not in made.shown.body
    assert b"First name: Jane" in made.shown.body


def test_a_copy_has_a_key_of_its_own() -> None:
    sending = lead(first="Jane")
    copied = replace(sending, system=replace(SYSTEM, copy_to=9))
    assert dict(built(MAIL, copied).headers)["Idempotency-Key"] == "DEL1-7-9"


@given(st.text(max_size=300))
def test_no_value_ends_the_line_of_a_subject(text: str) -> None:
    made = request.build(MAIL, lead(first="Jane", state=text))
    if isinstance(made, OutboundRequest):
        subject = dict(made.headers)["Subject"]
        assert len(subject.splitlines()) <= 1
        assert len(subject) <= mail.MAX_SUBJECT


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nBcc: x@y.example", "a@b.example,x@y.example", "nobody", "a@b c"]
)
def test_recipients_that_are_not_one_address_are_refused(to: str) -> None:
    assert isinstance(request.build(replace(MAIL, mail=MailSpec((to,))), lead(first="Jane")), Unbuildable)


def test_an_own_template_loops_over_rows_and_is_escaped() -> None:
    options = FormatOptions(
        template="{% for name, text in rows %}{{ name }}={{ text }};{% endfor %}{{ value.x }}"
    )
    broken = built(
        replace(MAIL, options=replace(options, template='{{ value["First name"] }}')), lead(first="<a>")
    )
    assert json.loads(broken.body)["html"] == "&lt;a&gt;"
    assert mail.html_problem(options.template)  # attributes are no syntax of ours
    looped = options.template.removesuffix("{{ value.x }}")
    made = built(replace(MAIL, options=FormatOptions(template=looped)), lead(first="<a>"))
    assert json.loads(made.body)["html"] == "First name=&lt;a&gt;;amount=12.50;"


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in rows %}{% for b in rows %}x{% endfor %}{% endfor %}",
        "{% for a in value %}x{% endfor %}",
        "{{ value|safe }}",
        "{{ ''.__class__ }}",
        "{% for a in rows recursive %}{{ loop(rows) }}{% endfor %}",
        "{{ rows()",
        "x" * 20_001,
    ],
)
def test_templates_that_could_do_harm_are_refused(template: str) -> None:
    assert mail.html_problem(template)


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        ("", True),
        ("Lead {{ lead_id }} from {{ state }}", True),
        ("For {{ first }}", False),
        ('{{ field["odd name"] }}', False),
        ('{{ field["fi" ~ "rst"] }}', False),
        ("{{ field }}", False),
        ("{{ nobody }}", False),
        ("{{ ip_address }}", False),
        ("{{ broken", False),
    ],
)
def test_a_subject_shows_no_personal_data(subject: str, fits: bool) -> None:
    assert (mail.subject_problem(subject, fields=FIELDS, personal=PERSONAL) == "") is fits


@pytest.mark.parametrize("kind", ["store", "sftp"])
def test_a_stored_lead_is_what_the_mapping_gives(kind: str) -> None:
    made = built(replace(MAIL, kind=kind), lead(first="Jane"))
    assert (made.method, made.body) == ("STORE", b'{"First name": "Jane", "amount": 12.50}')


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("＋1x", "'＋1x"),
        ("－1x", "'－1x"),
        ("＠x", "'＠x"),
        ("+15551234567", "+15551234567"),
        ("+1 (555) 123-4567", "+1 (555) 123-4567"),
        ("-3.50", "-3.50"),
        ("00210", "00210"),
        ("plain", "plain"),
        (Decimal("12.50"), "12.50"),
        (["a", "b"], "a, b"),
    ],
)
def test_no_cell_is_a_formula_and_numbers_stay_as_they_are(value: object, written: str) -> None:
    assert drop_file.cell(value) == written


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_whatever_is_written_is_one_line_of_the_same_cells(values: list[str]) -> None:
    content = drop_file.write(["t"] * len(values), [values]).decode()
    _, row = list(csv.reader(io.StringIO(content, newline="")))
    assert row == [drop_file.cell(value) for value in values]
    assert all(cell[:1] not in "=@" or not cell for cell in row)


def test_names_of_files() -> None:
    at = datetime(2026, 11, 19, 8, 5, 9, tzinfo=UTC)
    assert drop_file.name_of("", at=at, number=3) == "leads-20261119-3.csv"
    assert drop_file.name_of("a_{time}.{number}.txt", at=at, number=12) == "a_080509.12.txt"


@pytest.mark.parametrize("pattern", ["x", "../{number}", "{odd}{number}", "{number}{", "-{number}"])
def test_patterns_of_names_that_do_not_fit(pattern: str) -> None:
    assert drop_file.name_problem("x-{number}") == drop_file.name_problem("") == ""
    assert drop_file.name_problem(pattern)
