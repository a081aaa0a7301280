"""An account that mixes what a case holds with the rest is redrawn in two: its lines go to its successors, and nothing else of them ever changes."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

STATES = ["READY", "SET_ASIDE", "IN_PAYMENT", "RETURNED", "PAID"]

GUARDS = """
-- A line is written once. The one thing that may change is the account it is in: from one that was redrawn to one that stands for it.
CREATE FUNCTION settlement_keep_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'claim_id' - 'xid' = to_jsonb(OLD) - 'claim_id' - 'xid' AND EXISTS (
      SELECT 1 FROM settlement_claim s JOIN settlement_claim c ON c.id = s.redrawn_from_id
      WHERE s.id = NEW.claim_id AND c.id = OLD.claim_id AND c.state = 'REDRAWN' AND s.state IN ('READY', 'SET_ASIDE')) THEN
    -- Whoever copies what is new copies it again.
    NEW.xid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER carnet_append_only ON settlement_claimline;
CREATE TRIGGER carnet_append_only BEFORE UPDATE OR DELETE ON settlement_claimline
  FOR EACH ROW EXECUTE FUNCTION settlement_keep_line();
ALTER TABLE settlement_claimline ENABLE ALWAYS TRIGGER carnet_append_only;
GRANT UPDATE (claim_id) ON settlement_claimline TO carnet_app;

-- What was redrawn stays so, and is only ever redrawn before it is paid; what stands for it never changes its origin.
CREATE FUNCTION settlement_keep_redrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'REDRAWN' OR NEW.redrawn_from_id IS DISTINCT FROM OLD.redrawn_from_id
     OR (NEW.state = 'REDRAWN' AND OLD.state NOT IN ('READY', 'SET_ASIDE')) THEN
    RAISE EXCEPTION 'claim %: an account is redrawn once, before it is paid', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_claim_redrawn BEFORE UPDATE ON settlement_claim
  FOR EACH ROW WHEN (OLD.state = 'REDRAWN' OR NEW.state = 'REDRAWN' OR NEW.redrawn_from_id IS DISTINCT FROM OLD.redrawn_from_id)
  EXECUTE FUNCTION settlement_keep_redrawn();
"""

UNGUARDS = """
DROP TRIGGER settlement_claim_redrawn ON settlement_claim;
DROP FUNCTION settlement_keep_redrawn;
REVOKE UPDATE (claim_id) ON settlement_claimline FROM carnet_app;
DROP TRIGGER carnet_append_only ON settlement_claimline;
CREATE TRIGGER carnet_append_only BEFORE UPDATE OR DELETE ON settlement_claimline
  FOR EACH ROW EXECUTE FUNCTION carnet_refuse_change();
ALTER TABLE settlement_claimline ENABLE ALWAYS TRIGGER carnet_append_only;
DROP FUNCTION settlement_keep_line;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("settlement", "0007_holds_of_cases")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name='claim', name='settlement_claim_once'),
        migrations.RemoveConstraint(model_name='claim', name='settlement_claim_state'),
        migrations.AddField(
            model_name='claim',
            name='redrawn_from',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='settlement.claim'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(condition=models.Q(('redrawn_from__isnull', True)), fields=('cut_off', 'agreement_id', 'organisation_id'), name='settlement_claim_once'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [*STATES, 'REDRAWN'])), name='settlement_claim_state'),
        ),
        migrations.RunSQL(GUARDS, UNGUARDS),
    ]
