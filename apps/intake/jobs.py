"""Names of intake's tasks."""

PURGE = "intake.purge"
