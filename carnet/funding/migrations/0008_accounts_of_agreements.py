"""An account of the ledger belongs to its agreement's programme; one of a funder's money, to an organisation that signed the agreement.

Money goes back to funders only: here is who a funder is. Asked once, when the account is opened; it never changes afterwards.
Rows loaded from elsewhere: funding_agreement and funding_share come before ledger_account.
"""

from django.db import migrations

GUARD = """
-- Whoever writes, wherever it stands: the function sees every share. A setting of ours cannot be given with the function by an owner who is no
-- superuser: it is said inside, and what it was before is said again.
CREATE FUNCTION funding_account_of_agreement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  of_programme bigint;
  is_funder boolean;
  seen text := COALESCE(current_setting('carnet.everything', true), '');
BEGIN
  PERFORM set_config('carnet.everything', 'on', true);
  SELECT a.programme_id INTO of_programme FROM funding_agreement a WHERE a.id = NEW.agreement_id;
  is_funder := EXISTS (SELECT 1 FROM funding_share s WHERE s.agreement_id = NEW.agreement_id AND s.funder_id = NEW.organisation_id);
  PERFORM set_config('carnet.everything', seen, true);
  -- An agreement that nobody signed holds nobody's money.
  IF of_programme IS NULL THEN RETURN NULL; END IF;
  IF of_programme <> NEW.programme_id THEN
    RAISE EXCEPTION 'the ring fence refuses account %: agreement % is of another programme', NEW.id, NEW.agreement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  IF NEW.kind IN ('SOURCE', 'UNISSUED', 'RETURNED') AND NOT is_funder THEN
    RAISE EXCEPTION 'the ring fence refuses account %: organisation % does not fund agreement %', NEW.id, NEW.organisation_id, NEW.agreement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER funding_account_guard AFTER INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION funding_account_of_agreement();
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER funding_account_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0007_on_demand"), ("ledger", "0006_ring_fence")]

    operations = [
        migrations.RunSQL(GUARD, "DROP TRIGGER funding_account_guard ON ledger_account; DROP FUNCTION funding_account_of_agreement();"),
    ]
