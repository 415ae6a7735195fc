"""The functions that end an auction. They take places under caps as recording a lead does, hence the dependency."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "settle_v1.sql"
DROP = """
    DROP PROCEDURE auctions_settle_now;
    DROP FUNCTION auctions_settle;
    DROP FUNCTION auctions_keep_award;
    DROP FUNCTION auctions_keep_bids;
"""


class Migration(migrations.Migration):
    dependencies = [("auctions", "0002_ping_pace"), ("leads", "0006_take_balances")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), DROP)]
