"""Tables of indicators, plans of evaluation and what was read of them; and their walls."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('observatory_indicatorstudy', NULL, 'organisation_id');
SELECT carnet_guard_append_only('observatory_indicatorstudy');
SELECT carnet_guard_rows('observatory_evaluationplan', 'programme_id', NULL);
SELECT carnet_guard_append_only('observatory_evaluationplan');
SELECT carnet_guard_rows('observatory_evaluationreading', 'programme_id', NULL);
SELECT carnet_guard_append_only('observatory_evaluationreading');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('observatory', '0005_selfchecks'),
    ]

    operations = [
        migrations.CreateModel(
            name='EvaluationPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('name', models.CharField(max_length=300)),
                ('design', models.CharField(max_length=40)),
                ('digest', models.CharField(max_length=64)),
                ('content', models.TextField()),
                ('sealed_at', models.DateTimeField()),
                ('sealed_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme_id', 'digest'), name='observatory_plan_sealed_once')],
            },
        ),
        migrations.CreateModel(
            name='IndicatorStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('content', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['organisation_id', '-id'], name='observatory_studies_of')],
            },
        ),
        migrations.CreateModel(
            name='EvaluationReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('data_digest', models.CharField(max_length=64)),
                ('content', models.JSONField()),
                ('conclusion', models.CharField(blank=True, max_length=500)),
                ('read_at', models.DateTimeField()),
                ('read_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='observatory.evaluationplan')),
            ],
            options={
                'indexes': [models.Index(fields=['plan', '-id'], name='observatory_readings_of_plan')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
