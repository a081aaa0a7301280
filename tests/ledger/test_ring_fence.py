"""An agreement's money leaves towards places, its funders and providers of connections: PostgreSQL refuses the rest, whoever writes."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.ledger.rules import ROUTES
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from tests.factories.campaign import LATER, Campaign, campaign

pytestmark = pytest.mark.django_db

MOVE = (
    "INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, funder_id, voucher_id,"
    " generation, request_id, at)"
)
# What a thief who owns the tables could try: from where, to where, and what the ring fence says of it.
THEFTS = {
    "a debit of a kind nobody wrote, for fees": (
        MOVE + " SELECT 'FEE', 0, u.programme_id, p.id, u.id, 500, NULL, 0, u.organisation_id, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account u, ledger_account p WHERE u.kind = 'UNISSUED' AND p.kind = 'PAID' AND u.organisation_id = {funder} LIMIT 1",
        "cents may not pass",
    ),
    "printing paid as if it were a place": (
        MOVE + " SELECT 'PAY', {series}, u.programme_id, p.id, u.id, 1000, 0, 1, NULL, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account u, ledger_account p WHERE u.kind = 'CIRCULATION' AND p.kind = 'PAID' LIMIT 1",
        "cents may not pass from CIRCULATION to PAID",
    ),
    "what a place is owed, paid to the operator": (
        MOVE + " SELECT 'PAY', {series}, o.programme_id, p.id, o.id, 1000, 0, 1, NULL, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account o, ledger_account p WHERE o.kind = 'OWED' AND p.kind = 'PAID' AND p.organisation_id = {operator}",
        "owed to one and paid to another",
    ),
    "a place paid more than it is owed": (
        MOVE + " SELECT 'PAY', {series}, o.programme_id, p.id, o.id, 2000, 0, 2, NULL, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account o, ledger_account p WHERE o.kind = 'OWED' AND p.kind = 'PAID' AND p.organisation_id = o.organisation_id AND p.agreement_id = o.agreement_id",
        "more left it than this place was owed",
    ),
    "a payment that came back and never left": (
        MOVE + " SELECT 'UNPAY', {series}, o.programme_id, o.id, p.id, 1000, 0, 1, NULL, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account o, ledger_account p WHERE o.kind = 'OWED' AND p.kind = 'PAID' AND p.organisation_id = o.organisation_id AND p.agreement_id = o.agreement_id",
        "more left it than this place was owed",
    ),
    "one funder's money sent back to another": (
        MOVE + " SELECT 'REPAY', 0, u.programme_id, r.id, u.id, 500, NULL, 0, u.organisation_id, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account u, ledger_account r WHERE u.kind = 'UNISSUED' AND r.kind = 'RETURNED' AND u.organisation_id = {funder}"
        " AND r.organisation_id <> {funder} LIMIT 1",
        "one gives and another is named",
    ),
    "more sent back than no series holds": (
        MOVE + " SELECT 'REPAY', 0, u.programme_id, r.id, u.id, 500, NULL, 0, {funder}, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account u, ledger_account r WHERE u.kind = 'UNISSUED' AND r.kind = 'RETURNED' AND u.organisation_id = {funder}"
        " AND r.organisation_id = {funder}",
        "more left it than was in it",
    ),
    "vouchers' money sent back while they may be spent": (
        MOVE + " SELECT 'RETURN', {series}, c.programme_id, r.id, c.id, 500, NULL, 0, {funder}, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account c, ledger_account r WHERE c.kind = 'CIRCULATION' AND r.kind = 'RETURNED' AND r.organisation_id = {funder}",
        "it has not lapsed",
    ),
    "vouchers' money freed without ending any": (
        MOVE + " SELECT 'EXCHANGE', {series}, c.programme_id, u.id, c.id, 500, NULL, 0, {funder}, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account c, ledger_account u WHERE c.kind = 'CIRCULATION' AND u.kind = 'UNISSUED' AND u.organisation_id = {funder}",
        "something else than the vouchers exchanged",
    ),
    "a connection's provider paid what nobody owes it": (
        MOVE + " SELECT 'SETTLE', 0, b.programme_id, s.id, b.id, 500, NULL, 0, {funder}, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account b, ledger_account s WHERE b.kind = 'BILLED' AND s.kind = 'SERVED'",
        "more left it than was in it",
    ),
    "a connection owed out of nothing reserved": (
        MOVE + " SELECT 'OWE', 0, b.programme_id, b.id, r.id, 500, NULL, 0, {funder}, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account b, ledger_account r WHERE b.kind = 'BILLED' AND r.kind = 'RESERVED'",
        "more left it than was in it",
    ),
    "money of one agreement for another's places": (
        MOVE + " SELECT 'PAY', {series}, o.programme_id, p.id, o.id, 1000, 0, 1, NULL, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account o, ledger_account p WHERE o.kind = 'OWED' AND p.kind = 'PAID' AND p.agreement_id <> o.agreement_id",
        "of two agreements",
    ),
    "a place charged for a voucher it never took": (
        MOVE + " SELECT 'CHARGE', {series}, d.programme_id, d.id, c.id, 1000, v.pattern, 1, NULL, v.id, 0, gen_random_uuid(), now()"
        " FROM ledger_account d, ledger_account c, ledger_voucher v WHERE d.kind = 'DUE' AND c.kind = 'CHARGED' AND v.series_id = {series}"
        " AND v.mark <> 2 LIMIT 1",
        "not owed that voucher",
    ),
    "given back what was never due": (
        MOVE + " SELECT 'RECOVER', {series}, d.programme_id, c.id, d.id, 1000, 0, 1, NULL, NULL, NULL, gen_random_uuid(), now()"
        " FROM ledger_account d, ledger_account c WHERE d.kind = 'DUE' AND c.kind = 'CIRCULATION'",
        "more left it than this place was owed",
    ),
}  # fmt: skip


@pytest.fixture
def spent() -> Iterator[Campaign]:
    """A campaign with one voucher spent, and accounts opened that a thief would need."""
    with acting_as_everything(why="tests of the ring fence"):
        ready = campaign(booklets=2)
        item = Item(code=ready.code(0), service="mailbox", place_id=ready.place_id)
        redemption.redeem_many(asked=[Asked(item, ready.mediator)], at=LATER)
        with owner() as cursor:
            for kind, agreement_id, organisation_id in (
                ("PAID", ready.agreement_id, ready.operator_id), ("PAID", ready.agreement_id, ready.place_organisation_id),
                ("DUE", ready.agreement_id, ready.place_organisation_id), ("CHARGED", ready.agreement_id, ready.place_organisation_id),
                ("BILLED", ready.agreement_id, ready.operator_id), ("SERVED", ready.agreement_id, ready.operator_id),
                ("RESERVED", ready.agreement_id, 0), ("PAID", 987_654, ready.place_organisation_id),
            ):  # fmt: skip
                cursor.execute(
                    "INSERT INTO ledger_account (kind, programme_id, agreement_id, organisation_id, series_id) VALUES (%s, %s, %s, %s, 0)",
                    [kind, ready.programme_id, agreement_id, organisation_id],
                )
        yield ready


@contextmanager
def owner() -> Iterator:
    """As whoever owns the tables: no role taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', session_user, true)")
        yield cursor
        cursor.execute("SELECT set_config('role', 'carnet_app', true)")


