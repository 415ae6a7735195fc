"""A buyer's balance is a counter whose limit is live and stands with it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0004_hashed_up_to'),
    ]

    operations = [
        migrations.AddField(
            model_name='capcounter',
            name='live_limit',
            field=models.BigIntegerField(null=True),
        ),
    ]
