"""Claims for leads that came before a duplicate rule did."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from apps.core.clock import now
from apps.core.crypto import DecryptionError
from apps.core.ids import first_id_at
from apps.engine.campaign import CampaignSpec
from apps.engine.requirements import DuplicateSpec
from apps.leads import wants
from apps.leads.choices import LeadStatus
from apps.leads.models import BackfilledVersion, Lead
from apps.leads.sealing import unseal
from apps.leads.wants import ClaimWant
from apps.publishing import specs
from apps.publishing.models import Publication

BATCH = 500
_ACCEPTED = (LeadStatus.IN_FLIGHT, LeadStatus.SOLD, LeadStatus.UNSOLD, LeadStatus.HELD)
_STATUSES = {
    "received": (*_ACCEPTED, LeadStatus.REJECTED),
    "accepted": _ACCEPTED,
    "sold": (LeadStatus.IN_FLIGHT, LeadStatus.HELD, LeadStatus.SOLD),
}
_TAKE = """
    INSERT INTO leads_duplicateclaim AS held (scope, digest, lead_id, claimed_at)
    SELECT * FROM unnest(%s::text[], %s::bytea[], %s::bigint[], %s::timestamptz[])
    ON CONFLICT (scope, digest) DO UPDATE SET lead_id = EXCLUDED.lead_id, claimed_at = EXCLUDED.claimed_at
     WHERE held.claimed_at < EXCLUDED.claimed_at
"""


def backfill_due() -> int:
    """Back-fill every campaign whose running version has rules that the version before did not; claims written.

    To be called now and then: versions are published below this floor, which therefore looks for them.
    """
    done = BackfilledVersion.objects.filter(campaign_id=OuterRef("pk"), version_id=OuterRef("version_id"))
    waiting = Publication.objects.filter(~Exists(done)).values_list("pk", "version_id")
    return sum(_up_to(campaign_id, version_id) for campaign_id, version_id in waiting)


def _up_to(campaign_id: int, version_id: int) -> int:
    before = BackfilledVersion.objects.filter(pk=campaign_id).values_list("version_id", flat=True).first()
    old = specs.load(before).duplicates if before is not None else ()
    spec = specs.load(version_id)
    windows = {(rule.scope, rule.fields, rule.match, rule.counts): rule.window_s for rule in old}
    # A shorter window needs nothing: the claims are there, only fewer of them hold.
    rules = [
        rule
        for rule in spec.duplicates
        if rule.window_s > windows.get((rule.scope, rule.fields, rule.match, rule.counts), 0)
    ]
    written = backfill_claims(spec, rules)
    BackfilledVersion.objects.update_or_create(pk=campaign_id, defaults={"version_id": version_id})
    return written


def backfill_claims(spec: CampaignSpec, rules: Iterable[DuplicateSpec]) -> int:
    """Give earlier leads the claims that newly enabled rules would have given them; how many claims were written.

    May run twice, and beside new leads: a claim goes to the latest lead. Leads that were erased are passed over.
    """
    return sum(_of_rule(spec, rule) for rule in rules)


def _of_rule(spec: CampaignSpec, rule: DuplicateSpec) -> int:
    since = now() - timedelta(seconds=rule.window_s)
    written, after = 0, first_id_at(since)
    while leads := list(_leads(spec, rule).filter(pk__gte=after, received_at__gte=since)[:BATCH]):
        written += _write(_claims(spec, rule, leads))
        after = leads[-1].pk + 1
    return written


def _leads(spec: CampaignSpec, rule: DuplicateSpec):
    leads = Lead.objects.filter(campaign_id=spec.id, is_test=False, status__in=_STATUSES[rule.counts])
    return leads.exclude(wrapped_key=None).order_by("pk")


def _claims(
    spec: CampaignSpec, rule: DuplicateSpec, leads: Iterable[Lead]
) -> Iterator[tuple[ClaimWant, int, datetime]]:
    for lead in leads:
        try:
            data = unseal(lead)
        except DecryptionError:
            continue
        for want in wants.claims(spec, lead.terms_id, data, lead.received_at):
            if want.rule == rule:
                yield want, lead.pk, lead.received_at


@transaction.atomic
def _write(claims: Iterator[tuple[ClaimWant, int, datetime]]) -> int:
    # The latest of a batch wins: one statement may not touch a row twice. By digest, as everybody locks claims.
    latest = {(want.digest, want.scope): (lead_id, at) for want, lead_id, at in claims}
    if not latest:
        return 0
    order = sorted(latest)
    columns = (
        [scope for _, scope in order],
        [digest for digest, _ in order],
        [latest[each][0] for each in order],
        [latest[each][1] for each in order],
    )
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, columns)
        return cursor.rowcount
