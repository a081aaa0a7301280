"""The part of vouchers pledged to a public: another row for another pledge, none rewritten, each seen by its programme."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('funding_publictarget', 'programme_id', NULL);
SELECT carnet_guard_append_only('funding_publictarget');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0005_state_share_and_low_funds"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("basis_points", models.IntegerField()),
                ("set_at", models.DateTimeField()),
                ("set_by_id", models.BigIntegerField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                (
                    "agreement",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.agreement"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("basis_points__gte", 0), ("basis_points__lte", 10_000)), name="funding_publictarget_part"
                    )
                ],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
