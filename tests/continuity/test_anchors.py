"""The heads of the sealed chains, said outside: what the owner of the tables does to the database afterwards is named."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client

from carnet.cli.doctor import anchor_check
from carnet.continuity.operations import anchors
from carnet.continuity.queries import anchors as queries
from carnet.continuity.rules.anchors import Line, OutsideIsAhead
from carnet.gateways import anchor_file
from carnet.gateways.database import acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.gateways.schema import as_owner
from carnet.jobs import anchors as job
from carnet.jobs import verification
from carnet.journal import operations as journal
from carnet.journal import queries as seals
from carnet.kernel.actors import Actor
from carnet.notices.models import Notice

AT = datetime(2026, 3, 2, 5, 10, tzinfo=UTC)
DAY = timedelta(days=1)
SYSTEM = Actor.system("tests")


@pytest.fixture
def outside(settings: Any, tmp_path: Path) -> Path:
    settings.ANCHORS_DIR = tmp_path / "outside"
    settings.ANCHORS_TO = []
    settings.TIMESTAMP_URL = ""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.KEYS_WRAPPING = None
    return tmp_path / "outside"


def write_and_seal(count: int) -> None:
    """Write lines and seal them: transaction numbers are the whole server's, so another's may hold the horizon a while."""
    with acting_as_everything(why="lines to seal"):
        for number in range(count):
            journal.record(actor=SYSTEM, action="tests.wrote", subject=("test", number), at=AT)
    sealed, deadline = 0, time.monotonic() + 150
    while sealed < count and time.monotonic() < deadline:
        with acting_as_everything(why="seal"):
            sealed += journal.seal(at=AT, tables=["journal_line"])["journal_line"]
        time.sleep(0.02)
    assert sealed >= count


def say(at: datetime) -> job.Gone:
    return job.send_outside(now=lambda: at)


def broken() -> list[tuple[str, str]]:
    with acting_as_everything(why="verify"):
        return [(each.where, each.what) for each in verification.anchors_broken()]


def seals_hold() -> bool:
    with acting_as_everything(why="verify"):
        return not seals.verify(tables=["journal_line"]).breaks


def behind_the_back(*statements: str) -> None:
    """As the owner of the tables, who switches the triggers off and on again."""
    guarded = ("journal_line", "journal_block", "continuity_anchor", "continuity_anchorsent")
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('carnet.everything', 'on', true)")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER carnet_append_only")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER carnet_append_only")


CUT_LINES = "DELETE FROM journal_line WHERE xid >= (SELECT from_xid FROM journal_block WHERE table_name = 'journal_line' AND number = {0})"
CUT_BLOCKS = "DELETE FROM journal_block WHERE table_name = 'journal_line' AND number >= {0}"
FORGET = ("DELETE FROM continuity_anchorsent WHERE anchor_id IN (SELECT id FROM continuity_anchor WHERE number >= {0})",
          "DELETE FROM continuity_anchor WHERE number >= {0}")  # fmt: skip
# Every digest of the chain recomputed after a line was changed: a thief with the tables leaves no link broken.
REWRITE = """
DO $$
DECLARE b record; before bytea := ''::bytea; packed bytea;
BEGIN
  UPDATE journal_line SET facts = '{"lied": true}' WHERE id = (SELECT min(id) FROM journal_line WHERE action = 'tests.wrote');
  FOR b IN SELECT * FROM journal_block WHERE table_name = 'journal_line' ORDER BY number LOOP
    SELECT COALESCE(string_agg(int8send(r.id) || substring(sha256(convert_to((to_jsonb(r) - 'xid')::text, 'UTF8')) from 1 for 8), ''::bytea
           ORDER BY r.xid, r.id), ''::bytea) INTO packed FROM journal_line r WHERE xid >= b.from_xid AND xid < b.to_xid;
    UPDATE journal_block SET rows = packed, previous = before, digest = sha256(before || packed) WHERE id = b.id;
    before := sha256(before || packed);
  END LOOP;
