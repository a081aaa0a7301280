"""Archives as files: a step is there whole or not at all; whatever is changed afterwards is named, row by row, by two programs."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways import programme_archives as archives
from carnet.gateways.keys import EXPORT
from carnet.gateways.programme_archives import BlockHeader, KeyEntry, Manifest, Step, StepWriter, TableEntry
from carnet.gateways.programme_archives._checking import differences
from carnet.gateways.programme_archives._sealed import SealedRow, cells

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TABLE = TableEntry("cheque", ("id", "words"), ("bigint", "text"), ("id",), 0, "tables/cheque.csv.gz", 0, "", "")


class Signer:
    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, raw: bytes) -> bytes:
        return self.private.sign(EXPORT + raw)


def written(
    folder: Path,
    kind: str,
    rows: Iterable[bytes],
    *,
    signers: dict[int, Signer],
    previous: Step | None = None,
    named: dict[int, Signer] | None = None,
    blocks: Iterable[tuple[BlockHeader, bytes]] | None = None,
) -> Step:
    with StepWriter(folder, kind=kind, number=archives.next_number(folder)) as writer:
        entry = writer.table(TABLE, rows, has_xid=blocks is not None)
        chains = ()
        if blocks is not None:
            before = previous.manifest.chains[0] if previous is not None else None
            chains = (writer.chain("cheque", blocks, before=before),)
        keys = tuple(
            KeyEntry(version, each.public.hex(), f"keys/keys-{version}.json", writer.small_file(f"keys/keys-{version}.json", b"{}"))
            for version, each in (named or signers).items()
        )
        manifest = Manifest(
            int(writer._name.rpartition("-")[2]), kind, previous.manifest.digest if previous else "",
            archives.Programme(7, "nantes", "Nantes", archives.Operator("Ville", "21440109300015")),
            AT, "0.10.0", {"ledger": "0001"}, archives.Snapshot(5, "s"), (entry,), chains, keys, (), {"vouchers": 3, "money_cents": 0}, False,
        )  # fmt: skip
        return writer.finish(manifest, sign=lambda raw: {version: each.sign(raw) for version, each in signers.items()})


def rows_of(count: int) -> list[bytes]:
    return [f'{number},"dit « {number} »\net encore"\n'.encode() for number in range(count)]


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def folder(tmp_path: Path, signer: Signer) -> Path:
    base = written(tmp_path, archives.BASE, rows_of(300), signers={1: signer})
    second = written(tmp_path, archives.INCREMENT, [b"3,changed\n"], signers={1: signer}, previous=base)
    written(tmp_path, archives.INCREMENT, [b"300,new\n"], signers={1: signer}, previous=second)
    archives.leave_verifier(tmp_path)
    return tmp_path


def faults(folder: Path, trusted: bytes | None = None) -> list[tuple[str, str, str, str]]:
    return [(each.step, each.table, each.key, each.what) for each in archives.check(archives.open_archive(folder), trusted=trusted)]


def by_itself(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The program that lies in the archive, in a Python that knows nothing of Carnet."""
    return subprocess.run([sys.executable, "-I", str(folder / "verify.py"), *words], capture_output=True, text=True, check=False)


def test_what_was_written_is_read_back_as_it_was_signed(folder: Path, signer: Signer) -> None:
    archive = archives.open_archive(folder)
    assert [step.name for step in archive.steps] == ["base-000001", "increment-000002", "increment-000003"]
    assert (archive.stopped, archive.known_until) == (None, AT)
    assert list(archives.rows(archive.base, "cheque")) == rows_of(300)
    assert list(archives.rows(archive.base, "another")) == []
    assert archives.stream(archive.latest, "cheque").read() == b"id,words\n300,new\n"
    assert faults(folder, archives.fingerprint(signer.public)) == faults(folder) == []
    assert by_itself(folder, archives.fingerprint(signer.public).hex()).returncode == 0


def repacked(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))


ROW_40 = rows_of(41)[40]


