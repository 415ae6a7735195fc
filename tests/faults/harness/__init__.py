"""The fault suite's tools. Nothing here is patched in the system under test but the moments at which it is
killed.

* `processes.drainer(...)` starts a process of its own that drains the test's database, and can be killed by SIGKILL.
  Given a barrier it stops at that moment (see `drainer.BARRIERS`), tells so by a file, and waits to be killed.
* `processes.worker(broker)` starts a real Celery worker (prefork) with beat on a broker.
* `processes.broker()` is a Valkey of the test's own, which can be stopped, started again and flushed.
* `checker.check(...)` compares what was promised, what the buyers saw and what the database says; every number it gives
  must be 0: `lost double_sold stuck over_cap ledger_mismatch`.
* `house.running_house(...)` is all of it as in production, with servers that can be killed; the fixture `house` mends
  what a test broke. `source.open_source(house, behaviours)` gives a source of a world of its own, `source.Traffic` lets
  sources post steadily, `history.History` waits until all leads have ended and judges, `nemesis` lists what may happen.

Leases are hours to a test: `processes.lapse()` lets those of dead processes run out at once.
Randomness comes from the environment variable FAULTS_SEED; the last line of a run names the seed it took.
"""
