"""Shortly after leads are recorded, what pre-checks by hash find them by. Recording itself does nothing for it.

Only of companies whose sources ping and post: others have nobody who asks.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max

from apps.campaigns.models import Campaign, DuplicateRule
from apps.core.clock import now
from apps.core.crypto import DecryptionError
from apps.core.ids import first_id_at
from apps.engine.index import index
from apps.leads.models import HashedUpTo, Lead
from apps.leads.sealing import unseal
from apps.publishing import specs
from apps.sources.hashes import hash_rows
from apps.sources.services import hashes_keep

BATCH = 500
SETTLED = timedelta(seconds=15)
"""An id is made before its row is visible; by then it is."""
KINDS = ("email", "phone")


def hashes_due() -> int:
    """Go through the leads that came since the last time, as far back as duplicate rules reach; how many there were.

    May run twice at once: what is written is the same.
    """
    exchanging = set(Campaign.objects.filter(traffic="exchange").values_list("company_id", flat=True))
    HashedUpTo.objects.exclude(company_id__in=exchanging).delete()
    return sum(_of_company(company_id) for company_id in sorted(exchanging))


def _of_company(company_id: int) -> int:
    at, window = now(), _longest_window(company_id)
    window_s = int(window.total_seconds())
    mark, _ = HashedUpTo.objects.get_or_create(
        company_id=company_id,
        defaults={"lead_id": first_id_at(at - window), "window_s": window_s},
    )
    if mark.window_s < window_s:
        # A rule reaches further back than before.
        mark.lead_id, mark.window_s = first_id_at(at - window), window_s
    done, upto = 0, first_id_at(at - SETTLED)
    leads = Lead.objects.filter(company_id=company_id, is_test=False, pk__lt=upto).order_by("pk")
    while found := list(leads.filter(pk__gte=mark.lead_id).exclude(wrapped_key=None)[:BATCH]):
        hashes_keep(_rows(found, window))
        done += len(found)
        mark.lead_id = found[-1].pk + 1
        mark.save()
    mark.lead_id = max(mark.lead_id, upto)
    mark.save()
    return done


def _longest_window(company_id: int) -> timedelta:
    rules = DuplicateRule.objects.filter(campaign__company_id=company_id, is_enabled=True)
    return timedelta(hours=rules.aggregate(most=Max("window_hours"))["most"] or 0)


def _rows(leads: list[Lead], window: timedelta) -> Iterator[tuple[bytes, bytes, datetime]]:
    for lead in leads:
        for kind, normal in _persons(lead):
            for found, value in hash_rows(lead.company_id, kind, normal):
                yield found, value, lead.received_at + window


def _persons(lead: Lead) -> Iterator[tuple[str, str]]:
    if lead.version_id is None:
        return
    roles = index(specs.load(lead.version_id)).by_role
    try:
        data = unseal(lead)
    except DecryptionError:
        return
    for kind in KINDS:
        normal = data.normal(roles[kind].name) if kind in roles else None
        if normal:
            yield kind, str(normal)
