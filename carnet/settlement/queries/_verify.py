"""Recomputing what settlement promises: files, claims, ledger and bank say the same, and two people stand behind each payment.

Source: docs/architecture.md#invariants. Each check is one set-based statement that returns the rows at fault.
"""

from django.db import connection

from carnet.ledger.rules import Fault

FAULTS_MAX = 100
_SUMS, _PEOPLE, _DEBTS = "9 payments", "7 two people", "9 debts"

_CHECKS = (
    (
        _SUMS,
        "a claim is not the sum of its lines",
        """
        SELECT 'claim ' || c.id FROM settlement_claim c
        LEFT JOIN (SELECT claim_id, count(*) AS vouchers, sum(cents) AS cents FROM settlement_claimline GROUP BY claim_id) l ON l.claim_id = c.id
        WHERE c.state <> 'REDRAWN' AND (COALESCE(l.vouchers, 0) <> c.voucher_count OR COALESCE(l.cents, 0) <> c.cents)""",
    ),
    (
        _SUMS,
        "an account that was redrawn is not the sum of the two that stand for it, still holds a line, or was paid",
        """
        SELECT 'claim ' || c.id FROM settlement_claim c
        LEFT JOIN (SELECT redrawn_from_id, programme_id, agreement_id, organisation_id, cut_off_id, count(*) AS claims,
                     sum(voucher_count) AS vouchers, sum(cents) AS cents
                   FROM settlement_claim WHERE redrawn_from_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5) s
          ON s.redrawn_from_id = c.id AND (s.programme_id, s.agreement_id, s.organisation_id, s.cut_off_id)
            = (c.programme_id, c.agreement_id, c.organisation_id, c.cut_off_id)
        WHERE (c.state = 'REDRAWN' AND (s.claims IS DISTINCT FROM 2 OR s.vouchers <> c.voucher_count OR s.cents <> c.cents
            OR EXISTS (SELECT 1 FROM settlement_claimline l WHERE l.claim_id = c.id)
            OR EXISTS (SELECT 1 FROM settlement_transfer t WHERE t.claim_id = c.id AND t.state IN ('PENDING', 'SENT', 'PAID'))))
          OR (c.state <> 'REDRAWN' AND EXISTS (SELECT 1 FROM settlement_claim o WHERE o.redrawn_from_id = c.id))""",
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
        "a payment file is not the sum of its transfers and of their claims, less what was kept",
        """
        SELECT 'payment run ' || r.id FROM settlement_paymentrun r
        LEFT JOIN (SELECT t.run_id, count(*) AS transfers, sum(t.cents) AS cents, sum(c.cents) AS claimed FROM settlement_transfer t
                   JOIN settlement_claim c ON c.id = t.claim_id JOIN settlement_paymentrun o ON o.id = t.run_id
                   WHERE t.state <> 'CANCELLED' OR o.state = 'CANCELLED' GROUP BY t.run_id) t ON t.run_id = r.id
        LEFT JOIN (SELECT t.run_id, sum(n.cents) AS cents FROM settlement_netting n JOIN settlement_transfer t ON t.id = n.transfer_id
                   JOIN settlement_paymentrun o ON o.id = t.run_id WHERE t.state <> 'CANCELLED' OR o.state = 'CANCELLED'
                   GROUP BY t.run_id) n ON n.run_id = r.id
        WHERE COALESCE(t.transfers, 0) <> r.transfer_count OR COALESCE(t.cents, 0) <> r.total_cents
          OR COALESCE(t.claimed, 0) - COALESCE(n.cents, 0) <> r.total_cents""",
    ),
    (
        _SUMS,
        "a claim is in two files, and the bank sent back neither",
        """
        SELECT 'claim ' || t.claim_id FROM settlement_transfer t JOIN settlement_paymentrun r ON r.id = t.run_id
        WHERE r.file_digest IS NOT NULL AND t.state NOT IN ('RETURNED', 'REPLACED')
          AND NOT (t.state = 'CANCELLED' AND r.state <> 'CANCELLED')
        GROUP BY t.claim_id HAVING count(*) > 1""",
    ),
    (
        _PEOPLE,
        "a run was approved by fewer people than its amount asks",
        """
        SELECT 'payment run ' || r.id FROM settlement_paymentrun r WHERE r.approved_at IS NOT NULL AND r.people_needed > 1
          AND r.people_needed > (SELECT count(*) FROM parties_approvalvoice v WHERE v.approval_id = r.approval_id
            AND v.person_id IS DISTINCT FROM r.prepared_by_id AND v.person_id IS DISTINCT FROM r.controlled_by_id)""",
    ),
    (
        _SUMS,
        "what an organisation was transferred, with what was kept, and what the ledger says it was paid differ",
        """
        SELECT 'agreement ' || COALESCE(t.agreement_id, m.agreement_id) || ', organisation ' || COALESCE(t.organisation_id, m.organisation_id)
        FROM (SELECT agreement_id, organisation_id, sum(cents) AS cents FROM (
                SELECT agreement_id, organisation_id, cents FROM settlement_transfer WHERE state = 'PAID'
                UNION ALL SELECT agreement_id, organisation_id, cents FROM settlement_netting WHERE booked_at IS NOT NULL AND undone_at IS NULL
              ) settled GROUP BY 1, 2) t
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
        "what the bank said was paid, with what was kept, and what the ledger recorded differ",
        """
        SELECT 'agreement ' || COALESCE(b.agreement_id, m.agreement_id)
        FROM (SELECT agreement_id, sum(cents) AS cents FROM (
                SELECT agreement_id, paid_cents AS cents FROM settlement_bankfile
                UNION ALL SELECT agreement_id, cents FROM settlement_netting WHERE booked_at IS NOT NULL) told GROUP BY 1) b
        FULL JOIN (
          SELECT a.agreement_id, sum(m.cents) AS cents FROM ledger_movement m /* fan-out: verify */
          JOIN ledger_account a ON a.id = m.debit_account_id WHERE m.kind = 'PAY' GROUP BY 1) m ON m.agreement_id = b.agreement_id
        WHERE COALESCE(b.cents, 0) <> COALESCE(m.cents, 0)""",
    ),
    (
        _DEBTS,
        "what places were charged, or gave back, and what the ledger says differ",
        """
        SELECT 'agreement ' || COALESCE(d.agreement_id, m.agreement_id) || ', organisation ' || COALESCE(d.organisation_id, m.organisation_id)
        FROM (
          SELECT agreement_id, organisation_id, sum(charged) AS charged, sum(back) AS back FROM (
            SELECT agreement_id, organisation_id, cents AS charged, 0 AS back FROM settlement_debt
            UNION ALL SELECT agreement_id, organisation_id, 0, cents FROM settlement_netting WHERE booked_at IS NOT NULL AND undone_at IS NULL
            UNION ALL SELECT agreement_id, organisation_id, 0, cents FROM settlement_debitnote WHERE state = 'PAID') each GROUP BY 1, 2) d
        FULL JOIN (
          SELECT a.agreement_id, a.organisation_id, sum(CASE m.kind WHEN 'CHARGE' THEN m.cents ELSE 0 END) AS charged,
            sum(CASE m.kind WHEN 'RECOVER' THEN m.cents WHEN 'REOPEN' THEN -m.cents ELSE 0 END) AS back
          FROM ledger_movement m /* fan-out: verify */
          JOIN ledger_account a ON a.id = CASE m.kind WHEN 'RECOVER' THEN m.credit_account_id ELSE m.debit_account_id END
          WHERE m.kind IN ('CHARGE', 'RECOVER', 'REOPEN') GROUP BY 1, 2) m
          ON m.agreement_id = d.agreement_id AND m.organisation_id = d.organisation_id
        WHERE COALESCE(d.charged, 0) <> COALESCE(m.charged, 0) OR COALESCE(d.back, 0) <> COALESCE(m.back, 0)""",
    ),
    (
        _DEBTS,
        "a debt was kept from a payment of another agreement, organisation or amount",
        """
        SELECT 'netting ' || n.id FROM settlement_netting n JOIN settlement_debt d ON d.id = n.debt_id JOIN settlement_claim c ON c.id = n.claim_id
        LEFT JOIN settlement_transfer t ON t.id = n.transfer_id
        WHERE (n.agreement_id, n.organisation_id) IS DISTINCT FROM (d.agreement_id, d.organisation_id) OR n.cents <> d.cents
          OR (n.agreement_id, n.organisation_id) IS DISTINCT FROM (c.agreement_id, c.organisation_id)
          OR (t.id IS NOT NULL AND t.claim_id <> n.claim_id)
        UNION ALL SELECT 'debit note ' || l.note_id FROM settlement_debitnoteline l JOIN settlement_debt d ON d.id = l.debt_id
          JOIN settlement_debitnote o ON o.id = l.note_id
          WHERE (o.agreement_id, o.organisation_id) IS DISTINCT FROM (d.agreement_id, d.organisation_id) OR l.cents <> d.cents
        UNION ALL SELECT 'debit note ' || o.id FROM settlement_debitnote o
          WHERE o.cents <> (SELECT COALESCE(sum(l.cents), 0) FROM settlement_debitnoteline l WHERE l.note_id = o.id)""",
    ),
    (
        _DEBTS,
        "a paper's number is missing, or a payment left without its advice",
        """
        SELECT 'numbers ' || n.operator_id || ' ' || n.kind || ' ' || n.year FROM settlement_numbering n
        LEFT JOIN (SELECT operator_id, 'ADVICE' AS kind, year, count(*) AS papers, max(number) AS highest FROM settlement_advice GROUP BY 1, 3
                   UNION ALL SELECT operator_id, 'DEBIT_NOTE', year, count(*), max(number) FROM settlement_debitnote GROUP BY 1, 3) p
          ON p.operator_id = n.operator_id AND p.kind = n.kind AND p.year = n.year
        WHERE COALESCE(p.papers, 0) <> n.latest OR COALESCE(p.highest, 0) <> n.latest
        UNION ALL SELECT 'advice ' || a.id FROM settlement_advice a JOIN settlement_transfer t ON t.id = a.transfer_id
          WHERE a.claim_cents - a.netted_cents <> t.cents""",
    ),
    (
        _PEOPLE,
        "the same person prepared and approved",
        """
        SELECT 'payment run ' || id FROM settlement_paymentrun WHERE approved_by_id = prepared_by_id
        UNION ALL SELECT 'closing ' || id FROM settlement_closing WHERE approved_by_id = prepared_by_id
        UNION ALL SELECT 'debit note ' || id FROM settlement_debitnote WHERE confirmed_by_id = told_by_id
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
