"""Names of monitoring's tasks."""

FUNNEL = "monitoring.funnel"