END $$
"""


@pytest.fixture
def three_days(committed_database: str, outside: Path) -> Iterator[list[Line]]:
    """Three days, each sealed then said outside."""
    told = []
    for day in range(3):
        write_and_seal(2)
        gone = say(AT + day * DAY)
        assert gone.line is not None
        assert (gone.is_new, gone.lines_written, gone.failures) == (True, 1, ())
        told.append(gone.line)
    write_and_seal(1)
    yield told


def test_the_owner_of_the_tables_is_found_out_by_what_is_outside(three_days: list[Line], outside: Path) -> None:
    # The same database, step by step: making it takes longer than looking at it. First the control: nothing is said of an honest one.
    assert broken() == []
    assert [each.number for each in three_days] == [1, 2, 3]
    text = anchor_file.text_of(outside)
    assert len(text.splitlines()) == 4
    assert (outside / f"key-{three_days[0].key[:16]}.pem").exists()
    # The same day said again is the same line, and nothing more is written.
    again = say(AT + 2 * DAY)
    assert (again.line, again.is_new, again.lines_written) == (three_days[2], False, 0)

    # The tail cut off: lines and blocks gone together, so that every seal that is left holds.
    last = next(head for head in three_days[2].heads if head.chain == "journal_line").number
    behind_the_back(CUT_LINES.format(last), CUT_BLOCKS.format(last))
    assert seals_hold()
    assert [what.split(",")[0] for _where, what in broken()] == ["cut"]
    assert "journal_line" in broken()[0][0]
    # And without anything outside, the lines this database remembers still say so.
    with acting_as_everything(why="verify"):
        assert [each.what for each in queries.check_own_line()] == ["cut"]

    # The memory of what was said cut off too: it is now what a copy made on the second day would be, and is named as such.
    behind_the_back(*(each.format(3) for each in FORGET))
    assert seals_hold()
    assert broken() == [(f"line 3 {three_days[2].day}", "older, goes to 2")]
    # Nothing is said over it.
    assert [way for way, _why in say(AT + 4 * DAY).failures] == ["line"]
    with pytest.raises(OutsideIsAhead):
        anchors.make(at=AT + 4 * DAY, outside=queries.outside_lines()[0])
    assert anchor_file.text_of(outside) == text
    # Said by somebody, a restoration is one line more, for ever; then the alarm is over.
    gone = job.send_outside(now=lambda: AT + 4 * DAY, restored=True)
    assert gone.line is not None
    assert (gone.line.number, gone.line.resumes, gone.failures) == (4, 2, ())
    assert broken() == []

    # Every line, block and line of ours written anew with the keys: nothing inside shows it.
    behind_the_back(REWRITE)
    assert seals_hold()
    assert ("rewritten", True) in {(what.split(",")[0], "journal_line" in where) for where, what in broken()}
    # The file outside cut short is named as well.
    (outside / anchor_file.NAME).write_text("".join(text.splitlines(keepends=True)[:2]), encoding="utf-8")
    assert "file-cut" in {what.split(",")[0] for _where, what in broken()}
    (outside / anchor_file.NAME).write_text("no header", encoding="utf-8")
    assert broken()[0][0] == "file"


@pytest.mark.django_db
class TestALine:
    def test_is_never_changed(self, outside: Path) -> None:
        line, _new = anchors.make(at=AT)
        assert line.number == 1
        for statement in (
            "UPDATE continuity_anchor SET digest = ''",
            "DELETE FROM continuity_anchorsent",
            "TRUNCATE continuity_anchor CASCADE",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_announces_a_new_key_then_carries_it(self, outside: Path) -> None:
        first, _new = anchors.make(at=AT)
        drawn = key_ring().draw_anchor_key(at=AT)
        second, _new = anchors.make(at=AT + DAY)
        third, _new = anchors.make(at=AT + 2 * DAY)
        assert (second.key, second.next_key != "", third.key) == (first.key, True, second.next_key)
        assert drawn.version == 2
        assert anchors.write_outside(outside, at=AT + 2 * DAY) == 3
        assert queries.outside_lines()[1] == []

    def test_is_written_once_to_each_address_in_words(self, outside: Path) -> None:
        line, _new = anchors.make(at=AT)
        assert anchors.write_to(["audit@example.org", "etat@example.org"], at=AT) == 2
        assert anchors.write_to(["audit@example.org", "etat@example.org"], at=AT) == 0
        with acting_as_everything(why="letters"):
            letters = list(Notice.objects.filter(kind="journal.anchored"))
        assert {each.context["words"] for each in letters} == {line.words}

    def test_is_shown_to_anybody_with_the_program_that_checks_it(self, outside: Path, client: Client) -> None:
        cache.clear()
        line, _new = anchors.make(at=AT)
        assert line.words in client.get("/donnees-ouvertes/journal/").content.decode()
        assert line.digest in client.get("/opendata/anchors.csv").content.decode()
        assert b"def faults_of" in client.get("/opendata/anchors/check_anchors.py").content
        assert client.get("/opendata/anchors/1.tsr").status_code == 404

    def test_the_doctor_says_how_old_the_latest_is(self, outside: Path, settings: Any) -> None:
        assert anchor_check(AT).warns
        anchors.make(at=AT)
        anchors.write_outside(outside, at=AT)
        assert (anchor_check(AT + DAY).well, anchor_check(AT + 3 * DAY).well) == (True, False)
        settings.ANCHORS_DIR = None
        assert anchor_check(AT + 3 * DAY).warns
