"""What places owe back: debts, what was kept from payments, debit notes, the advice each payment left with; their walls, what never changes."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('settlement_recoveryterms', 'programme_id', NULL);
SELECT carnet_guard_rows('settlement_debt', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_netting', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_advice', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_debitnote', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_debitnoteline', 'programme_id', 'organisation_id');
SELECT carnet_guard_rows('settlement_numbering', NULL, 'operator_id');
SELECT carnet_guard_append_only('settlement_recoveryterms');
SELECT carnet_guard_append_only('settlement_debt');
SELECT carnet_guard_append_only('settlement_advice');

-- What was kept from which payment never changes; only when it was booked, and when it came undone, once each.
CREATE FUNCTION settlement_refuse_other_netting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.debt_id, NEW.claim_id, NEW.transfer_id, NEW.cents, NEW.kept_at, NEW.request_id)
      IS DISTINCT FROM (OLD.debt_id, OLD.claim_id, OLD.transfer_id, OLD.cents, OLD.kept_at, OLD.request_id)
    OR (OLD.booked_at IS NOT NULL AND NEW.booked_at IS DISTINCT FROM OLD.booked_at) OR OLD.undone_at IS NOT NULL THEN
    RAISE EXCEPTION 'what was kept from a payment is frozen' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_netting_frozen BEFORE UPDATE OR DELETE ON settlement_netting
  FOR EACH ROW EXECUTE FUNCTION settlement_refuse_other_netting();

-- A debt is asked for in one way: kept from a payment, or on a debit note.
CREATE FUNCTION settlement_refuse_two_ways() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('settlement.debt', NEW.debt_id));
  IF EXISTS (SELECT 1 FROM settlement_netting n WHERE n.debt_id = NEW.debt_id AND n.undone_at IS NULL)
    OR EXISTS (SELECT 1 FROM settlement_debitnoteline l WHERE l.debt_id = NEW.debt_id AND l.withdrawn_at IS NULL) THEN
    RAISE EXCEPTION 'debt % is asked for already', NEW.debt_id USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_netting_one_way BEFORE INSERT ON settlement_netting FOR EACH ROW EXECUTE FUNCTION settlement_refuse_two_ways();
CREATE TRIGGER settlement_debitnoteline_one_way BEFORE INSERT ON settlement_debitnoteline FOR EACH ROW EXECUTE FUNCTION settlement_refuse_two_ways();

-- What a place was asked, for how much, where to: as on the paper it was sent.
CREATE FUNCTION settlement_refuse_other_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.operator_id, NEW.year, NEW.number, NEW.agreement_id, NEW.organisation_id, NEW.cents, NEW.holder, NEW.iban, NEW.bic,
      NEW.issued_on, NEW.due_on) IS DISTINCT FROM (OLD.operator_id, OLD.year, OLD.number, OLD.agreement_id, OLD.organisation_id, OLD.cents,
      OLD.holder, OLD.iban, OLD.bic, OLD.issued_on, OLD.due_on) OR OLD.state IN ('PAID', 'WITHDRAWN') THEN
    RAISE EXCEPTION 'a debit note is frozen once sent' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_debitnote_frozen BEFORE UPDATE OR DELETE ON settlement_debitnote
  FOR EACH ROW EXECUTE FUNCTION settlement_refuse_other_note();

CREATE FUNCTION settlement_refuse_other_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.note_id, NEW.debt_id, NEW.cents) IS DISTINCT FROM (OLD.note_id, OLD.debt_id, OLD.cents)
    OR OLD.withdrawn_at IS NOT NULL THEN
    RAISE EXCEPTION 'a line of a debit note is frozen' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_debitnoteline_frozen BEFORE UPDATE OR DELETE ON settlement_debitnoteline
  FOR EACH ROW EXECUTE FUNCTION settlement_refuse_other_line();

-- A number once given is never given back.
CREATE FUNCTION settlement_refuse_lower_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.latest <= OLD.latest OR (NEW.operator_id, NEW.kind, NEW.year) IS DISTINCT FROM (OLD.operator_id, OLD.kind, OLD.year) THEN
    RAISE EXCEPTION 'numbers only go up' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_numbering_up BEFORE UPDATE OR DELETE ON settlement_numbering
  FOR EACH ROW EXECUTE FUNCTION settlement_refuse_lower_number();
"""

