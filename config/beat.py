"""What beat starts, and how often. Intervals only, in seconds, in UTC.

Everything that depends on a calendar (caps, opening hours) is computed in our own code with the zone at hand; Celery's
crontab schedules lose or repeat an hour when clocks change. Every task named here may run twice at once without harm.
"""

# A tick that no worker took before the next ones came is of no use: they expire instead of piling up.
BEAT_SCHEDULE: dict[str, dict] = {
    "deliver what is due": {"task": "deliveries.drain", "schedule": 1.0, "options": {"expires": 5}},
    "quarantine and overdue": {"task": "deliveries.sweep", "schedule": 5.0, "options": {"expires": 15}},
    "copies of sold leads": {"task": "deliveries.copies", "schedule": 2.0, "options": {"expires": 10}},
    "files of bought leads": {"task": "deliveries.file_drops", "schedule": 30.0, "options": {"expires": 60}},
    "results to sources": {"task": "deliveries.callbacks", "schedule": 2.0, "options": {"expires": 10}},
    "questions to status URLs": {"task": "deliveries.ask", "schedule": 5.0, "options": {"expires": 15}},
    "access tokens before they end": {
        "task": "deliveries.tokens",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "canaries of endpoints": {"task": "deliveries.canaries", "schedule": 30.0, "options": {"expires": 25}},
    "answers that no rule reads": {"task": "deliveries.drift", "schedule": 120.0, "options": {"expires": 60}},
    "claims of new duplicate rules": {"task": "leads.backfill", "schedule": 15.0, "options": {"expires": 30}},
    "hashes for pre-checks": {"task": "leads.hashes", "schedule": 5.0, "options": {"expires": 15}},
    "hashes nobody needs": {"task": "leads.forget_hashes", "schedule": 3600.0, "options": {"expires": 600}},
    "many leads sent again": {"task": "deliveries.redeliver", "schedule": 5.0, "options": {"expires": 15}},
    "months of attempts": {"task": "deliveries.partitions", "schedule": 3600.0, "options": {"expires": 600}},
    "forget what is over": {"task": "deliveries.retention", "schedule": 600.0, "options": {"expires": 300}},
    "leads that wait for their auction": {
        "task": "auctions.auction",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "pings nobody posted": {"task": "auctions.expire", "schedule": 1.0, "options": {"expires": 5}},
    "forget old pings": {"task": "auctions.forget", "schedule": 3600.0, "options": {"expires": 600}},
    "how orders fare": {"task": "auctions.records", "schedule": 300.0, "options": {"expires": 120}},
    "buyers out of money": {"task": "ledger.balances", "schedule": 20.0, "options": {"expires": 15}},
    "hours of the funnel": {"task": "monitoring.funnel", "schedule": 300.0, "options": {"expires": 240}},
    "leads that waited for a mapping": {"task": "intake.held", "schedule": 5.0, "options": {"expires": 15}},
    "forget old replies": {"task": "intake.purge", "schedule": 3600.0, "options": {"expires": 600}},
}