def statement_of(theft: str, ready: Campaign) -> str:
    statement = theft.format(series=ready.series_id, operator=ready.operator_id, funder=ready.funder_ids[0])
    return statement + " /* fan-out: a theft */"


def test_the_database_and_the_rules_know_the_same_routes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(ledger_routes())")
        said = {row[0] for row in cursor.fetchall()}
    assert said == {f"{kind} {credit} {debit}" for kind, (credit, debit) in ROUTES.items()}


@pytest.mark.parametrize(("theft", "said"), THEFTS.values(), ids=THEFTS.keys())
def test_no_debit_leaves_the_ring_even_by_the_owner(spent: Campaign, theft: str, said: str) -> None:
    with pytest.raises(IntegrityError, match="the ring fence refuses") as refused, transaction.atomic(), owner() as cursor:
        cursor.execute("ALTER TABLE ledger_movement DISABLE ROW LEVEL SECURITY /* series_id */")
        cursor.execute(statement_of(theft, spent))
    assert said in str(refused.value)
    assert ledger.verify() == []


@pytest.mark.parametrize("mark", [0, 2], ids=["a voucher nobody spent", "a voucher marked spent by hand"])
def test_money_owed_for_a_voucher_no_place_took_never_leaves(spent: Campaign, mark: int) -> None:
    """Inside the ring its cents may be moved by an owner's hand, and verification names them; out of it they never go."""
    with transaction.atomic(), owner() as cursor:
        for table in ("ledger_movement", "ledger_voucher"):
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY /* series_id */")
        cursor.execute(
            "UPDATE ledger_voucher SET mark = %s WHERE id = (SELECT max(id) FROM ledger_voucher WHERE series_id = %s)",
            [mark, spent.series_id],
        )
        cursor.execute(
            MOVE + " SELECT 'REDEEM', v.series_id, o.programme_id, o.id, c.id, 1000, v.pattern, 1, NULL, v.id, 0, gen_random_uuid(), now()"
            " FROM ledger_account o, ledger_account c, ledger_voucher v WHERE o.kind = 'OWED' AND c.kind = 'CIRCULATION'"
            " AND v.series_id = %s AND v.id = (SELECT max(id) FROM ledger_voucher WHERE series_id = %s)",
            [spent.series_id, spent.series_id],
        )
        with pytest.raises(IntegrityError, match="no place of this organisation took that voucher"), transaction.atomic():
            cursor.execute(
                MOVE + " SELECT 'PAY', %s, o.programme_id, p.id, o.id, 1000, 0, 1, NULL, NULL, NULL, gen_random_uuid(), now()"
                " FROM ledger_account o, ledger_account p WHERE o.kind = 'OWED' AND p.kind = 'PAID' AND p.organisation_id = o.organisation_id"
                " AND p.agreement_id = o.agreement_id",
                [spent.series_id],
            )


