"""Breakers and tokens get keys of two columns. What they hold is of a moment: it is made anew, not moved."""

from django.db import migrations, models

import apps.core.crypto.fields


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0003_canary"),
    ]

    operations = [
        migrations.DeleteModel(name="EndpointBreaker"),
        migrations.DeleteModel(name="EndpointToken"),
        migrations.CreateModel(
            name="EndpointBreaker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("endpoint_id", models.BigIntegerField()),
                (
                    "phase",
                    models.CharField(
                        choices=[("post", "Post"), ("status", "Status URL")],
                        db_default="post",
                        default="post",
                        max_length=8,
                    ),
                ),
                ("state", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint_id", "phase"), name="breaker_per_endpoint_and_phase"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EndpointToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("endpoint_id", models.BigIntegerField()),
                ("token", apps.core.crypto.fields.EncryptedTextField(blank=True, default="")),
                ("made_for", models.CharField(blank=True, max_length=64)),
                ("obtained_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("refreshing_until", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint_id", "made_for"), name="token_per_endpoint_and_settings"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("next_attempt_at__isnull", False), ("status", "held")),
                fields=["next_attempt_at"],
                name="delivery_asks",
            ),
        ),
    ]
