"""Claims, payment runs, the bank's answers, closings: their tables, their walls, what never changes."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('settlement_cutoff', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_claim', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_claimline', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_paymentrun', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_transfer', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_bankfile', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_closing', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_repayment', 'programme_id', 'funder_id');
SELECT carnet_guard_rows('settlement_statement', 'programme_id', 'funder_id');
SELECT carnet_guard_append_only('settlement_cutoff');
SELECT carnet_guard_append_only('settlement_claimline');
SELECT carnet_guard_append_only('settlement_bankfile');
SELECT carnet_guard_append_only('settlement_statement');

-- What the second person approved is what the bank is asked: who, where and how much never change.
CREATE FUNCTION settlement_refuse_other_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.run_id, NEW.claim_id, NEW.organisation_id, NEW.attempt, NEW.end_to_end_id, NEW.creditor_name,
      NEW.creditor_iban, NEW.creditor_bic, NEW.remittance, NEW.execute_on, NEW.cents)
    IS DISTINCT FROM (OLD.run_id, OLD.claim_id, OLD.organisation_id, OLD.attempt, OLD.end_to_end_id, OLD.creditor_name,
      OLD.creditor_iban, OLD.creditor_bic, OLD.remittance, OLD.execute_on, OLD.cents) THEN
    RAISE EXCEPTION 'a transfer is frozen once prepared' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_transfer_frozen BEFORE UPDATE OR DELETE ON settlement_transfer
  FOR EACH ROW EXECUTE FUNCTION settlement_refuse_other_transfer();

CREATE FUNCTION settlement_refuse_other_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.cut_off_id, NEW.agreement_id, NEW.organisation_id, NEW.until, NEW.voucher_count, NEW.cents)
    IS DISTINCT FROM (OLD.cut_off_id, OLD.agreement_id, OLD.organisation_id, OLD.until, OLD.voucher_count, OLD.cents) THEN
    RAISE EXCEPTION 'a claim is frozen once drawn up' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_claim_frozen BEFORE UPDATE OR DELETE ON settlement_claim
  FOR EACH ROW EXECUTE FUNCTION settlement_refuse_other_claim();
"""

