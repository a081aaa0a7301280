"""Samples drawn from a promised seed and checked by a person."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Who runs or audits the programme sees its samples; a place is asked about a voucher, never shown the list.
WALLS = """
SELECT carnet_guard_rows('controls_sample', 'programme_id', NULL);
SELECT carnet_guard_rows('controls_sampleunit', 'programme_id', NULL);
REVOKE DELETE, TRUNCATE ON controls_sample, controls_sampleunit FROM carnet_app;
"""

# What was promised, then drawn, then closed stays so: a seed is never changed for another, nor a finding once the result is final.
KEPT = """
CREATE FUNCTION controls_sample_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.programme_id, NEW.method, NEW.from_on, NEW.until_on, NEW.size, NEW.commitment, NEW.seed, NEW.promised_at, NEW.promised_by_id)
     IS DISTINCT FROM
     (OLD.programme_id, OLD.method, OLD.from_on, OLD.until_on, OLD.size, OLD.commitment, OLD.seed, OLD.promised_at, OLD.promised_by_id)
     OR (OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.drawn_by_id, NEW.universe_count, NEW.universe_cents, NEW.universe_sha256, NEW.weight,
         NEW.least_weight, NEW.least_cents, NEW.most_cents) IS DISTINCT FROM (OLD.drawn_at, OLD.drawn_by_id, OLD.universe_count,
         OLD.universe_cents, OLD.universe_sha256, OLD.weight, OLD.least_weight, OLD.least_cents, OLD.most_cents))
     OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.closed_by_id) IS DISTINCT FROM (OLD.closed_at, OLD.closed_by_id)) THEN
    RAISE EXCEPTION 'a sample promised, drawn or closed is never rewritten' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER controls_sample_stays BEFORE UPDATE ON controls_sample FOR EACH ROW EXECUTE FUNCTION controls_sample_stays();
CREATE FUNCTION controls_sampleunit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.sample_id, NEW.programme_id, NEW.place_id, NEW.number, NEW.rank, NEW.times, NEW.cents, NEW.weight)
     IS DISTINCT FROM (OLD.sample_id, OLD.programme_id, OLD.place_id, OLD.number, OLD.rank, OLD.times, OLD.cents, OLD.weight)
     OR EXISTS (SELECT 1 FROM controls_sample s WHERE s.id = OLD.sample_id AND s.closed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what was drawn never changes, nor what was found once the result is final' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER controls_sampleunit_stays BEFORE UPDATE ON controls_sampleunit FOR EACH ROW EXECUTE FUNCTION controls_sampleunit_stays();
"""
UNKEPT = """
DROP TRIGGER controls_sampleunit_stays ON controls_sampleunit; DROP FUNCTION controls_sampleunit_stays;
DROP TRIGGER controls_sample_stays ON controls_sample; DROP FUNCTION controls_sample_stays;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("controls", "0002_cases")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('method', models.CharField(max_length=6)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('size', models.SmallIntegerField()),
                ('commitment', models.CharField(max_length=64)),
                ('seed', models.CharField(max_length=64)),
                ('promised_at', models.DateTimeField()),
                ('promised_by_id', models.BigIntegerField()),
                ('drawn_at', models.DateTimeField(null=True)),
                ('drawn_by_id', models.BigIntegerField(null=True)),
                ('universe_count', models.IntegerField(null=True)),
                ('universe_cents', models.BigIntegerField(null=True)),
                ('universe_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('weight', models.BigIntegerField(null=True)),
                ('least_weight', models.IntegerField(null=True)),
                ('least_cents', models.IntegerField(null=True)),
                ('most_cents', models.IntegerField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', '-id'], name='controls_sample_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0), ('until_on__gt', models.F('from_on'))), name='controls_sample_terms'), models.CheckConstraint(condition=models.Q(('method__in', ['RANDOM', 'RISK'])), name='controls_sample_method'), models.CheckConstraint(condition=models.Q(models.Q(('drawn_at__isnull', True), ('drawn_by_id__isnull', True), ('least_cents__isnull', True), ('least_weight__isnull', True), ('most_cents__isnull', True), ('universe_cents__isnull', True), ('universe_count__isnull', True), ('universe_sha256', ''), ('weight__isnull', True)), models.Q(('drawn_at__isnull', False), ('drawn_by_id__isnull', False), ('least_cents__isnull', False), ('least_weight__gt', 0), ('most_cents__gte', models.F('least_cents')), ('universe_cents__isnull', False), ('universe_count__gt', 0), ('weight__gte', models.F('universe_count'))), _connector='OR'), name='controls_sample_drawn_whole'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by_id__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by_id__isnull', False), ('drawn_at__isnull', False)), _connector='OR'), name='controls_sample_closed_whole')],
            },
        ),
        migrations.CreateModel(
            name='SampleUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('number', models.CharField(max_length=40)),
                ('rank', models.SmallIntegerField()),
                ('times', models.SmallIntegerField(default=1)),
                ('cents', models.IntegerField()),
                ('weight', models.IntegerField()),
                ('finding', models.CharField(max_length=10, null=True)),
                ('evidence', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=list, size=None)),
                ('found_at', models.DateTimeField(null=True)),
                ('found_by_id', models.BigIntegerField(null=True)),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='controls.sample')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sample', 'number'), name='controls_sampleunit_once'), models.UniqueConstraint(fields=('sample', 'rank'), name='controls_sampleunit_rank'), models.CheckConstraint(condition=models.Q(('cents__gte', 0), ('rank__gt', 0), ('times__gt', 0), ('weight__gt', 0)), name='controls_sampleunit_counts'), models.CheckConstraint(condition=models.Q(models.Q(('evidence__len', 0), ('finding__isnull', True), ('found_at__isnull', True), ('found_by_id__isnull', True)), models.Q(('finding__in', ['PROVED', 'NOT_PROVED', 'CANNOT_SAY']), ('found_at__isnull', False), ('found_by_id__isnull', False)), _connector='OR'), name='controls_sampleunit_found_whole'), models.CheckConstraint(condition=models.Q(('evidence__contained_by', ['SHEET', 'AGENDA', 'VOUCHER', 'VISIT', 'TALK', 'OTHER'])), name='controls_sampleunit_evidence'), models.CheckConstraint(condition=models.Q(models.Q(('finding', 'PROVED'), _negated=True), ('evidence__len__gt', 0), _connector='OR'), name='controls_sampleunit_proved')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
