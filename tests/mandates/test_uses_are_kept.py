"""What was done in somebody's name stays as it was written: refused to everybody, and to the owner of the tables, found out."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal import queries as journal_reads
from carnet.journal.operations import _seal_table
from carnet.mandates.models import Use
from carnet.mandates.operations import retention
from tests.factories.campaign import rid
from tests.factories.houses import House, house

pytestmark = pytest.mark.django_db
TABLE = "mandates_use"
TAMPERED = {
    "changed by another helper's name": ("UPDATE mandates_use SET helper_id = 1 WHERE id = %(second)s", {(2, "changed")}),
    "its procedure hidden": ("UPDATE mandates_use SET procedure = 'other' WHERE id = %(second)s", {(2, "changed")}),
    "its moment moved": ("UPDATE mandates_use SET at = at - interval '1 day' WHERE id = %(second)s", {(2, "changed")}),
    "removed": ("DELETE FROM mandates_use WHERE id = %(second)s", {(2, "removed")}),
    "all of them": ("TRUNCATE mandates_use CASCADE", {(1, "removed"), (2, "removed"), (3, "removed")}),
    "one added where it was sealed": (
        "INSERT INTO mandates_use (organisation_id, authorisation_id, mandate_id, person_number, helper_id, family, procedure, service, acr, at,"
        " request_id, xid) SELECT organisation_id, authorisation_id, mandate_id, person_number, helper_id, family, procedure, service, acr, at,"
        " gen_random_uuid(), xid FROM mandates_use WHERE id = %(second)s",
        {(0, "added")},
    ),
}  # fmt: skip
STATEMENTS = (
    "UPDATE mandates_use SET helper_id = 1",
    "DELETE FROM mandates_use",
    "TRUNCATE mandates_use",
    "TRUNCATE mandates_mandate CASCADE",
)


@pytest.fixture
def three_uses() -> tuple[House, int]:
    """Three uses of one mandate, sealed; and whose they are."""
    ours = house()
    signed = ours.sign()
    for _rank in range(3):
        ours.use(ours.authorisations(signed.person_id)["money"])
    with acting_as_everything(why="seal"), connection.cursor() as cursor:
        # Up to this very transaction: the horizon of the timer is the whole server's, and other tests hold it (tests/journal waits for it).
        cursor.execute("SELECT pg_current_xact_id()::text::bigint + 1")
        assert _seal_table(TABLE, cursor.fetchone()[0], ours.at) == 3
    assert breaks() == set()
    return ours, signed.person_id


def breaks() -> set[tuple[str, str]]:
    """What verification names: which of the three, by rank from 1, and what became of it."""
    with acting_as_everything(why="verify"):
        return {(str(each.row), each.what) for each in journal_reads.verify(tables=[TABLE]).breaks}


@contextmanager
def as_the_owner() -> Iterator[None]:
    """As whoever owns the tables, and what they did is undone."""
    with suppress(_Undone), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT set_config('role', session_user, true), set_config('carnet.everything', 'on', true)")
        yield
        raise _Undone


def switch(how: str) -> None:
    """The triggers of the table, off or on again."""
    with connection.cursor() as cursor:
        for trigger in ("carnet_append_only", "carnet_no_truncate"):
            cursor.execute(f"ALTER TABLE {TABLE} {how} TRIGGER {trigger}")


class _Undone(Exception):
    """Whatever was tried is rolled back."""


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_use_is_never_changed_even_by_the_owner_of_its_table(three_uses: tuple[House, int], statement: str) -> None:
    with as_the_owner(), pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(("statement", "expected"), TAMPERED.values(), ids=TAMPERED.keys())
def test_whatever_an_owner_does_behind_the_triggers_is_named(
    three_uses: tuple[House, int], statement: str, expected: set[tuple[int, str]]
) -> None:
    with acting_as_everything(why="which rows"):
        first = Use.objects.order_by("id").values_list("id", flat=True)[0]
    with as_the_owner(), connection.cursor() as cursor:
        switch("DISABLE")
        cursor.execute(statement, {"second": first + 1})
        switch("ENABLE ALWAYS")
        named = {(int(row) - first + 1 if what != "added" else 0, what) for row, what in breaks()}
        assert named == expected


def test_a_table_left_without_its_triggers_is_named(three_uses: tuple[House, int]) -> None:
    with as_the_owner():
        switch("DISABLE")
        assert breaks() == {("None", "triggers")}


def test_erasing_somebody_leaves_the_chain_as_it_was(three_uses: tuple[House, int]) -> None:
    ours, person_id = three_uses
    with acting_as(ours.lead):
        retention.erase_person(person_id=person_id, actor=ours.lead, request_id=rid(), at=ours.at)
    assert breaks() == set()
