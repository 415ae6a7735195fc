"""What beat starts, and how often. Intervals only, in seconds, in UTC.

Everything that depends on a calendar (caps, opening hours) is computed in our own code with the zone at hand; Celery's
crontab schedules lose or repeat an hour when clocks change. Every task named here may run twice at once without harm.
"""

BEAT_SCHEDULE: dict[str, dict] = {}
