"""Redemptions, and the one function that decides and writes them."""

from pathlib import Path

import django.db.models.fields.composite
from django.db import migrations, models

SQL = (Path(__file__).parent / "0001_redeem_many.sql").read_text(encoding="utf-8")

GUARDS = """
SELECT carnet_guard_rows('redemption_redemption', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('redemption_reversal', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('redemption_attempt', NULL, 'organisation_id');
SELECT carnet_guard_append_only('redemption_redemption');
SELECT carnet_guard_append_only('redemption_reversal');
SELECT carnet_guard_append_only('redemption_attempt');
-- Only the redeeming function writes them.
REVOKE INSERT ON redemption_redemption, redemption_reversal FROM carnet_app;
"""

UNDO = """
DROP FUNCTION reverse_redemption; DROP FUNCTION redeem_many; DROP FUNCTION check_vouchers;
DROP FUNCTION redemption_claimable; DROP FUNCTION redemption_evaluate;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("ledger", "0001_ledger"),
        ("funding", "0001_funding"),
        ("places", "0001_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="Redemption",
            fields=[
                (
                    "pk",
                    django.db.models.fields.composite.CompositePrimaryKey(
                        "series_id", "voucher_id", "generation", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("series_id", models.BigIntegerField()),
                ("voucher_id", models.BigIntegerField()),
                ("generation", models.SmallIntegerField()),
                ("programme_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("place_id", models.BigIntegerField()),
                ("service_code", models.CharField(max_length=60)),
                ("attended_on", models.DateField()),
                ("channel", models.CharField(max_length=8)),
                ("actor_person_id", models.BigIntegerField(null=True)),
                ("request_id", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation_id", "at"], name="redemption_of_organisation"),
                    models.Index(fields=["programme_id", "at"], name="redemption_of_programme"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Reversal",
            fields=[
                (
                    "pk",
                    django.db.models.fields.composite.CompositePrimaryKey(
                        "series_id", "voucher_id", "generation", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("series_id", models.BigIntegerField()),
                ("voucher_id", models.BigIntegerField()),
                ("generation", models.SmallIntegerField()),
                ("programme_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("actor_person_id", models.BigIntegerField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["programme_id", "at"], name="redemption_reversal_programme")]},
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_id", models.BigIntegerField()),
                ("place_id", models.BigIntegerField(null=True)),
                ("actor_person_id", models.BigIntegerField(null=True)),
                ("token_id", models.BigIntegerField(null=True)),
                ("channel", models.CharField(max_length=8)),
                ("reason", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation_id", "at"],
                        condition=models.Q(("reason__in", ["code-mistyped", "voucher-unknown"])),
                        name="redemption_attempt_guess",
                    )
                ]
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(SQL, UNDO),
    ]
