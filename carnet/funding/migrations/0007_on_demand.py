"""Places of a programme may be paid when they ask."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0006_public_targets"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="programme", name="funding_programme_frequency"),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("payment_frequency__in", ["WEEKLY", "FORTNIGHTLY", "MONTHLY", "ON_DEMAND"])),
                name="funding_programme_frequency",
            ),
        ),
    ]
