"""What was published each day: owed, funded, in circulation, and what the account held."""

from typing import ClassVar

from django.db import migrations, models

# Everybody reads it, as it is published; only whoever runs the programme's night writes it.
GUARDS = """
SELECT carnet_guard_rows('continuity_commitmentday', 'programme_id', NULL);
CREATE POLICY published ON continuity_commitmentday FOR SELECT USING (true);
SELECT carnet_guard_append_only('continuity_commitmentday');
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0002_takeovers"), ("journal", "0001_journal")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="CommitmentDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("day", models.DateField()),
                ("content", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("signature", models.BinaryField(max_length=64)),
                ("key_version", models.SmallIntegerField()),
                ("public_key", models.BinaryField(max_length=32)),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-day"], name="continuity_commitmentday_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("programme_id", "number"), name="continuity_commitmentday_number"),
                    models.UniqueConstraint(fields=("programme_id", "day"), name="continuity_commitmentday_once"),
                    models.CheckConstraint(condition=models.Q(("number__gt", 0)), name="continuity_commitmentday_counts"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
