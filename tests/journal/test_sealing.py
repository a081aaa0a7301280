"""History is sealed in chained blocks, and any row changed behind the triggers' back is named."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.schema import as_owner
from carnet.journal import operations, queries
from carnet.journal.rules import IdempotencyInFlight, IdempotencyKeyInvalid, IdempotencyMismatch
from carnet.kernel.actors import Actor

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SYSTEM = Actor.system("tests")


def write(count: int, *, programme_id: int = 1) -> None:
    for number in range(count):
        operations.record(
            actor=SYSTEM, action="tests.wrote", subject=("test", number), facts={"n": number}, programme_id=programme_id, at=AT
        )


def seal(wanted: int) -> int:
    """Seal until `wanted` rows are: transaction numbers are the whole server's, so another worker's may hold the horizon a while."""
    sealed, deadline = 0, time.monotonic() + 150
    while sealed < wanted and time.monotonic() < deadline:
        with acting_as_everything(why="seal"):
            sealed += operations.seal(at=AT, tables=["journal_line"])["journal_line"]
        if sealed < wanted:
            time.sleep(0.05)
    return sealed


def verify() -> queries.Verification:
    with acting_as_everything(why="verify"):
        return queries.verify(tables=["journal_line"])


@pytest.fixture
def journal(committed_database: str) -> Iterator[None]:
    """Sealing looks at what other transactions still do: real commits, in a database of the test's own."""
    with acting_as_everything(why="three lines to seal"):
        write(3)
    yield


@pytest.mark.usefixtures("journal")
class TestTheChain:
    def test_finished_rows_are_sealed_and_the_tail_is_named(self) -> None:
        assert seal(3) == 3
        with acting_as_everything(why="a line more"):
            write(1)
        found = verify()
        assert (found.blocks, found.rows, found.tail, found.breaks) == (1, 3, {"journal_line": 1}, ())
        assert seal(1) == 1
        assert verify().blocks == 2

    def test_a_row_of_a_running_transaction_is_never_sealed_early(self) -> None:
        with acting_as_everything(why="still running"):
            write(1)
            operations.seal(at=AT, tables=["journal_line"])
        assert verify().tail["journal_line"] >= 1
        assert verify().rows <= 3
        seal(4 - verify().rows)
        assert verify().tail == {"journal_line": 0}
        assert verify().breaks == ()

    @pytest.mark.parametrize(
        ("tampering", "what"),
        [
            ("UPDATE journal_line SET action = 'tests.lied' WHERE id = 2", "changed"),
            ("DELETE FROM journal_line WHERE id = 2", "removed"),
            ("UPDATE journal_line SET facts = '{}' WHERE id = 2", "changed"),
        ],
    )
    def test_an_owner_who_switches_the_triggers_off_is_found_out(self, tampering: str, what: str) -> None:
        seal(3)
        behind_the_back(tampering)
        assert [(each.table, each.row, each.what) for each in verify().breaks] == [("journal_line", 2, what)]

    def test_a_block_rewritten_to_match_breaks_the_chain(self) -> None:
        seal(3)
        with acting_as_everything(why="more"):
            write(2)
        seal(2)
        behind_the_back("UPDATE journal_block SET digest = sha256('x'::bytea) WHERE number = 1", table="journal_block")
        assert {(each.block, each.what) for each in verify().breaks} == {(1, "digest"), (2, "chain")}


def behind_the_back(statement: str, *, table: str = "journal_line") -> None:
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('carnet.everything', 'on', true)")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER carnet_append_only")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER carnet_append_only")


@pytest.mark.django_db
class TestALine:
    @pytest.mark.parametrize("statement", ["UPDATE journal_line SET action = 'x'", "DELETE FROM journal_line", "TRUNCATE journal_line"])
    def test_is_never_changed(self, statement: str) -> None:
        with acting_as_everything(why="a line"):
            write(1)
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_is_read_back_by_its_programme_only(self) -> None:
        write(2, programme_id=7)
        with acting_as(programme_ids=[7]):
            assert len(queries.lines(programme_id=7)) == 2
        with acting_as(programme_ids=[8], organisation_ids=[9]):
            assert queries.lines() == []

    def test_rolls_back_with_the_work_it_tells(self) -> None:
        with pytest.raises(RuntimeError), acting_as_everything(why="work that fails"):
            write(1)
            raise RuntimeError
        with acting_as_everything(why="look"):
            assert queries.lines() == []


@pytest.mark.django_db
class TestAFirstAnswer:
    def answer(self, key: str, body: object, organisation_id: int = 5) -> tuple[int, bool]:
        def compute() -> tuple[int, dict]:
            self.done = getattr(self, "done", 0) + 1
            return 201, {"done": self.done}

        with acting_as(organisation_ids=[organisation_id]):
            given = operations.answer_once(organisation_id=organisation_id, key=key, body=body, at=AT, compute=compute)
        return given.body["done"], given.repeated

    def test_is_given_again_and_nothing_is_done_twice(self) -> None:
        assert self.answer("k", {"a": 1, "b": 2}) == (1, False)
        assert self.answer("k", {"b": 2, "a": 1}) == (1, True)

    def test_belongs_to_its_organisation(self) -> None:
        assert self.answer("k", {}) == (1, False)
        assert self.answer("k", {}, organisation_id=6) == (2, False)

    def test_is_not_given_to_another_body(self) -> None:
        self.answer("k", {"a": 1})
        with pytest.raises(IdempotencyMismatch):
            self.answer("k", {"a": 2})

    @pytest.mark.parametrize("key", ["", "  ", "k" * 256])
    def test_needs_a_key_of_a_sensible_length(self, key: str) -> None:
        with pytest.raises(IdempotencyKeyInvalid):
            self.answer(key, {})

    def test_leaves_the_key_free_when_the_work_fails(self) -> None:
        def compute() -> tuple[int, dict]:
            raise RuntimeError

        with pytest.raises(RuntimeError), acting_as(organisation_ids=[5]):
            operations.answer_once(organisation_id=5, key="k", body={}, at=AT, compute=compute)
        assert self.answer("k", {}) == (1, False)


@pytest.mark.django_db
def test_an_answer_is_forgotten_after_ninety_days_and_not_before() -> None:
    with acting_as(organisation_ids=[5]):
        for key, at in (("old", AT - timedelta(days=90, seconds=1)), ("kept", AT - timedelta(days=90))):
            operations.answer_once(organisation_id=5, key=key, body={}, at=at, compute=lambda: (201, {}))
    with acting_as_everything(why="forget"):
        assert operations.forget_answers(at=AT) == 1
        assert operations.forget_answers(at=AT) == 0


def test_a_key_at_work_elsewhere_is_in_flight(committed_database: str) -> None:
    import psycopg

    with psycopg.connect(committed_database) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('k', 5))")
        with pytest.raises(IdempotencyInFlight), acting_as(organisation_ids=[5]):
            operations.answer_once(organisation_id=5, key="k", body={}, at=AT, compute=lambda: (201, {}))
