"""What is written in an archive, and under which names."""

import csv
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from carnet.gateways.programme_archives._refusals import ArchiveUnreadable

FORMAT = "carnet-archive/1"
BASE, INCREMENT = "base", "increment"
SUM_SIZE = 8
XID_SIZE = 8
STEP_NAME = re.compile(r"(base|increment)-(\d{6,})")
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"


def step_name(kind: str, number: int) -> str:
    """The folder of a step: ``base-000001``."""
    return f"{kind}-{number:06d}"


def fingerprint(public: bytes) -> bytes:
    """What people compare: the SHA-256 of a raw public key."""
    return hashlib.sha256(public).digest()


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    siret: str


@dataclass(frozen=True, slots=True)
class Programme:
    id: int
    slug: str
    name: str
    operator: Operator


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The moment of the database: rows written by transactions from `xmin` on come again in the next step. `system`: which database counts so."""

    xmin: int
    system: str


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table of a step. `whole`: what is not in it is not in the table any more; else rows are added, or replaced, by their key.

    `types` are PostgreSQL's names of the columns' types. `xids_sha256` (tables sealed by the journal only): the digest of ``tables/<name>.xids``.
    """

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]
    rows: int
    file: str
    bytes: int
    sha256: str
    sums_sha256: str
    whole: bool = False
    xids_sha256: str = ""

    @property
    def sums_file(self) -> str:
        return f"tables/{self.name}.sums"

    @property
    def xids_file(self) -> str:
        return f"tables/{self.name}.xids"


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """The blocks of one sealed table that came since the step before. `number` and `digest` are the latest block's, even when there are no new ones."""

    table: str
    number: int
    digest: str
    to_xid: int
    blocks: int
    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One version of the programme's keys. `public` in hexadecimal; `sealed_for` the fingerprint of the successor's key, empty if nobody can open them."""

    version: int
    public: str
    file: str
    sha256: str
    sealed_for: str = ""


@dataclass(frozen=True, slots=True)
class SeedEntry:
    """The seed of an order whose paper does not exist yet, sealed for the successor."""

    order: int
    file: str
    sha256: str
    sealed_for: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one step says of itself. `raw` are the very bytes that were signed."""

    number: int
    kind: str
    previous: str
    programme: Programme
    made_at: datetime
    carnet: str
    schema: Mapping[str, str]
    snapshot: Snapshot
    tables: tuple[TableEntry, ...]
    chains: tuple[ChainEntry, ...]
    keys: tuple[KeyEntry, ...]
    seeds: tuple[SeedEntry, ...]
    totals: Mapping[str, int]
    people: bool
    # For the writer of the next step: digests of the sets rows are chosen by, and of tables that are sent whole.
    scopes: Mapping[str, str] = field(default_factory=dict)
    wholes: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = field(default=b"", repr=False)

    @property
    def digest(self) -> str:
        """What the next step names as the one before it."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def name(self) -> str:
        return step_name(self.kind, self.number)

    @property
    def boxes(self) -> tuple[KeyEntry | SeedEntry, ...]:
        """The small files of keys and secrets."""
        return (*self.keys, *self.seeds)

    def table(self, name: str) -> TableEntry | None:
        """What this step holds of one table, if anything."""
        return next((each for each in self.tables if each.name == name), None)


def written(manifest: Manifest) -> bytes:
    """The bytes to sign."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "number": manifest.number,
        "kind": manifest.kind,
        "previous": manifest.previous,
        "programme": {
            "id": manifest.programme.id,
            "slug": manifest.programme.slug,
            "name": manifest.programme.name,
            "operator": {"name": manifest.programme.operator.name, "siret": manifest.programme.operator.siret},
        },
        "made_at": manifest.made_at.isoformat(),
        "carnet": manifest.carnet,
        "schema": dict(manifest.schema),
        "snapshot": {"xmin": manifest.snapshot.xmin, "system": manifest.snapshot.system},
        "tables": [_table_said(each) for each in manifest.tables],
        "chains": [_of(each) for each in manifest.chains],
        "keys": [_of(each) for each in manifest.keys],
        "seeds": [_of(each) for each in manifest.seeds],
        "totals": dict(manifest.totals),
        "people": manifest.people,
        "scopes": dict(manifest.scopes),
        "wholes": dict(manifest.wholes),
    }
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _of(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in type(entry).__dataclass_fields__}


def _table_said(entry: TableEntry) -> dict[str, Any]:
    said = _of(entry)
    if not entry.xids_sha256:
        del said["xids_sha256"]
    return said


def parsed(raw: bytes, *, step: str) -> Manifest:
    """The manifest those bytes say. Raises: ArchiveUnreadable."""
    try:
        said = json.loads(raw)
        if said["format"] != FORMAT:
            raise ValueError(said["format"])
        programme = said["programme"]
        return Manifest(
            number=int(said["number"]),
            kind=str(said["kind"]),
            previous=str(said["previous"]),
            programme=Programme(
                int(programme["id"]),
                programme["slug"],
                programme["name"],
                Operator(programme["operator"]["name"], programme["operator"]["siret"]),
            ),
            made_at=datetime.fromisoformat(said["made_at"]),
            carnet=said["carnet"],
            schema=said["schema"],
            snapshot=Snapshot(int(said["snapshot"]["xmin"]), said["snapshot"]["system"]),
            tables=tuple(_table_read(each) for each in said["tables"]),
            chains=tuple(_inside(ChainEntry(**each)) for each in said["chains"]),
            keys=tuple(_inside(KeyEntry(**each)) for each in said["keys"]),
            seeds=tuple(_inside(SeedEntry(**each)) for each in said["seeds"]),
            totals=said["totals"],
            people=bool(said["people"]),
            scopes=said["scopes"],
            wholes=said["wholes"],
            raw=raw,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # Also any version of the format that is not this one.
        raise ArchiveUnreadable(step=step, file=MANIFEST) from None


_PLAIN_NAME = re.compile(r"[a-z_0-9]+")
_PLAIN_FILE = re.compile(r"(blocks/[a-z_0-9]+\.blocks|keys/keys-\d+\.json|keys/seed-\d+\.box)")
_Filed = TypeVar("_Filed", ChainEntry, KeyEntry, SeedEntry)


def _inside(entry: _Filed) -> _Filed:
    """A file of the step, never one beside it."""
    if not _PLAIN_FILE.fullmatch(entry.file):
        raise ValueError(entry.file)
    return entry


def _table_read(said: dict[str, Any]) -> TableEntry:
    entry = TableEntry(**{**said, "columns": tuple(said["columns"]), "types": tuple(said["types"]), "key": tuple(said["key"])})
    # Names end up in statements and in paths: a manifest can only name what a table may be called.
    if (
        not all(_PLAIN_NAME.fullmatch(name) for name in (entry.name, *entry.columns, *entry.key))
        or entry.file != f"tables/{entry.name}.csv.gz"
    ):
        raise ValueError(entry.name)
    return entry


def key_of(row: bytes, entry: TableEntry) -> str:
    """How a row is named to people: ``id=12``, ``series_id=1, voucher_id=30``."""
    try:
        cells = next(csv.reader([row.decode("utf-8", "replace")], strict=False))
        at = {name: cells[entry.columns.index(name)] for name in entry.key}
    except (IndexError, ValueError, StopIteration, csv.Error):
        return "?"
    return ", ".join(f"{name}={value}" for name, value in at.items())
