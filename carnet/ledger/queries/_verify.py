"""Recomputing every invariant of the ledger, and naming what breaks it.

Source: docs/architecture.md#invariants. Each check is one set-based statement that returns the rows at fault.
"""

from django.db import connection

from carnet.ledger.models import Account, Series
from carnet.ledger.queries._money import money
from carnet.ledger.queries._verify_clearing import CHECKS as CHECKS_OF_CLEARING
from carnet.ledger.queries._verify_connections import CHECKS as CHECKS_OF_CONNECTIONS
from carnet.ledger.queries._verify_connections import Check
from carnet.ledger.queries._vouchers import counts, counts_by_holder
from carnet.ledger.rules import BELOW_ZERO, ROUTES, AccountKind, Counts, Fault

FAULTS_MAX = 100


_BELOW_ZERO_SQL = ", ".join(f"'{kind}'" for kind in BELOW_ZERO)
_ROUTES_SQL = ", ".join(f"('{kind}', '{credit}', '{debit}')" for kind, (credit, debit) in ROUTES.items())

_CHECKS = (
    Check(
        "1 balance",
        "a movement joins accounts that its kind may not join, or of two programmes",
        f"""
        SELECT 'movement ' || m.id FROM ledger_movement m /* fan-out: verify */
        LEFT JOIN ledger_account d ON d.id = m.debit_account_id LEFT JOIN ledger_account c ON c.id = m.credit_account_id
        LEFT JOIN (VALUES {_ROUTES_SQL}) AS r (kind, credit, debit) ON r.kind = m.kind
        WHERE d.id IS NULL OR c.id IS NULL OR r.kind IS NULL OR d.kind <> r.debit OR c.kind <> r.credit
           OR d.agreement_id <> c.agreement_id OR d.programme_id <> m.programme_id OR c.programme_id <> m.programme_id""",
    ),
    Check(
        "1 balance",
        "a movement's cents are not its number of vouchers times their face value",
        """
        SELECT 'movement ' || m.id FROM ledger_movement m /* fan-out: verify */
        LEFT JOIN ledger_sharepattern p ON p.series_id = m.series_id AND p.number = m.pattern
        WHERE m.pattern IS NOT NULL AND (p.id IS NULL OR m.cents <> m.quantity * p.face_value_cents)""",
    ),
    Check(
        "1 balance",
        "an account other than a source is below zero",
        f"""
        SELECT 'account ' || a.id FROM ledger_account a JOIN (
          SELECT account_id, sum(cents) AS cents FROM (
            SELECT debit_account_id AS account_id, cents FROM ledger_movement /* fan-out: verify */
            UNION ALL SELECT credit_account_id, -cents FROM ledger_movement /* fan-out: verify */) moved GROUP BY account_id
        ) balance ON balance.account_id = a.id WHERE a.kind NOT IN ({_BELOW_ZERO_SQL}) AND balance.cents < 0""",
    ),
    Check(
        "1 balance",
        "a place is charged for a voucher it was not owed, or that was undone",
        """
        SELECT 'movement ' || m.id FROM ledger_movement m /* fan-out: verify */ JOIN ledger_account d ON d.id = m.debit_account_id
        LEFT JOIN ledger_movement r ON r.series_id = m.series_id AND r.voucher_id = m.voucher_id AND r.generation = m.generation AND r.kind = 'REDEEM'
        LEFT JOIN ledger_account o ON o.id = r.debit_account_id
        LEFT JOIN ledger_movement u ON u.series_id = m.series_id AND u.voucher_id = m.voucher_id AND u.generation = m.generation AND u.kind = 'REVERSE'
        WHERE m.kind = 'CHARGE' AND (r.id IS NULL OR o.organisation_id <> d.organisation_id OR r.pattern <> m.pattern OR r.cents <> m.cents
          OR u.id IS NOT NULL)""",
    ),
    Check(
        "1 balance",
        "a place gave back more than it owed, by series and share",
        """
        SELECT 'account ' || moved.account_id FROM (
          SELECT debit_account_id AS account_id, series_id, pattern, quantity FROM ledger_movement /* fan-out: verify */ WHERE kind IN ('CHARGE', 'REOPEN')
          UNION ALL SELECT credit_account_id, series_id, pattern, -quantity FROM ledger_movement /* fan-out: verify */ WHERE kind = 'RECOVER') moved
        GROUP BY moved.account_id, moved.series_id, moved.pattern HAVING sum(moved.quantity) < 0""",
    ),
    Check(
        "2 one state",
        "a voucher's mark and its money disagree",
        """
        SELECT 'voucher ' || v.id FROM ledger_voucher v /* fan-out: verify */
        LEFT JOIN (SELECT series_id, voucher_id, sum(CASE kind WHEN 'REDEEM' THEN 1 WHEN 'REVERSE' THEN -1 ELSE 0 END) AS net
                   FROM ledger_movement WHERE voucher_id IS NOT NULL GROUP BY series_id, voucher_id) m
          ON m.series_id = v.series_id AND m.voucher_id = v.id
        WHERE COALESCE(m.net, 0) <> CASE WHEN v.mark = 2 THEN 1 ELSE 0 END""",
    ),
    Check(
        "2 one state",
        "money moved for a voucher that does not exist, or under another voucher's pattern",
        """
        SELECT 'movement ' || m.id FROM ledger_movement m LEFT JOIN ledger_voucher v ON v.series_id = m.series_id AND v.id = m.voucher_id
        WHERE m.voucher_id IS NOT NULL AND (v.id IS NULL OR v.pattern <> m.pattern OR v.programme_id <> m.programme_id)""",
    ),
    Check(
        "3 counts",
        "a series does not hold the vouchers it declares, pattern by pattern",
        """
        SELECT 'series ' || p.series_id FROM ledger_sharepattern p JOIN ledger_series s ON s.id = p.series_id
        LEFT JOIN (SELECT series_id, pattern, count(*) AS n FROM ledger_voucher GROUP BY series_id, pattern) v
          ON v.series_id = p.series_id AND v.pattern = p.number
        WHERE s.drawn_at IS NOT NULL AND COALESCE(v.n, 0) <> p.voucher_count""",
    ),
    Check(
        "3 counts",
        "a voucher lies outside its booklet or its series",
        """
        SELECT 'voucher ' || v.id FROM ledger_voucher v JOIN ledger_series s ON s.id = v.series_id
        WHERE v.booklet_id <> s.first_booklet_id + (v.id - s.first_voucher_id) / s.booklet_size OR v.programme_id <> s.programme_id
           OR v.id < s.first_voucher_id OR v.id >= s.first_voucher_id + s.voucher_count""",
    ),
    Check(
        "5 covered",
        "a series is active without its whole face value having been put in circulation",
        """
        SELECT 'series ' || s.id FROM ledger_series s
        LEFT JOIN (SELECT series_id, sum(cents) AS cents FROM ledger_movement WHERE kind = 'ACTIVATE' GROUP BY series_id) m ON m.series_id = s.id
        WHERE COALESCE(m.cents, 0) <> CASE WHEN s.activated_at IS NULL THEN 0 ELSE s.voucher_count::bigint * s.face_value_cents END""",
    ),
    Check(
        "5 in time",
        "a voucher was redeemed before activation or hand-over, or after its end of acceptance",
        """
        WITH given AS (
          SELECT p.series_id, v AS voucher_id, min(p.at) AS at FROM ledger_passage p, generate_series(p.first_voucher_id, p.last_voucher_id) AS v
          WHERE p.kind IN ('HANDED_OVER', 'TAKEN_OUT') GROUP BY p.series_id, v)
        SELECT 'movement ' || m.id FROM ledger_movement m JOIN ledger_series s ON s.id = m.series_id
        JOIN ledger_voucher v ON v.series_id = m.series_id AND v.id = m.voucher_id
        JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id
        LEFT JOIN given g ON g.series_id = m.series_id AND g.voucher_id = m.voucher_id
        WHERE m.kind = 'REDEEM' AND (s.activated_at IS NULL OR m.at < s.activated_at OR m.at >= COALESCE(v.accepted_until, b.accepted_until, s.accepted_until)
           OR g.at IS NULL OR m.at < g.at)""",
    ),
    Check(
        "3 counts",
        "a booklet or voucher is counted as handed over, void or lapsed without the passage that says so",
        """
        WITH passed AS (
          SELECT DISTINCT p.series_id, v AS voucher_id, p.kind = 'VOIDED' AS voided
          FROM ledger_passage p, generate_series(p.first_voucher_id, p.last_voucher_id) AS v WHERE p.kind IN ('HANDED_OVER', 'TAKEN_OUT', 'VOIDED'))
        SELECT 'booklet ' || b.id FROM ledger_booklet b JOIN ledger_series s ON s.id = b.series_id
        LEFT JOIN passed g ON g.series_id = b.series_id AND NOT g.voided AND g.voucher_id = s.first_voucher_id + (b.id - s.first_booklet_id) * s.booklet_size
        LEFT JOIN passed x ON x.series_id = b.series_id AND x.voided AND x.voucher_id = s.first_voucher_id + (b.id - s.first_booklet_id) * s.booklet_size
        WHERE (b.handed_over_at IS NOT NULL AND g.voucher_id IS NULL) OR (b.voided_at IS NOT NULL AND x.voucher_id IS NULL)
        UNION ALL SELECT 'voucher ' || v.id FROM ledger_voucher v
          LEFT JOIN passed g ON g.series_id = v.series_id AND g.voucher_id = v.id AND g.voided = (v.mark = 4)
          WHERE v.mark IN (1, 4) AND g.voucher_id IS NULL
        UNION ALL SELECT 'series ' || s.id FROM ledger_series s WHERE s.lapsed_at IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM ledger_passage p WHERE p.series_id = s.id AND p.kind = 'LAPSED')""",
    ),
    Check(
        "2 one state",
        "a voucher was exchanged and spent, or exchanged while it could be spent",
        """
        SELECT 'voucher ' || v.id FROM ledger_passage p JOIN ledger_series s ON s.id = p.series_id
        JOIN ledger_voucher v ON v.series_id = p.series_id AND v.id = p.first_voucher_id
        JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id
        WHERE p.kind = 'EXCHANGED' AND ledger_effective_state(v.mark, b.handed_over_at, b.voided_at, s.lapsed_at) NOT IN ('lapsed', 'void')""",
    ),
    Check(
        "4 funded",
        "what exchanges freed is not the held share of the vouchers exchanged, funder by funder",
        """
        WITH freed AS (SELECT series_id, funder_id, sum(cents) AS cents FROM ledger_movement WHERE kind = 'EXCHANGE' GROUP BY series_id, funder_id),
        owed AS (
          SELECT p.series_id, share.funder_id, sum(share.cents) AS cents FROM ledger_passage p
          JOIN ledger_voucher v ON v.series_id = p.series_id AND v.id = p.first_voucher_id
          JOIN ledger_sharepattern t ON t.series_id = v.series_id AND t.number = v.pattern,
          unnest(t.funder_ids, t.held_cents) AS share (funder_id, cents) WHERE p.kind = 'EXCHANGED' GROUP BY p.series_id, share.funder_id)
        SELECT 'series ' || COALESCE(f.series_id, o.series_id) FROM freed f FULL JOIN owed o ON o.series_id = f.series_id AND o.funder_id = f.funder_id
        WHERE COALESCE(f.cents, 0) <> COALESCE(o.cents, 0)""",
    ),
    Check(
        "6 append-only",
        "the triggers that refuse a change are missing or switched off",
        """
        SELECT 'table ' || t.name FROM (VALUES ('ledger_movement'), ('ledger_passage'), ('ledger_sharepattern'), ('ledger_connectionmovement'),
          ('ledger_account')) AS t (name)
        WHERE (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = t.name::regclass AND g.tgenabled = 'A'
               AND g.tgname IN ('carnet_append_only', 'carnet_no_truncate')) <> 2""",
    ),
    Check(
        "6 ring fence",
        "the trigger that refuses money leaving its agreement is missing, switched off, or calls something else",
        """
        SELECT 'table ' || t.name FROM (VALUES ('ledger_movement', 'ledger_ring_fence_guard', 'ledger_ring_fence'),
          ('ledger_account', 'funding_account_guard', 'funding_account_of_agreement')) AS t (name, trigger, function)
        WHERE NOT EXISTS (SELECT 1 FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid WHERE g.tgrelid = t.name::regclass
          AND g.tgname = t.trigger AND f.proname = t.function AND g.tgenabled = 'A')""",
    ),
    Check(
        "8 walls",
        "a table of vouchers or money is not under forced row-level security",
        """
        SELECT 'table ' || c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        AND c.relname IN ('ledger_series', 'ledger_sharepattern', 'ledger_booklet', 'ledger_voucher', 'ledger_passage', 'ledger_account', 'ledger_movement',
          'ledger_connectionmovement')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""",
    ),
)


