"""Names of intake's tasks."""

PURGE = "intake.purge"
HELD = "intake.held"
