"""The ring fence: money of an agreement leaves towards places, back to its funders, or to providers of connections; nowhere else, whoever writes.

One trigger sees each statement's movements together, the owner's own and those of a COPY too. Rows that are loaded from elsewhere are loaded
in this order, each table whole before the next: funding_agreement, funding_share, ledger_series, ledger_sharepattern, ledger_booklet,
ledger_voucher, ledger_account, ledger_passage, redemption_redemption, ledger_movement. Movements of one consistent snapshot pass in one
statement or in several, in the order of their numbers; an increment, in the same order. Nothing is switched off for it.
A new kind of movement replaces `ledger_routes()`, and `carnet.ledger.rules.ROUTES` with it: a test holds both equal.
Source: CGCT art. R1611-9, docs/sources/public-money.md#r1611-9; docs/decisions/0084-the-ring-fence-and-what-is-owed-every-day.md.
"""

from django.db import migrations

ROUTES = """
-- The same as carnet.ledger.rules.ROUTES: kind, account that cents leave, account where they arrive.
CREATE FUNCTION ledger_routes() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY[
    'RECEIVE SOURCE UNISSUED', 'REPAY UNISSUED RETURNED', 'ACTIVATE UNISSUED CIRCULATION', 'REDEEM CIRCULATION OWED', 'REVERSE OWED CIRCULATION',
    'PAY OWED PAID', 'UNPAY PAID OWED', 'RETURN CIRCULATION RETURNED', 'EXCHANGE CIRCULATION UNISSUED', 'CHARGE CHARGED DUE',
    'RECOVER DUE CIRCULATION', 'REOPEN CIRCULATION DUE', 'RESERVE UNISSUED RESERVED', 'RELEASE RESERVED UNISSUED', 'OWE RESERVED BILLED',
    'SETTLE BILLED SERVED', 'UNSETTLE SERVED BILLED', 'CALL LANDLORD CALLED', 'REMIT OWNER LANDLORD', 'LEVY HOUSEHOLD LANDLORD',
    'FORWARD CALLED PASSED', 'RECALL PASSED CALLED', 'COLLECT HOUSEHOLD PASSED',
    -- Clearing between operators, in books of no agreement: the accounts themselves come with the next migration.
    'CLEAR PARTNER CLAIMED', 'UNCLEAR CLAIMED PARTNER', 'COVER ABROAD PARTNER', 'ADVANCE OPERATOR ADVANCED', 'RECOUP ADVANCED OPERATOR',
    'HONOUR CLAIMED HONOURED', 'BOUNCE HONOURED CLAIMED']
$$;
"""

