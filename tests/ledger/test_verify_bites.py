"""Each thing that can go wrong behind the application's back is found, and the row at fault named."""

import pytest
from django.db import connection

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption import operations as redemption
from carnet.redemption import queries as redemption_queries
from carnet.redemption.operations import Asked, Item
from tests.factories.campaign import LATER, Campaign, campaign

pytestmark = pytest.mark.django_db

TAMPERED = {
    "a movement's cents": ("UPDATE ledger_movement SET cents = cents - 1 WHERE kind = 'REDEEM'", "1 balance"),
    "a movement's account": (
        "UPDATE ledger_movement SET debit_account_id = (SELECT id FROM ledger_account WHERE kind = 'RETURNED' LIMIT 1) WHERE kind = 'REDEEM'",
        "1 balance",
    ),
    "a payment larger than what is owed": (
        "WITH paid AS (INSERT INTO ledger_account (kind, programme_id, agreement_id, series_id, organisation_id)"
        " SELECT 'PAID', programme_id, agreement_id, 0, organisation_id FROM ledger_account WHERE kind = 'OWED' RETURNING id)"
        " INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, request_id, at)"
        " SELECT 'PAY', m.series_id, m.programme_id, paid.id, m.debit_account_id, 5000, m.pattern, 5, gen_random_uuid(), now() FROM ledger_movement m, paid"
        " WHERE m.kind = 'REDEEM'",
        "1 balance",
    ),
    "a spent voucher marked unspent": ("UPDATE ledger_voucher SET mark = 0 WHERE mark = 2", "2 one state"),
    "an unspent voucher marked spent": (
        "UPDATE ledger_voucher SET mark = 2 WHERE id = (SELECT max(id) FROM ledger_voucher)",
        "2 one state",
    ),
    "a redemption's money removed": ("DELETE FROM ledger_movement WHERE kind = 'REDEEM'", "2 one state"),
    "a voucher removed": ("DELETE FROM ledger_voucher WHERE id = (SELECT max(id) FROM ledger_voucher)", "3 counts"),
    "a voucher moved to another booklet": (
        "UPDATE ledger_voucher SET booklet_id = booklet_id + 1 WHERE id = (SELECT min(id) FROM ledger_voucher)",
        "3 counts",
    ),
    "a hand-over removed": ("DELETE FROM ledger_passage WHERE kind = 'HANDED_OVER'", "5 in time"),
    "an activation removed": (
        "DELETE FROM ledger_movement WHERE kind = 'ACTIVATE' AND id = (SELECT max(id) FROM ledger_movement WHERE kind = 'ACTIVATE')",
        "5 covered",
    ),
    "a redemption dated after grace": ("UPDATE ledger_movement SET at = at + interval '10 years' WHERE kind = 'REDEEM'", "5 in time"),
    "money received twice": (
        "INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, funder_id, quantity, request_id, at)"
        " SELECT 'RECEIVE', 0, programme_id, credit_account_id, debit_account_id, cents * 2, funder_id, 0, gen_random_uuid(), at FROM ledger_movement"
        " WHERE kind = 'RECEIVE' LIMIT 1",
        "1 balance",
    ),
    "the walls taken down": ("ALTER TABLE ledger_movement NO FORCE ROW LEVEL SECURITY", "8 walls"),
    "the ring fence taken down": ("DROP TRIGGER ledger_ring_fence_guard ON ledger_movement", "6 ring fence"),
    "the ring fence switched off": ("ALTER TABLE ledger_movement DISABLE TRIGGER ledger_ring_fence_guard", "6 ring fence"),
    "an account that may change": ("ALTER TABLE ledger_account DISABLE TRIGGER carnet_append_only", "6 append-only"),
    "an account for anybody": ("ALTER TABLE ledger_account DISABLE TRIGGER funding_account_guard", "6 ring fence"),
    "the triggers switched off": ("ALTER TABLE ledger_passage DISABLE TRIGGER carnet_append_only", "6 append-only"),
}


@pytest.fixture
def spent() -> Campaign:
    with acting_as_everything(why="a campaign with one voucher spent"):
        ready = campaign(booklets=2)
        item = Item(code=ready.code(0), service="mailbox", place_id=ready.place_id)
        redemption.redeem_many(asked=[Asked(item, ready.mediator)], at=LATER)
        assert ledger.verify() == [] and redemption_queries.verify() == []
        return ready


@pytest.mark.parametrize(("statement", "invariant"), TAMPERED.values(), ids=TAMPERED.keys())
def test_it_is_found_and_named(spent: Campaign, statement: str, invariant: str) -> None:
    with acting_as_everything(why="tamper, then verify"):
        behind_the_back(statement)
        faults = ledger.verify() + redemption_queries.verify()
    assert invariant in {fault.invariant for fault in faults}, faults
    assert all(fault.where and fault.what for fault in faults)


def behind_the_back(statement: str) -> None:
    """As the owner of the tables, the triggers off and then on again, so that only the rows tell."""
    tables = ("ledger_movement", "ledger_passage", "ledger_voucher")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', session_user, true)")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY /* series_id */")
        for table in tables[:2]:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER carnet_append_only /* series_id */")
        cursor.execute("ALTER TABLE ledger_movement DISABLE TRIGGER ledger_ring_fence_guard /* series_id */")
        cursor.execute(statement + " /* series_id */")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY /* series_id */")
        if "ledger_ring_fence_guard" not in statement:
            cursor.execute("ALTER TABLE ledger_movement ENABLE ALWAYS TRIGGER ledger_ring_fence_guard /* series_id */")
        for table in tables[:2]:
            if table not in statement or "DISABLE TRIGGER" not in statement:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER carnet_append_only /* series_id */")
