"""What publishing says of endpoints that are not called over HTTP."""

from typing import Any

import pytest

from apps.publishing.problems import problems
from tests.factories import published_campaign

pytestmark = pytest.mark.django_db
MAIL = {"kind": "email", "url": "", "email_to": "a@b.example"}
SFTP = {
    "kind": "sftp",
    "url": "sftp://files.buyer.example/in",
    "auth_name": "me",
    "auth_secret": "s",
    "host_key": "SHA256:" + "A" * 43,
}
STORE = {"kind": "store", "url": ""}


def fields_at_fault(**attributes: Any) -> set[str]:
    world = published_campaign()
    for name, value in attributes.items():
        setattr(world.endpoint, name, value)
    world.endpoint.save()
    world.endpoint.rules.all().delete()
    return {problem.field for problem in problems(type(world.campaign).objects.get(pk=world.campaign.pk))}


@pytest.mark.parametrize("kind", [MAIL, SFTP, STORE])
def test_each_kind_needs_only_what_is_its_own(kind: dict[str, Any]) -> None:
    assert fields_at_fault(**kind) == set()


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        (MAIL, {"email_to": ""}, "email_to"),
        (MAIL, {"email_to": "a@b.example, nobody"}, "email_to"),
        (MAIL, {"email_subject": "{{ email }}"}, "email_subject"),
        (MAIL, {"template": "{{ x|safe }}"}, "template"),
        (MAIL, {"unknown_policy": "ask"}, "unknown_policy"),
        (SFTP, {"url": "https://files.buyer.example"}, "url"),
        (SFTP, {"url": "sftp://10.0.0.1/in"}, "url"),
        (SFTP, {"auth_name": ""}, "auth_name"),
        (SFTP, {"auth_secret": ""}, "auth_secret"),
        (SFTP, {"host_key": ""}, "host_key"),
        (SFTP, {"file_name": "leads.csv"}, "file_name"),
        (STORE, {"auth_kind": "bearer", "auth_secret": "short"}, "auth_secret"),
        (STORE, {"auth_kind": "oauth2"}, "auth_kind"),
    ],
)
def test_what_is_missing_is_named(kind: dict[str, Any], wrong: dict[str, Any], field: str) -> None:
    assert fields_at_fault(**kind | wrong) == {field}
