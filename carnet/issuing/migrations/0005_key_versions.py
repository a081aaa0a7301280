"""Versions of a programme's keys: when they were drawn, when they ended. Public, since devices are told."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("issuing", "0004_parcels")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="KeyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("version", models.SmallIntegerField()),
                ("drawn_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("programme_id", "version"), name="issuing_keyversion_once"),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1), ("version__lte", 255)), name="issuing_keyversion_number"
                    ),
                ],
            },
        ),
    ]
