"""What was asked about a person's data, and what each night forgot. Both are of the installation: no row of either names a person."""

from typing import ClassVar

from django.db import migrations, models

ONLY_GROWS = "SELECT carnet_guard_append_only('privacy_retentionreport');"


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [("parties", "0013_withdrawn_approvals")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("mark", models.BinaryField(max_length=32)),
                ("steps", models.JSONField(default=list)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("asked_through", models.CharField(max_length=60)),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["asked_at"], condition=models.Q(("done_at__isnull", True)), name="privacy_datarequest_open")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["ACCESS", "CORRECT", "ERASE"])), name="privacy_datarequest_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at__isnull", True), ("done_at__gte", models.F("asked_at")), _connector="OR"),
                        name="privacy_datarequest_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("lines", models.JSONField()),
                ("forgotten_count", models.IntegerField()),
                ("late_count", models.IntegerField()),
                ("digest", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("forgotten_count__gte", 0), ("late_count__gte", 0)), name="privacy_retentionreport_counts"
                    )
                ],
            },
        ),
        migrations.RunSQL(ONLY_GROWS, migrations.RunSQL.noop),
    ]
