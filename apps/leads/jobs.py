"""Names of the leads' tasks."""

BACKFILL = "leads.backfill"