def test_with_the_trigger_gone_the_theft_passes_and_verification_says_so(spent: Campaign) -> None:
    """The negative control: it is the trigger that refused above, and nothing else."""
    theft, _said = THEFTS["what a place is owed, paid to the operator"]
    with owner() as cursor:
        cursor.execute("ALTER TABLE ledger_movement DISABLE ROW LEVEL SECURITY /* series_id */")
        cursor.execute("DROP TRIGGER ledger_ring_fence_guard ON ledger_movement /* series_id */")
        cursor.execute(statement_of(theft, spent))
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE ledger_movement ENABLE ROW LEVEL SECURITY /* series_id */")
    assert ("6 ring fence", "table ledger_movement") in {(fault.invariant, fault.where) for fault in ledger.verify()}


def test_copied_rows_are_looked_at_as_inserted_ones(spent: Campaign) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="owed to one and paid to another"), transaction.atomic(), owner() as cursor:
        cursor.execute("ALTER TABLE ledger_movement DISABLE ROW LEVEL SECURITY /* series_id */")
        cursor.execute(
            "SELECT o.id, p.id FROM ledger_account o, ledger_account p WHERE o.kind = 'OWED' AND p.kind = 'PAID' AND p.organisation_id = %s",
            [spent.operator_id],
        )
        owed, paid = cursor.fetchone()
        columns = "kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, request_id, at"
        with cursor.connection.cursor().copy(f"COPY ledger_movement ({columns}) FROM STDIN") as copy:
            copy.write_row(
                (
                    "PAY",
                    spent.series_id,
                    spent.programme_id,
                    paid,
                    owed,
                    1000,
                    0,
                    1,
                    "11111111-2222-3333-4444-555555555555",
                    LATER.isoformat(),
                )
            )


CHANGES = {
    "another owner": "UPDATE ledger_account SET organisation_id = 1 WHERE kind = 'OWED'",
    "another kind": "UPDATE ledger_account SET kind = 'PAID' WHERE kind = 'OWED'",
    "gone": "DELETE FROM ledger_account WHERE kind = 'RESERVED'",
    "all gone": "TRUNCATE ledger_account CASCADE",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES.keys())
def test_an_account_never_changes(spent: Campaign, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), owner() as cursor:
        cursor.execute(statement)


def test_only_who_signed_the_agreement_has_a_funders_account(spent: Campaign) -> None:
    for kind in ("SOURCE", "UNISSUED", "RETURNED"):
        with pytest.raises(IntegrityError, match="does not fund agreement"), transaction.atomic(), owner() as cursor:
            cursor.execute(
                "INSERT INTO ledger_account (kind, programme_id, agreement_id, organisation_id, series_id) VALUES (%s, %s, %s, %s, 0)",
                [kind, spent.programme_id, spent.agreement_id, spent.operator_id],
            )


def test_an_account_is_of_its_agreements_programme(spent: Campaign) -> None:
    with pytest.raises(IntegrityError, match="of another programme"), transaction.atomic(), owner() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (kind, programme_id, agreement_id, organisation_id, series_id) VALUES ('DUE', %s, %s, 5, 0)",
            [spent.programme_id + 1, spent.agreement_id],
        )
