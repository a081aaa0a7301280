"""What a person was told of their connection, once each; and its wall."""

import django.db.models.deletion
from django.db import migrations, models

WALL = "SELECT carnet_guard_rows('connectivity_telling', 'programme_id', 'desk_id');"


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0001_connectivity"),
        ("funding", "0007_on_demand"),
        ("parties", "0011_connection"),
    ]

    operations = [
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=11)),
                ("step_id", models.BigIntegerField(default=0)),
                ("incident_id", models.BigIntegerField(default=0)),
                ("told_by", models.CharField(max_length=6)),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by_id", models.BigIntegerField(null=True)),
                ("is_posted", models.BooleanField(default=False)),
                (
                    "connection",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="connectivity.connection"),
                ),
                ("desk", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)), fields=["desk", "made_at"], name="connectivity_telling_to_post"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "step_id", "incident_id"), name="connectivity_telling_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("about__in", ["ACCEPTED", "REFUSED", "APPOINTMENT", "COULD_NOT", "ACTIVE", "ENDED", "MENDED"]),
                            ("told_by__in", ["TEXT", "LETTER"]),
                        ),
                        name="connectivity_telling_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("told_by", "LETTER"), models.Q(("done_at__isnull", False), ("is_posted", False)), _connector="OR"
                        ),
                        name="connectivity_telling_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("incident_id", 0), ("step_id__gt", 0)),
                            models.Q(("incident_id__gt", 0), ("step_id", 0)),
                            _connector="OR",
                        ),
                        name="connectivity_telling_of_what",
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
