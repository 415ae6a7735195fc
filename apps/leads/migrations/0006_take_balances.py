"""Taking places under caps also takes of balances, whose limits stand with their counters."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "take_caps_v2.sql"


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_live_limit_of_a_counter")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
