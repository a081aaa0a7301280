"""The end of validity as a procedure: steps, decisions, joint statements, credit notes; all behind the programme's wall."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('settlement_expiry', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_expirystep', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_expirychange', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_jointstatement', 'programme_id', 'funder_id');
SELECT carnet_guard_rows('settlement_creditnote', 'programme_id', 'funder_id');
SELECT carnet_guard_append_only('settlement_expirychange');
SELECT carnet_guard_append_only('settlement_creditnote');

-- The printed end never moves, and the end of acceptance only later; a step keeps who confirmed it.
REVOKE UPDATE, DELETE ON settlement_expiry, settlement_expirystep, settlement_jointstatement FROM carnet_app;
GRANT UPDATE (accepted_until) ON settlement_expiry TO carnet_app;
GRANT UPDATE (due_on, proposed_at, done_at, done_by_id, done_for_id, reason, figures, request_id) ON settlement_expirystep TO carnet_app;
-- The figures of a joint statement are what was signed: only signatures, a contest and the paper are added.
GRANT UPDATE (operator_signed_by_id, operator_signed_at, funder_signed_by_id, funder_signed_at, contested_by_id, contested_at,
  contested_reason, withdrawn_at, paper, paper_digest) ON settlement_jointstatement TO carnet_app;

CREATE FUNCTION settlement_signed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.operator_signed_at IS NOT NULL AND NEW.operator_signed_at IS DISTINCT FROM OLD.operator_signed_at
    OR OLD.funder_signed_at IS NOT NULL AND NEW.funder_signed_at IS DISTINCT FROM OLD.funder_signed_at
    OR OLD.paper IS NOT NULL AND NEW.paper IS DISTINCT FROM OLD.paper THEN
    RAISE EXCEPTION 'joint statement %: what was signed stays', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_signed_stays BEFORE UPDATE ON settlement_jointstatement
  FOR EACH ROW EXECUTE FUNCTION settlement_signed_stays();
CREATE FUNCTION settlement_confirmed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.done_at IS NOT NULL THEN
    RAISE EXCEPTION 'step % of expiry %: what was confirmed stays', OLD.kind, OLD.expiry_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_confirmed_stays BEFORE UPDATE ON settlement_expirystep
  FOR EACH ROW EXECUTE FUNCTION settlement_confirmed_stays();
"""

UNGUARDS = """
DROP TRIGGER settlement_signed_stays ON settlement_jointstatement;
DROP TRIGGER settlement_confirmed_stays ON settlement_expirystep;
DROP FUNCTION settlement_signed_stays();
DROP FUNCTION settlement_confirmed_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('settlement', '0004_debts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Expiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField(unique=True)),
                ('printed_until', models.DateTimeField()),
                ('accepted_until', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id'], name='settlement_expiry_programme')],
                'constraints': [models.CheckConstraint(condition=models.Q(('printed_until__lte', models.F('accepted_until'))), name='settlement_expiry_ends_in_order')],
            },
        ),
        migrations.CreateModel(
            name='JointStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('funder_id', models.BigIntegerField()),
                ('round', models.SmallIntegerField()),
                ('content', models.JSONField()),
                ('return_cents', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('made_at', models.DateTimeField()),
                ('operator_signed_by_id', models.BigIntegerField(null=True)),
                ('operator_signed_at', models.DateTimeField(null=True)),
                ('funder_signed_by_id', models.BigIntegerField(null=True)),
                ('funder_signed_at', models.DateTimeField(null=True)),
                ('contested_by_id', models.BigIntegerField(null=True)),
                ('contested_at', models.DateTimeField(null=True)),
                ('contested_reason', models.CharField(blank=True, default='', max_length=300)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('paper', models.BinaryField(null=True)),
                ('paper_digest', models.BinaryField(max_length=32, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agreement_id', 'funder_id', 'round'), name='settlement_jointstatement_round'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('agreement_id', 'funder_id'), name='settlement_jointstatement_one'), models.CheckConstraint(condition=models.Q(models.Q(('operator_signed_at__isnull', True), ('operator_signed_by_id__isnull', False), _connector='OR'), models.Q(('funder_signed_at__isnull', True), ('funder_signed_by_id__isnull', False), _connector='OR'), models.Q(('contested_at__isnull', True), models.Q(('contested_by_id__isnull', False), models.Q(('contested_reason', ''), _negated=True)), _connector='OR')), name='settlement_jointstatement_says_who'), models.CheckConstraint(condition=models.Q(models.Q(('paper__isnull', True), ('paper_digest__isnull', True)), models.Q(('funder_signed_at__isnull', False), ('operator_signed_at__isnull', False), ('paper__isnull', False), ('paper_digest__isnull', False)), _connector='OR'), name='settlement_jointstatement_paper_of_both'), models.CheckConstraint(condition=models.Q(('operator_signed_by_id__isnull', True), ('funder_signed_by_id__isnull', True), models.Q(('operator_signed_by_id', models.F('funder_signed_by_id')), _negated=True), _connector='OR'), name='settlement_jointstatement_two_people')],
            },
        ),
        migrations.CreateModel(
            name='CreditNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('funder_id', models.BigIntegerField()),
                ('year', models.SmallIntegerField()),
                ('number', models.IntegerField()),
                ('circulation_cents', models.BigIntegerField()),
                ('unissued_cents', models.BigIntegerField()),
                ('content', models.JSONField()),
                ('issued_at', models.DateTimeField()),
                ('closing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_notes', to='settlement.closing')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme_id', 'year', 'number'), name='settlement_creditnote_number'), models.UniqueConstraint(fields=('closing', 'funder_id'), name='settlement_creditnote_once'), models.CheckConstraint(condition=models.Q(('circulation_cents__gte', 0), ('number__gt', 0), ('unissued_cents__gte', 0)), name='settlement_creditnote_real')],
            },
        ),
        migrations.CreateModel(
            name='ExpiryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=14)),
                ('from_on', models.DateField()),
                ('to_on', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('decided_by_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('expiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='settlement.expiry')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['ALERT', 'STOP', 'CONFIRM', 'PRINTED_END', 'ACCEPTANCE_END', 'STATEMENT', 'CREDIT'])), name='settlement_expirychange_kind'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='settlement_expirychange_says_why')],
            },
        ),
        migrations.CreateModel(
            name='ExpiryStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=14)),
                ('due_on', models.DateField()),
                ('proposed_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by_id', models.BigIntegerField(null=True)),
                ('done_for_id', models.BigIntegerField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('figures', models.JSONField(default=dict)),
                ('request_id', models.UUIDField(null=True, unique=True)),
                ('expiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='settlement.expiry')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('expiry', 'kind'), name='settlement_expirystep_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['ALERT', 'STOP', 'CONFIRM', 'PRINTED_END', 'ACCEPTANCE_END', 'STATEMENT', 'CREDIT'])), name='settlement_expirystep_kind'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by_id__isnull', True)), models.Q(('done_at__isnull', False), ('done_by_id__isnull', False), ('proposed_at__isnull', False)), _connector='OR'), name='settlement_expirystep_done_by')],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDS),
    ]
