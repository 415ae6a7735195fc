"""Names of the leads' tasks."""

BACKFILL = "leads.backfill"
HASHES = "leads.hashes"
FORGET_HASHES = "leads.forget_hashes"
