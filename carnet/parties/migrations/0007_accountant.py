"""A role for whoever keeps public accounts: a funder's or an operator's accountant, who reads and changes nothing."""

from django.db import migrations, models

ROLES = [
    "OPERATOR_ADMIN", "OPERATOR_AGENT", "TREASURER", "APPROVER", "FUNDER", "PRESCRIBER_LEAD", "PRESCRIBER", "PLACE_MANAGER", "MEDIATOR",
    "AUDITOR", "STATE_OFFICER", "HELPLINE", "ACCOUNTANT",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0006_approval_voices"),
    ]

    operations = [
        operation
        for model in ("invitation", "membership")
        for operation in (
            migrations.RemoveConstraint(model_name=model, name=f"parties_{model}_role_known"),
            migrations.AddConstraint(
                model_name=model,
                constraint=models.CheckConstraint(condition=models.Q(("role__in", ROLES)), name=f"parties_{model}_role_known"),
            ),
        )
    ]