UNGUARDS = """
DROP FUNCTION settlement_refuse_other_netting CASCADE;
DROP FUNCTION settlement_refuse_two_ways CASCADE;
DROP FUNCTION settlement_refuse_other_note CASCADE;
DROP FUNCTION settlement_refuse_other_line CASCADE;
DROP FUNCTION settlement_refuse_lower_number CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0003_account_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="DebitNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operator_id", models.BigIntegerField()),
                ("year", models.SmallIntegerField()),
                ("number", models.IntegerField()),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("cents", models.BigIntegerField()),
                ("holder", models.CharField(max_length=140)),
                ("iban", models.CharField(max_length=34)),
                ("bic", models.CharField(blank=True, default="", max_length=11)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("state", models.CharField(default="ISSUED", max_length=12)),
                ("issued_by_id", models.BigIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("reference", models.CharField(blank=True, default="", max_length=140)),
                ("paid_on", models.DateField(null=True)),
                ("told_by_id", models.BigIntegerField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("confirmed_by_id", models.BigIntegerField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("refused_reason", models.CharField(blank=True, default="", max_length=200)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [models.Index(fields=["agreement_id", "organisation_id"], name="settlement_debitnote_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("operator_id", "year", "number"), name="settlement_debitnote_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("agreement_id", "reference"),
                        name="settlement_debitnote_reference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["ISSUED", "PAYMENT_TOLD", "PAID", "WITHDRAWN"])),
                        name="settlement_debitnote_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by_id__isnull", True),
                            models.Q(("confirmed_by_id", models.F("told_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="settlement_debitnote_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cents__gt", 0), ("due_on__gte", models.F("issued_on"))), name="settlement_debitnote_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["PAYMENT_TOLD", "PAID"]), _negated=True),
                            models.Q(
                                ("paid_on__isnull", False),
                                ("told_at__isnull", False),
                                ("told_by_id__isnull", False),
                                models.Q(("reference", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="settlement_debitnote_told_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "PAID"), _negated=True),
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="settlement_debitnote_confirmed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "WITHDRAWN"), _negated=True),
                            models.Q(("withdrawn_at__isnull", False), models.Q(("withdrawn_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="settlement_debitnote_withdrawn_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Debt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("place_id", models.BigIntegerField()),
                ("dispute", models.CharField(max_length=20)),
                ("series_id", models.BigIntegerField()),
                ("voucher_id", models.BigIntegerField()),
                ("generation", models.SmallIntegerField()),
                ("pattern", models.SmallIntegerField()),
                ("cents", models.IntegerField()),
                ("redeemed_at", models.DateTimeField()),
                ("owed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["agreement_id", "organisation_id"], name="settlement_debt_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("series_id", "voucher_id", "generation"), name="settlement_debt_once"),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="settlement_debt_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Numbering",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operator_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=12)),
                ("year", models.SmallIntegerField()),
                ("latest", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("operator_id", "kind", "year"), name="settlement_numbering_once"),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["ADVICE", "DEBIT_NOTE"])), name="settlement_numbering_kind"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("ask_after_days", models.SmallIntegerField()),
                ("due_within_days", models.SmallIntegerField()),
                ("set_by_id", models.BigIntegerField()),
                ("set_at", models.DateTimeField()),
                ("request_id", models.UUIDField(unique=True)),
            ],
            options={
                "indexes": [models.Index(fields=["programme_id", "id"], name="settlement_recoveryterms_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ask_after_days__gt", 0), ("due_within_days__gt", 0)), name="settlement_recoveryterms_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operator_id", models.BigIntegerField()),
                ("year", models.SmallIntegerField()),
                ("number", models.IntegerField()),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("claim_cents", models.BigIntegerField()),
                ("netted_cents", models.BigIntegerField()),
                ("execute_on", models.DateField()),
                ("issued_at", models.DateTimeField()),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="advices", to="settlement.claim")),
                (
                    "transfer",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="advice", to="settlement.transfer"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation_id", "id"], name="settlement_advice_payee")],
                "constraints": [
                    models.UniqueConstraint(fields=("operator_id", "year", "number"), name="settlement_advice_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("transfer__isnull", True)), fields=("claim",), name="settlement_advice_whole_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("claim_cents__gt", 0), ("netted_cents__gte", 0), ("netted_cents__lte", models.F("claim_cents"))
                        ),
                        name="settlement_advice_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DebitNoteLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("cents", models.IntegerField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("note", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="settlement.debitnote")),
                ("debt", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="note_lines", to="settlement.debt")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)), fields=("debt",), name="settlement_debitnoteline_one_living"
                    ),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="settlement_debitnoteline_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Netting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("agreement_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("cents", models.IntegerField()),
                ("kept_at", models.DateTimeField()),
                ("booked_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="nettings", to="settlement.claim")),
                ("debt", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="nettings", to="settlement.debt")),
                (
                    "transfer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="nettings", to="settlement.transfer"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["agreement_id", "organisation_id"], name="settlement_netting_of")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)), fields=("debt",), name="settlement_netting_one_living"
                    ),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="settlement_netting_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("transfer__isnull", False),
                            models.Q(("booked_at__isnull", False), ("undone_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="settlement_netting_whole_is_booked",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, UNGUARDS),
    ]
