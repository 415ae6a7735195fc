"""Terms with keys and links, approval, blocks: what acts at once."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from apps.companies.models import AuditEvent
from apps.core.clock import now
from apps.core.errors import ApplicationError
from apps.sources.choices import Approval, BlockKind
from apps.sources.facts import KeyStanding, access, access_of_src, key_standing
from apps.sources.models import Block, Credential, Terms
from apps.sources.selectors import credential_digest, live_credentials, terms_with_live_key, value_digest
from apps.sources.services import (
    BlockScope,
    block_add,
    block_remove,
    credential_revoke,
    credential_rotate,
    instruction_link_create,
    instruction_link_open,
    instruction_link_revoke,
    source_set_active,
    terms_approve,
    terms_create,
    terms_set_active,
    terms_withdraw,
)
from tests.factories import CampaignFactory, CompanyFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened():
    campaign = CampaignFactory()
    return terms_create(SourceFactory(company=campaign.company), campaign, by=None)


def _raw(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"select t::text from {table} t")
        return " ".join(row[0] for row in cursor.fetchall())


def test_new_terms_are_in_testing_with_one_key_and_one_link(opened):
    credential = opened.terms.credentials.get()
    assert opened.terms.approval == Approval.TESTING
    assert credential.key == opened.key
    assert bytes(credential.digest) == credential_digest(opened.key)
    assert instruction_link_open(opened.token).terms == opened.terms
    assert opened.key not in repr(opened)
    assert opened.key not in _raw("sources_credential")
    assert opened.token not in _raw("sources_instructionlink")
    assert opened.key not in _raw("companies_auditevent")


def test_terms_join_one_company_once(opened):
    terms = opened.terms
    with pytest.raises(ApplicationError, match="already"):
        terms_create(terms.source, terms.campaign, by=None)
    with pytest.raises(ApplicationError, match="different companies"):
        terms_create(SourceFactory(), terms.campaign, by=None)
    assert Terms.objects.count() == 1


def test_two_keys_may_be_live_a_third_is_refused(opened):
    second = credential_rotate(opened.terms, by=None)
    assert second != opened.key
    with pytest.raises(ApplicationError, match="Two keys are live already") as refused:
        credential_rotate(opened.terms, by=None)
    assert refused.value.status == 409
    assert Credential.objects.count() == 2

    oldest = opened.terms.credentials.order_by("pk").first()
    assert credential_revoke(oldest, by=None)
    assert not credential_revoke(oldest, by=None)
    credential_rotate(opened.terms, by=None)
    assert live_credentials(opened.terms).count() == 2


def test_an_expired_key_is_not_live(opened):
    opened.terms.credentials.update(expires_at=now() - timedelta(seconds=1))
    assert not live_credentials(opened.terms).exists()
    assert terms_with_live_key(opened.terms.campaign) == set()
    credential_rotate(opened.terms, by=None)
    assert terms_with_live_key(opened.terms.campaign) == {opened.terms.pk}


def test_approval_goes_there_and_back_and_is_on_record(opened):
    user = UserFactory()
    assert terms_approve(opened.terms, by=user)
    assert not terms_approve(opened.terms, by=user)
    stored = Terms.objects.get()
    assert (stored.approval, stored.approved_at is not None) == (Approval.APPROVED, True)
    assert terms_withdraw(opened.terms, by=user)
    assert Terms.objects.get().approved_at is None
    assert AuditEvent.objects.filter(action__in=("terms.approved", "terms.testing"), actor=user).count() == 2


def test_switches_of_source_and_terms(opened):
    assert terms_set_active(opened.terms, active=False, by=None)
    assert source_set_active(opened.terms.source, active=False, by=None)
    stored = Terms.objects.select_related("source").get()
    assert (stored.is_active, stored.source.is_active) == (False, False)


def test_links_open_until_revoked_or_expired(opened):
    link = instruction_link_create(opened.terms, by=None, expires_at=now() + timedelta(days=1))
    assert instruction_link_open(link.token).pk == link.pk
    instruction_link_open(link.token)
    link.refresh_from_db()
    assert link.visits == 2
    assert instruction_link_revoke(link, by=None)
    assert not instruction_link_revoke(link, by=None)
    assert instruction_link_open(link.token) is None
    assert instruction_link_open("no such token") is None

    old = instruction_link_create(opened.terms, by=None, expires_at=now() - timedelta(seconds=1))
    assert instruction_link_open(old.token) is None


@pytest.mark.parametrize(
    ("kind", "value", "normal", "hint"),
    [
        (BlockKind.PHONE, "(555) 123-4567", "+15551234567", "•••••4567"),
        (BlockKind.EMAIL, "Jane.Doe@Example.COM", "jane.doe@example.com", "J•••@example.com"),
    ],
)
def test_personal_values_are_blocked_by_digest(kind, value, normal, hint):
    company = CompanyFactory()
    block = block_add(company, kind=kind, value=value, by=None)

    assert bytes(Block.objects.get().digest) == value_digest(company.pk, kind, normal)
    assert (block.hint, block.pattern) == (hint, "")
    assert value_digest(company.pk + 1, kind, normal) != value_digest(company.pk, kind, normal)
    for text in (value, normal, "4567890", "jane.doe"):
        assert text.lower() not in (_raw("sources_block") + _raw("companies_auditevent")).lower()


@pytest.mark.parametrize(
    ("kind", "value", "pattern"),
    [
        (BlockKind.SUBID, "google-*", "google-*"),
        (BlockKind.IP, "192.0.2.7", "192.0.2.7/32"),
        (BlockKind.IP, "192.0.2.7/24", "192.0.2.0/24"),
    ],
)
def test_patterns_are_kept_as_text(kind, value, pattern):
    assert block_add(CompanyFactory(), kind=kind, value=value, by=None).pattern == pattern


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (BlockKind.PHONE, "12345"),
        (BlockKind.EMAIL, "jane"),
        (BlockKind.IP, "300.1.1.1"),
        (BlockKind.SUBID, " "),
        (BlockKind.AFFID, "x" * 201),
    ],
)
def test_what_is_no_value_of_its_kind_is_refused(kind, value):
    with pytest.raises(ApplicationError):
        block_add(CompanyFactory(), kind=kind, value=value, by=None)
    assert not Block.objects.exists()


def test_a_block_belongs_to_one_company(opened):
    terms = opened.terms
    scope = BlockScope(campaign=terms.campaign, terms=terms)
    block = block_add(terms.campaign.company, kind=BlockKind.SUBID, value="a", by=None, scope=scope)
    assert (block.campaign, block.terms) == (terms.campaign, terms)
    with pytest.raises(ApplicationError, match="another company"):
        block_add(CompanyFactory(), kind=BlockKind.SUBID, value="a", by=None, scope=BlockScope(terms=terms))

    block_remove(block, by=None)
    assert not Block.objects.exists()
    assert AuditEvent.objects.filter(action="block.removed").count() == 1


def test_all_terms_have_an_src_of_their_own(opened):
    other = terms_create(SourceFactory(company=opened.terms.campaign.company), opened.terms.campaign, by=None)
    assert re.fullmatch(r"SRC_[2-9a-z]{10}", Terms.objects.get(pk=opened.terms.pk).src)
    assert other.terms.src != opened.terms.src


def test_terms_from_before_the_exchange_are_named(opened):
    Terms.objects.update(src=None)
    import_module("apps.sources.migrations.0003_src_of_all_terms").name(apps, None)
    assert Terms.objects.get().src.startswith("SRC_")


def test_access_by_src_is_that_by_numbers(opened):
    terms, at = opened.terms, now()
    found = access_of_src(terms.src, at=at)
    numbers = (terms.campaign.company.number, terms.source.number, terms.campaign.number)
    assert found == access(*map(str, numbers), at=at)
    assert key_standing(found, opened.key) == KeyStanding.OPENS
    assert key_standing(found, "wrong") == key_standing(None, opened.key) == KeyStanding.WRONG
    credential_revoke(terms.credentials.get(), by=None)
    assert key_standing(access_of_src(terms.src, at=at), opened.key) == KeyStanding.SWITCHED_OFF
    assert access_of_src(terms.src.upper(), at=at) is None
    assert access_of_src("", at=at) is None
