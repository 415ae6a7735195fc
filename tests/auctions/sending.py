"""What a source sends, as it stands when it is examined: for tests of what comes after."""

from datetime import UTC, datetime
from typing import Any

from apps.auctions import services
from apps.auctions.models import Ping
from apps.auctions.services import OpenPing
from apps.engine.normalise import PING, normalise
from apps.leads.choices import LeadMethod
from apps.leads.models import CapCounter
from apps.leads.services import Circumstances, Recorded, Submission, judge
from apps.sources.facts import access
from tests.auctions.market import AuctionMarket


def submission(
    scene: AuctionMarket, data: dict[str, Any], *, phase: str = "post", test: bool = False
) -> Submission:
    world, now = scene.world, datetime.now(UTC)
    spec = world.spec
    found = access(str(world.company.number), str(world.source.number), str(world.campaign.number), at=now)
    assert found is not None
    read = normalise(spec, data, test=test, today=now.date(), phase=phase)
    terms = spec.terms[0]
    came = Circumstances(at=now, test=test, phase=phase)
    facts, examined = judge(found, spec, terms, read, came)
    return Submission(
        found, spec, terms, read, facts, examined, now, is_test=test, method=LeadMethod.EXCHANGE
    )


def ping(scene: AuctionMarket, **data: Any) -> services.Pinged:
    return services.ping(submission(scene, scene.ping_body(**data)["data"], phase=PING))


def opened(scene: AuctionMarket, ping_id: str) -> OpenPing:
    found = services.ping_of(ping_id, terms_id=scene.world.terms.pk, test=False)
    assert isinstance(found, OpenPing), found
    return found


def post(scene: AuctionMarket, ping_id: str, **data: Any) -> Recorded:
    return services.post(opened(scene, ping_id), submission(scene, scene.post_body(ping_id, **data)["data"]))


def verdicts(row: Ping) -> dict[str, str]:
    return {line["name"]: line["verdict"] for line in row.lines}


def used() -> dict[str, int]:
    return dict(CapCounter.objects.values_list("cap_key", "used"))
