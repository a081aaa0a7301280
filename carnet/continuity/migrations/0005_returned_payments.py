"""Clearing: what a bank refuses or gives back is written down, and owed to the place again."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0004_clearing")]

    operations: ClassVar = [
        migrations.AddField("clearingpayment", "returned_on", models.DateField(null=True)),
        migrations.RemoveConstraint("clearingpayment", "continuity_payment_state"),
        migrations.AddConstraint(
            "clearingpayment",
            models.CheckConstraint(
                condition=Q(state__in=["PREPARED", "AGREED", "PAID", "REFUSED", "RETURNED"]), name="continuity_payment_state"
            ),
        ),
        migrations.AddConstraint(
            "clearingpayment",
            models.CheckConstraint(
                condition=~Q(state="RETURNED") | Q(returned_on__isnull=False), name="continuity_payment_returned_when"
            ),
        ),
    ]
