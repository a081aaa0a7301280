"""The invariants of the money of connections. Source: docs/architecture.md#invariants."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant, what breaking it means, and the statement that returns the rows at fault."""

    invariant: str
    what: str
    sql: str


CHECKS = (
    Check(
        "1 balance",
        "money of a connection moved without saying which, or the other way round",
        """
        SELECT 'movement ' || m.id FROM ledger_movement m /* fan-out: verify */ LEFT JOIN ledger_connectionmovement c ON c.movement_id = m.id
        WHERE (m.kind IN ('RESERVE', 'RELEASE', 'OWE', 'CALL', 'COLLECT')) <> (c.movement_id IS NOT NULL) OR c.programme_id <> m.programme_id
        UNION ALL SELECT 'movement ' || c.movement_id FROM ledger_connectionmovement c
        WHERE NOT EXISTS (SELECT 1 FROM ledger_movement m /* fan-out: verify */ WHERE m.id = c.movement_id)""",
    ),
    Check(
        "4 funded",
        "more was owed or freed for a connection than a funder reserved for it",
        """
        SELECT 'connection ' || c.connection_id FROM ledger_connectionmovement c JOIN ledger_movement m /* fan-out: verify */ ON m.id = c.movement_id
        WHERE m.kind IN ('RESERVE', 'RELEASE', 'OWE') GROUP BY c.connection_id, m.funder_id
        HAVING sum(CASE m.kind WHEN 'RESERVE' THEN m.cents ELSE -m.cents END) < 0""",
    ),
    Check(
        "4 funded",
        "a provider was paid by a funder or a landlord more than it was owed by it",
        """
        SELECT 'account ' || moved.account_id FROM (
          SELECT debit_account_id AS account_id, funder_id, cents FROM ledger_movement /* fan-out: verify */
            WHERE kind IN ('OWE', 'UNSETTLE', 'CALL', 'RECALL')
          UNION ALL SELECT credit_account_id, funder_id, -cents FROM ledger_movement /* fan-out: verify */ WHERE kind IN ('SETTLE', 'FORWARD')) moved
        GROUP BY moved.account_id, moved.funder_id HAVING sum(moved.cents) < 0""",
    ),
    Check(
        "4 funded",
        "a landlord's part was paid to a provider before the landlord paid it in",
        """
        SELECT 'agreement ' || a.agreement_id || ', landlord ' || m.funder_id FROM ledger_movement m /* fan-out: verify */
        JOIN ledger_account a ON a.id = m.debit_account_id WHERE m.kind IN ('REMIT', 'LEVY', 'FORWARD', 'RECALL')
        GROUP BY a.agreement_id, m.funder_id HAVING sum(CASE m.kind WHEN 'FORWARD' THEN -m.cents ELSE m.cents END) < 0""",
    ),
    Check(
        "4 funded",
        "a landlord or a household is written in another's account",
        """
        SELECT 'movement ' || m.id FROM ledger_movement m /* fan-out: verify */
        JOIN ledger_account a ON a.id IN (m.debit_account_id, m.credit_account_id) AND a.kind IN ('OWNER', 'HOUSEHOLD', 'LANDLORD')
        WHERE m.kind IN ('CALL', 'REMIT', 'LEVY', 'COLLECT') AND a.organisation_id <> m.funder_id""",
    ),
)
