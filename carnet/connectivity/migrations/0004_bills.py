"""Bills of providers, their months, and what landlords paid in; and their walls."""

import django.db.models.deletion
from django.db import migrations, models

# A landlord reads the lines and payments of its own homes, a provider its own bills; who, where and how much are frozen once agreed.
WALLS = """
SELECT carnet_guard_rows('connectivity_bill', 'programme_id', 'provider_id');
-- A landlord's lines name their bill's month and step; what the bill is as a whole is not its to read (carnet.connectivity.access.bills).
CREATE POLICY of_lines ON connectivity_bill FOR SELECT USING (EXISTS (SELECT 1 FROM connectivity_billline l WHERE l.bill_id = connectivity_bill.id));
SELECT carnet_guard_rows('connectivity_billline', 'programme_id', 'provider_id,landlord_id');
SELECT carnet_guard_rows('connectivity_landlordpayment', 'programme_id', 'landlord_id');
SELECT carnet_guard_append_only('connectivity_landlordpayment');
REVOKE DELETE ON connectivity_bill FROM carnet_app;
REVOKE UPDATE, DELETE ON connectivity_billline FROM carnet_app;
GRANT UPDATE (voided_at) ON connectivity_billline TO carnet_app;

CREATE FUNCTION connectivity_bill_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.programme_id, NEW.agreement_id, NEW.provider_id, NEW.month, NEW.line_count, NEW.household_cents, NEW.landlord_cents, NEW.funders_cents,
      NEW.setup_cents, NEW.collected_cents, NEW.digest, NEW.request_id)
     IS DISTINCT FROM
     (OLD.programme_id, OLD.agreement_id, OLD.provider_id, OLD.month, OLD.line_count, OLD.household_cents, OLD.landlord_cents, OLD.funders_cents,
      OLD.setup_cents, OLD.collected_cents, OLD.digest, OLD.request_id)
  THEN RAISE EXCEPTION 'a bill is never rewritten' USING ERRCODE = 'restrict_violation'; END IF;
  -- Checked, it is what two people agree to: who is paid, on which account, how much. Come back, it is checked again.
  IF OLD.state IN ('CHECKED', 'AGREED', 'SENT', 'PAID') AND
     (NEW.attempt, NEW.pay_funders_cents, NEW.pay_landlords, NEW.pay_cents, NEW.creditor_name, NEW.creditor_iban, NEW.creditor_bic, NEW.debtor_name,
      NEW.debtor_iban, NEW.debtor_bic, NEW.execute_on)
     IS DISTINCT FROM
     (OLD.attempt, OLD.pay_funders_cents, OLD.pay_landlords, OLD.pay_cents, OLD.creditor_name, OLD.creditor_iban, OLD.creditor_bic, OLD.debtor_name,
      OLD.debtor_iban, OLD.debtor_bic, OLD.execute_on)
  THEN RAISE EXCEPTION 'a payment that was checked is never rewritten' USING ERRCODE = 'restrict_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER connectivity_bill_stays BEFORE UPDATE ON connectivity_bill FOR EACH ROW EXECUTE FUNCTION connectivity_bill_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('connectivity', '0003_studies'),
        ('funding', '0007_on_demand'),
        ('parties', '0011_connection'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('reference', models.CharField(blank=True, max_length=40)),
                ('state', models.CharField(max_length=9)),
                ('line_count', models.IntegerField()),
                ('household_cents', models.BigIntegerField()),
                ('landlord_cents', models.BigIntegerField()),
                ('funders_cents', models.BigIntegerField()),
                ('setup_cents', models.BigIntegerField()),
                ('collected_cents', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('submitted_by_id', models.BigIntegerField(null=True)),
                ('submitted_at', models.DateTimeField()),
                ('checked_by_id', models.BigIntegerField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('approval_id', models.BigIntegerField(null=True)),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('attempt', models.SmallIntegerField(default=0)),
                ('pay_funders_cents', models.BigIntegerField(default=0)),
                ('pay_landlords', models.JSONField(default=dict)),
                ('pay_cents', models.BigIntegerField(default=0)),
                ('creditor_name', models.CharField(blank=True, max_length=140)),
                ('creditor_iban', models.CharField(blank=True, max_length=34)),
                ('creditor_bic', models.CharField(blank=True, max_length=11)),
                ('debtor_name', models.CharField(blank=True, max_length=140)),
                ('debtor_iban', models.CharField(blank=True, max_length=34)),
                ('debtor_bic', models.CharField(blank=True, max_length=11)),
                ('execute_on', models.DateField(null=True)),
                ('file_digest', models.BinaryField(max_length=32, null=True)),
                ('file_written_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('booked_on', models.DateField(null=True)),
                ('returned_on', models.DateField(null=True)),
                ('bank_reason', models.CharField(blank=True, max_length=10)),
                ('request_id', models.UUIDField(unique=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.agreement')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='BillLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('whole_until', models.DateField()),
                ('suspended_days', models.SmallIntegerField()),
                ('incident_days', models.SmallIntegerField()),
                ('household_cents', models.IntegerField()),
                ('landlord_cents', models.IntegerField()),
                ('funders_cents', models.IntegerField()),
                ('setup_cents', models.IntegerField()),
                ('collector', models.CharField(max_length=8)),
                ('voided_at', models.DateTimeField(null=True)),
                ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='connectivity.bill')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connectivity.connection')),
                ('landlord', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='LandlordPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('own_cents', models.BigIntegerField()),
                ('households_cents', models.BigIntegerField()),
                ('received_on', models.DateField()),
                ('reference', models.CharField(blank=True, max_length=60)),
                ('recorded_by_id', models.BigIntegerField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('request_id', models.UUIDField(unique=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.agreement')),
                ('landlord', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funding.programme')),
            ],
        ),
        migrations.AddIndex(
            model_name='bill',
            index=models.Index(fields=['programme', 'id'], name='connectivity_bill_programme'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['SUBMITTED', 'CHECKED', 'REFUSED', 'AGREED', 'SENT', 'PAID', 'RETURNED'])), name='connectivity_bill_state'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(('funders_cents__gte', 0), ('household_cents__gte', 0), ('landlord_cents__gte', 0), ('line_count__gte', 0), ('setup_cents__gte', 0), ('collected_cents__gte', 0), ('collected_cents__lte', models.F('household_cents')), ('pay_cents__gte', models.F('pay_funders_cents'))), name='connectivity_bill_money'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by_id__isnull', True), models.Q(('decided_by_id', models.F('checked_by_id')), _negated=True), _connector='OR'), name='connectivity_bill_two_people'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['AGREED', 'SENT', 'PAID', 'RETURNED']), _negated=True), models.Q(('checked_by_id__isnull', False), ('decided_by_id__isnull', False)), _connector='OR'), name='connectivity_bill_agreed'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['SENT', 'PAID']), _negated=True), ('pay_cents', 0), models.Q(('file_digest__isnull', False), ('sent_at__isnull', False)), _connector='OR'), name='connectivity_bill_sent_as_written'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'PAID'), _negated=True), ('pay_cents', 0), ('booked_on__isnull', False), _connector='OR'), name='connectivity_bill_paid_when'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['SUBMITTED', 'CHECKED'])), fields=('agreement', 'provider'), name='connectivity_bill_one_waiting'),
        ),
        migrations.AddIndex(
            model_name='billline',
            index=models.Index(fields=['landlord', 'bill'], name='connectivity_billline_landlord'),
        ),
        migrations.AddConstraint(
            model_name='billline',
            constraint=models.UniqueConstraint(condition=models.Q(('voided_at__isnull', True)), fields=('connection', 'since'), name='connectivity_billline_month_once'),
        ),
        migrations.AddConstraint(
            model_name='billline',
            constraint=models.CheckConstraint(condition=models.Q(('incident_days__gte', 0), ('suspended_days__gte', 0), ('until__gte', models.F('since')), ('whole_until__gte', models.F('until')), ('funders_cents__gte', 0), ('household_cents__gte', 0), ('landlord_cents__gte', 0), ('setup_cents__gte', 0)), name='connectivity_billline_whole'),
        ),
        migrations.AddIndex(
            model_name='landlordpayment',
            index=models.Index(fields=['landlord', 'id'], name='connectivity_landlordpay_of'),
        ),
        migrations.AddConstraint(
            model_name='landlordpayment',
            constraint=models.CheckConstraint(condition=models.Q(('households_cents__gte', 0), ('own_cents__gte', 0), models.Q(('own_cents__gt', 0), ('households_cents__gt', 0), _connector='OR')), name='connectivity_landlordpayment_positive'),
        ),
        migrations.RunSQL(WALLS, "DROP FUNCTION connectivity_bill_stays() CASCADE"),
    ]
