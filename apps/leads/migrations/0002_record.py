"""The function that records a lead. It also queues the delivery, hence the dependency on that table."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "record_v1.sql"
DROP = """
    DROP PROCEDURE leads_record_now;
    DROP FUNCTION leads_record;
    DROP FUNCTION leads_take_claims;
    DROP FUNCTION leads_take_caps;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial"), ("deliveries", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), DROP)]
