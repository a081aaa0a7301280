"""What was noticed, by which rule, on what evidence, and what became of it."""

from typing import ClassVar

from django.db import migrations, models

# Only who runs or audits the programme sees signals: a place sees its cases, never what a rule looks with.
WALLS = """
SELECT carnet_guard_rows('controls_signal', 'programme_id', NULL);
SELECT carnet_guard_rows('controls_signalsetting', 'programme_id', NULL);
SELECT carnet_guard_rows('controls_signallook', 'programme_id', NULL);
SELECT carnet_guard_append_only('controls_signalsetting');
SELECT carnet_guard_append_only('controls_signallook');
"""

# What was noticed stays as it was; only its sorting moves on, and a case is never left for another.
KEPT = """
CREATE FUNCTION controls_signal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.programme_id, NEW.organisation_id, NEW.place_id, NEW.rule, NEW.from_on, NEW.until_on, NEW.facts, NEW.threshold, NEW.cents, NEW.noticed_at)
     IS DISTINCT FROM
     (OLD.programme_id, OLD.organisation_id, OLD.place_id, OLD.rule, OLD.from_on, OLD.until_on, OLD.facts, OLD.threshold, OLD.cents, OLD.noticed_at)
     OR (OLD.case_id IS NOT NULL AND NEW.case_id IS DISTINCT FROM OLD.case_id) THEN
    RAISE EXCEPTION 'what a signal noticed is never rewritten' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER controls_signal_stays BEFORE UPDATE ON controls_signal FOR EACH ROW EXECUTE FUNCTION controls_signal_stays();
REVOKE DELETE, TRUNCATE ON controls_signal FROM carnet_app;
"""
UNKEPT = "DROP TRIGGER controls_signal_stays ON controls_signal; DROP FUNCTION controls_signal_stays;"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("funding", "0010_ring_fence_changes"), ("journal", "0001_journal")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Signal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('rule', models.CharField(max_length=40)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('facts', models.JSONField(default=dict)),
                ('threshold', models.BigIntegerField()),
                ('cents', models.BigIntegerField(default=0)),
                ('noticed_at', models.DateTimeField()),
                ('state', models.CharField(default='NEW', max_length=9)),
                ('set_aside_at', models.DateTimeField(null=True)),
                ('set_aside_by_id', models.BigIntegerField(null=True)),
                ('set_aside_because', models.CharField(blank=True, default='', max_length=300)),
                ('request_id', models.UUIDField(null=True)),
                ('case_id', models.BigIntegerField(null=True)),
                ('outcome', models.CharField(max_length=9, null=True)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'state', '-id'], name='controls_signal_list'), models.Index(fields=['programme_id', 'rule'], name='controls_signal_rule'), models.Index(fields=['place_id', '-until_on'], name='controls_signal_of_place'), models.Index(condition=models.Q(('case_id__isnull', False)), fields=['case_id'], name='controls_signal_of_case')],
                'constraints': [models.UniqueConstraint(fields=('programme_id', 'place_id', 'rule', 'from_on', 'until_on'), name='controls_signal_once'), models.CheckConstraint(condition=models.Q(('until_on__gt', models.F('from_on'))), name='controls_signal_days_in_order'), models.CheckConstraint(condition=models.Q(('cents__gte', 0), models.Q(('rule', ''), _negated=True)), name='controls_signal_said'), models.CheckConstraint(condition=models.Q(('state__in', ['NEW', 'SET_ASIDE', 'IN_CASE'])), name='controls_signal_state'), models.CheckConstraint(condition=models.Q(models.Q(('case_id__isnull', False), ('state', 'IN_CASE')), models.Q(models.Q(('state', 'IN_CASE'), _negated=True), ('case_id__isnull', True)), _connector='OR'), name='controls_signal_in_its_case'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('set_aside_at__isnull', True), ('set_aside_because', ''), ('set_aside_by_id__isnull', True)), models.Q(('set_aside_at__isnull', False), ('set_aside_by_id__isnull', False), models.Q(('set_aside_because', ''), _negated=True)), _connector='OR'), models.Q(models.Q(('state', 'SET_ASIDE'), _negated=True), ('set_aside_at__isnull', False), _connector='OR')), name='controls_signal_set_aside_whole'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__isnull', True), ('settled_at__isnull', True)), models.Q(('outcome__in', ['CONFIRMED', 'HONEST', 'SLOPPY']), ('settled_at__isnull', False), ('state', 'IN_CASE')), _connector='OR'), name='controls_signal_settled_whole')],
            },
        ),
        migrations.CreateModel(
            name='SignalLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('rule', models.CharField(max_length=40)),
                ('until_on', models.DateField()),
                ('noticed_count', models.IntegerField()),
                ('looked_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme_id', 'rule', 'until_on'), name='controls_signallook_once'), models.CheckConstraint(condition=models.Q(('noticed_count__gte', 0)), name='controls_signallook_count')],
            },
        ),
        migrations.CreateModel(
            name='SignalSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('rule', models.CharField(max_length=40)),
                ('threshold', models.BigIntegerField(null=True)),
                ('reason', models.CharField(max_length=300)),
                ('set_by_id', models.BigIntegerField()),
                ('set_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'rule', '-id'], name='controls_signalsetting_latest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('rule', ''), _negated=True)), name='controls_signalsetting_said')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
