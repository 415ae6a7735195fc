"""How a buyer pays: by invoice, prepaid, or on credit."""

from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('buyers', '0003_auction'),
        ('companies', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='buyer',
            name='billing',
            field=models.CharField(choices=[('invoice', 'By invoice: no limit'), ('prepaid', 'Prepaid: only what was paid in can be spent'), ('credit', 'On credit: up to a limit can be owed')], default='invoice', max_length=8),
        ),
        migrations.AddField(
            model_name='buyer',
            name='credit_limit',
            field=models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=12),
        ),
        migrations.AddField(
            model_name='buyer',
            name='warn_below',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddConstraint(
            model_name='buyer',
            constraint=models.CheckConstraint(condition=models.Q(('credit_limit__gte', 0)), name='buyer_credit_not_negative'),
        ),
    ]
