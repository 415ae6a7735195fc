"""The stages of the calls that a benchmark made, against the time that the guide gives them."""

from django.db import connection

from apps.monitoring.stages import STAGES

_TIMES = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.95) WITHIN GROUP (ORDER BY ms), count(*)
    FROM (SELECT (timings ->> %s)::float AS ms FROM deliveries_attempt WHERE status = 'settled') AS calls
    WHERE ms IS NOT NULL
"""


def print_stages() -> None:
    """A table of all calls on record: median and p95 of each stage that was reached, its target and its warning."""
    print(f"{'stage':<12}{'calls':>8}{'p50 ms':>10}{'p95 ms':>10}{'target':>8}{'warn':>7}")
    for stage in STAGES:
        with connection.cursor() as cursor:
            cursor.execute(_TIMES, [stage.key])
            middle, high, calls = cursor.fetchone()
        if calls:
            verdict = "ok" if high <= stage.target_ms else "slow" if high <= stage.warn_ms else "over"
            print(
                f"{stage.label:<12}{calls:>8}{middle:>10.2f}{high:>10.2f}{stage.target_ms:>8}{stage.warn_ms:>7}"
                f"  {verdict}"
            )
