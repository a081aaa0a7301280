"""Reading an archive once, in constant memory, and naming whatever is not as it was signed."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO

from carnet.gateways.keys import EXPORT, signs
from carnet.gateways.programme_archives._chains import ChainReader
from carnet.gateways.programme_archives._format import MANIFEST, SIGNATURE, SUM_SIZE, Manifest, TableEntry, fingerprint, key_of
from carnet.gateways.programme_archives._reading import Archive, Step, csv_rows
from carnet.gateways.programme_archives._refusals import Fault

FAULTS_MAX = 100
_AHEAD = 64
_BROKEN = (OSError, EOFError, zlib.error, ValueError)


def check(archive: Archive, *, trusted: bytes | None = None, progress: Callable[[int, int], None] | None = None) -> tuple[Fault, ...]:
    """Every fault of the latest chain, the first ones of each table when there are many.

    `trusted`: the fingerprint (or the raw public key itself) of one of the programme's keys, known from elsewhere: written in a convention,
    read on the page of archives. Without it, the archive is only shown to agree with itself. `progress(done, total)` counts bytes.
    """
    checker = _Checker(archive, trusted, progress)
    return checker.run()


class _Checker:
    def __init__(self, archive: Archive, trusted: bytes | None, progress: Callable[[int, int], None] | None) -> None:
        self._archive, self._trusted, self._progress = archive, trusted, progress
        self._faults: list[Fault] = []
        self._told: dict[tuple[str, str], int] = {}
        self._believed: frozenset[str] = frozenset()
        self._chains: dict[str, ChainReader] = {}
        self._done = 0
        self._total = sum(entry.bytes for step in archive.steps for entry in step.manifest.tables)

    def run(self) -> tuple[Fault, ...]:
        before: Manifest | None = None
        for step in self._archive.steps:
            self._check_step(step, before)
            before = step.manifest
        if self._archive.stopped is not None:
            self._faults.append(self._archive.stopped)
        return tuple(self._faults)

    def _tell(self, step: Step, table: str, key: str, what: str) -> None:
        count = self._told[step.name, table] = self._told.get((step.name, table), 0) + 1
        if count <= FAULTS_MAX:
            self._faults.append(Fault(step.name, table, key, what))
        elif count == FAULTS_MAX + 1:
            self._faults.append(Fault(step.name, table, "", "more"))

    def _check_step(self, step: Step, before: Manifest | None) -> None:
        manifest = step.manifest
        self._check_signature(step, is_base=before is None)
        if before is not None and (manifest.previous != before.digest or manifest.programme.id != before.programme.id):
            self._tell(step, MANIFEST, "", "previous")
        self._check_names(step)
        whole = {entry.name: self._check_table(step, entry) for entry in manifest.tables}
        for chain in manifest.chains:
            entry = manifest.table(chain.table)
            if self._check_digest(step, chain.file, chain.sha256) and whole.get(chain.table, True):
                reader = self._chains.setdefault(chain.table, ChainReader(chain.table))
                try:
                    reader.step(step, chain, entry, lambda file, key, what: self._tell(step, file, key, what))
                except _BROKEN:
                    self._tell(step, chain.file, "", "unreadable")
        for small in manifest.boxes:
            self._check_digest(step, small.file, small.sha256)

    def _check_signature(self, step: Step, *, is_base: bool) -> None:
        """One of the keys believed so far has to sign; those the step names are believed from then on."""
        publics = {each.version: each.public for each in step.manifest.keys}
        signed: set[str] = set()
        try:
            lines = (step.folder / SIGNATURE).read_text(encoding="ascii").split("\n")
            for version, _space, signature in (line.partition(" ") for line in lines if line):
                public = publics.get(int(version), "")
                if signs(bytes.fromhex(public), EXPORT, step.manifest.raw, bytes.fromhex(signature)):
                    signed.add(public)
        except (OSError, ValueError):
            self._tell(step, SIGNATURE, "", "unreadable")
            return
        believed = {each for each in publics.values() if self._is_trusted(bytes.fromhex(each))} if is_base else set(self._believed)
        if not signed & believed:
            self._tell(step, SIGNATURE, "", "signature")
        else:
            self._believed = frozenset(publics.values()) | self._believed

    def _is_trusted(self, public: bytes) -> bool:
        return self._trusted is None or self._trusted in (public, fingerprint(public))

    def _check_names(self, step: Step) -> None:
        manifest = step.manifest
        expected = {MANIFEST, SIGNATURE}
        for entry in manifest.tables:
            expected |= {entry.file, entry.sums_file} | ({entry.xids_file} if entry.xids_sha256 else set())
        expected |= {each.file for each in manifest.chains} | {each.file for each in manifest.boxes}
        present = {path.relative_to(step.folder).as_posix() for path in step.folder.rglob("*") if path.is_file()}
        for name in sorted(expected - present):
            self._tell(step, name, "", "missing")
        for name in sorted(present - expected):
            self._tell(step, name, "", "added")

    def _check_digest(self, step: Step, name: str, expected: str) -> bool:
        path = step.folder / name
        if not path.is_file():
            return False  # told by its name already
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == expected:
                return True
        self._tell(step, name, "", "changed")
        return False

    def _check_table(self, step: Step, entry: TableEntry) -> bool:
        """Whether the table is as it was signed; else its rows are compared with their sums, one by one."""
        self._done += entry.bytes
        if self._progress is not None:
            self._progress(self._done, self._total)
        path = step.folder / entry.file
        has_sums = self._check_digest(step, entry.sums_file, entry.sums_sha256)
        has_xids = not entry.xids_sha256 or self._check_digest(step, entry.xids_file, entry.xids_sha256)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256:
                return has_xids
        if not has_sums:
            self._tell(step, entry.name, "", "changed")
            return False
        self._compare_rows(step, entry)
        return False

    def _compare_rows(self, step: Step, entry: TableEntry) -> None:
        told = len(self._faults)
        try:
            with gzip.open(step.folder / entry.file, "rb") as rows, (step.folder / entry.sums_file).open("rb") as sums:
                if rows.readline() != ",".join(entry.columns).encode("ascii") + b"\n":
                    self._tell(step, entry.name, "", "columns")
                    return
                for key, what in differences(csv_rows(rows), sums, lambda row: key_of(row, entry)):  # type: ignore[arg-type]
                    self._tell(step, entry.name, key, what)
        except _BROKEN:
            self._tell(step, entry.name, "", "unreadable")
        if len(self._faults) == told:
            self._tell(step, entry.file, "", "changed")  # packed otherwise, the same rows


def differences(rows: Iterator[bytes], sums: IO[bytes], name: Callable[[bytes], str]) -> Iterator[tuple[str, str]]:
    """What has to be done to the signed rows to get these: each row changed, added, or removed (named by the one before it).

    Both are read side by side, at most 64 ahead: where they meet again first is where the difference ends.
    """
    ours: list[tuple[bytes, bytes]] = []
    signed: list[bytes] = []
    last = ""
    while True:
        ours += [(row, hashlib.sha256(row).digest()[:SUM_SIZE]) for row in islice(rows, _AHEAD - len(ours))]
        while len(signed) < _AHEAD and (each := sums.read(SUM_SIZE)):
            signed.append(each)
        if not ours and not signed:
            return
        meeting = _meeting([each[1] for each in ours], signed)
        here, there = meeting
        for place in range(max(here, there)):
            if place < min(here, there):
                last = name(ours[place][0])
                yield last, "changed"
            elif place < here:
                last = name(ours[place][0])
                yield last, "added"
            else:
                yield f"> {last}" if last else "<", "removed"
        del ours[:here], signed[:there]
        while ours and signed and ours[0][1] == signed[0]:
            last_row = ours.pop(0)[0]
            signed.pop(0)
            last = name(last_row) if not ours or not signed or ours[0][1] != signed[0] else last


def _meeting(ours: list[bytes], signed: list[bytes]) -> tuple[int, int]:
    """How many of each to pass before both go on alike; all of both when they never do."""
    if ours and signed and ours[0] == signed[0]:
        return 0, 0
    best = (len(ours), len(signed))
    where = {each: place for place, each in reversed(list(enumerate(signed)))}
    for here, each in enumerate(ours):
        there = where.get(each)
        if there is not None and max(here, there) < max(best):
            best = (here, there)
    return best
