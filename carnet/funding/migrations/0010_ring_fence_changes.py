"""Another account for an agreement's money, entered by one person and agreed to by another; an account that ended pays nobody."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('funding_ringfencechange', 'programme_id', NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0009_bank_balances")]

    operations = [
        migrations.AddField(model_name="agreement", name="account_ended_at", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="RingFenceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("account_holder", models.CharField(max_length=140)),
                ("iban", models.CharField(max_length=34)),
                ("bic", models.CharField(blank=True, max_length=11)),
                ("entered_by_id", models.BigIntegerField()),
                ("entered_at", models.DateTimeField()),
                ("approval_id", models.BigIntegerField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("is_agreed", models.BooleanField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "agreement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.agreement"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)), fields=("agreement",), name="funding_ringfencechange_one_waiting"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by_id__isnull", True),
                            models.Q(("decided_by_id", models.F("entered_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="funding_ringfencechange_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by_id__isnull", True), ("is_agreed__isnull", True)),
                            models.Q(("decided_at__isnull", False), ("decided_by_id__isnull", False), ("is_agreed__isnull", False)),
                            _connector="OR",
                        ),
                        name="funding_ringfencechange_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("account_holder", ""), _negated=True), models.Q(("iban", ""), _negated=True)),
                        name="funding_ringfencechange_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
