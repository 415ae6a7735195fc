import time
import pytest
from tests.faults.harness.house import House, running_house
from tests.faults.harness.history import History
from tests.faults.harness.source import Source
from tests.deliveries.market import market

pytestmark=[pytest.mark.faults]

@pytest.fixture(scope="session")
def house(django_db_blocker):
    t=time.monotonic()
    with running_house(django_db_blocker.unblock) as h:
        print("boot",time.monotonic()-t)
        yield h

def test_try(house):
    with house.database():
        scene=market(house.simulator,["accept"],terms={"limit_per_minute":100000})
    source=Source(house.port,scene)
    t=time.monotonic()
    ps=source.at_once(20)
    print(ps[0], time.monotonic()-t)
    h=History(house,[source])
    assert h.settled()
    print(time.monotonic()-t)
    print(h.statuses(), h.verdict())
    for n in house.processes: print(n, house.words(n)[-1500:], house.children(n))
