"""Print shops, and the role of those who print there."""

from django.db import migrations, models

KINDS = ["FUNDER", "STATE", "OPERATOR", "PRESCRIBER", "PLACE_OPERATOR", "LANDLORD", "AUDITOR", "HELPER", "LOCAL_ACTOR", "PROVIDER", "PRINT_SHOP"]
ROLES = [
    "OPERATOR_ADMIN", "OPERATOR_AGENT", "TREASURER", "APPROVER", "FUNDER", "PRESCRIBER_LEAD", "PRESCRIBER", "PLACE_MANAGER", "MEDIATOR",
    "AUDITOR", "STATE_OFFICER", "HELPLINE", "ACCOUNTANT", "HELPER", "HELPER_LEAD",
    "LOCAL_ACTOR", "LANDLORD", "PROVIDER", "PRINT_SHOP",
]  # fmt: skip
_KINDS_KNOWN = "parties_organisation_kinds_known"


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0011_connection"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="organisation", name=_KINDS_KNOWN),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kinds__contained_by", KINDS), ("kinds__len__gte", 1)), name=_KINDS_KNOWN
            ),
        ),
        *(
            operation
            for model in ("invitation", "membership")
            for operation in (
                migrations.RemoveConstraint(model_name=model, name=f"parties_{model}_role_known"),
                migrations.AddConstraint(
                    model_name=model,
                    constraint=models.CheckConstraint(condition=models.Q(("role__in", ROLES)), name=f"parties_{model}_role_known"),
                ),
            )
        ),
    ]