@pytest.mark.parametrize(
    ("change", "key", "what"),
    [
        (lambda text: text.replace(ROW_40, b'40,"dit autre chose"\n'), "id=40", "changed"),
        (lambda text: text.replace(ROW_40, b""), "> id=39", "removed"),
        (lambda text: text.replace(ROW_40, ROW_40 + b"9999,faux\n"), "id=9999", "added"),
        (lambda text: text + b"9999,faux\n", "id=9999", "added"),
        (lambda text: text.replace(b"id,words", b"id,sorts"), "", "columns"),
    ],
    ids=["changed", "removed", "added", "added at the end", "columns"],
)
def test_a_row_that_is_not_the_signed_one_is_named(folder: Path, change: Callable[[bytes], bytes], key: str, what: str) -> None:
    repacked(folder / "base-000001" / "tables" / "cheque.csv.gz", change)
    assert faults(folder) == [("base-000001", "cheque", key, what)]
    alone = by_itself(folder)
    assert alone.returncode == 1
    assert key.removeprefix("> ") in alone.stdout


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tables/cheque.csv.gz", ("cheque", "unreadable")),
        ("tables/cheque.sums", ("tables/cheque.sums", "changed")),
        ("keys/keys-1.json", ("keys/keys-1.json", "changed")),
        ("manifest.sig", ("manifest.sig", "signature")),
    ],
)
def test_a_file_that_was_cut_is_named(folder: Path, name: str, told: tuple[str, str]) -> None:
    path = folder / "increment-000002" / name
    path.write_bytes(path.read_bytes()[:-5] or b"x")
    found = faults(folder)
    assert ("increment-000002", told[0], "", told[1]) in found
    assert by_itself(folder).returncode == 1


def test_a_file_that_went_and_one_that_came_are_named(folder: Path) -> None:
    (folder / "base-000001" / "tables" / "cheque.csv.gz").unlink()
    (folder / "base-000001" / "tables" / "other.csv.gz").write_bytes(b"")
    assert [(table, what) for _step, table, _key, what in faults(folder)] == [
        ("tables/cheque.csv.gz", "missing"),
        ("tables/other.csv.gz", "added"),
    ]
    assert by_itself(folder).returncode == 1


def test_a_manifest_nobody_signed_is_named_and_so_is_what_follows_it(folder: Path) -> None:
    path = folder / "increment-000002" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"money_cents": 0', '"money_cents": 9'), encoding="utf-8")
    assert faults(folder) == [
        ("increment-000002", "manifest.sig", "", "signature"),
        ("increment-000003", "manifest.json", "", "previous"),
    ]
    assert by_itself(folder).returncode == 1


@pytest.mark.parametrize("loss", ["gone", "unreadable"])
def test_the_chain_stops_at_a_step_that_is_missing(folder: Path, loss: str) -> None:
    if loss == "gone":
        (folder / "increment-000002").rename(folder / "elsewhere")
    else:
        (folder / "increment-000002" / "manifest.json").write_text("{}", encoding="ascii")
    archive = archives.open_archive(folder)
    assert [step.name for step in archive.steps] == ["base-000001"]
    assert archive.stopped is not None
    assert archive.stopped.step == "increment-000002"
    assert set(archive.unused) >= {"increment-000003"}
    assert [step for step, _table, _key, _what in faults(folder)] == ["increment-000002"]
    assert by_itself(folder).returncode == 1


def test_a_step_put_in_the_place_of_another_is_not_read(folder: Path) -> None:
    (folder / "increment-000003").rename(folder / "increment-000004")
    (folder / "increment-000002").rename(folder / "increment-000003")
    (folder / "increment-000004").rename(folder / "increment-000002")
    assert [step.name for step in archives.open_archive(folder).steps] == ["base-000001"]


def test_an_archive_signed_by_somebody_else_agrees_with_itself_and_with_no_fingerprint(tmp_path: Path, signer: Signer) -> None:
    written(tmp_path, archives.BASE, rows_of(3), signers={1: Signer()})
    archives.leave_verifier(tmp_path)
    assert faults(tmp_path) == []
    known = archives.fingerprint(signer.public)
    assert faults(tmp_path, known) == [("base-000001", "manifest.sig", "", "signature")]
    assert by_itself(tmp_path).returncode == 0
    assert by_itself(tmp_path, known.hex()).returncode == 1


