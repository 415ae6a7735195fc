"""Kill it, cut it off, poison it, race it. The numbers (F1, F2, …) are those of the list of faults to survive.

Two stages share one judge. `test_killed`, `test_broker`, `test_network` and `test_nemesis` stop a drain at exact
moments on the suite's own database (`harness.drainer`, `harness.processes`). The files named by number use the whole
house: web, worker and beat by the Procfile's own command lines, on a PostgreSQL and a Valkey of their own behind
proxies (`harness.house`, `harness.proxy`), with sources that post over HTTP (`harness.source`) and simulated buyers.

`rounds` runs all of it again and again with random seeds, which is what `make faults` does.

`harness.history` holds what sources were told, what buyers received and what the database says, and counts where
they disagree; `harness.tally` sums that up for the last line of `make faults`. FAULTS_SEED repeats a random schedule,
FAULTS_ROUNDS sets its length. The marker `faults` runs in `make test`; `faults_long` only in `make faults`.
"""
