"""What buyers pay: a third thing that a booking may hang on, as append-only and as balanced as the others."""

import django.db.models.deletion
from django.db import migrations, models


PAYMENTS = """
CREATE FUNCTION ledger_payment_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_payment bigint;
    paid ledger_payment;
    moved numeric;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'ledger_payment' THEN of_payment := NEW.id; ELSE of_payment := NEW.payment_id; END IF;
    SELECT * INTO paid FROM ledger_payment WHERE id = of_payment;
    SELECT sum(amount), sum(amount) FILTER (WHERE account = 'buyer' AND account_id = paid.buyer_id) INTO total, moved
        FROM ledger_entry WHERE payment_id = of_payment AND currency = paid.currency;
    IF total IS DISTINCT FROM 0
       OR moved IS DISTINCT FROM (CASE WHEN paid.kind IN ('top_up', 'credit') THEN -paid.amount ELSE paid.amount END)
    THEN
        RAISE EXCEPTION 'The entries of payment % do not add up.', of_payment USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_payment_append_only BEFORE UPDATE OR DELETE ON ledger_payment
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE CONSTRAINT TRIGGER ledger_payment_balanced AFTER INSERT ON ledger_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_payment_balanced();
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind NOT IN ('sale', 'payment')) EXECUTE FUNCTION ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_entry_payment_balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'payment' OR NEW.payment_id IS NOT NULL) EXECUTE FUNCTION ledger_payment_balanced();
"""
PAYMENTS_BACK = """
DROP TRIGGER ledger_entry_payment_balanced ON ledger_entry;
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind <> 'sale') EXECUTE FUNCTION ledger_balanced();
DROP TRIGGER ledger_payment_balanced ON ledger_payment;
DROP TRIGGER ledger_payment_append_only ON ledger_payment;
DROP FUNCTION ledger_payment_balanced();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0001_initial'),
        ('ledger', '0004_a_sale_can_be_reversed_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('buyer_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('top_up', 'Top-up'), ('refund', 'Refund'), ('credit', 'Credit'), ('debit', 'Debit')], max_length=8)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('currency', models.CharField(max_length=3)),
                ('note', models.CharField(max_length=300)),
                ('by_name', models.CharField(max_length=254)),
                ('form_key', models.UUIDField(unique=True)),
                ('booked_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='entry',
            name='entry_of_sale_or_lead',
        ),
        migrations.AlterField(
            model_name='entry',
            name='kind',
            field=models.CharField(choices=[('sale', 'Sale'), ('reversal', 'Sale, reversed'), ('payout', 'Payout without a sale'), ('payout_back', 'Payout without a sale, reversed'), ('payment', 'Payment of a buyer')], default='sale', max_length=12),
        ),
        migrations.AddField(
            model_name='payment',
            name='company',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='companies.company'),
        ),
        migrations.AddField(
            model_name='entry',
            name='payment',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.payment'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('payment__isnull', False)), fields=('payment', 'account'), name='entry_once_per_payment'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lead_id__isnull', True), ('payment__isnull', True), ('sale__isnull', False)), models.Q(('lead_id__isnull', False), ('payment__isnull', True), ('sale__isnull', True)), models.Q(('lead_id__isnull', True), ('payment__isnull', False), ('sale__isnull', True)), _connector='OR'), name='entry_of_one_thing'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['buyer_id', '-id'], name='payment_buyer'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_above_zero'),
        ),
        migrations.RunSQL(PAYMENTS, PAYMENTS_BACK),
    ]
