"""A role for whoever answers the operator's telephone."""

from django.db import migrations, models

ROLES = [
    "OPERATOR_ADMIN", "OPERATOR_AGENT", "TREASURER", "APPROVER", "FUNDER", "PRESCRIBER_LEAD", "PRESCRIBER", "PLACE_MANAGER", "MEDIATOR",
    "AUDITOR", "STATE_OFFICER", "HELPLINE",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0004_pins"),
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
