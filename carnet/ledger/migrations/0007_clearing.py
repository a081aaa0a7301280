"""Where the cents of clearing between operators can be."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0006_ring_fence")]

    operations: ClassVar = [
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
                            "PARTNER",
                            "ABROAD",
                            "CLAIMED",
                            "HONOURED",
                            "OPERATOR",
                            "ADVANCED",
                        ],
                    )
                ),
                name="ledger_account_kind",
            ),
        ),
    ]
