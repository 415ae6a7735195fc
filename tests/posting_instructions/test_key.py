"""The key is masked until somebody asks for it; each time is on record."""

from apps.companies.models import AuditEvent
from apps.posting_instructions import limits
from apps.sources.services import credential_rotate
from tests.factories import World
from tests.posting_instructions.conftest import Reader

JSON = {"Accept": "application/json"}


def test_the_pages_script_gets_the_key(reader: Reader, world: World) -> None:
    answer = reader.post("key/", **JSON)
    credential = world.terms.credentials.get()
    assert answer.json() == {"auth": world.key, "keys": {str(credential.pk): world.key}}
    assert answer["Cache-Control"] == "no-store"


def test_without_a_script_the_page_itself_shows_it(reader: Reader, world: World) -> None:
    html = reader.post("key/").content.decode()
    assert world.key in html
    assert "••••" not in html.split('id="credentials"')[1].split("</section>")[0]
    assert world.key not in reader.html()


def test_every_showing_is_on_the_audit_record(reader: Reader, world: World) -> None:
    reader.post("key/", {"use": "shown"}, **JSON)
    reader.post("key/", {"use": "copied"}, **JSON)
    lines = AuditEvent.objects.filter(object_type="sources.terms", object_id=world.terms.pk)
    shown = lines.filter(action__startswith="credential.").order_by("id")
    assert [line.action for line in shown] == ["credential.shown", "credential.copied"]
    assert all(line.company == world.company for line in shown)
    assert not [line for line in shown if world.key in f"{line.summary}{line.data}"]


def test_while_keys_change_over_both_are_there_the_new_one_in_the_code(reader: Reader, world: World) -> None:
    new = credential_rotate(world.terms, by=world.user)
    assert reader.post("key/", **JSON).json()["auth"] == new
    html = reader.post("key/").content.decode()
    assert world.key in html
    assert "your older key" in html
    assert new in html.split('id="test"')[1]
    assert world.key not in html.split('id="test"')[1]


def test_reading_the_key_is_limited(reader: Reader, world: World) -> None:
    guard = reader.guard()
    address = f"/instructions/{reader.token}/key/"
    answers = [reader.client.post(address, {"guard": guard}, headers=JSON) for _ in range(limits.ACTIONS + 1)]
    assert [answer.status_code for answer in answers].count(200) == limits.ACTIONS
    assert answers[-1].status_code == 429
    assert world.key not in answers[-1].content.decode()
    assert AuditEvent.objects.filter(action="credential.shown").count() == limits.ACTIONS
