"""Heads of the sealed chains, said outside every day. Of the installation: no wall, nothing of anybody in it."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_append_only('continuity_anchor');
SELECT carnet_guard_append_only('continuity_anchorsent');
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0005_returned_payments"), ("journal", "0001_journal")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Anchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(unique=True)),
                ("day", models.DateField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("site", models.CharField(max_length=300)),
                ("at", models.CharField(max_length=40)),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("resumes", models.BigIntegerField()),
                ("chains", models.TextField()),
                ("key", models.CharField(max_length=64)),
                ("next_key", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=88)),
                ("public_key", models.CharField(max_length=44)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0), ("resumes__lt", models.F("number"))), name="continuity_anchor_counts"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnchorSent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.CharField(max_length=10)),
                ("count", models.IntegerField(default=1)),
                ("token", models.BinaryField(max_length=65536, null=True)),
                ("stamped_at", models.DateTimeField(null=True)),
                ("authority", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField()),
                ("anchor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sent", to="continuity.anchor")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("anchor", "way"), name="continuity_anchorsent_once"),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["file", "mail", "timestamp"])), name="continuity_anchorsent_way"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stamped_at__isnull", False), ("token__isnull", False), ("way", "timestamp")),
                            models.Q(models.Q(("way", "timestamp"), _negated=True), ("stamped_at__isnull", True), ("token__isnull", True)),
                            _connector="OR",
                        ),
                        name="continuity_anchorsent_token",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
