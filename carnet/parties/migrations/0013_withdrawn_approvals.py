"""What was asked of another person may be taken back by its own side before it is answered; nothing is approved by that."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("parties", "0012_print_shops")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="approval", name="parties_approval_decision_known"),
        migrations.RemoveConstraint(model_name="approval", name="parties_approval_two_people"),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decision__in", ["APPROVED", "REFUSED"]), ("decision", "WITHDRAWN"), ("decision__isnull", True), _connector="OR"
                ),
                name="parties_approval_decision_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by_id__isnull", True),
                    ("decision", "WITHDRAWN"),
                    models.Q(("decided_by_id", models.F("requested_by_id")), _negated=True),
                    _connector="OR",
                ),
                name="parties_approval_two_people",
            ),
        ),
    ]
