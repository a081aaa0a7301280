"""Archives of programmes: what was written, when, and where it is kept."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [("ledger", "0005_connections")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("folder", models.CharField(max_length=500)),
                ("name", models.CharField(max_length=40)),
                ("number", models.BigIntegerField()),
                ("kind", models.CharField(max_length=9)),
                ("why", models.CharField(max_length=16)),
                ("table_count", models.IntegerField()),
                ("row_count", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("snapshot_xmin", models.BigIntegerField()),
                ("system", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64)),
                ("key_version", models.SmallIntegerField()),
                ("key_fingerprint", models.CharField(max_length=64)),
                ("is_sealed", models.BooleanField()),
                ("totals", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("spent_ms", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["programme_id", "-made_at"], name="continuity_export_latest")],
                "constraints": [
                    models.UniqueConstraint(fields=("programme_id", "digest"), name="continuity_export_once"),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["base", "increment"])), name="continuity_export_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("bytes__gt", 0), ("number__gt", 0), ("row_count__gte", 0)), name="continuity_export_counts"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            """
            SELECT carnet_guard_rows('continuity_export', 'programme_id', NULL);
            -- A step that was written stays as it was told; what is too old to matter goes.
            REVOKE UPDATE, TRUNCATE ON continuity_export FROM carnet_app;
            """,
            migrations.RunSQL.noop,
        ),
    ]
