"""Studies of the State's part, thresholds of funds and alerts; and their walls."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('funding_statesharestudy', 'programme_id', NULL);
SELECT carnet_guard_rows('funding_fundthreshold', 'programme_id', NULL);
SELECT carnet_guard_rows('funding_fundalert', 'programme_id', NULL);
SELECT carnet_guard_append_only('funding_fundthreshold');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0004_service_voucher_counts'),
    ]

    operations = [
        migrations.CreateModel(
            name='FundAlert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('threshold_cents', models.BigIntegerField()),
                ('balance_cents', models.BigIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='funding.agreement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('agreement',), name='funding_fundalert_one_open')],
            },
        ),
        migrations.CreateModel(
            name='FundThreshold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('cents', models.BigIntegerField()),
                ('set_at', models.DateTimeField()),
                ('set_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='thresholds', to='funding.agreement')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('cents__gte', 0)), name='funding_fundthreshold_cents')],
            },
        ),
        migrations.CreateModel(
            name='StateShareStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('territory', models.CharField(blank=True, max_length=120)),
                ('case', models.JSONField()),
                ('rate_percent', models.SmallIntegerField()),
                ('text_rate_percent', models.SmallIntegerField()),
                ('state_cents', models.BigIntegerField()),
                ('portion_numerator', models.BigIntegerField()),
                ('portion_denominator', models.BigIntegerField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('decided_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('agreement', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='state_share_study', to='funding.agreement')),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', '-id'], name='funding_study_programme')],
                'constraints': [models.CheckConstraint(condition=models.Q(('portion_denominator__gt', 0), ('portion_numerator__gte', 0), ('portion_numerator__lte', models.F('portion_denominator'))), name='funding_statesharestudy_portion'), models.CheckConstraint(condition=models.Q(models.Q(('portion_denominator', 100), ('portion_numerator', models.F('rate_percent'))), models.Q(('reason', ''), _negated=True), _connector='OR'), name='funding_statesharestudy_explained')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