# What is asked of every movement reads its two accounts by their keys: a redemption pays for nothing else, for its cents stay inside. Whether a
# place of that organisation really took the voucher is asked when they leave.
FENCE = """
CREATE FUNCTION ledger_ring_fence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fault text;
  others bigint[];
BEGIN
  SELECT min(CASE
      WHEN c.id IS NULL OR d.id IS NULL THEN 'no such account'
      WHEN (m.kind || ' ' || c.kind || ' ' || d.kind) <> ALL (ledger_routes()) THEN 'cents may not pass from ' || c.kind || ' to ' || d.kind
      WHEN c.agreement_id <> d.agreement_id THEN 'the accounts are of two agreements'
      WHEN c.programme_id <> m.programme_id OR d.programme_id <> m.programme_id THEN 'the accounts are of another programme'
      WHEN (m.kind IN ('REDEEM', 'REVERSE', 'CHARGE')) <> (m.voucher_id IS NOT NULL) THEN 'it names a voucher, or none, against its kind'
      WHEN m.kind = 'REDEEM' THEN CASE WHEN c.series_id <> m.series_id OR d.series_id <> 0 THEN 'the account is of another series' END
      -- Books of clearing are written under minus their operator's number: no agreement's money is ever among them.
      WHEN (m.kind IN ('CLEAR', 'UNCLEAR', 'COVER', 'ADVANCE', 'RECOUP', 'HONOUR', 'BOUNCE')) <> (c.agreement_id < 0)
        THEN 'money of clearing and money of an agreement never meet'
      WHEN c.agreement_id > 0 AND (c.series_id <> CASE c.kind WHEN 'CIRCULATION' THEN m.series_id ELSE 0 END
        OR d.series_id <> CASE d.kind WHEN 'CIRCULATION' THEN m.series_id ELSE 0 END) THEN 'the account is of another series'
      WHEN c.kind IN ('OWED', 'PAID', 'DUE', 'CHARGED', 'BILLED', 'SERVED', 'CALLED', 'PASSED', 'CLAIMED', 'HONOURED')
        AND d.kind IN ('OWED', 'PAID', 'DUE', 'CHARGED', 'BILLED', 'SERVED', 'CALLED', 'PASSED', 'CLAIMED', 'HONOURED')
        AND (c.organisation_id <> d.organisation_id OR c.series_id <> d.series_id) THEN 'owed to one and paid to another'
      WHEN (c.kind IN ('SOURCE', 'UNISSUED', 'RETURNED', 'OWNER', 'HOUSEHOLD', 'LANDLORD', 'PARTNER', 'ABROAD', 'OPERATOR', 'ADVANCED')
          AND c.organisation_id <> COALESCE(m.funder_id, 0))
        OR (d.kind IN ('SOURCE', 'UNISSUED', 'RETURNED', 'OWNER', 'HOUSEHOLD', 'LANDLORD', 'PARTNER', 'ABROAD', 'OPERATOR', 'ADVANCED')
          AND d.organisation_id <> COALESCE(m.funder_id, 0)) THEN 'one gives and another is named'
      END), array_agg(m.id) FILTER (WHERE m.kind <> 'REDEEM')
    INTO fault, others
    FROM moved m
    -- One row each, by its key, whatever the tables held when the plan was made.
    LEFT JOIN LATERAL (SELECT * FROM ledger_account a WHERE a.id = m.credit_account_id LIMIT 1) c ON true
    LEFT JOIN LATERAL (SELECT * FROM ledger_account a WHERE a.id = m.debit_account_id LIMIT 1) d ON true;
  IF fault IS NULL AND others IS NOT NULL THEN
    fault := ledger_ring_fence_breach(others);
  END IF;
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION 'the ring fence refuses it: %', fault USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END $$;
"""

