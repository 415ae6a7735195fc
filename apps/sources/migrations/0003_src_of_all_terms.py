from django.db import migrations, models

import apps.core.ids

BATCH = 500


def name(apps_then, schema_editor):
    """Terms from before the exchange get an SRC, too."""
    terms = apps_then.get_model("sources", "Terms").objects
    while rows := list(terms.filter(src=None)[:BATCH]):
        for row in rows:
            row.src = apps.core.ids.new_src()
        terms.bulk_update(rows, ["src"])


class Migration(migrations.Migration):
    # Rows are named in batches that commit one by one: nobody waits for all of them.
    atomic = False

    dependencies = [("sources", "0002_auction")]

    operations = [
        migrations.AlterField(
            model_name="terms",
            name="src",
            field=models.CharField(
                blank=True,
                default=apps.core.ids.new_src,
                editable=False,
                max_length=40,
                null=True,
                unique=True,
                verbose_name="SRC",
            ),
        ),
        migrations.RunPython(name, migrations.RunPython.noop),
    ]
