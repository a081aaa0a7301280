"""Bands of approvers, control, release and stop of a payment run; holds, payments asked for, fees; the day a claim was promised."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('settlement_bandsversion', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_hold', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_paymentrequest', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_feeterms', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_feeinvoice', 'programme_id', 'organisation_id');
SELECT carnet_guard_append_only('settlement_bandsversion');
SELECT carnet_guard_append_only('settlement_feeterms');
SELECT carnet_guard_append_only('settlement_feeinvoice');
-- Fees are stated before a place joins: everybody reads them.
CREATE POLICY stated ON settlement_feeterms FOR SELECT USING (true);

-- A file that was taken out may be at the bank: what it holds never changes, and what it pays is in no other file.
CREATE FUNCTION settlement_keep_written_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.file_digest IS NOT NULL AND (NEW.state = 'CANCELLED'
      OR (NEW.file_digest, NEW.digest, NEW.total_cents, NEW.transfer_count, NEW.execute_on, NEW.debtor_iban, NEW.approved_at)
         IS DISTINCT FROM (OLD.file_digest, OLD.digest, OLD.total_cents, OLD.transfer_count, OLD.execute_on, OLD.debtor_iban, OLD.approved_at)) THEN
    RAISE EXCEPTION 'run %: its file was taken out', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.people_needed <> OLD.people_needed THEN
    RAISE EXCEPTION 'run %: how many people approve is fixed when it is prepared', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_run_written BEFORE UPDATE ON settlement_paymentrun
  FOR EACH ROW EXECUTE FUNCTION settlement_keep_written_run();

CREATE FUNCTION settlement_keep_written_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM settlement_paymentrun r WHERE r.id = NEW.run_id AND r.file_digest IS NOT NULL) THEN
    RAISE EXCEPTION 'transfer %: its file was taken out', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_transfer_written BEFORE UPDATE ON settlement_transfer
  FOR EACH ROW WHEN (NEW.state = 'CANCELLED' AND OLD.state <> 'CANCELLED') EXECUTE FUNCTION settlement_keep_written_transfer();

-- What was promised is part of a claim.
CREATE FUNCTION settlement_keep_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a claim keeps the day it was promised for' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER settlement_claim_promised BEFORE UPDATE ON settlement_claim
  FOR EACH ROW WHEN (NEW.promised_on IS DISTINCT FROM OLD.promised_on) EXECUTE FUNCTION settlement_keep_promise();
"""

UNGUARDS = """
DROP TRIGGER settlement_claim_promised ON settlement_claim;
DROP FUNCTION settlement_keep_promise;
DROP TRIGGER settlement_transfer_written ON settlement_transfer;
DROP FUNCTION settlement_keep_written_transfer;
DROP TRIGGER settlement_run_written ON settlement_paymentrun;
DROP FUNCTION settlement_keep_written_run;
"""

# Runs of before: whoever prepared them had them counted again; what was written was released.
EARLIER = """
SELECT set_config('carnet.everything', 'on', true);
UPDATE settlement_paymentrun SET controlled_by_id = prepared_by_id, controlled_at = prepared_at, released_at = file_written_at;
SELECT set_config('carnet.everything', 'off', true);
"""


