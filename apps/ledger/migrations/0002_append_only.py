"""The ledger in the database's own words: rows are never changed or deleted, and a booking adds up to
zero.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: correct it by a reversing entry.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_sale_append_only BEFORE UPDATE OR DELETE ON ledger_sale
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
"""
APPEND_ONLY_BACK = """
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP TRIGGER ledger_sale_append_only ON ledger_sale;
DROP FUNCTION ledger_append_only();
"""

# Deferred to the end of the transaction, and hung on the sale too, so that a sale without entries cannot stand either.
BALANCED = """
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_sale bigint;
    wanted numeric;
    owed numeric;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'ledger_sale' THEN of_sale := NEW.id; ELSE of_sale := NEW.sale_id; END IF;
    SELECT price INTO wanted FROM ledger_sale WHERE id = of_sale;
    SELECT sum(amount), sum(amount) FILTER (WHERE account = 'buyer' AND kind = 'sale') INTO total, owed
        FROM ledger_entry WHERE sale_id = of_sale;
    IF total IS DISTINCT FROM 0 OR owed IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'The entries of sale % do not add up.', of_sale USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_sale_balanced AFTER INSERT ON ledger_sale
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind <> 'sale') EXECUTE FUNCTION ledger_balanced();
"""
BALANCED_BACK = """
DROP TRIGGER ledger_sale_balanced ON ledger_sale;
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP FUNCTION ledger_balanced();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(BALANCED, BALANCED_BACK),
    ]
