"""Vouchers exchanged at a desk, and for how many days a programme allows it."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('distribution_exchangeterms', 'programme_id', NULL);
-- Until when vouchers are exchanged is told to anybody who holds one.
CREATE POLICY told ON distribution_exchangeterms FOR SELECT USING (true);
SELECT carnet_guard_rows('distribution_exchange', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('distribution_exchangeterms');
SELECT carnet_guard_append_only('distribution_exchange');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("distribution", "0008_postal"),
        ("funding", "0003_phone_hours"),
        ("parties", "0001_parties"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.SmallIntegerField()),
                ("decided_at", models.DateTimeField()),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
            ],
            options={
                "indexes": [models.Index(fields=["programme", "-id"], name="distribution_exchangeterms_of")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("days__gte", 0), ("days__lte", 365)), name="distribution_exchangeterms_days")
                ],
            },
        ),
        migrations.CreateModel(
            name="Exchange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series_id", models.BigIntegerField()),
                ("booklet_id", models.BigIntegerField()),
                ("voucher_count", models.IntegerField()),
                ("cents", models.BigIntegerField()),
                ("exchanged_at", models.DateTimeField()),
                ("exchanged_by_id", models.BigIntegerField()),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "hand_over",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="exchange", to="distribution.handover"),
                ),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation")),
                ("programme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.programme")),
                (
                    "replacement",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="exchange", to="distribution.replacement"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "-exchanged_at"], name="distribution_exchange_desk")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0), ("voucher_count__gt", 0)), name="distribution_exchange_positive")
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
