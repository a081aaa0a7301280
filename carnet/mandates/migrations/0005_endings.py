"""What was ended at once, for one person: it only grows. Whether consent is asked from afar is the programme's to say, not a structure's."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

FAMILIES = ["papers", "family", "social", "work", "housing", "transport", "money", "justice", "abroad", "leisure"]
REASONS = ["REVOKED", "DONE", "REPLACED", "EXPIRED", "DEATH", "PROTECTION", "TRANSFERRED", "STRUCTURE"]

WALLS = """
SELECT carnet_guard_rows('mandates_ending', NULL, 'organisation_id');
SELECT carnet_guard_append_only('mandates_ending');
CREATE POLICY own ON mandates_ending FOR SELECT USING (person_id IN (
  SELECT id FROM mandates_assistedperson
  WHERE subject_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')
  OR code_mark = decode(COALESCE(current_setting('carnet.assisted', true), ''), 'hex')));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mandates", "0004_retention"),
    ]

    operations = [
        migrations.RemoveField(model_name="structure", name="is_remote_allowed"),
        migrations.CreateModel(
            name="Ending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=11)),
                ("authorisation_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("families", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=9), size=None)),
                ("is_by_self", models.BooleanField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation"),
                ),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="endings", to="mandates.assistedperson"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-at"], name="mandates_ending_of_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("families__contained_by", FAMILIES), ("reason__in", REASONS)), name="mandates_ending_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_by_self", False), ("by_id__isnull", True), _connector="OR"), name="mandates_ending_by"
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
