"""Allotment plans, their versions, the orders made from them; and their walls."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('planning_plan', 'programme_id', NULL);
SELECT carnet_guard_append_only('planning_plan');
SELECT carnet_guard_rows('planning_planversion', 'programme_id', NULL);
SELECT carnet_guard_rows('planning_planorder', 'programme_id', NULL);
SELECT carnet_guard_append_only('planning_planorder');
SELECT carnet_guard_rows('planning_plandestination', 'programme_id', NULL);
SELECT carnet_guard_append_only('planning_plandestination');

-- What was asked never changes, nor an answer once it is there; a kept version never changes at all.
CREATE FUNCTION planning_refuse_other_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR OLD.kept_at IS NOT NULL
    OR (NEW.plan_id, NEW.programme_id, NEW.number, NEW.from_number, NEW.asked, NEW.problem, NEW.digest, NEW.asked_at, NEW.asked_by_id)
      IS DISTINCT FROM (OLD.plan_id, OLD.programme_id, OLD.number, OLD.from_number, OLD.asked, OLD.problem, OLD.digest, OLD.asked_at, OLD.asked_by_id)
    OR (OLD.result IS NOT NULL AND NEW.result IS DISTINCT FROM OLD.result) THEN
    RAISE EXCEPTION 'a version of a plan keeps what was asked and answered' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER planning_version_frozen BEFORE UPDATE OR DELETE ON planning_planversion
  FOR EACH ROW EXECUTE FUNCTION planning_refuse_other_version();
CREATE TRIGGER planning_version_no_truncate BEFORE TRUNCATE ON planning_planversion
  FOR EACH STATEMENT EXECUTE FUNCTION planning_refuse_other_version();
"""
UNDO = """
DROP TRIGGER planning_version_frozen ON planning_planversion;
DROP TRIGGER planning_version_no_truncate ON planning_planversion;
DROP FUNCTION planning_refuse_other_version;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('journal', '0001_journal'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('name', models.CharField(max_length=120)),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', '-id'], name='planning_plans_of')],
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('number', models.SmallIntegerField()),
                ('from_number', models.SmallIntegerField(null=True)),
                ('asked', models.JSONField()),
                ('problem', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(default='WAITING', max_length=10)),
                ('done', models.SmallIntegerField(default=0)),
                ('total', models.SmallIntegerField(default=1)),
                ('error', models.CharField(blank=True, max_length=60)),
                ('error_facts', models.JSONField(default=dict)),
                ('result', models.JSONField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('asked_by_id', models.BigIntegerField(null=True)),
                ('taken_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('kept_at', models.DateTimeField(null=True)),
                ('kept_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='planning.plan')),
            ],
        ),
        migrations.CreateModel(
            name='PlanOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('order_id', models.BigIntegerField(unique=True)),
                ('booklet_count', models.IntegerField()),
                ('made_at', models.DateTimeField()),
                ('made_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField(unique=True)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='planning.planversion')),
            ],
        ),
        migrations.CreateModel(
            name='PlanDestination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('point_id', models.BigIntegerField(null=True)),
                ('booklet_count', models.IntegerField()),
                ('plan_order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='destinations', to='planning.planorder')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('booklet_count__gt', 0)), name='planning_destination_positive'), models.UniqueConstraint(fields=('plan_order', 'organisation_id', 'point_id'), name='planning_destination_once', nulls_distinct=False)],
            },
        ),
        migrations.AddIndex(
            model_name='planversion',
            index=models.Index(fields=['programme_id'], name='planning_versions_of'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='planning_version_number'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='planning_version_positive'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'RUNNING', 'DONE', 'FAILED'])), name='planning_version_state'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('done__gte', 0), ('done__lte', models.F('total'))), name='planning_version_progress'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result__isnull', False), ('state', 'DONE')), models.Q(models.Q(('state', 'DONE'), _negated=True), ('result__isnull', True)), _connector='OR'), name='planning_version_result'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kept_at__isnull', True), ('kept_by_id__isnull', True)), models.Q(('kept_at__isnull', False), ('kept_by_id__isnull', False), ('state', 'DONE')), _connector='OR'), name='planning_version_kept'),
        ),
        migrations.AddIndex(
            model_name='planorder',
            index=models.Index(fields=['programme_id'], name='planning_orders_of'),
        ),
        migrations.AddConstraint(
            model_name='planorder',
            constraint=models.CheckConstraint(condition=models.Q(('booklet_count__gt', 0)), name='planning_order_positive'),
        ),
        migrations.RunSQL(WALLS, UNDO),
    ]
