"""A voucher is exchanged once: one passage each, and no second one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_debts")]

    operations = [
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.UniqueConstraint(
                fields=("series_id", "first_voucher_id"), condition=models.Q(("kind", "EXCHANGED")), name="ledger_passage_exchanged_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "EXCHANGED"), _negated=True), ("last_voucher_id", models.F("first_voucher_id")), _connector="OR"),
                name="ledger_passage_exchanged_one",
            ),
        ),
    ]
