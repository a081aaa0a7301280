"""The invariants of the money of clearing between operators. Source: docs/architecture.md#invariants."""

from carnet.ledger.queries._verify_connections import Check
from carnet.ledger.rules import OF_CLEARING

_KINDS = ", ".join(f"'{kind}'" for kind in sorted(OF_CLEARING))

CHECKS = (
    Check(
        "1 balance",
        "money of clearing is written in an agreement's books, or an agreement's money in those of clearing",
        f"""
        SELECT 'movement ' || m.id FROM ledger_movement m /* fan-out: verify */ JOIN ledger_account d ON d.id = m.debit_account_id
        WHERE (m.kind IN ({_KINDS})) <> (d.agreement_id < 0) OR (d.agreement_id < 0 AND (m.programme_id <> 0 OR m.series_id <> 0))""",
    ),
    Check(
        "4 funded",
        "places were paid out of clearing more than a partner paid and its operator advanced",
        """
        SELECT 'operator ' || -a.agreement_id || ', partner ' || m.funder_id FROM ledger_movement m /* fan-out: verify */
        JOIN ledger_account a ON a.id = m.debit_account_id
        WHERE m.kind IN ('COVER', 'ADVANCE', 'BOUNCE', 'RECOUP', 'HONOUR') GROUP BY a.agreement_id, m.funder_id
        HAVING sum(CASE WHEN m.kind IN ('COVER', 'ADVANCE', 'BOUNCE') THEN m.cents ELSE -m.cents END) < 0""",
    ),
    Check(
        "4 funded",
        "a partner paid more than it owes, or a claim that was never accepted was forgotten",
        """
        SELECT 'operator ' || -a.agreement_id || ', partner ' || m.funder_id FROM ledger_movement m /* fan-out: verify */
        JOIN ledger_account a ON a.id = m.debit_account_id
        WHERE m.kind IN ('CLEAR', 'UNCLEAR', 'COVER') GROUP BY a.agreement_id, m.funder_id
        HAVING sum(CASE m.kind WHEN 'CLEAR' THEN m.cents ELSE -m.cents END) < 0""",
    ),
    Check(
        "2 one state",
        "a claim of clearing is owed twice, or forgotten for another sum",
        """
        SELECT 'claim ' || m.request_id FROM ledger_movement m /* fan-out: verify */ WHERE m.kind IN ('CLEAR', 'UNCLEAR')
        GROUP BY m.request_id, m.funder_id
        HAVING count(*) FILTER (WHERE m.kind = 'CLEAR') <> 1 OR count(*) FILTER (WHERE m.kind = 'UNCLEAR') > 1
          OR count(DISTINCT m.cents) <> 1""",
    ),
    Check(
        "4 funded",
        "what an operator advanced and took back, and a partner's money, are written in another's account",
        """
        SELECT 'movement ' || m.id FROM ledger_movement m /* fan-out: verify */
        JOIN ledger_account a ON a.id IN (m.debit_account_id, m.credit_account_id) AND a.kind IN ('PARTNER', 'ABROAD', 'ADVANCED', 'OPERATOR')
        WHERE a.organisation_id <> m.funder_id""",
    ),
)
