"""A sale that was none is reversed: by entries of its own, and by a mark that the constraints pass over."""

from django.db import migrations, models

REVERSED_ONCE = """
CREATE FUNCTION ledger_sale_reversed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL
       AND to_jsonb(OLD) - 'reversed_at' = to_jsonb(NEW) - 'reversed_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The ledger is append-only: correct it by a reversing entry.' USING ERRCODE = 'check_violation';
END $$;
DROP TRIGGER ledger_sale_append_only ON ledger_sale;
CREATE TRIGGER ledger_sale_append_only BEFORE UPDATE OR DELETE ON ledger_sale
    FOR EACH ROW EXECUTE FUNCTION ledger_sale_reversed_once();
"""
REVERSED_ONCE_BACK = """
DROP TRIGGER ledger_sale_append_only ON ledger_sale;
CREATE TRIGGER ledger_sale_append_only BEFORE UPDATE OR DELETE ON ledger_sale
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
DROP FUNCTION ledger_sale_reversed_once();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0001_initial'),
        ('ledger', '0003_payout_without_sale'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sale',
            name='sale_once_per_buyer',
        ),
        migrations.RemoveConstraint(
            model_name='sale',
            name='sale_once_per_place',
        ),
        migrations.RemoveConstraint(
            model_name='sale',
            name='sale_once_exclusive',
        ),
        migrations.AddField(
            model_name='sale',
            name='reversed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='entry',
            name='kind',
            field=models.CharField(choices=[('sale', 'Sale'), ('reversal', 'Sale, reversed'), ('payout', 'Payout without a sale'), ('payout_back', 'Payout without a sale, reversed')], default='sale', max_length=12),
        ),
        migrations.AlterField(
            model_name='sale',
            name='attempt_id',
            field=models.BigIntegerField(),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'reversal')), fields=('sale', 'account'), name='entry_once_per_reversal'),
        ),
        migrations.AddConstraint(
            model_name='sale',
            constraint=models.UniqueConstraint(condition=models.Q(('reversed_at__isnull', True)), fields=('attempt_id',), name='sale_once_per_attempt'),
        ),
        migrations.AddConstraint(
            model_name='sale',
            constraint=models.UniqueConstraint(condition=models.Q(('reversed_at__isnull', True)), fields=('lead_id', 'buyer_id'), name='sale_once_per_buyer'),
        ),
        migrations.AddConstraint(
            model_name='sale',
            constraint=models.UniqueConstraint(condition=models.Q(('reversed_at__isnull', True)), fields=('lead_id', 'place'), name='sale_once_per_place'),
        ),
        migrations.AddConstraint(
            model_name='sale',
            constraint=models.UniqueConstraint(condition=models.Q(('is_exclusive', True), ('reversed_at__isnull', True)), fields=('lead_id',), name='sale_once_exclusive'),
        ),
        migrations.RunSQL(REVERSED_ONCE, REVERSED_ONCE_BACK),
    ]
