"""Who is archived since when; what each night archived and erased, written once and never changed."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('mandates_retentionrun', 'programme_id', NULL);
SELECT carnet_guard_append_only('mandates_retentionrun');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0007_on_demand"),
        ("mandates", "0003_own_side"),
    ]

    operations = [
        migrations.AddField(
            model_name="assistedperson",
            name="archived_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("archived_count", models.IntegerField()),
                ("erased_count", models.IntegerField()),
                ("archived_digest", models.BinaryField(max_length=32)),
                ("erased_digest", models.BinaryField(max_length=32)),
                ("people_in_use", models.IntegerField()),
                ("people_archived", models.IntegerField()),
                ("people_erased", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "programme",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "day"), name="mandates_retention_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("archived_count__gte", 0),
                            ("erased_count__gte", 0),
                            ("people_archived__gte", 0),
                            ("people_erased__gte", models.F("erased_count")),
                            ("people_in_use__gte", 0),
                        ),
                        name="mandates_retention_counts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
