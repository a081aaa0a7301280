"""Clearing between operators: partners, messages as they were signed, claims on both sides, statements, transfers; and their walls."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# A claim and a payment are also their place's to read. A decision is also its programme's: whose auditors count it.
WALLS = """
SELECT carnet_guard_rows('continuity_partner', NULL, 'operator_id');
SELECT carnet_guard_rows('continuity_partneridentity', NULL, 'operator_id');
SELECT carnet_guard_rows('continuity_clearingmessage', NULL, 'operator_id');
SELECT carnet_guard_rows('continuity_clearingsuspect', NULL, 'operator_id');
SELECT carnet_guard_rows('continuity_clearingsending', NULL, 'operator_id');
SELECT carnet_guard_rows('continuity_clearingclaim', NULL, 'operator_id,organisation_id');
SELECT carnet_guard_rows('continuity_clearingdecision', 'programme_id', 'operator_id');
SELECT carnet_guard_rows('continuity_clearingstatement', NULL, 'operator_id');
SELECT carnet_guard_rows('continuity_clearingtransfer', NULL, 'operator_id');
SELECT carnet_guard_rows('continuity_clearingpayment', NULL, 'operator_id,organisation_id');
SELECT carnet_guard_append_only('continuity_clearingmessage');
SELECT carnet_guard_append_only('continuity_clearingsuspect');
SELECT carnet_guard_append_only('continuity_clearingtransfer');
REVOKE DELETE ON continuity_partner, continuity_partneridentity, continuity_clearingsending, continuity_clearingclaim,
  continuity_clearingdecision, continuity_clearingstatement, continuity_clearingpayment FROM carnet_app;

-- What was agreed to by two people, what was decided of a claim, what a payment is: written once. Only their steps change.
CREATE FUNCTION continuity_clearing_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'continuity_partneridentity' THEN
    IF (NEW.partner_id, NEW.signing, NEW.sealing, NEW.fingerprint, NEW.proposed_by_id, NEW.programme_ids) IS DISTINCT FROM
       (OLD.partner_id, OLD.signing, OLD.sealing, OLD.fingerprint, OLD.proposed_by_id, OLD.programme_ids)
    THEN RAISE EXCEPTION 'keys that were proposed are never rewritten' USING ERRCODE = 'restrict_violation'; END IF;
  ELSIF TG_TABLE_NAME = 'continuity_clearingdecision' THEN
    IF (NEW.partner_id, NEW.claim) IS DISTINCT FROM (OLD.partner_id, OLD.claim)
       OR (OLD.claim_digest IS NOT NULL AND (NEW.claim_digest, NEW.redemption, NEW.cents, NEW.redeemed_at) IS DISTINCT FROM
           (OLD.claim_digest, OLD.redemption, OLD.cents, OLD.redeemed_at))
       OR (OLD.withdraw_digest IS NOT NULL AND NEW.withdraw_digest IS DISTINCT FROM OLD.withdraw_digest)
    THEN RAISE EXCEPTION 'a decision about a claim is never rewritten' USING ERRCODE = 'restrict_violation'; END IF;
  ELSIF TG_TABLE_NAME = 'continuity_clearingclaim' THEN
    IF (NEW.id, NEW.partner_id, NEW.organisation_id, NEW.place_id, NEW.voucher_mark) IS DISTINCT FROM
       (OLD.id, OLD.partner_id, OLD.organisation_id, OLD.place_id, OLD.voucher_mark)
       OR (OLD.claim_answer <> '' AND (NEW.claim_answer, NEW.cents, NEW.serial) IS DISTINCT FROM (OLD.claim_answer, OLD.cents, OLD.serial))
       OR (OLD.withdraw_answer <> '' AND NEW.withdraw_answer IS DISTINCT FROM OLD.withdraw_answer)
    THEN RAISE EXCEPTION 'an answer to a claim is never rewritten' USING ERRCODE = 'restrict_violation'; END IF;
  ELSIF (NEW.partner_id, NEW.organisation_id, NEW.claim_count, NEW.cents, NEW.creditor_iban, NEW.debtor_iban, NEW.prepared_by_id) IS DISTINCT FROM
        (OLD.partner_id, OLD.organisation_id, OLD.claim_count, OLD.cents, OLD.creditor_iban, OLD.debtor_iban, OLD.prepared_by_id)
  THEN RAISE EXCEPTION 'a payment that was prepared is never rewritten' USING ERRCODE = 'restrict_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER continuity_clearing_stays BEFORE UPDATE ON continuity_partneridentity FOR EACH ROW EXECUTE FUNCTION continuity_clearing_stays();
