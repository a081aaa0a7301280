"""Whether a name is anywhere: every row of every table, what is sealed once opened, files, archives, logs. It says where, never what.

The proof that an erasure is whole is that this finds nothing; and that it finds everything for somebody who was not erased.
"""

import gzip
import io
import os
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from carnet.privacy.queries.mapping import declared
from carnet.privacy.queries.reading import read_rows
from carnet.privacy.rules import Sought, SoughtBy, holds, sought
from carnet.privacy.rules.reading import SEALED_COLUMNS

FILE_BYTES_MOST = 512 * 1024 * 1024
INNER_MOST = 64 * 1024 * 1024
_DEEP = 3
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the name is: a table and a row, or a file. `kind`: ROW, SEALED, PACKED (compressed in a column), FILE."""

    kind: str
    where: str


@dataclass(frozen=True, slots=True)
class Searched:
    """What was looked through, what was found, and what could not be opened (files sealed for somebody else, pictures, keys destroyed)."""

    found: tuple[Place, ...]
    tables: int
    rows: int
    sealed: int
    files: int
    unopened: tuple[str, ...]
    closed: int


def search(text: str, *, folders: Iterable[Path] = (), tables: bool = True) -> Searched:
    """Look for somebody everywhere. Call it seeing everything. Raises: TooVague."""
    whom, found, unopened = sought(text), [], []
    counted = rows = sealed = closed = files = 0
    if tables:
        for table in _tables():
            counted += 1
            rows += _count(table)
            found += [Place("ROW", f"{table}:{row}") for row in _rows(table, whom)]
            found += [Place("PACKED", f"{table}:{row}") for row in _packed(table, whom)]
        for table in sorted({each.table for each in SEALED_COLUMNS} & set(declared())):
            for each in read_rows(table):
                sealed += 1
                closed += len(each.closed)
                if holds(" ".join(each.texts.values()), whom) and Place("ROW", f"{table}:{each.row}") not in found:
                    found.append(Place("SEALED", f"{table}:{each.row}"))
    for folder in folders:
        for path in _files(folder):
            files += 1
            if path.suffix == ".age" or path.stat().st_size > FILE_BYTES_MOST:
                unopened.append(str(path))
            elif holds(path.name, whom) or any(_in_bytes(part, whom) for part in _parts(path.read_bytes())):
                found.append(Place("FILE", str(path)))
    return Searched(tuple(found), counted, rows, sealed, files, tuple(unopened), closed)


def _files(folder: Path) -> Iterator[Path]:
    """Every file of a folder. The files of PostgreSQL itself are left to its tables: they hold pages, and rows that are gone until reused."""
    if folder.is_file():
        yield folder
    for inside, folders, names in os.walk(folder):
        if "PG_VERSION" in names:
            folders.clear()
            continue
        folders.sort()
        yield from (path for name in sorted(names) if (path := Path(inside) / name).is_file())


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} r /* fan-out: somebody is looked for in every row */")
        return int(cursor.fetchone()[0])


def _rows(table: str, whom: Sought) -> list[str]:
    """Rows whose text, or whose bytes read as text, hold the longest word; then read again, whole, by the rules."""
    word = _telling(whom)
    shapes = sorted({word, word.upper(), word.capitalize()})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.ctid::text, to_jsonb(r)::text FROM {table} r WHERE translate(lower(to_jsonb(r)::text), %s, %s) LIKE %s"
            " OR to_jsonb(r)::text LIKE ANY(%s) /* fan-out: somebody is looked for in every row */",
            ["àâäáãåçéèêëíìîïñóòôöõúùûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy", f"%{word}%", [f"%{shape.encode().hex()}%" for shape in shapes]],
        )
        found = cursor.fetchall()
    return [row for row, text in found if holds(text, whom) or any(_in_bytes(each, whom) for each in _unhexed(text))]


def _telling(whom: Sought) -> str:
    """What a row must have to be read again. A telephone is written with or without spaces: its last two digits are asked for."""
    return whom.words[0][-2:] if whom.by is SoughtBy.PHONE else max(whom.words, key=len).casefold()


def _unhexed(text: str) -> Iterator[bytes]:
    for found in re.findall(r"\\\\x([0-9a-f]{8,})", text):
        yield bytes.fromhex(found[: len(found) // 2 * 2])


def _packed(table: str, whom: Sought) -> Iterator[str]:
    """Columns of bytes that hold something compressed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        for column in columns:
            cursor.execute(
                f"SELECT r.ctid::text, r.{column} FROM {table} r WHERE substring(r.{column} from 1 for 1) = '\\x78'::bytea"
                f" OR substring(r.{column} from 1 for 2) IN ('\\x1f8b'::bytea, '\\x504b'::bytea, '\\x2550'::bytea)"
                " /* fan-out: somebody is looked for in every row */"
            )
            while some := cursor.fetchmany(50):
                for row, content in some:
                    inner = list(_parts(bytes(content)))
                    if any(_in_bytes(each, whom) for each in inner):
                        yield row


def _parts(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """A content, and what is packed in it: gzip, zlib, zip, tar, the streams of a PDF."""
    yield content
    if depth >= _DEEP:
        return
    for each in _unpacked(content):
        yield from _parts(each, depth + 1)


def _unpacked(content: bytes) -> Iterator[bytes]:
    try:
        if content[:2] == b"\x1f\x8b":
            yield gzip.GzipFile(fileobj=io.BytesIO(content)).read(INNER_MOST)
        elif content[:1] == b"\x78":
            yield zlib.decompressobj().decompress(content, INNER_MOST)
        elif content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield name.encode()
                    with archive.open(name) as inner:
                        yield inner.read(INNER_MOST)
        elif content[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                for member in tar:
                    yield member.name.encode()
                    if (file := tar.extractfile(member)) is not None:
                        yield file.read(INNER_MOST)
        elif content[:4] == b"%PDF":
            for stream in _STREAM.findall(content):
                with_room = zlib.decompressobj()
                try:
                    yield with_room.decompress(stream, INNER_MOST)
                except zlib.error:
                    continue
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError):
        return


def _in_bytes(content: bytes, whom: Sought) -> bool:
    """Read as text only where a word of theirs may be: most files hold none."""
    text = content.decode("utf-8", "ignore")
    if "\\u00" in text:
        text += re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return holds(text, whom)
