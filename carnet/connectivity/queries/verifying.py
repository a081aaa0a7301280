"""Whether bills, the ledger and the connections still say the same. Source: docs/architecture.md#invariants, number 9."""

from django.db import connection

from carnet.connectivity.models import Connection
from carnet.connectivity.queries.bills import still_to_bill
from carnet.connectivity.rules import OVER
from carnet.ledger import queries as ledger
from carnet.ledger.rules import Fault

FAULTS_MAX = 100
_OWED = "('AGREED', 'SENT', 'PAID', 'RETURNED')"
_LINES = f"connectivity_billline l JOIN connectivity_bill b ON b.id = l.bill_id AND b.state IN {_OWED}"

_CHECKS = (
    (
        "9 bills",
        "a bill is not the sum of its lines",
        """
        SELECT 'bill ' || b.id FROM connectivity_bill b LEFT JOIN (
          SELECT bill_id, count(*) AS n, sum(household_cents) AS household, sum(landlord_cents) AS landlord, sum(funders_cents) AS funders,
            sum(setup_cents) AS setup, sum(CASE collector WHEN 'PROVIDER' THEN household_cents ELSE 0 END) AS collected
          FROM connectivity_billline GROUP BY bill_id) l ON l.bill_id = b.id
        WHERE (b.line_count, b.household_cents, b.landlord_cents, b.funders_cents, b.setup_cents, b.collected_cents) IS DISTINCT FROM
          (COALESCE(l.n, 0), COALESCE(l.household, 0), COALESCE(l.landlord, 0), COALESCE(l.funders, 0), COALESCE(l.setup, 0), COALESCE(l.collected, 0))
        """,
    ),
    (
        "9 bills",
        "what the bills of a connection say and what the ledger owes, calls or collects for it differ",
        f"""
        WITH billed AS (
          SELECT l.connection_id, sum(l.funders_cents + l.setup_cents) AS owed,
            sum(l.landlord_cents + CASE l.collector WHEN 'LANDLORD' THEN l.household_cents ELSE 0 END) AS called,
            sum(CASE l.collector WHEN 'PROVIDER' THEN l.household_cents ELSE 0 END) AS collected
          FROM {_LINES} WHERE l.voided_at IS NULL GROUP BY l.connection_id),
        moved AS (
          SELECT c.connection_id, sum(m.cents) FILTER (WHERE m.kind = 'OWE') AS owed, sum(m.cents) FILTER (WHERE m.kind = 'CALL') AS called,
            sum(m.cents) FILTER (WHERE m.kind = 'COLLECT') AS collected
          FROM ledger_connectionmovement c JOIN ledger_movement m /* fan-out: verify */ ON m.id = c.movement_id GROUP BY c.connection_id)
        SELECT 'connection ' || COALESCE(b.connection_id, m.connection_id) FROM billed b FULL JOIN moved m ON m.connection_id = b.connection_id
        WHERE (COALESCE(b.owed, 0), COALESCE(b.called, 0), COALESCE(b.collected, 0)) <>
              (COALESCE(m.owed, 0), COALESCE(m.called, 0), COALESCE(m.collected, 0))""",
    ),
    (
        "9 bills",
        "what the bank paid a provider and what the ledger says was paid differ",
        """
        WITH paid AS (
          SELECT agreement_id, provider_id, sum(pay_cents) AS cents FROM connectivity_bill WHERE state = 'PAID' GROUP BY 1, 2),
        moved AS (
          SELECT a.agreement_id, a.organisation_id AS provider_id,
            sum(CASE WHEN m.kind IN ('SETTLE', 'FORWARD') THEN m.cents ELSE -m.cents END) AS cents
          FROM ledger_movement m /* fan-out: verify */ JOIN ledger_account a
            ON a.id = CASE WHEN m.kind IN ('SETTLE', 'FORWARD') THEN m.debit_account_id ELSE m.credit_account_id END
          WHERE m.kind IN ('SETTLE', 'FORWARD', 'UNSETTLE', 'RECALL') GROUP BY 1, 2)
        SELECT 'agreement ' || COALESCE(p.agreement_id, m.agreement_id) || ', provider ' || COALESCE(p.provider_id, m.provider_id)
        FROM paid p FULL JOIN moved m ON m.agreement_id = p.agreement_id AND m.provider_id = p.provider_id
        WHERE COALESCE(p.cents, 0) <> COALESCE(m.cents, 0)""",
    ),
    (
        "9 bills",
        "what landlords paid in and what the ledger received from them differ",
        """
        WITH paid AS (
          SELECT agreement_id, landlord_id, sum(own_cents) AS own, sum(households_cents) AS households
          FROM connectivity_landlordpayment GROUP BY 1, 2),
        moved AS (
          SELECT a.agreement_id, a.organisation_id AS landlord_id, sum(m.cents) FILTER (WHERE m.kind = 'REMIT') AS own,
            sum(m.cents) FILTER (WHERE m.kind = 'LEVY') AS households
          FROM ledger_movement m /* fan-out: verify */ JOIN ledger_account a ON a.id = m.debit_account_id
          WHERE m.kind IN ('REMIT', 'LEVY') GROUP BY 1, 2)
        SELECT 'agreement ' || COALESCE(p.agreement_id, m.agreement_id) || ', landlord ' || COALESCE(p.landlord_id, m.landlord_id)
        FROM paid p FULL JOIN moved m ON m.agreement_id = p.agreement_id AND m.landlord_id = p.landlord_id
        WHERE (COALESCE(p.own, 0), COALESCE(p.households, 0)) <> (COALESCE(m.own, 0), COALESCE(m.households, 0))""",
    ),
    (
        "5 covered",
        "a connection was accepted without its whole cost having been reserved, or money was reserved for one that was not",
        """
        SELECT 'connection ' || c.id FROM connectivity_connection c JOIN connectivity_offer o ON o.id = c.offer_id
        LEFT JOIN (SELECT k.connection_id, sum(m.cents) AS cents FROM ledger_connectionmovement k
                   JOIN ledger_movement m /* fan-out: verify */ ON m.id = k.movement_id AND m.kind = 'RESERVE' GROUP BY 1) r ON r.connection_id = c.id
        WHERE COALESCE(r.cents, 0) <> c.reserved_cents
           OR c.reserved_cents <> CASE WHEN c.accepted_on IS NULL THEN 0 ELSE o.setup_cents + o.months * o.funders_cents::bigint END""",
    ),
    (
        "9 bills",
        # A bill nobody agreed to yet may be behind: it is refused when it is counted again.
        "a month is owed that the connection was not there for",
        f"""
        SELECT 'bill line ' || l.id FROM {_LINES} JOIN connectivity_connection c ON c.id = l.connection_id
        WHERE l.voided_at IS NULL AND (c.activated_on IS NULL OR l.since < c.activated_on OR l.until > c.ends_on OR l.until > c.ended_on
          OR c.provider_id <> l.provider_id OR c.landlord_id <> l.landlord_id OR b.provider_id <> l.provider_id)""",
    ),
    (
        "7 two people",
        "a bill was agreed by the person who checked it, or by nobody",
        f"""
        SELECT 'bill ' || b.id FROM connectivity_bill b WHERE b.state IN {_OWED} AND
          (b.checked_by_id IS NULL OR b.decided_by_id IS NULL OR b.checked_by_id = b.decided_by_id)""",
    ),
    (
        "8 walls",
        "a table of bills is not under forced row-level security",
        """
        SELECT 'table ' || c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        AND c.relname IN ('connectivity_bill', 'connectivity_billline', 'connectivity_landlordpayment', 'connectivity_connection')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""",
    ),
)


def verify() -> list[Fault]:
    """Recompute the invariants of bills over everything; return what breaks them, at most FAULTS_MAX per check.

    Call it seeing everything (``acting_as_everything``).
    """
    faults: list[Fault] = []
    with connection.cursor() as cursor:
        for invariant, what, sql in _CHECKS:
            cursor.execute(f"WITH fault AS MATERIALIZED ({sql}) SELECT * FROM fault LIMIT {FAULTS_MAX}")
            faults += [Fault(invariant, row[0], what) for row in cursor.fetchall()]
    return faults + _kept_for_nothing()


def _kept_for_nothing() -> list[Fault]:
    """Connections that are over and hold more than their months without a bill may cost."""
    over = list(Connection.objects.filter(state__in=[each.value for each in OVER]).order_by("id").values_list("id", flat=True))
    money = ledger.money_of_connections(connection_ids=over)
    what = "money is still reserved for a connection that is over and billed"
    held = {each: cents.left_cents for each, cents in money.items() if cents.left_cents}
    return [Fault("4 funded", f"connection {each}", what) for each, left in held.items() if left > still_to_bill(connection_id=each)]