def verify() -> list[Fault]:
    """Recompute the ledger's invariants over everything; return what breaks them, at most FAULTS_MAX per check.

    Call it seeing everything (``acting_as_everything``).
    """
    faults: list[Fault] = []
    with connection.cursor() as cursor:
        for check in _CHECKS + CHECKS_OF_CONNECTIONS + CHECKS_OF_CLEARING:
            # Materialised: a limit on the outside would make the planner bet on finding faults early, and loop.
            cursor.execute(f"WITH fault AS MATERIALIZED ({check.sql}) SELECT * FROM fault LIMIT {FAULTS_MAX}")
            faults += [Fault(check.invariant, row[0], check.what) for row in cursor.fetchall()]
    return faults + _totals()


def _totals() -> list[Fault]:
    faults: list[Fault] = []
    places = set(Series.objects.order_by().values_list("programme_id", "agreement_id").distinct())
    places |= set(Account.objects.filter(kind=AccountKind.RESERVED).order_by().values_list("programme_id", "agreement_id").distinct())
    for programme_id, agreement_id in sorted(places):
        table = money(agreement_id=agreement_id)
        for funder_id, amounts in table.by_funder.items():
            if not amounts.balanced or min(amounts.as_dict().values()) < 0:
                faults.append(Fault("4 funded", f"agreement {agreement_id}, funder {funder_id}", "funded is not the sum of where it went"))
        counted = counts(agreement_id=agreement_id)
        if not counted.balanced:
            faults.append(Fault("3 counts", f"agreement {agreement_id}", "issued is not the sum of the states"))
        held = sum(counts_by_holder(programme_id=programme_id).values(), Counts())
        if held != counts(programme_id=programme_id):
            faults.append(Fault("3 counts", f"programme {programme_id}", "prescribers' counts do not sum to the programme's"))
    return faults
