"""Cases: heard, decided by somebody else, appealed; payments held meanwhile."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
SELECT carnet_guard_rows('controls_case', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('controls_caseredemption', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('controls_casestep', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('controls_casepaper', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('controls_casestep');
REVOKE DELETE, TRUNCATE ON controls_case, controls_caseredemption, controls_casepaper FROM carnet_app;
"""

# What a place was asked, what waits for it and what was decided never change afterwards; a decision is taken once.
KEPT = """
CREATE FUNCTION controls_case_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.programme_id, NEW.organisation_id, NEW.place_id, NEW.since, NEW.until, NEW.voucher_count, NEW.cents, NEW.reason, NEW.asked, NEW.phone,
      NEW.opened_by_id, NEW.opened_at, NEW.answer_until, NEW.decide_until)
     IS DISTINCT FROM
     (OLD.programme_id, OLD.organisation_id, OLD.place_id, OLD.since, OLD.until, OLD.voucher_count, OLD.cents, OLD.reason, OLD.asked, OLD.phone,
      OLD.opened_by_id, OLD.opened_at, OLD.answer_until, OLD.decide_until)
     OR (OLD.held_from IS NOT NULL AND (NEW.held_from, NEW.held_by_id, NEW.held_cents) IS DISTINCT FROM (OLD.held_from, OLD.held_by_id, OLD.held_cents)
         AND NOT (NEW.held_cents < OLD.held_cents AND NEW.held_from = OLD.held_from AND NEW.held_by_id = OLD.held_by_id AND NEW.held_cents > 0))
     OR (OLD.hold_ended_at IS NOT NULL AND (NEW.hold_ended_at, NEW.hold_end) IS DISTINCT FROM (OLD.hold_ended_at, OLD.hold_end))
     OR (OLD.decided_at IS NOT NULL AND (NEW.decision, NEW.decided_by_id, NEW.decided_at) IS DISTINCT FROM (OLD.decision, OLD.decided_by_id, OLD.decided_at))
     OR (OLD.appeal_decided_at IS NOT NULL AND (NEW.appeal_decision, NEW.appeal_decided_by_id, NEW.appeal_decided_at)
         IS DISTINCT FROM (OLD.appeal_decision, OLD.appeal_decided_by_id, OLD.appeal_decided_at))
     OR (OLD.state = 'CLOSED' AND NEW.state <> 'CLOSED') THEN
    RAISE EXCEPTION 'case %: what was asked, held and decided stays', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER controls_case_stays BEFORE UPDATE ON controls_case FOR EACH ROW EXECUTE FUNCTION controls_case_stays();
"""
UNKEPT = "DROP TRIGGER controls_case_stays ON controls_case; DROP FUNCTION controls_case_stays;"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("controls", "0001_signals")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('state', models.CharField(default='OPEN', max_length=14)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('voucher_count', models.IntegerField()),
                ('cents', models.BigIntegerField()),
                ('reason', models.CharField(max_length=2000)),
                ('asked', models.CharField(max_length=2000)),
                ('phone', models.CharField(max_length=30)),
                ('opened_by_id', models.BigIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('answer_until', models.DateTimeField()),
                ('decide_until', models.DateTimeField()),
                ('reminded_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('wish', models.CharField(blank=True, default='', max_length=7)),
                ('held_cents', models.BigIntegerField(default=0)),
                ('held_by_id', models.BigIntegerField(null=True)),
                ('held_from', models.DateTimeField(null=True)),
                ('held_until', models.DateTimeField(null=True)),
                ('hold_ended_at', models.DateTimeField(null=True)),
                ('hold_end', models.CharField(blank=True, default='', max_length=9)),
                ('hold_end_told_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, default='', max_length=7)),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('appeal_until', models.DateTimeField(null=True)),
                ('appealed_at', models.DateTimeField(null=True)),
                ('appeal_decide_until', models.DateTimeField(null=True)),
                ('appeal_decision', models.CharField(blank=True, default='', max_length=7)),
                ('appeal_decided_by_id', models.BigIntegerField(null=True)),
                ('appeal_decided_at', models.DateTimeField(null=True)),
                ('found', models.CharField(blank=True, default='', max_length=9)),
                ('recovered_cents', models.BigIntegerField(default=0)),
                ('closed_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'state', '-id'], name='controls_case_list'), models.Index(fields=['organisation_id', '-id'], name='controls_case_own'), models.Index(condition=models.Q(('held_cents__gt', 0)), fields=['programme_id', 'held_until'], name='controls_case_holding')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'HEARD', 'DECIDED', 'APPEALED', 'APPEAL_DECIDED', 'CLOSED'])), name='controls_case_state'), models.CheckConstraint(condition=models.Q(('cents__gt', 0), ('until__gt', models.F('since')), ('voucher_count__gt', 0)), name='controls_case_about'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('asked', ''), _negated=True), models.Q(('phone', ''), _negated=True)), name='controls_case_said'), models.CheckConstraint(condition=models.Q(('answer_until__gt', models.F('opened_at')), ('decide_until__gt', models.F('answer_until'))), name='controls_case_time_to_answer'), models.CheckConstraint(condition=models.Q(('wish', ''), ('wish__in', ['WRITTEN', 'CALL', 'MEETING']), _connector='OR'), name='controls_case_wish'), models.CheckConstraint(condition=models.Q(models.Q(('held_by_id__isnull', True), ('held_cents', 0), ('held_from__isnull', True), ('held_until__isnull', True), ('hold_ended_at__isnull', True)), models.Q(('held_by_id__isnull', False), ('held_cents__gt', 0), ('held_cents__lte', models.F('cents')), ('held_until__gt', models.F('held_from'))), _connector='OR'), name='controls_case_hold_bounded'), models.CheckConstraint(condition=models.Q(models.Q(('hold_end', ''), ('hold_ended_at__isnull', True)), models.Q(('hold_ended_at__isnull', False), ('hold_end__in', ['RELEASED', 'DECIDED', 'RECOVERED', 'BY_ITSELF'])), _connector='OR'), name='controls_case_hold_end_said'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by_id__isnull', True), ('decision', ''), ('state__in', ['OPEN', 'HEARD'])), models.Q(('decision__in', ['RELEASE', 'PARTLY', 'RECOVER']), ('decided_at__isnull', False), ('decided_by_id__isnull', False), models.Q(('state__in', ['OPEN', 'HEARD']), _negated=True)), _connector='OR'), name='controls_case_decided_whole'), models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('opened_by_id')), _negated=True), _connector='OR'), name='controls_case_two_people'), models.CheckConstraint(condition=models.Q(('appeal_decided_by_id__isnull', True), models.Q(models.Q(('appeal_decided_by_id', models.F('opened_by_id')), _negated=True), models.Q(('appeal_decided_by_id', models.F('decided_by_id')), _negated=True)), _connector='OR'), name='controls_case_three_people'), models.CheckConstraint(condition=models.Q(models.Q(('appeal_decided_at__isnull', True), ('appeal_decided_by_id__isnull', True), ('appeal_decision', '')), models.Q(('appeal_decision__in', ['RELEASE', 'PARTLY', 'RECOVER']), ('appeal_decided_at__isnull', False), ('appeal_decided_by_id__isnull', False), ('appealed_at__isnull', False)), _connector='OR'), name='controls_case_appeal_whole'), models.CheckConstraint(condition=models.Q(('found', ''), ('found__in', ['CONFIRMED', 'HONEST', 'SLOPPY']), _connector='OR'), name='controls_case_found'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'CLOSED')), models.Q(models.Q(('state', 'CLOSED'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='controls_case_closed_when'), models.CheckConstraint(condition=models.Q(('recovered_cents__gte', 0), ('recovered_cents__lte', models.F('cents'))), name='controls_case_recovered')],
            },
        ),
        migrations.CreateModel(
            name='CasePaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('rank', models.SmallIntegerField()),
                ('by_place', models.BooleanField()),
                ('media_type', models.CharField(max_length=40)),
                ('size_bytes', models.IntegerField()),
                ('sealed_content', models.BinaryField(null=True)),
                ('added_by_id', models.BigIntegerField(null=True)),
                ('added_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='controls.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'rank'), name='controls_casepaper_rank'), models.CheckConstraint(condition=models.Q(models.Q(('erased_at__isnull', True), ('sealed_content__isnull', False)), models.Q(('erased_at__isnull', False), ('sealed_content__isnull', True)), _connector='OR'), name='controls_casepaper_erased_whole')],
            },
        ),
        migrations.CreateModel(
            name='CaseRedemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField()),
                ('voucher_id', models.BigIntegerField()),
                ('generation', models.SmallIntegerField()),
                ('cents', models.IntegerField()),
                ('redeemed_at', models.DateTimeField()),
                ('taken_back', models.BooleanField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='controls.case')),
            ],
            options={
                'indexes': [models.Index(fields=['series_id', 'voucher_id', 'generation'], name='controls_caseredemption_of')],
                'constraints': [models.UniqueConstraint(fields=('case', 'series_id', 'voucher_id', 'generation'), name='controls_caseredemption_once'), models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='controls_caseredemption_positive')],
            },
        ),
        migrations.CreateModel(
            name='CaseStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=18)),
                ('words', models.CharField(blank=True, max_length=2000)),
                ('cents', models.BigIntegerField(default=0)),
                ('by_place', models.BooleanField(default=False)),
                ('for_operator', models.BooleanField(default=False)),
                ('person_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('request_id', models.UUIDField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='controls.case')),
            ],
            options={
                'indexes': [models.Index(fields=['case', 'id'], name='controls_casestep_of')],
                'constraints': [models.UniqueConstraint(fields=('request_id', 'kind'), name='controls_casestep_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['OPENED', 'HELD', 'RELEASED', 'RELEASED_BY_ITSELF', 'REMINDED', 'ANSWERED', 'NOTED', 'PAPER_ADDED', 'DECIDED', 'APPEALED', 'APPEAL_DECIDED', 'RECOVERED', 'CLOSED']), ('cents__gte', 0)), name='controls_casestep_kind')],
            },
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
