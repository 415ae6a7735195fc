"""P7: publishing a campaign of 50 orders, each with 20,000 zips of its own.

Three figures in one table: how long `publish` takes, how long until a running process answers by the new version, and
whether that process ever saw half of one. Each round changes every price and one list.

Run as `python -m config.embedded exec --durable -- python -m benchmarks.p7_publish`.
"""

import benchmarks.environment  # noqa: F401 - sets Django up before anything asks for it

# isort: split
import random
import subprocess
import sys
import time
from decimal import Decimal

from django.core.management import call_command
from django.db import connection

from apps.buyers.services import buyer_create, endpoint_create, mappings_set, order_create
from apps.campaigns.models import Campaign
from apps.campaigns.services import campaign_create, list_store
from apps.companies.models import Company
from apps.publishing import specs
from apps.publishing.models import Publication
from apps.publishing.services import publish

ORDERS, ZIPS, ROUNDS = 50, 20_000, 4
BAR_PUBLISH_S, BAR_PICK_UP_S = 3.0, 1.0
READER, READY = "--reader", "ready\n"
POLL_S = 0.005


def main() -> None:
    call_command("migrate", verbosity=0)
    campaign = prepare()
    reader = subprocess.Popen(
        [sys.executable, "-u", "-m", "benchmarks.p7_publish", READER, str(campaign.pk)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    try:
        assert reader.stdout.readline() == READY
        took, lags = [], []
        for number in range(1, ROUNDS + 1):
            change(campaign, number)
            began = time.time()
            version = publish(campaign, by=None).version
            done = time.time()
            took.append(done - began)
            seen, at, half = reader.stdout.readline().split()
            if (int(seen), half) != (version.number, "whole"):
                sys.exit(f"The reader saw version {seen}, {half}.")
            lags.append(float(at) - done)
    finally:
        reader.terminate()
        reader.wait(timeout=10)
    report(took, lags, hit_us(campaign))


def prepare() -> Campaign:
    """The campaign, unpublished: 50 buyers with an endpoint, an order and a list each."""
    company = Company.objects.create(name=f"Publishing {time.time()}")
    campaign = campaign_create(company, name="Large", by=None)
    for number in range(ORDERS):
        buyer = buyer_create(company, name=f"Buyer {number}", by=None)
        endpoint = endpoint_create(buyer, name="API", url=f"https://buyer{number}.example.com/leads", by=None)
        mappings_set(endpoint, rows=[{"target": "email", "source": "email"}], by=None)
        attributes = {
            "endpoint": endpoint,
            "zips_mode": "include",
            "zip_list": store(company, number, number),
        }
        order_create(campaign, buyer, name=f"Order {number}", price=Decimal(1), by=None, **attributes)
    return campaign


def store(company: Company, number: int, seed: int):
    """A list of its own kind for one order."""
    chosen = random.Random(seed).sample(range(100_000), ZIPS)
    return list_store(
        company, name=f"Zips {number}", text="\n".join(f"{zip_:05d}" for zip_ in chosen), by=None
    )


def change(campaign: Campaign, number: int) -> None:
    """Every price and one list: the round's number is in all of them."""
    campaign.orders.update(price=Decimal(number))
    store(campaign.company, 0, seed=1000 + number)


def watch(campaign_id: int) -> None:
    """A running process: asks as a request does which version runs; tells when it has another, and if it is whole."""
    print(READY, end="", flush=True)
    number = 0
    while True:
        found = (
            Publication.objects.filter(campaign_id=campaign_id).values_list("version_id", flat=True).first()
        )
        spec = specs.load(found) if found else None
        if spec is not None and spec.version != number:
            number = spec.version
            whole = {order.price for order in spec.orders} == {Decimal(number)}
            whole &= all(len(spec.lists[order.zips.list_hash]) == ZIPS for order in spec.orders)
            print(number, time.time(), "whole" if whole else "half", flush=True)
        time.sleep(POLL_S)


def hit_us(campaign: Campaign) -> float:
    """Microseconds of a look-up in memory."""
    version_id = Publication.objects.get(campaign=campaign).version_id
    specs.load(version_id)
    began = time.perf_counter()
    for _ in range(100_000):
        specs.load(version_id)
    return (time.perf_counter() - began) * 10


def report(took: list[float], lags: list[float], hit: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(pg_column_size(content)) FROM publishing_version")
        stored = cursor.fetchone()[0]
    print(f"{'round':<10}{'publish s':>12}{'picked up after s':>20}")
    for number, (publishing, lag) in enumerate(zip(took, lags, strict=True), start=1):
        print(f"{number:<10}{publishing:>12.2f}{lag:>20.3f}")
    print(f"stored version {stored:,} bytes; look-up in memory {hit:.2f} µs; no version seen in part")
    good = max(took) <= BAR_PUBLISH_S and max(lags) <= BAR_PICK_UP_S
    print(f"P7 {max(took):.2f} bar<={BAR_PUBLISH_S:g} {'ok' if good else 'short'}")


if __name__ == "__main__":
    if READER in sys.argv:
        watch(int(sys.argv[-1]))
    main()
