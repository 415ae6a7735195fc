from django.db import migrations, models

_NUMBER = """
    UPDATE deliveries_dropfile file SET number = counted.number
    FROM (SELECT id, row_number() OVER (PARTITION BY endpoint_id ORDER BY id) AS number FROM deliveries_dropfile) counted
    WHERE counted.id = file.id
"""


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0008_awaits_auction")]

    operations = [
        migrations.AddIndex(
            model_name="endpointtest", index=models.Index(fields=["at"], name="test_at")
        ),
        migrations.AddField(
            model_name="dropfile", name="number", field=models.PositiveIntegerField(default=0), preserve_default=False
        ),
        migrations.RunSQL(_NUMBER, migrations.RunSQL.noop),
    ]
