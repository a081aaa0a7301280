"""Reports for elected councils, kept as they were given out."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('observatory_councilreport', NULL, 'organisation_id');
SELECT carnet_guard_append_only('observatory_councilreport');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('observatory', '0006_evaluations'),
    ]

    operations = [
        migrations.CreateModel(
            name='CouncilReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('number', models.IntegerField()),
                ('level', models.CharField(max_length=11)),
                ('code', models.CharField(max_length=9)),
                ('since_on', models.DateField()),
                ('until_on', models.DateField()),
                ('language', models.CharField(max_length=2)),
                ('content', models.JSONField()),
                ('deflated', models.BinaryField()),
                ('size', models.IntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('previous', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='observatory.councilreport')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', 'level', 'code', '-number'], name='observatory_councilreports')],
                'constraints': [models.UniqueConstraint(fields=('organisation_id', 'number'), name='observatory_councilreport_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='observatory_councilreport_from_one'), models.CheckConstraint(condition=models.Q(('until_on__gt', models.F('since_on'))), name='observatory_councilreport_span'), models.CheckConstraint(condition=models.Q(('language__in', ['fr', 'en'])), name='observatory_councilreport_language')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