def test_an_increment_by_a_key_that_nothing_before_names_is_refused(folder: Path, signer: Signer) -> None:
    latest = archives.open_archive(folder).latest
    written(folder, archives.INCREMENT, [], signers={1: Signer()}, previous=latest)
    assert faults(folder) == [("increment-000004", "manifest.sig", "", "signature")]


def test_keys_change_and_the_fingerprint_somebody_wrote_down_goes_on_holding(folder: Path, signer: Signer) -> None:
    both = {1: signer, 2: Signer()}
    latest = written(folder, archives.INCREMENT, [], signers=both, previous=archives.open_archive(folder).latest)
    written(folder, archives.INCREMENT, [], signers={2: both[2]}, named=both, previous=latest)
    assert faults(folder, archives.fingerprint(signer.public)) == []
    written(folder, archives.BASE, rows_of(2), signers=both, previous=archives.open_archive(folder).latest)
    for each in both.values():
        assert faults(folder, archives.fingerprint(each.public)) == []


def test_a_manifest_names_files_of_its_own_step_only(folder: Path) -> None:
    path = folder / "base-000001" / "manifest.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["keys"][0]["file"] = "../../secret"
    path.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(archives.ArchiveUnreadable):
        archives.open_archive(folder)


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=200), st.data())
def test_any_one_edit_is_named_and_nothing_else(numbers: list[int], data: st.DataObject) -> None:
    signed = [f"{number},x\n".encode() for number in numbers]
    sums = b"".join(hashlib.sha256(row).digest()[:8] for row in signed)
    ours, expected = list(signed), []
    if signed and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(signed) - 1))
        if data.draw(st.booleans()):
            ours[place] = f"{numbers[place]},y\n".encode()
            expected = [(str(numbers[place]), "changed")]
        else:
            del ours[place]
            expected = [(f"> {numbers[place - 1]}" if place else "<", "removed")]
    else:
        place = data.draw(st.integers(0, len(signed)))
        ours.insert(place, b"77777,z\n")
        expected = [("77777", "added")]
    found = list(differences(iter(ours), io.BytesIO(sums), lambda row: row.decode().partition(",")[0]))
    assert found == expected


def test_a_step_that_is_not_finished_leaves_nothing(tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(RuntimeError), StepWriter(tmp_path, kind=archives.BASE, number=1) as writer:
        writer.table(TABLE, rows_of(3))
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_away_and_two_never_write_at_once(tmp_path: Path, signer: Signer) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from carnet.gateways import programme_archives as a\n"
        "with a.writing(Path(sys.argv[1])) as folder, a.StepWriter(folder, kind='base', number=1) as writer:\n"
        "    writer.small_file('keys/keys-1.json', b'{}'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], check=False, env={**os.environ, "DJANGO_SETTINGS_MODULE": "carnet.settings.test"}
    )
    assert killed.returncode == -9
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [".draft-base-000001"]
    with pytest.raises(archives.ArchiveMissing):
        archives.open_archive(tmp_path)
    with archives.writing(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]
        with pytest.raises(archives.ArchiveBusy), archives.writing(tmp_path):
            pass
        written(tmp_path, archives.BASE, rows_of(2), signers={1: signer})
    assert faults(tmp_path) == []


def test_old_chains_go_once_two_newer_are_whole(folder: Path, signer: Signer) -> None:
    for _turn in range(2):
        base = written(folder, archives.BASE, rows_of(2), signers={1: signer}, previous=archives.open_archive(folder).latest)
        written(folder, archives.INCREMENT, [], signers={1: signer}, previous=base)
    with archives.writing(folder):
        gone = archives.thin(folder)
    # The last base of the day is in the latest chain; the first chain was of the same day and month.
    assert set(gone) == {"base-000001", "increment-000002", "increment-000003"}
    assert faults(folder) == []


