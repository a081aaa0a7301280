"""Two more places where cents can be: what a place owes back, and the other side of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_ends_that_move")]

    operations = [
        migrations.RemoveConstraint(model_name="account", name="ledger_account_kind"),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["SOURCE", "UNISSUED", "CIRCULATION", "OWED", "PAID", "RETURNED", "DUE", "CHARGED"])
                ),
                name="ledger_account_kind",
            ),
        ),
    ]
