"""Real clusters: copied while they are written, killed, and made again from what was kept. Each way a backup can be spoilt is refused by its name."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from carnet.gateways import backups
from carnet.gateways.backups._archive import Kept
from carnet.gateways.embedded_postgres import EmbeddedPostgres, placement_in
from carnet.gateways.embedded_postgres._processes import postmaster

pytestmark = pytest.mark.slow
ROWS_BEFORE, ROWS_UNTIL_MOMENT, ROWS_AFTER = 1_000, 300, 200


@dataclass
class Lost:
    """A cluster that was killed for good, and what was kept of it."""

    folder: Path
    shelf: backups.Shelf
    identities: tuple[X25519PrivateKey, ...]
    moment: datetime
    loss_seconds: float


@pytest.fixture(scope="module")
def lost() -> Iterator[Lost]:
    """A thousand rows, a base, three hundred more, a moment, two hundred more, kill -9."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-backups-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "var", {"full_page_writes": "on"})
    url = server.acquire()
    address = server.address("postgres", "postgres")
    secret, public = backups.new_identity()
    (folder / "private.key").write_text(secret, encoding="ascii")
    shelf = backups.Shelf(folder / "shelf")
    (folder / "files").mkdir()
    (folder / "files" / "letter.txt").write_text("kept", encoding="ascii")
    stop, told = threading.Event(), []
    receiver = backups.Receiver(
        shelf, address=address, recipient=public, every=0.1, stop=stop.is_set, tell=lambda received: told.append(received.place)
    )
    receiver.prepare()

    def receive() -> None:
        with pytest.raises(backups.ServerNotReached):  # it ends as the server does
            receiver.stream()

    receiving = threading.Thread(target=receive, daemon=True)
    receiving.start()
    with psycopg.connect(url, autocommit=True) as writer:
        writer.execute("CREATE TABLE paper (id int PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())")
        writer.execute("INSERT INTO paper SELECT generate_series(1, %s)", [ROWS_BEFORE])
        facts = {"database": "carnet", "owner": "carnet_owner"}
        backups.take(shelf, address=address, recipient=public, facts=facts, files=folder / "files", at=datetime.now(UTC))
        for rank in range(ROWS_UNTIL_MOMENT):
            writer.execute("INSERT INTO paper VALUES (%s)", [ROWS_BEFORE + 1 + rank])
        (moment,) = writer.execute("SELECT clock_timestamp()").fetchone()  # type: ignore[misc]
        with psycopg.connect(address, autocommit=True) as superuser:
            superuser.execute("SELECT pg_switch_wal()")  # whole segments on either side of it
        for rank in range(ROWS_AFTER):
            writer.execute("INSERT INTO paper VALUES (%s)", [ROWS_BEFORE + ROWS_UNTIL_MOMENT + 1 + rank])
        (place,) = writer.execute("SELECT pg_current_wal_flush_lsn() - '0/0'").fetchone()  # type: ignore[misc]
        began = time.monotonic()
        while not told or told[-1] < place:
            assert time.monotonic() - began < 30
            time.sleep(0.01)
        loss = time.monotonic() - began
    os.kill(postmaster(server.placement.data) or 0, signal.SIGKILL)
    receiving.join()
    yield Lost(folder, shelf, backups.read_identities(folder / "private.key"), moment, loss)
    server.release()
    for kept in folder.glob("*/postgres.json"):
        shutil.rmtree(kept.parent / "postgres", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def spoilt(lost: Lost, tmp_path: Path) -> backups.Shelf:
    """A copy of the backups, to spoil."""
    shutil.copytree(lost.shelf.folder, tmp_path / "spoilt")
    return backups.Shelf(tmp_path / "spoilt")


def ids_in(made: backups.Restored) -> list[int]:
    with psycopg.connect(made.address) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM paper ORDER BY id")]


def first_segment(shelf: backups.Shelf) -> Kept:
    base = shelf.bases()[0]
    return next(each for each in shelf.archive() if each.segment.rank == base.last.rank + 1)


def refused_and_nothing_left(shelf: backups.Shelf, lost: Lost, **asked: object) -> backups.BackupRefused:
    into = lost.folder / "never"
    with pytest.raises(backups.BackupRefused) as refused, backups.restored(shelf, into=into, **{"identities": lost.identities, **asked}):  # type: ignore[arg-type]
        pytest.fail("it was restored")
    assert not into.exists()
    return refused.value


def test_to_the_end_nothing_that_was_archived_is_missing(lost: Lost) -> None:
    into = lost.folder / "end"
    with backups.restored(lost.shelf, into=into, identities=lost.identities) as made:
        assert ids_in(made) == list(range(1, ROWS_BEFORE + ROWS_UNTIL_MOMENT + ROWS_AFTER + 1))
        assert made.archive_reached
    assert (into / "files" / "letter.txt").read_text() == "kept"
    assert lost.loss_seconds < 5  # a tenth of a second asked, on a machine that may be busy
    with pytest.raises(backups.PlaceTaken), backups.restored(lost.shelf, into=into, identities=lost.identities):
        pytest.fail("it was overwritten")
    # The installation's own server takes it up as its own.
    server = EmbeddedPostgres(into)
    try:
        with psycopg.connect(server.acquire()) as connection:
            assert connection.execute("SELECT count(*) FROM paper").fetchone() == (ROWS_BEFORE + ROWS_UNTIL_MOMENT + ROWS_AFTER,)
    finally:
        server.release()


def test_to_a_moment_exactly_what_was_written_before_it(lost: Lost) -> None:
    with backups.restored(lost.shelf, into=lost.folder / "moment", identities=lost.identities, moment=lost.moment) as made:
        assert ids_in(made) == list(range(1, ROWS_BEFORE + ROWS_UNTIL_MOMENT + 1))
        assert made.recovered_until is not None
        assert made.recovered_until <= lost.moment


def test_a_moment_outside_of_what_is_kept_is_refused(lost: Lost) -> None:
    early = refused_and_nothing_left(lost.shelf, lost, moment=lost.moment - timedelta(days=1))
    assert isinstance(early, backups.MomentTooEarly)
    late = refused_and_nothing_left(lost.shelf, lost, moment=lost.moment + timedelta(days=1))
    assert isinstance(late, backups.MomentTooLate)


def test_what_fails_while_it_is_proved_leaves_nothing(lost: Lost) -> None:
    with pytest.raises(ZeroDivisionError), backups.restored(lost.shelf, into=lost.folder / "never", identities=lost.identities):
        raise ZeroDivisionError
    assert not (lost.folder / "never").exists()


def test_another_key_opens_nothing(lost: Lost) -> None:
    refusal = refused_and_nothing_left(lost.shelf, lost, identities=(X25519PrivateKey.generate(),))
    assert isinstance(refusal, backups.SealedForSomebodyElse)
    assert str(refusal.facts["file"]).endswith("base.tar.gz.age")


@pytest.mark.parametrize("reason", ["truncated", "changed", "missing"])
def test_a_spoilt_base_is_named(lost: Lost, spoilt: backups.Shelf, reason: str) -> None:
    path = spoilt.bases()[0].folder / "base.tar.gz.age"
    spoil(path, reason)
    with pytest.raises(backups.BackupDamaged) as checked:
        backups.check(spoilt)
    for refusal in (refused_and_nothing_left(spoilt, lost), checked.value):
        assert isinstance(refusal, backups.BackupDamaged)
        assert refusal.facts == {"file": f"{path.parent.name}/base.tar.gz.age", "reason": reason}


def test_a_spoilt_segment_is_named(lost: Lost, spoilt: backups.Shelf) -> None:
    path = first_segment(spoilt).path
    spoil(path, "changed")
    assert refused_and_nothing_left(spoilt, lost).facts == {"file": path.name, "reason": "changed"}


def test_a_missing_segment_is_named_and_one_may_stop_before_it(lost: Lost, spoilt: backups.Shelf) -> None:
    missing = first_segment(spoilt)
    for each in spoilt.archive():
        if each.segment.rank == missing.segment.rank:
            each.path.unlink()
    refusal = refused_and_nothing_left(spoilt, lost)
    assert isinstance(refusal, backups.SegmentMissing)
    assert refusal.facts["file"] == missing.segment.name
    with backups.restored(spoilt, into=lost.folder / "hole", identities=lost.identities, despite_a_hole=True) as made:
        assert ids_in(made)[:ROWS_BEFORE] == list(range(1, ROWS_BEFORE + 1))
        assert not made.archive_reached


def test_what_a_killed_restoration_left_is_cleared(lost: Lost) -> None:
    into = lost.folder / "again"
    home = placement_in(into).home  # as the killed one had made it
    (home / "restoring" / "data").mkdir(parents=True)
    (home / "restoring" / "data" / "half").touch()
    with backups.restored(lost.shelf, into=into, identities=lost.identities) as made:
        assert len(ids_in(made)) == ROWS_BEFORE + ROWS_UNTIL_MOMENT + ROWS_AFTER
    assert not (home / "restoring").exists()


def test_a_check_reads_everything_and_opens_it_with_the_key(lost: Lost) -> None:
    found = backups.check(lost.shelf, identities=lost.identities)
    assert (found.bases, found.opened) == (1, True)
    assert found.archive_files >= 2
    assert not backups.check(lost.shelf).opened


def test_another_cluster_is_not_mixed_with_this_one(lost: Lost, spoilt: backups.Shelf) -> None:
    with pytest.raises(backups.OtherCluster):
        spoilt.open_for(system="1", recipient="age1", segment_bytes=1 << 24)


def test_only_one_program_receives_into_a_folder(spoilt: backups.Shelf) -> None:
    with spoilt.archiving(), pytest.raises(backups.AlreadyArchiving), spoilt.archiving():
        pytest.fail("two received")


def test_what_is_too_old_goes_and_the_latest_base_stays(spoilt: backups.Shelf) -> None:
    only = spoilt.bases()[0]
    before = len([each for each in spoilt.archive() if each.segment.rank < only.first.rank])
    done = backups.prune(spoilt, days=35, at=datetime.now(UTC) + timedelta(days=400))
    assert (done.bases, done.archive_files) == ((), before)
    assert [base.name for base in spoilt.bases()] == [only.name]
    backups.check(spoilt)


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        middle = len(content) // 2
        path.write_bytes(content[:-100] if how == "truncated" else content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