UNGUARDS = """
DROP TRIGGER settlement_transfer_frozen ON settlement_transfer;
DROP TRIGGER settlement_claim_frozen ON settlement_claim;
DROP FUNCTION settlement_refuse_other_transfer;
DROP FUNCTION settlement_refuse_other_claim;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("journal", "0001_journal")]

    operations = [
        migrations.CreateModel(
            name='BankFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('message', models.CharField(max_length=20)),
                ('report_id', models.CharField(max_length=35)),
                ('size_bytes', models.IntegerField()),
                ('paid_count', models.IntegerField()),
                ('paid_cents', models.BigIntegerField()),
                ('came_back_count', models.IntegerField()),
                ('came_back_cents', models.BigIntegerField()),
                ('known_count', models.IntegerField()),
                ('remark_count', models.IntegerField()),
                ('remarks', models.JSONField(default=list)),
                ('schema_checked', models.BooleanField()),
                ('read_by_id', models.BigIntegerField(null=True)),
                ('read_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agreement_id', 'digest'), name='settlement_bankfile_once')],
            },
        ),
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('state', models.CharField(default='PREPARED', max_length=10)),
                ('total_cents', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('prepared_by_id', models.BigIntegerField()),
                ('prepared_at', models.DateTimeField()),
                ('approval_id', models.BigIntegerField(null=True)),
                ('approved_by_id', models.BigIntegerField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('repaid_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancelled_reason', models.CharField(blank=True, default='', max_length=200)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'APPROVED', 'REPAID', 'CANCELLED'])), name='settlement_closing_state'), models.CheckConstraint(condition=models.Q(('approved_by_id__isnull', True), models.Q(('approved_by_id', models.F('prepared_by_id')), _negated=True), _connector='OR'), name='settlement_closing_two_people'), models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'CANCELLED']), models.Q(('approved_at__isnull', False), ('approved_by_id__isnull', False)), _connector='OR'), name='settlement_closing_approved'), models.CheckConstraint(condition=models.Q(('total_cents__gt', 0)), name='settlement_closing_positive'), models.UniqueConstraint(condition=models.Q(('state__in', ['PREPARED', 'APPROVED'])), fields=('agreement_id',), name='settlement_closing_one_open')],
            },
        ),
        migrations.CreateModel(
            name='CutOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('until', models.DateTimeField()),
                ('claim_count', models.IntegerField()),
                ('voucher_count', models.IntegerField()),
                ('cents', models.BigIntegerField()),
                ('request_id', models.UUIDField(unique=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'until'], name='settlement_cutoff_programme')],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('first_redeemed_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('voucher_count', models.IntegerField()),
                ('cents', models.BigIntegerField()),
                ('state', models.CharField(default='READY', max_length=12)),
                ('set_aside_reason', models.CharField(blank=True, default='', max_length=20)),
                ('set_aside_at', models.DateTimeField(null=True)),
                ('paid_on', models.DateField(null=True)),
                ('created_at', models.DateTimeField()),
                ('cut_off', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='settlement.cutoff')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('state', models.CharField(default='PREPARED', max_length=10)),
                ('message_id', models.CharField(blank=True, default='', max_length=35)),
                ('execute_on', models.DateField()),
                ('debtor_name', models.CharField(max_length=140)),
                ('debtor_iban', models.CharField(max_length=34)),
                ('debtor_bic', models.CharField(blank=True, max_length=11)),
                ('transfer_count', models.IntegerField()),
                ('total_cents', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('prepared_by_id', models.BigIntegerField()),
                ('prepared_at', models.DateTimeField()),
                ('approval_id', models.BigIntegerField(null=True)),
                ('approved_by_id', models.BigIntegerField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('file_digest', models.BinaryField(max_length=32, null=True)),
                ('file_written_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancelled_reason', models.CharField(blank=True, default='', max_length=200)),
                ('request_id', models.UUIDField(unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['programme_id', 'id'], name='settlement_run_programme')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'APPROVED', 'SENT', 'SETTLED', 'CANCELLED'])), name='settlement_run_state'), models.CheckConstraint(condition=models.Q(('approved_by_id__isnull', True), models.Q(('approved_by_id', models.F('prepared_by_id')), _negated=True), _connector='OR'), name='settlement_run_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by_id__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by_id__isnull', False)), _connector='OR'), name='settlement_run_approval_whole'), models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'CANCELLED']), ('approved_at__isnull', False), _connector='OR'), name='settlement_run_approved_before_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['SENT', 'SETTLED']), _negated=True), models.Q(('file_digest__isnull', False), ('sent_at__isnull', False)), _connector='OR'), name='settlement_run_sent_as_written'), models.CheckConstraint(condition=models.Q(models.Q(('file_digest__isnull', True), ('file_written_at__isnull', True)), models.Q(('approved_at__isnull', False), ('file_digest__isnull', False), ('file_written_at__isnull', False)), _connector='OR'), name='settlement_run_file_whole'), models.CheckConstraint(condition=models.Q(('total_cents__gt', 0), ('transfer_count__gt', 0)), name='settlement_run_positive'), models.UniqueConstraint(condition=models.Q(('state__in', ['PREPARED', 'APPROVED'])), fields=('agreement_id',), name='settlement_run_one_open')],
            },
        ),
        migrations.CreateModel(
            name='Repayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('funder_id', models.BigIntegerField()),
                ('circulation_cents', models.BigIntegerField()),
                ('unissued_cents', models.BigIntegerField()),
                ('reference', models.CharField(blank=True, default='', max_length=140)),
                ('paid_on', models.DateField(null=True)),
                ('closing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repayments', to='settlement.closing')),
            ],
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('funder_id', models.BigIntegerField()),
                ('content', models.JSONField()),
                ('digest', models.BinaryField(max_length=32)),
                ('made_at', models.DateTimeField()),
                ('request_id', models.UUIDField()),
            ],
            options={
                'indexes': [models.Index(fields=['agreement_id', 'funder_id'], name='settlement_statement_of')],
                'constraints': [models.UniqueConstraint(fields=('request_id', 'agreement_id', 'funder_id'), name='settlement_statement_once')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('agreement_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('attempt', models.SmallIntegerField()),
                ('end_to_end_id', models.CharField(max_length=35, unique=True)),
                ('creditor_name', models.CharField(max_length=70)),
                ('creditor_iban', models.CharField(max_length=34)),
                ('creditor_bic', models.CharField(blank=True, max_length=11)),
                ('remittance', models.CharField(max_length=140)),
                ('execute_on', models.DateField()),
                ('cents', models.BigIntegerField()),
                ('state', models.CharField(default='PENDING', max_length=10)),
                ('reason_code', models.CharField(blank=True, default='', max_length=10)),
                ('booked_on', models.DateField(null=True)),
                ('returned_on', models.DateField(null=True)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='settlement.claim')),
                ('replaced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.transfer')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='settlement.paymentrun')),
            ],
        ),
        migrations.CreateModel(
            name='ClaimLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('series_id', models.BigIntegerField()),
                ('voucher_id', models.BigIntegerField()),
                ('generation', models.SmallIntegerField()),
                ('pattern', models.SmallIntegerField()),
                ('cents', models.IntegerField()),
                ('redeemed_at', models.DateTimeField()),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='settlement.claim')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('series_id', 'voucher_id', 'generation'), name='settlement_claimline_once'), models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='settlement_claimline_positive')],
            },
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['agreement_id', 'state'], name='settlement_claim_agreement'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['organisation_id', 'id'], name='settlement_claim_payee'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(fields=('cut_off', 'agreement_id', 'organisation_id'), name='settlement_claim_once'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['READY', 'SET_ASIDE', 'IN_PAYMENT', 'RETURNED', 'PAID'])), name='settlement_claim_state'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('cents__gt', 0), ('voucher_count__gt', 0)), name='settlement_claim_positive'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('set_aside_at__isnull', False), ('state', 'SET_ASIDE'), ('set_aside_reason__in', ['DIFFERS', 'ACCOUNT_MISSING', 'ACCOUNT_CHANGING'])), models.Q(models.Q(('state', 'SET_ASIDE'), _negated=True), ('set_aside_at__isnull', True), ('set_aside_reason', '')), _connector='OR'), name='settlement_claim_set_aside_says_why'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_on__isnull', False), ('state', 'PAID')), models.Q(models.Q(('state', 'PAID'), _negated=True), ('paid_on__isnull', True)), _connector='OR'), name='settlement_claim_paid_when'),
        ),
        migrations.AddConstraint(
            model_name='repayment',
            constraint=models.UniqueConstraint(fields=('closing', 'funder_id'), name='settlement_repayment_once'),
        ),
        migrations.AddConstraint(
            model_name='repayment',
            constraint=models.CheckConstraint(condition=models.Q(('circulation_cents__gte', 0), ('unissued_cents__gte', 0), models.Q(('circulation_cents', 0), ('unissued_cents', 0), _negated=True)), name='settlement_repayment_positive'),
        ),
        migrations.AddConstraint(
            model_name='repayment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_on__isnull', True), ('reference', '')), models.Q(('paid_on__isnull', False), models.Q(('reference', ''), _negated=True)), _connector='OR'), name='settlement_repayment_referenced'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['run', 'state'], name='settlement_transfer_run'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('state', 'RETURNED')), fields=['agreement_id'], name='settlement_transfer_returned'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(fields=('claim', 'attempt'), name='settlement_transfer_attempt'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['PENDING', 'SENT', 'PAID'])), fields=('claim',), name='settlement_transfer_one_living'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'SENT', 'PAID', 'RETURNED', 'REPLACED', 'CANCELLED'])), name='settlement_transfer_state'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('attempt__gt', 0), ('cents__gt', 0)), name='settlement_transfer_positive'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'PAID'), _negated=True), ('booked_on__isnull', False), _connector='OR'), name='settlement_transfer_paid_when'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.UniqueConstraint(condition=models.Q(('message_id', ''), _negated=True), fields=('message_id',), name='settlement_run_message'),
        ),
        migrations.RunSQL(GUARDS, UNGUARDS),
    ]
