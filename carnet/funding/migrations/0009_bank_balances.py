"""What agreements' accounts held, day by day: by their bank's statements, or stated by two people with a paper."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
SELECT carnet_guard_rows('funding_statedbalance', 'programme_id', NULL);
SELECT carnet_guard_rows('funding_bankbalance', 'programme_id', NULL);
SELECT carnet_guard_append_only('funding_bankbalance');

-- What one person stated is what another agreed to: nothing of it moves in between, nor after.
CREATE FUNCTION funding_balance_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a stated balance is kept' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.programme_id, OLD.agreement_id, OLD.day, OLD.cents, OLD.digest, OLD.sealed_paper, OLD.stated_by_id, OLD.stated_at)
      IS DISTINCT FROM (NEW.programme_id, NEW.agreement_id, NEW.day, NEW.cents, NEW.digest, NEW.sealed_paper, NEW.stated_by_id, NEW.stated_at)
    OR OLD.decided_at IS NOT NULL THEN
    RAISE EXCEPTION 'what was stated of an account is frozen' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER funding_balance_stays BEFORE UPDATE OR DELETE ON funding_statedbalance FOR EACH ROW EXECUTE FUNCTION funding_balance_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0008_accounts_of_agreements")]

    operations = [
        migrations.CreateModel(
            name="StatedBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("cents", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=40)),
                ("digest", models.BinaryField(max_length=32)),
                ("sealed_paper", models.BinaryField()),
                ("stated_by_id", models.BigIntegerField()),
                ("stated_at", models.DateTimeField()),
                ("approval_id", models.BigIntegerField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("is_agreed", models.BooleanField(null=True)),
                ("request_id", models.UUIDField(unique=True)),
                ("agreement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.agreement")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)), fields=("agreement",), name="funding_statedbalance_one_waiting"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by_id__isnull", True),
                            models.Q(("decided_by_id", models.F("stated_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="funding_statedbalance_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by_id__isnull", True), ("is_agreed__isnull", True)),
                            models.Q(("decided_at__isnull", False), ("decided_by_id__isnull", False), ("is_agreed__isnull", False)),
                            _connector="OR",
                        ),
                        name="funding_statedbalance_decided_whole",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="BankBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("cents", models.BigIntegerField()),
                ("opening_cents", models.BigIntegerField(null=True)),
                ("source", models.CharField(max_length=9)),
                ("digest", models.BinaryField(max_length=32)),
                ("recorded_at", models.DateTimeField()),
                ("agreement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.agreement")),
                (
                    "stated",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.statedbalance"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["agreement", "-day", "-id"], name="funding_bankbalance_latest")],
                "constraints": [
                    models.UniqueConstraint(fields=("agreement", "day", "digest"), name="funding_bankbalance_once"),
                    models.CheckConstraint(condition=models.Q(("source__in", ["STATEMENT", "STATED"])), name="funding_bankbalance_source"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opening_cents__isnull", True), ("source", "STATED"), ("stated__isnull", False)),
                            models.Q(("source", "STATEMENT"), ("stated__isnull", True)),
                            _connector="OR",
                        ),
                        name="funding_bankbalance_of_one_source",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, "DROP FUNCTION funding_balance_stays CASCADE;"),
    ]
