"""Bookings without a sale: they hang on their lead, and each kind of them adds up to zero as well."""

import django.db.models.deletion
from django.db import migrations, models

BALANCED = """
CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_sale bigint;
    wanted numeric;
    owed numeric;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'ledger_sale' THEN of_sale := NEW.id; ELSE of_sale := NEW.sale_id; END IF;
    IF of_sale IS NULL THEN
        SELECT sum(amount) INTO total FROM ledger_entry WHERE lead_id = NEW.lead_id AND kind = NEW.kind;
        IF total IS DISTINCT FROM 0 THEN
            RAISE EXCEPTION 'The entries of lead % do not add up.', NEW.lead_id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END IF;
    SELECT price INTO wanted FROM ledger_sale WHERE id = of_sale;
    SELECT sum(amount), sum(amount) FILTER (WHERE account = 'buyer' AND kind = 'sale') INTO total, owed
        FROM ledger_entry WHERE sale_id = of_sale;
    IF total IS DISTINCT FROM 0 OR owed IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'The entries of sale % do not add up.', of_sale USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
BALANCED_BEFORE = """
CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0001_initial'),
        ('ledger', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='entry',
            name='lead_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='entry',
            name='kind',
            field=models.CharField(choices=[('sale', 'Sale'), ('payout', 'Payout without a sale'), ('payout_back', 'Payout without a sale, reversed')], default='sale', max_length=12),
        ),
        migrations.AlterField(
            model_name='entry',
            name='sale',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.sale'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('lead_id__isnull', False)), fields=('lead_id', 'kind', 'account'), name='entry_once_per_lead'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lead_id__isnull', True), ('sale__isnull', False)), models.Q(('lead_id__isnull', False), ('sale__isnull', True)), _connector='OR'), name='entry_of_sale_or_lead'),
        ),
        migrations.RunSQL(BALANCED, BALANCED_BEFORE),
    ]