class Migration(migrations.Migration):

    dependencies = [("settlement", "0004_expiry"), ("redemption", "0001_redemption")]

    operations = [
        migrations.CreateModel(
            name='BandsVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('bands', models.JSONField()),
                ('reason', models.CharField(max_length=200)),
                ('set_by_id', models.BigIntegerField()),
                ('set_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='FeeInvoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('year', models.SmallIntegerField()),
                ('number', models.IntegerField()),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('voucher_count', models.IntegerField()),
                ('yearly_cents', models.IntegerField()),
                ('vouchers_cents', models.BigIntegerField()),
                ('vat_basis_points', models.IntegerField()),
                ('vat_cents', models.BigIntegerField()),
                ('total_cents', models.BigIntegerField()),
                ('issued_on', models.DateField()),
                ('due_on', models.DateField()),
                ('issued_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='FeeTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('valid_from', models.DateField()),
                ('yearly_cents', models.IntegerField()),
                ('per_voucher_cents', models.IntegerField()),
                ('vat_basis_points', models.IntegerField()),
                ('words', models.CharField(blank=True, default='', max_length=300)),
                ('stated_by_id', models.BigIntegerField(null=True)),
                ('stated_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('reason', models.CharField(max_length=500)),
                ('words', models.CharField(max_length=300)),
                ('phone', models.CharField(max_length=30)),
                ('placed_by_id', models.BigIntegerField()),
                ('placed_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('renewal_count', models.SmallIntegerField(default=0)),
                ('released_at', models.DateTimeField(null=True)),
                ('released_by_id', models.BigIntegerField(null=True)),
                ('released_because', models.CharField(blank=True, default='', max_length=200)),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='PaymentRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('until', models.DateTimeField()),
                ('payable_on', models.DateField()),
                ('requested_by_id', models.BigIntegerField()),
                ('request_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='settlement_claim_set_aside_says_why',
        ),
        migrations.RemoveConstraint(
            model_name='paymentrun',
            name='settlement_run_state',
        ),
        migrations.RemoveConstraint(
            model_name='paymentrun',
            name='settlement_run_approved_before_sent',
        ),
        migrations.AddField(
            model_name='claim',
            name='promised_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='controlled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='controlled_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='people_needed',
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='released_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='released_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='stopped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='stopped_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='stopped_from',
            field=models.CharField(blank=True, default='', max_length=10),
        ),
        migrations.AddField(
            model_name='paymentrun',
            name='stopped_reason',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AlterField(
            model_name='paymentrun',
            name='prepared_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('set_aside_at__isnull', False), ('state', 'SET_ASIDE'), ('set_aside_reason__in', ['DIFFERS', 'ACCOUNT_MISSING', 'ACCOUNT_CHANGING', 'HELD'])), models.Q(models.Q(('state', 'SET_ASIDE'), _negated=True), ('set_aside_at__isnull', True), ('set_aside_reason', '')), _connector='OR'), name='settlement_claim_set_aside_says_why'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'APPROVED', 'SENT', 'SETTLED', 'CANCELLED', 'STOPPED'])), name='settlement_run_state'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by_id__isnull', True), models.Q(('approved_by_id', models.F('controlled_by_id')), _negated=True), _connector='OR'), name='settlement_run_control_apart'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(('approved_at__isnull', True), ('controlled_at__isnull', False), _connector='OR'), name='settlement_run_controlled_before_approved'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'STOPPED'), _negated=True), models.Q(('stopped_at__isnull', False), ('stopped_by_id__isnull', False), ('stopped_from__in', ['PREPARED', 'APPROVED'])), _connector='OR'), name='settlement_run_stopped_whole'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(('people_needed__gt', 0)), name='settlement_run_people'),
        ),
        migrations.AddConstraint(
            model_name='paymentrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'CANCELLED', 'STOPPED']), ('approved_at__isnull', False), _connector='OR'), name='settlement_run_approved_before_sent'),
        ),
        migrations.AddIndex(
            model_name='bandsversion',
            index=models.Index(fields=['programme_id', 'id'], name='settlement_bands_programme'),
        ),
        migrations.AddIndex(
            model_name='feeterms',
            index=models.Index(fields=['programme_id', 'valid_from'], name='settlement_fees_programme'),
        ),
        migrations.AddConstraint(
            model_name='feeterms',
            constraint=models.CheckConstraint(condition=models.Q(('per_voucher_cents__gte', 0), ('vat_basis_points__gte', 0), ('yearly_cents__gte', 0)), name='settlement_fees_not_negative'),
        ),
        migrations.AddField(
            model_name='feeinvoice',
            name='terms',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='settlement.feeterms'),
        ),
        migrations.AddField(
            model_name='hold',
            name='claim',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='settlement.claim'),
        ),
        migrations.AddField(
            model_name='paymentrequest',
            name='cut_off',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='settlement.cutoff'),
        ),
        migrations.AddIndex(
            model_name='feeinvoice',
            index=models.Index(fields=['organisation_id', 'id'], name='settlement_invoice_payee'),
        ),
        migrations.AddConstraint(
            model_name='feeinvoice',
            constraint=models.UniqueConstraint(fields=('programme_id', 'year', 'number'), name='settlement_invoice_number'),
        ),
        migrations.AddConstraint(
            model_name='feeinvoice',
            constraint=models.UniqueConstraint(fields=('programme_id', 'organisation_id', 'until_on'), name='settlement_invoice_once'),
        ),
        migrations.AddConstraint(
            model_name='feeinvoice',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0), ('total_cents', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('yearly_cents'), '+', models.F('vouchers_cents')), '+', models.F('vat_cents'))), ('total_cents__gt', 0)), name='settlement_invoice_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('programme_id', 'organisation_id', 'claim'), name='settlement_hold_one', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('placed_at'))), name='settlement_hold_ends'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('words', ''), _negated=True), models.Q(('phone', ''), _negated=True)), name='settlement_hold_says_why'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('released_at__isnull', True), ('released_because', '')), models.Q(('released_at__isnull', False), models.Q(('released_because', ''), _negated=True)), _connector='OR'), name='settlement_hold_released_because'),
        ),
        migrations.AddConstraint(
            model_name='paymentrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('cut_off__isnull', True)), fields=('programme_id', 'organisation_id'), name='settlement_request_one_waiting'),
        ),
        migrations.RunSQL(GUARDS, UNGUARDS),
    ]
