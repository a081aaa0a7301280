"""A series says from when nothing of it is handed over any more; its end may be put later, never sooner."""

from django.db import migrations, models

ENDS = """
GRANT UPDATE (hand_overs_stop_at, accepted_until) ON ledger_series TO carnet_app;

CREATE FUNCTION ledger_refuse_sooner_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.accepted_until < OLD.accepted_until THEN
    RAISE EXCEPTION 'series %: what was promised until % does not end sooner', OLD.id, OLD.accepted_until USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.lapsed_at IS NOT NULL THEN
    RAISE EXCEPTION 'series % has lapsed: its dates move no more', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_series_ends BEFORE UPDATE OF hand_overs_stop_at, accepted_until ON ledger_series
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse_sooner_end();
"""

NO_ENDS = """
DROP TRIGGER ledger_series_ends ON ledger_series;
DROP FUNCTION ledger_refuse_sooner_end();
REVOKE UPDATE (hand_overs_stop_at, accepted_until) ON ledger_series FROM carnet_app;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_ledger")]

    operations = [
        migrations.AddField(
            model_name="series",
            name="hand_overs_stop_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(("hand_overs_stop_at__isnull", True), ("hand_overs_stop_at__lte", models.F("printed_until")), _connector="OR"),
                name="ledger_series_stop_before_printed",
            ),
        ),
        migrations.RunSQL(ENDS, NO_ENDS),
    ]
