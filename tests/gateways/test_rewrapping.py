"""Another wrapping key: everything opens before, during and after; killed anywhere, it goes on; nothing destroyed comes back."""

import os
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carnet.gateways.keys import RECEIPT, FileKeyRing, KeysUnreadable, prepare_rewrap, rewrap
from carnet.gateways.keys import _rewrapping as rewrapping
from tests.house.rooms import ROOT

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
CODE = "123456789012345678"
PEOPLE = 40


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrapping, "SETTLES_SECONDS", 0.0)


def filled(folder: Path) -> dict[str, object]:
    """A ring with one of each, and what it answers."""
    ring = FileKeyRing(folder)
    ring.create_programme_keys(7)
    ring.rotate(7)
    ring.create_seed(7, 12)
    ring.draw_anchor_key(at=AT)
    ring.draw_clearing_key(at=AT, signs_from=AT)
    ring.draw_issuer_key("ES256", at=AT, signs_from=AT)
    kept = {"own": ring.seal("photograph", b"a picture"), "mark": ring.mark("telephone", "0240000000")}
    kept |= {f"person-A{rank}": ring.seal_for(f"person-A{rank}", "identity", b"a name %d" % rank) for rank in range(PEOPLE)}
    return {"kept": kept, "answers": answers(ring, kept)}


def answers(ring: FileKeyRing, kept: dict[str, bytes]) -> list[object]:
    """All that a ring is asked."""
    return [
        [ring.hash_code(7, version, CODE) for version in (1, 2)],
        ring.sign(7, RECEIPT, b"a receipt"),
        ring.seed(7, 12),
        [each.sign(b"a line") for each in ring.anchor_keys()],
        [each.sign(b"a message") for each in ring.clearing_keys()],
        [each.private.private_numbers() for each in ring.issuer_keys("ES256")],  # type: ignore[union-attr]
        ring.unseal("photograph", kept["own"]),
        ring.mark("telephone", "0240000000") == kept["mark"],
        [ring.unseal_for(f"person-A{rank}", "identity", kept[f"person-A{rank}"]) for rank in range(PEOPLE)],
    ]


def test_everything_opens_after_and_nothing_under_the_former_key(tmp_path: Path) -> None:
    folder, former = tmp_path / "keys", tmp_path / "copied.key"
    made = filled(folder)
    former.write_bytes((folder / "wrapping.key").read_bytes())
    running = FileKeyRing(folder)
    assert answers(running, made["kept"]) == made["answers"]  # type: ignore[arg-type]
    done = rewrap(running)
    assert done.sealed_anew == 2 + 1 + 1 + 1 + 1 + PEOPLE
    assert not done.resumed
    assert (folder / "wrapping.key").read_bytes() != former.read_bytes()
    assert not (folder / "wrapping.key.next").exists()
    for ring in (running, FileKeyRing(folder)):
        assert answers(ring, made["kept"]) == made["answers"]  # type: ignore[arg-type]
    thief = FileKeyRing(folder, wrapping_key=former)
    for ask in (
        lambda: thief.hash_code(7, 1, CODE), lambda: thief.seed(7, 12), thief.anchor_keys, thief.clearing_keys,
        lambda: thief.unseal_for("person-A1", "identity", made["kept"]["person-A1"]),  # type: ignore[index]
    ):  # fmt: skip
        with pytest.raises(KeysUnreadable):
            ask()