def test_writing_and_checking_a_hundred_times_more_takes_no_more_memory(tmp_path: Path, signer: Signer) -> None:
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        tracemalloc.start()
        written(folder, archives.BASE, (f"{number},x\n".encode() for number in range(count)), signers={1: signer})
        path = folder / "base-000001" / "tables" / "cheque.sums"
        path.write_bytes(path.read_bytes())
        assert archives.check(archives.open_archive(folder)) == ()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few = peak(1_000)
    assert peak(100_000) < few + 500_000


# --- seals ----------------------------------------------------------------------------------------------------------------
def sealed(
    numbers: list[int], digests: dict[int, bytes], *, number: int, previous: str, from_xid: int, to_xid: int
) -> tuple[BlockHeader, bytes]:
    rows = b"".join(each.to_bytes(8, "big") + digests[each] for each in numbers)
    digest = hashlib.sha256(bytes.fromhex(previous) + rows).hexdigest()
    return BlockHeader(number, from_xid, to_xid, len(numbers), previous, digest, AT.isoformat()), rows


def digest_of(row: bytes) -> bytes:
    return SealedRow(TABLE).read(row)[1]


def with_seals(
    folder: Path, signer: Signer, *, digests: Callable[[int, bytes], bytes] = lambda _number, real: real, extra: bytes = b""
) -> None:
    """Ten rows in one block with ten of another programme; five more sealed only in the next step."""
    rows = {number: f"{number},w{number}\n".encode() for number in range(15)}
    known = {number: digests(number, digest_of(row)) for number, row in rows.items()} | dict.fromkeys(range(100, 110), b"another.")
    first = sealed([*range(5), *range(100, 110), *range(5, 10)], known, number=1, previous="", from_xid=0, to_xid=50)
    given = [row.removesuffix(b"\n") + f",{10 + number if number < 10 else 60}\n".encode() for number, row in rows.items()]
    base = written(folder, archives.BASE, [*given[:10], *([extra] if extra else []), *given[10:]], signers={1: signer}, blocks=[first])
    second = sealed(list(range(10, 15)), known, number=2, previous=first[0].digest, from_xid=50, to_xid=90)
    written(folder, archives.INCREMENT, [given[14]], signers={1: signer}, previous=base, blocks=[second])


def test_rows_are_those_that_the_journal_sealed_also_when_the_seal_comes_a_step_later(tmp_path: Path, signer: Signer) -> None:
    with_seals(tmp_path, signer)
    archives.leave_verifier(tmp_path)
    assert faults(tmp_path) == []
    assert by_itself(tmp_path).returncode == 0


@pytest.mark.parametrize("number", [3, 12])
def test_a_row_signed_otherwise_than_it_was_sealed_is_named(tmp_path: Path, signer: Signer, number: int) -> None:
    with_seals(tmp_path, signer, digests=lambda each, real: b"altered." if each == number else real)
    found = faults(tmp_path)
    assert {(table, key, what) for _step, table, key, what in found} == {("cheque", f"id={number}", "sealed-changed")}


def test_a_row_signed_that_was_never_sealed_is_named(tmp_path: Path, signer: Signer) -> None:
    with_seals(tmp_path, signer, extra=b"99,false,30\n")
    assert faults(tmp_path) == [("base-000001", "cheque", "id=99", "sealed-added")]


def test_a_block_that_was_rewritten_breaks_the_chain(tmp_path: Path, signer: Signer) -> None:
    with_seals(tmp_path, signer)
    path = tmp_path / "increment-000002" / "blocks" / "cheque.blocks"
    path.write_bytes(path.read_bytes().replace(b'"from_xid": 50', b'"from_xid": 51'))
    assert ("increment-000002", "blocks/cheque.blocks", "", "changed") in faults(tmp_path)


def test_cells_are_read_as_postgresql_writes_them() -> None:
    assert cells(b'1,,"","a ""b"", c\nd",x\n') == [b"1", None, b"", b'a "b", c\nd', b"x"]
    assert cells(b"1,\n") == [b"1", None]
