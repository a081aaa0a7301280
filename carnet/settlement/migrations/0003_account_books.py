"""Accountants' books, frozen: append-only, numbered, seen by the programme's people."""

from django.db import migrations, models
from django.db.models import F, Q

GUARDS = """
SELECT carnet_guard_rows('settlement_accountbook', 'programme_id', NULL);
SELECT carnet_guard_append_only('settlement_accountbook');
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0002_claimed_is_claimed")]

    operations = [
        migrations.CreateModel(
            name="AccountBook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("book", models.CharField(max_length=10)),
                ("period", models.CharField(max_length=8)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
                ("digest", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField()),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("book__in", ["AGREEMENT", "STOCK", "VOUCHERS", "PLACES"])), name="settlement_accountbook_book"
                    ),
                    models.CheckConstraint(condition=Q(("number__gt", 0), ("until__gt", F("since"))), name="settlement_accountbook_real"),
                    models.UniqueConstraint(fields=("programme_id", "number"), name="settlement_accountbook_number"),
                    models.UniqueConstraint(fields=("agreement_id", "book", "period"), name="settlement_accountbook_once"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
