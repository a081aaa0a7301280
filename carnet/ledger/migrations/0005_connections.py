"""Where the cents of connections can be, and which connection a movement is for."""

import django.db.models.deletion
from django.db import migrations, models

# One agreement's connections have one account of each kind; which connection a movement is for is said beside it, for the movement's own
# columns are sealed as they are.
GUARDS = """
SELECT carnet_guard_rows('ledger_connectionmovement', 'programme_id', NULL);
SELECT carnet_guard_append_only('ledger_connectionmovement');
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_exchanges")]

    operations = [
        migrations.RemoveConstraint(model_name="account", name="ledger_account_kind"),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "SOURCE",
                            "UNISSUED",
                            "CIRCULATION",
                            "OWED",
                            "PAID",
                            "RETURNED",
                            "DUE",
                            "CHARGED",
                            "RESERVED",
                            "BILLED",
                            "SERVED",
                            "OWNER",
                            "HOUSEHOLD",
                            "LANDLORD",
                            "CALLED",
                            "PASSED",
                        ],
                    )
                ),
                name="ledger_account_kind",
            ),
        ),
        migrations.CreateModel(
            name="ConnectionMovement",
            fields=[
                (
                    "movement",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="ledger.movement",
                    ),
                ),
                ("connection_id", models.BigIntegerField()),
                ("programme_id", models.BigIntegerField()),
            ],
            options={"indexes": [models.Index(fields=["connection_id"], name="ledger_connectionmovement_of")]},
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