CREATE TRIGGER continuity_clearing_stays BEFORE UPDATE ON continuity_clearingdecision FOR EACH ROW EXECUTE FUNCTION continuity_clearing_stays();
CREATE TRIGGER continuity_clearing_stays BEFORE UPDATE ON continuity_clearingclaim FOR EACH ROW EXECUTE FUNCTION continuity_clearing_stays();
CREATE TRIGGER continuity_clearing_stays BEFORE UPDATE ON continuity_clearingpayment FOR EACH ROW EXECUTE FUNCTION continuity_clearing_stays();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("continuity", "0003_commitments")]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('siret', models.CharField(max_length=14)),
                ('name', models.CharField(max_length=140)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('state', models.CharField(max_length=8)),
                ('programme_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('place_id', models.BigIntegerField(null=True)),
                ('sent_count', models.BigIntegerField(default=0)),
                ('tried_at', models.DateTimeField(null=True)),
                ('failure', models.CharField(blank=True, default='', max_length=40)),
                ('ending_by_id', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PROPOSED', 'OPEN', 'REFUSED', 'ENDED'])), name='continuity_partner_state'), models.UniqueConstraint(condition=models.Q(('state__in', ['PROPOSED', 'OPEN'])), fields=('operator_id', 'siret'), name='continuity_partner_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('organisation_id__isnull', False), ('place_id__isnull', False)), _connector='OR'), name='continuity_partner_open_whole')],
            },
        ),
        migrations.CreateModel(
            name='ClearingMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('is_ours', models.BooleanField()),
                ('message_id', models.UUIDField()),
                ('number', models.BigIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('claim', models.UUIDField(null=True)),
                ('answers', models.UUIDField(null=True)),
                ('text', models.TextField()),
                ('digest', models.BinaryField(max_length=32)),
                ('key_name', models.CharField(max_length=16)),
                ('signature', models.BinaryField(max_length=64)),
                ('at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
        ),
        migrations.CreateModel(
            name='ClearingDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('claim', models.UUIDField()),
                ('state', models.CharField(max_length=9)),
                ('claim_digest', models.BinaryField(max_length=32, null=True)),
                ('withdraw_digest', models.BinaryField(max_length=32, null=True)),
                ('programme_id', models.BigIntegerField(null=True)),
                ('redemption', models.CharField(blank=True, max_length=60)),
                ('cents', models.IntegerField(null=True)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('is_guess', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
        ),
        migrations.CreateModel(
            name='ClearingClaim',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('operator_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('service_code', models.CharField(max_length=60)),
                ('attended_on', models.DateField()),
                ('read', models.CharField(max_length=4)),
                ('programme', models.CharField(blank=True, max_length=60)),
                ('voucher_mark', models.BinaryField(max_length=32)),
                ('state', models.CharField(max_length=11)),
                ('claim_answer', models.CharField(blank=True, max_length=10)),
                ('withdraw_answer', models.CharField(blank=True, max_length=10)),
                ('cents', models.IntegerField(null=True)),
                ('serial', models.CharField(blank=True, max_length=40)),
                ('redeemed_at', models.DateTimeField(null=True)),
                ('payable_on', models.DateField(null=True)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('withdraw_reason', models.CharField(blank=True, max_length=200)),
                ('asked_by_id', models.BigIntegerField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('payment_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
        ),
        migrations.CreateModel(
            name='PartnerIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('signing', models.BinaryField(max_length=32)),
                ('sealing', models.BinaryField(max_length=32)),
                ('key_name', models.CharField(max_length=16)),
                ('fingerprint', models.CharField(max_length=40)),
                ('programmes', models.JSONField(default=list)),
                ('programme_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('document', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(max_length=8)),
                ('proposed_by_id', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('request_id', models.UUIDField(unique=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identities', to='continuity.partner')),
            ],
        ),
        migrations.CreateModel(
            name='ClearingSending',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='sending', serialize=False, to='continuity.clearingmessage')),
                ('operator_id', models.BigIntegerField()),
                ('box', models.BinaryField(max_length=1024, null=True)),
                ('is_question', models.BooleanField()),
                ('done_at', models.DateTimeField(null=True)),
                ('written_at', models.DateTimeField(null=True)),
                ('tries', models.IntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
        ),
        migrations.CreateModel(
            name='ClearingTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=12)),
                ('reference', models.CharField(max_length=60)),
                ('cents', models.BigIntegerField()),
                ('moved_on', models.DateField()),
                ('message_id', models.UUIDField(null=True)),
                ('recorded_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(unique=True)),
                ('at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['ANNOUNCED', 'TOLD', 'CAME', 'ADVANCED', 'TAKEN_BACK'])), name='continuity_transfer_kind'), models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='continuity_transfer_positive'), models.UniqueConstraint(condition=models.Q(('kind__in', ['ANNOUNCED', 'TOLD', 'CAME'])), fields=('partner', 'kind', 'reference'), name='continuity_transfer_once')],
            },
        ),
        migrations.CreateModel(
            name='ClearingSuspect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('what', models.CharField(max_length=40)),
                ('subject', models.CharField(blank=True, max_length=64)),
                ('earlier_id', models.UUIDField(null=True)),
                ('text', models.TextField()),
                ('digest', models.BinaryField(max_length=32)),
                ('key_name', models.CharField(blank=True, max_length=16)),
                ('signature', models.BinaryField(max_length=64)),
                ('at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partner', 'what', 'digest'), name='continuity_suspect_once')],
            },
        ),
        migrations.CreateModel(
            name='ClearingStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('message_id', models.UUIDField()),
                ('is_ours', models.BooleanField()),
                ('is_issuer', models.BooleanField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('claim_count', models.IntegerField()),
                ('cents', models.BigIntegerField()),
                ('verdict', models.CharField(blank=True, max_length=8)),
                ('differences', models.JSONField(default=list)),
                ('answered_at', models.DateTimeField(null=True)),
                ('made_by_id', models.BigIntegerField(null=True)),
                ('request_id', models.UUIDField(null=True, unique=True)),
                ('at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partner', 'message_id'), name='continuity_statement_once'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='continuity_statement_period')],
            },
        ),
        migrations.CreateModel(
            name='ClearingPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operator_id', models.BigIntegerField()),
                ('organisation_id', models.BigIntegerField()),
                ('state', models.CharField(max_length=8)),
                ('claim_count', models.IntegerField()),
                ('cents', models.BigIntegerField()),
                ('creditor_name', models.CharField(max_length=140)),
                ('creditor_iban', models.CharField(max_length=34)),
                ('creditor_bic', models.CharField(blank=True, max_length=11)),
                ('debtor_name', models.CharField(max_length=140)),
                ('debtor_iban', models.CharField(max_length=34)),
                ('debtor_bic', models.CharField(blank=True, max_length=11)),
                ('prepared_by_id', models.BigIntegerField()),
                ('prepared_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('execute_on', models.DateField()),
                ('booked_on', models.DateField(null=True)),
                ('request_id', models.UUIDField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='continuity.partner')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PREPARED', 'AGREED', 'PAID', 'REFUSED'])), name='continuity_payment_state'), models.CheckConstraint(condition=models.Q(('cents__gt', 0), ('claim_count__gt', 0)), name='continuity_payment_positive'), models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('prepared_by_id')), _negated=True), _connector='OR'), name='continuity_payment_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'PAID'), _negated=True), ('booked_on__isnull', False), _connector='OR'), name='continuity_payment_paid_when'), models.UniqueConstraint(fields=('request_id', 'organisation_id'), name='continuity_payment_once')],
            },
        ),
        migrations.AddIndex(
            model_name='clearingmessage',
            index=models.Index(condition=models.Q(('claim__isnull', False)), fields=['partner', 'claim'], name='continuity_message_claim'),
        ),
        migrations.AddConstraint(
            model_name='clearingmessage',
            constraint=models.UniqueConstraint(fields=('partner', 'is_ours', 'message_id'), name='continuity_message_id'),
        ),
        migrations.AddConstraint(
            model_name='clearingmessage',
            constraint=models.UniqueConstraint(fields=('partner', 'is_ours', 'number'), name='continuity_message_number'),
        ),
        migrations.AddConstraint(
            model_name='clearingmessage',
            constraint=models.UniqueConstraint(condition=models.Q(('answers__isnull', False)), fields=('partner', 'is_ours', 'answers'), name='continuity_message_answered_once'),
        ),
        migrations.AddConstraint(
            model_name='clearingmessage',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['CLAIM', 'ANSWER', 'WITHDRAW', 'STATEMENT', 'STATEMENT_ANSWER', 'PAID'])), name='continuity_message_kind'),
        ),
        migrations.AddIndex(
            model_name='clearingdecision',
            index=models.Index(condition=models.Q(('is_guess', True)), fields=['partner', 'at'], name='continuity_decision_guesses'),
        ),
        migrations.AddConstraint(
            model_name='clearingdecision',
            constraint=models.UniqueConstraint(fields=('partner', 'claim'), name='continuity_decision_once'),
        ),
        migrations.AddConstraint(
            model_name='clearingdecision',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['ACCEPTED', 'REFUSED', 'WITHDRAWN', 'TOMBSTONE'])), name='continuity_decision_state'),
        ),
        migrations.AddConstraint(
            model_name='clearingdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ACCEPTED'), _negated=True), models.Q(('cents__gt', 0), ('redeemed_at__isnull', False), models.Q(('redemption', ''), _negated=True)), _connector='OR'), name='continuity_decision_accepted_whole'),
        ),
        migrations.AddConstraint(
            model_name='clearingdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('redemption', ''), _negated=True), fields=('redemption',), name='continuity_decision_redemption_once'),
        ),
        migrations.AddIndex(
            model_name='clearingclaim',
            index=models.Index(fields=['organisation_id', 'asked_at'], name='continuity_claim_own'),
        ),
        migrations.AddConstraint(
            model_name='clearingclaim',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'ACCEPTED', 'REFUSED', 'WITHDRAWING', 'WITHDRAWN'])), name='continuity_claim_state'),
        ),
        migrations.AddConstraint(
            model_name='clearingclaim',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['ACCEPTED', 'PENDING', 'WITHDRAWING'])), fields=('operator_id', 'voucher_mark'), name='continuity_claim_one_open'),
        ),
        migrations.AddConstraint(
            model_name='clearingclaim',
            constraint=models.UniqueConstraint(fields=('organisation_id', 'request_id'), name='continuity_claim_once'),
        ),
        migrations.AddConstraint(
            model_name='clearingclaim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ACCEPTED'), _negated=True), models.Q(('cents__gt', 0), ('redeemed_at__isnull', False)), _connector='OR'), name='continuity_claim_accepted_whole'),
        ),
        migrations.AddConstraint(
            model_name='partneridentity',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['PROPOSED', 'OPEN', 'REFUSED'])), name='continuity_identity_state'),
        ),
        migrations.AddConstraint(
            model_name='partneridentity',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('proposed_by_id')), _negated=True), _connector='OR'), name='continuity_identity_two_people'),
        ),
        migrations.AddConstraint(
            model_name='partneridentity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'OPEN'), _negated=True), ('decided_by_id__isnull', False), _connector='OR'), name='continuity_identity_agreed'),
        ),
        migrations.AddConstraint(
            model_name='partneridentity',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('partner',), name='continuity_identity_one_waiting'),
        ),
        migrations.AddIndex(
            model_name='clearingsending',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['next_try_at'], name='continuity_sending_due'),
        ),
        migrations.AddConstraint(
            model_name='clearingsending',
            constraint=models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('box__isnull', True), _connector='OR'), name='continuity_sending_erased'),
        ),
        migrations.RunSQL(WALLS, "DROP FUNCTION continuity_clearing_stays() CASCADE"),
    ]