def test_what_is_sealed_from_now_on_does_not_open_by_the_former_key_and_marks_never_move(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = filled(folder)
    former = (folder / "wrapping.key").read_bytes()
    rewrap(FileKeyRing(folder))
    ring = FileKeyRing(folder)
    sealed = ring.seal("photograph", b"a later picture")
    (tmp_path / "former").mkdir()
    (tmp_path / "former" / "wrapping.key").write_bytes(former)
    thief = FileKeyRing(tmp_path / "former")
    with pytest.raises(KeysUnreadable):
        thief.unseal("photograph", sealed)
    for _again in range(3):
        rewrap(FileKeyRing(folder))
    ring = FileKeyRing(folder)
    assert ring.unseal("photograph", sealed) == b"a later picture"
    assert answers(ring, made["kept"]) == made["answers"]  # type: ignore[arg-type]
    assert len(ring.former_paths()) == 4


def test_a_process_that_runs_opens_and_writes_all_along(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = filled(folder)
    running = FileKeyRing(folder)
    asked = []

    def meanwhile() -> None:
        asked.append(answers(running, made["kept"]) == made["answers"])  # type: ignore[arg-type]
        running.seal_for(f"person-B{len(asked)}", "identity", b"somebody who came meanwhile")
        running.create_programme_keys(8)
        running.rotate(8)

    sealed = running.seal("photograph", b"before")
    rewrap(FileKeyRing(folder), told=meanwhile)
    assert len(asked) >= PEOPLE
    assert all(asked)
    after = FileKeyRing(folder)
    assert after.unseal("photograph", sealed) == b"before"
    assert len(after.person_keys()) == PEOPLE + len(asked)
    assert len(after.versions(8)) == 1 + len(asked)
    assert len({after.hash_code(8, version, CODE) for version in after.versions(8)}) == 1 + len(asked)


def test_whoever_is_erased_meanwhile_does_not_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "keys"
    filled(folder)
    eraser = FileKeyRing(folder)
    erased = []

    def meanwhile() -> None:
        left = [name for name in eraser.person_keys() if name not in erased]
        if left:
            erased.append(left[0])
            eraser.destroy_person_key(left[0])

    rewrap(FileKeyRing(folder), told=meanwhile)
    assert erased
    assert set(FileKeyRing(folder).person_keys()).isdisjoint(erased)


# Takes the folder; stops for good (SIGKILL, sent by itself) at one point of the way.
KILLED = """
import os, signal, sys
from pathlib import Path
from carnet.gateways.keys import FileKeyRing, rewrap
from carnet.gateways.keys import _rewrapping as r
r.SETTLES_SECONDS = 0.0
folder, point, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
calls = []
def dies(name, real):
    def call(*words, **named):
        calls.append(name)
        if name == point and calls.count(name) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*words, **named)
    return call
r.write_once, r._replace, r.like, r.sync_folder = (dies(each.__name__.strip("_"), each) for each in (r.write_once, r._replace, r.like, r.sync_folder))
r.os.replace, r.os.fsync = dies("rename", os.replace), dies("fsync", os.fsync)
rewrap(FileKeyRing(folder))
"""
POINTS = [
    ("write_once", 1), ("like", 1), ("write_once", 2), ("like", 2), ("replace", 1), ("fsync", 5), ("rename", 1), ("rename", 2), ("sync_folder", 3),
    ("replace", 20), ("rename", 30), ("rename", 46), ("rename", 47), ("sync_folder", 47),
]  # fmt: skip


@pytest.mark.parametrize(("point", "count"), POINTS)
def test_killed_anywhere_everything_opens_and_it_goes_on(tmp_path: Path, point: str, count: int) -> None:
    folder = tmp_path / "keys"
    made = filled(folder)
    running = FileKeyRing(folder)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), point, str(count)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL, (ended.returncode, ended.stderr)
    assert (folder / "wrapping.key").exists()
    for ring in (running, FileKeyRing(folder)):
        assert answers(ring, made["kept"]) == made["answers"], "nothing is lost where it stopped"  # type: ignore[arg-type]
    went_on = rewrap(FileKeyRing(folder))
    assert went_on.resumed or point == "sync_folder" or (point, count) == ("write_once", 1)
    ring = FileKeyRing(folder)
    assert answers(ring, made["kept"]) == made["answers"]  # type: ignore[arg-type]
    assert not list(folder.rglob("*.next"))


def test_killed_from_outside_in_the_middle(tmp_path: Path) -> None:
    """As above, by a hand that chooses no point."""
    folder = tmp_path / "keys"
    made = filled(folder)
    slow = KILLED.replace("rewrap(FileKeyRing(folder))", "import time\nrewrap(FileKeyRing(folder), told=lambda: time.sleep(0.02))")
    process = subprocess.Popen([sys.executable, "-c", slow, str(folder), "never", "0"], cwd=ROOT)
    while not (folder / "former-1.key").exists():
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (folder / "wrapping.key.next").exists(), "it was in the middle"
    assert answers(FileKeyRing(folder), made["kept"]) == made["answers"]  # type: ignore[arg-type]
    assert rewrap(FileKeyRing(folder)).already > 0
    assert answers(FileKeyRing(folder), made["kept"]) == made["answers"]  # type: ignore[arg-type]


def test_prepared_first_other_machines_open_what_comes(tmp_path: Path) -> None:
    """One folder shared by two machines, each with its own copy of the wrapping key."""
    folder, here, there = tmp_path / "keys", tmp_path / "here" / "wrapping.key", tmp_path / "there" / "wrapping.key"
    ring = FileKeyRing(folder, wrapping_key=here)
    ring.create_programme_keys(7)
    code = ring.hash_code(7, 1, CODE)
    there.parent.mkdir()
    there.write_bytes(here.read_bytes())
    assert prepare_rewrap(ring)
    assert not prepare_rewrap(ring)
    (there.parent / "wrapping.key.next").write_bytes(ring.next_path.read_bytes())
    rewrap(FileKeyRing(folder, wrapping_key=here))
    other = FileKeyRing(folder, wrapping_key=there)
    assert other.hash_code(7, 1, CODE) == code
    assert other.unseal("own", FileKeyRing(folder, wrapping_key=here).seal("own", b"sealed here since")) == b"sealed here since"
    done = rewrap(other)
    assert (done.sealed_anew, done.resumed) == (0, True)
    assert there.read_bytes() == here.read_bytes()


def test_a_file_that_opens_by_neither_stops_it_and_both_keys_stay(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    filled(folder)
    path = folder / "programme-7" / "series-12.seed"
    good = path.read_bytes()
    path.write_bytes(os.urandom(len(good)))
    with pytest.raises(KeysUnreadable):
        rewrap(FileKeyRing(folder))
    assert (folder / "wrapping.key.next").exists()
    path.write_bytes(good)
    assert rewrap(FileKeyRing(folder)).resumed
    assert FileKeyRing(folder).seed(7, 12)


def test_owners_and_rights_stay(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    filled(folder)
    (folder / "wrapping.key").chmod(0o440)
    before = {path: (path.stat().st_mode, path.stat().st_uid) for path in folder.rglob("*") if path.is_file()}
    rewrap(FileKeyRing(folder))
    assert before == {path: (path.stat().st_mode, path.stat().st_uid) for path in before}
    assert stat.S_IMODE((folder / "former-1.key").stat().st_mode) == 0o600