# What leaves an account was in it, for that very place, funder or provider: asked of everything but redemptions.
BREACH = """
CREATE FUNCTION ledger_ring_fence_breach(moved_ids bigint[]) RETURNS text LANGUAGE plpgsql STABLE
SET enable_seqscan = on SET enable_hashjoin = on SET enable_mergejoin = on AS $$
DECLARE
  fault text;
  kinds text[];
  accounts bigint[];
  of_series bigint[];
BEGIN
  SELECT array_agg(DISTINCT m.kind) INTO kinds FROM ledger_movement m /* fan-out: ring fence */ WHERE m.id = ANY (moved_ids);

  SELECT min('movement ' || m.id || ' (' || m.kind || '): the series is not of this agreement') INTO fault
  FROM ledger_movement m /* fan-out: ring fence */ JOIN ledger_account c ON c.id = m.credit_account_id LEFT JOIN ledger_series s ON s.id = m.series_id
  WHERE m.id = ANY (moved_ids) AND m.series_id <> 0
    AND (s.id IS NULL OR s.agreement_id <> c.agreement_id OR s.programme_id <> m.programme_id);
  IF fault IS NOT NULL THEN RETURN fault; END IF;

  IF kinds && ARRAY['PAY'] THEN
    -- The one look upstairs, as the redeeming function's own: docs/decisions/0004-one-function-redeems.md.
    SELECT array_agg(DISTINCT m.credit_account_id), array_agg(DISTINCT m.series_id) INTO accounts, of_series
    FROM ledger_movement m /* fan-out: ring fence */ WHERE m.id = ANY (moved_ids) AND m.kind = 'PAY';
    SELECT min('movement ' || m.id || ' (REDEEM): no place of this organisation took that voucher') INTO fault
    FROM ledger_movement m JOIN ledger_account d ON d.id = m.debit_account_id
    LEFT JOIN redemption_redemption r ON r.series_id = m.series_id AND r.voucher_id = m.voucher_id AND r.generation = m.generation
    LEFT JOIN ledger_voucher v ON v.series_id = m.series_id AND v.id = m.voucher_id
    WHERE m.debit_account_id = ANY (accounts) AND m.series_id = ANY (of_series) AND m.kind = 'REDEEM'
      AND (r.organisation_id IS DISTINCT FROM d.organisation_id OR v.id IS NULL OR v.pattern <> m.pattern
        OR NOT (v.generation > m.generation OR (v.generation = m.generation AND v.mark = 2)));
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['REVERSE', 'CHARGE'] THEN
    SELECT min('movement ' || m.id || ' (' || m.kind || '): this place was not owed that voucher') INTO fault
    FROM ledger_movement m /* fan-out: ring fence */ JOIN ledger_account c ON c.id = m.credit_account_id
    LEFT JOIN ledger_movement r ON r.series_id = m.series_id AND r.voucher_id = m.voucher_id AND r.generation = m.generation AND r.kind = 'REDEEM'
    LEFT JOIN ledger_account o ON o.id = r.debit_account_id
    WHERE m.id = ANY (moved_ids) AND m.kind IN ('REVERSE', 'CHARGE')
      AND (r.id IS NULL OR r.cents <> m.cents OR r.pattern <> m.pattern OR o.organisation_id <> c.organisation_id
        OR EXISTS (SELECT 1 FROM ledger_movement x WHERE x.series_id = m.series_id AND x.voucher_id = m.voucher_id AND x.generation = m.generation
                   AND x.kind = CASE m.kind WHEN 'CHARGE' THEN 'REVERSE' ELSE 'CHARGE' END));
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['PAY', 'UNPAY', 'RECOVER'] THEN
    SELECT array_agg(DISTINCT m.credit_account_id), array_agg(DISTINCT m.series_id) INTO accounts, of_series
    FROM ledger_movement m /* fan-out: ring fence */ WHERE m.id = ANY (moved_ids) AND m.kind IN ('PAY', 'UNPAY', 'RECOVER');
    SELECT min('account ' || e.account_id || ', series ' || e.series_id || ': more left it than this place was owed') INTO fault FROM (
      SELECT moved.account_id, moved.series_id FROM (
        SELECT m.debit_account_id AS account_id, m.series_id, m.pattern, m.quantity FROM ledger_movement m
          WHERE m.debit_account_id = ANY (accounts) AND m.series_id = ANY (of_series)
        UNION ALL
        SELECT m.credit_account_id, m.series_id, m.pattern, -m.quantity FROM ledger_movement m
          WHERE m.credit_account_id = ANY (accounts) AND m.series_id = ANY (of_series)) moved
      GROUP BY moved.account_id, moved.series_id, moved.pattern HAVING sum(moved.quantity) < 0) e;
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['REOPEN'] THEN
    SELECT array_agg(DISTINCT m.debit_account_id), array_agg(DISTINCT m.series_id) INTO accounts, of_series
    FROM ledger_movement m /* fan-out: ring fence */ WHERE m.id = ANY (moved_ids) AND m.kind = 'REOPEN';
    SELECT min('account ' || e.account_id || ', series ' || e.series_id || ': more is owed again than this place ever gave back') INTO fault FROM (
      SELECT moved.account_id, moved.series_id FROM (
        SELECT m.debit_account_id AS account_id, m.series_id, m.pattern, -m.quantity AS quantity FROM ledger_movement m
          WHERE m.debit_account_id = ANY (accounts) AND m.series_id = ANY (of_series) AND m.kind = 'REOPEN'
        UNION ALL
        SELECT m.credit_account_id, m.series_id, m.pattern, m.quantity FROM ledger_movement m
          WHERE m.credit_account_id = ANY (accounts) AND m.series_id = ANY (of_series) AND m.kind = 'RECOVER') moved
      GROUP BY moved.account_id, moved.series_id, moved.pattern HAVING sum(moved.quantity) < 0) e;
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['REPAY', 'ACTIVATE', 'RESERVE', 'RELEASE', 'OWE', 'SETTLE', 'UNSETTLE', 'FORWARD', 'RECALL', 'UNCLEAR', 'RECOUP', 'HONOUR', 'BOUNCE'] THEN
    SELECT array_agg(DISTINCT m.credit_account_id) INTO accounts FROM ledger_movement m /* fan-out: ring fence */ WHERE m.id = ANY (moved_ids)
      AND m.kind IN ('REPAY', 'ACTIVATE', 'RESERVE', 'RELEASE', 'OWE', 'SETTLE', 'UNSETTLE', 'FORWARD', 'RECALL', 'UNCLEAR', 'RECOUP', 'HONOUR', 'BOUNCE');
    SELECT min('account ' || e.account_id || ', for ' || e.funder_id || ': more left it than was in it') INTO fault FROM (
      SELECT moved.account_id, moved.funder_id FROM (
        SELECT m.debit_account_id AS account_id, m.funder_id, m.cents FROM ledger_movement m /* fan-out: ring fence */
          WHERE m.debit_account_id = ANY (accounts)
        UNION ALL
        SELECT m.credit_account_id, m.funder_id, -m.cents FROM ledger_movement m /* fan-out: ring fence */
          WHERE m.credit_account_id = ANY (accounts) AND m.voucher_id IS NULL) moved
      GROUP BY moved.account_id, moved.funder_id HAVING sum(moved.cents) < 0) e;
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['FORWARD'] THEN
    SELECT min('agreement ' || e.agreement_id || ', landlord ' || e.funder_id || ': a provider is paid what this landlord did not pay in') INTO fault
    FROM (
      SELECT a.agreement_id, m.funder_id FROM ledger_account a
      JOIN ledger_movement m /* fan-out: ring fence */ ON m.debit_account_id = a.id AND m.kind IN ('REMIT', 'LEVY', 'FORWARD', 'RECALL')
      WHERE a.agreement_id IN (SELECT x.agreement_id FROM ledger_movement m JOIN ledger_account x ON x.id = m.credit_account_id
                               WHERE m.id = ANY (moved_ids) AND m.kind = 'FORWARD')
      GROUP BY a.agreement_id, m.funder_id HAVING sum(CASE m.kind WHEN 'FORWARD' THEN -m.cents ELSE m.cents END) < 0) e;
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['HONOUR', 'RECOUP'] THEN
    SELECT min('operator ' || -e.agreement_id || ', partner ' || e.funder_id || ': more is paid out of clearing than came or was advanced') INTO fault
    FROM (
      SELECT a.agreement_id, m.funder_id FROM ledger_account a
      JOIN ledger_movement m /* fan-out: ring fence */ ON m.debit_account_id = a.id AND m.kind IN ('COVER', 'ADVANCE', 'BOUNCE', 'RECOUP', 'HONOUR')
      WHERE a.agreement_id IN (SELECT x.agreement_id FROM ledger_movement m JOIN ledger_account x ON x.id = m.credit_account_id
                               WHERE m.id = ANY (moved_ids) AND m.kind IN ('HONOUR', 'RECOUP'))
      GROUP BY a.agreement_id, m.funder_id HAVING sum(CASE WHEN m.kind IN ('COVER', 'ADVANCE', 'BOUNCE') THEN m.cents ELSE -m.cents END) < 0) e;
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['EXCHANGE'] THEN
    -- One movement a funder: what it holds of the vouchers that this very request ended for good.
    SELECT min('movement ' || m.id || ' (EXCHANGE): it frees something else than the vouchers exchanged') INTO fault
    FROM ledger_movement m /* fan-out: ring fence */
    WHERE m.id = ANY (moved_ids) AND m.kind = 'EXCHANGE' AND m.cents <> (
      SELECT COALESCE(sum(share.cents), 0) FROM ledger_passage p
      JOIN ledger_voucher v ON v.series_id = p.series_id AND v.id = p.first_voucher_id
      JOIN ledger_sharepattern t ON t.series_id = v.series_id AND t.number = v.pattern,
      unnest(t.funder_ids, t.held_cents) AS share (funder_id, cents)
      WHERE p.series_id = m.series_id AND p.request_id = m.request_id AND p.kind = 'EXCHANGED' AND share.funder_id = m.funder_id);
    IF fault IS NOT NULL THEN RETURN fault; END IF;
  END IF;

  IF kinds && ARRAY['RETURN'] THEN
    SELECT array_agg(DISTINCT m.series_id) INTO of_series FROM ledger_movement m /* fan-out: ring fence */
    WHERE m.id = ANY (moved_ids) AND m.kind = 'RETURN';
    SELECT min('series ' || s.id || ': it has not lapsed') INTO fault FROM ledger_series s WHERE s.id = ANY (of_series) AND s.lapsed_at IS NULL;
    IF fault IS NOT NULL THEN RETURN fault; END IF;
    WITH summed AS (
      SELECT m.series_id, m.kind, m.pattern, m.funder_id, sum(m.cents) AS cents, sum(m.quantity) AS quantity FROM ledger_movement m
      WHERE m.series_id = ANY (of_series) AND m.kind IN ('ACTIVATE', 'RETURN', 'EXCHANGE', 'REDEEM', 'REVERSE', 'RECOVER', 'REOPEN')
      GROUP BY 1, 2, 3, 4),
    held AS (
      SELECT series_id, funder_id, CASE kind WHEN 'ACTIVATE' THEN cents ELSE -cents END AS cents FROM summed WHERE pattern IS NULL
      UNION ALL
      SELECT g.series_id, share.funder_id, share.cents * CASE WHEN g.kind IN ('REVERSE', 'RECOVER') THEN g.quantity ELSE -g.quantity END
      FROM summed g JOIN ledger_sharepattern t ON t.series_id = g.series_id AND t.number = g.pattern,
      unnest(t.funder_ids, t.held_cents) AS share (funder_id, cents) WHERE g.pattern IS NOT NULL)
    SELECT min('series ' || e.series_id || ', funder ' || e.funder_id || ': more goes back to this funder than its part of what was never spent') INTO fault
    FROM (SELECT series_id, funder_id FROM held GROUP BY series_id, funder_id HAVING sum(cents) < 0) e;
  END IF;
  RETURN fault;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER ledger_ring_fence_guard AFTER INSERT ON ledger_movement REFERENCING NEW TABLE AS moved
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_ring_fence();
-- Always: a session that says it replicates is held too.
ALTER TABLE ledger_movement ENABLE ALWAYS TRIGGER ledger_ring_fence_guard;
-- An account is what it was opened as: its kind, its agreement and its owner never change, and it never goes.
SELECT carnet_guard_append_only('ledger_account');
"""

BACK = """
DROP TRIGGER ledger_ring_fence_guard ON ledger_movement;
DROP TRIGGER carnet_append_only ON ledger_account;
DROP TRIGGER carnet_no_truncate ON ledger_account;
ALTER TABLE ledger_account DROP COLUMN xid;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_connections")]

    operations = [
        migrations.RunSQL(ROUTES, "DROP FUNCTION ledger_routes();"),
        migrations.RunSQL(BREACH, "DROP FUNCTION ledger_ring_fence_breach(bigint[]);"),
        migrations.RunSQL(FENCE, "DROP FUNCTION ledger_ring_fence();"),
        migrations.RunSQL(TRIGGERS, BACK),
    ]
