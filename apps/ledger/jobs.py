"""Names of the ledger's tasks."""

BALANCES = "ledger.balances"
