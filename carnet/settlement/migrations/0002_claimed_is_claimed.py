"""What a claim holds is never undone: the window may have been made longer since, or closed between the question and the answer."""

from django.db import migrations

CLAIMED = """
GRANT SELECT ON settlement_claimline TO carnet_redeemer;
CREATE POLICY reversing ON settlement_claimline FOR SELECT TO carnet_redeemer USING (true);

CREATE FUNCTION settlement_refuse_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Claims are drawn up under this same lock, alone: a redemption is first claimed or first undone, never both.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('settlement.programme', NEW.programme_id));
  IF EXISTS (SELECT 1 FROM settlement_claimline l
             WHERE l.series_id = NEW.series_id AND l.voucher_id = NEW.voucher_id AND l.generation = NEW.generation) THEN
    RAISE EXCEPTION 'redemption %-%-% is claimed', NEW.series_id, NEW.voucher_id, NEW.generation USING ERRCODE = 'CA001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_claimed_is_claimed BEFORE INSERT ON redemption_reversal
  FOR EACH ROW EXECUTE FUNCTION settlement_refuse_reversal();
"""

UNDONE = """
DROP TRIGGER settlement_claimed_is_claimed ON redemption_reversal;
DROP FUNCTION settlement_refuse_reversal;
DROP POLICY reversing ON settlement_claimline;
REVOKE SELECT ON settlement_claimline FROM carnet_redeemer;
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_settlement"), ("redemption", "0001_redemption")]

    operations = [migrations.RunSQL(CLAIMED, UNDONE)]
