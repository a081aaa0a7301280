"""Answers to *did you do it yourself?*: of nobody, append-only, behind the walls of the house that asked."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('activities_doneanswer', NULL, 'organisation_id');
SELECT carnet_guard_append_only('activities_doneanswer');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0001_journal"),
        ("parties", "0008_helpers"),
        ("activities", "0001_activities"),
    ]

    operations = [
        migrations.CreateModel(
            name="DoneAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("procedure", models.CharField(max_length=40)),
                ("answer", models.CharField(max_length=13)),
                ("asked_after", models.CharField(max_length=7)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "day"], name="activities_done_of_house")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer__in", ["SELF", "TOGETHER", "SOMEBODY_ELSE"]), ("asked_after__in", ["LESSON", "MANDATE", "DESK"])
                        ),
                        name="activities_done_words",
                    )
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
