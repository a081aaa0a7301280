"""Recomputing what settlement promises: files, claims, ledger and bank say the same, and two people stand behind each payment.

Source: docs/architecture.md#invariants. Each check is one set-based statement that returns the rows at fault.
"""

from django.db import connection

from carnet.ledger.rules import Fault

FAULTS_MAX = 100
_SUMS, _PEOPLE = "9 payments", "7 two people"

_CHECKS = (
    (
        _SUMS,
        "a claim is not the sum of its lines",
        """
        SELECT 'claim ' || c.id FROM settlement_claim c
        LEFT JOIN (SELECT claim_id, count(*) AS vouchers, sum(cents) AS cents FROM settlement_claimline GROUP BY claim_id) l ON l.claim_id = c.id
        WHERE COALESCE(l.vouchers, 0) <> c.voucher_count OR COALESCE(l.cents, 0) <> c.cents""",
    ),
    (
        _SUMS,
        "a claim holds a redemption that does not stand, or of another organisation",
        """
        SELECT 'claim ' || l.claim_id FROM settlement_claimline l
        LEFT JOIN redemption_redemption r ON r.series_id = l.series_id AND r.voucher_id = l.voucher_id AND r.generation = l.generation
        LEFT JOIN redemption_reversal x ON x.series_id = l.series_id AND x.voucher_id = l.voucher_id AND x.generation = l.generation
        WHERE r.voucher_id IS NULL OR r.organisation_id <> l.organisation_id OR x.voucher_id IS NOT NULL""",
    ),
    (
        _SUMS,
        "a payment file is not the sum of its transfers and of their claims",
        """
        SELECT 'payment run ' || r.id FROM settlement_paymentrun r
        LEFT JOIN (SELECT t.run_id, count(*) AS transfers, sum(t.cents) AS cents, sum(c.cents) AS claimed FROM settlement_transfer t
                   JOIN settlement_claim c ON c.id = t.claim_id GROUP BY t.run_id) t ON t.run_id = r.id
        WHERE COALESCE(t.transfers, 0) <> r.transfer_count OR COALESCE(t.cents, 0) <> r.total_cents OR COALESCE(t.claimed, 0) <> r.total_cents""",
    ),
    (
        _SUMS,
        "what an organisation was transferred and what the ledger says it was paid differ",
        """
        SELECT 'agreement ' || COALESCE(t.agreement_id, m.agreement_id) || ', organisation ' || COALESCE(t.organisation_id, m.organisation_id)
        FROM (SELECT agreement_id, organisation_id, sum(cents) AS cents FROM settlement_transfer WHERE state = 'PAID' GROUP BY 1, 2) t
        FULL JOIN (
          SELECT a.agreement_id, a.organisation_id, sum(CASE m.kind WHEN 'PAY' THEN m.cents ELSE -m.cents END) AS cents
          FROM ledger_movement m /* fan-out: verify */
          JOIN ledger_account a ON a.id = CASE m.kind WHEN 'PAY' THEN m.debit_account_id ELSE m.credit_account_id END
          WHERE m.kind IN ('PAY', 'UNPAY') GROUP BY 1, 2) m
          ON m.agreement_id = t.agreement_id AND m.organisation_id = t.organisation_id
        WHERE COALESCE(t.cents, 0) <> COALESCE(m.cents, 0)""",
    ),
    (
        _SUMS,
        "what the bank said was paid and what the ledger recorded differ",
        """
        SELECT 'agreement ' || COALESCE(b.agreement_id, m.agreement_id)
        FROM (SELECT agreement_id, sum(paid_cents) AS cents FROM settlement_bankfile GROUP BY 1) b
        FULL JOIN (
          SELECT a.agreement_id, sum(m.cents) AS cents FROM ledger_movement m /* fan-out: verify */
          JOIN ledger_account a ON a.id = m.debit_account_id WHERE m.kind = 'PAY' GROUP BY 1) m ON m.agreement_id = b.agreement_id
        WHERE COALESCE(b.cents, 0) <> COALESCE(m.cents, 0)""",
    ),
    (
        _PEOPLE,
        "the same person prepared and approved",
        """
        SELECT 'payment run ' || id FROM settlement_paymentrun WHERE approved_by_id = prepared_by_id
        UNION ALL SELECT 'closing ' || id FROM settlement_closing WHERE approved_by_id = prepared_by_id
        UNION ALL SELECT 'order ' || id FROM issuing_order WHERE approved_by_id = ordered_by_id
        UNION ALL SELECT 'bank account ' || id FROM parties_bankaccount WHERE approved_by_id = proposed_by_id
        UNION ALL SELECT 'approval ' || id FROM parties_approval WHERE decided_by_id = requested_by_id""",
    ),
)


def verify() -> list[Fault]:
    """Payments, the ledger and the bank say the same, to the cent. Call it seeing everything (``acting_as_everything``)."""
    faults: list[Fault] = []
    with connection.cursor() as cursor:
        for invariant, what, sql in _CHECKS:
            cursor.execute(f"WITH fault AS MATERIALIZED ({sql}) SELECT * FROM fault LIMIT {FAULTS_MAX}")
            faults += [Fault(invariant, row[0], what) for row in cursor.fetchall()]
    return faults
