"""Payments that a case holds: what each cut-off left out, and for which case."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('settlement_heldforcase', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('settlement_heldforcase');
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("settlement", "0006_bank_lines"), ("controls", "0002_cases")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='HeldForCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_id', models.BigIntegerField()),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('voucher_count', models.IntegerField()),
                ('cents', models.BigIntegerField()),
                ('cut_off', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='held_for_cases', to='settlement.cutoff')),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'organisation_id'], name='settlement_heldforcase_payee')],
                'constraints': [models.UniqueConstraint(fields=('cut_off', 'case_id'), name='settlement_heldforcase_once'), models.CheckConstraint(condition=models.Q(('cents__gt', 0), ('voucher_count__gt', 0)), name='settlement_heldforcase_positive')],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
