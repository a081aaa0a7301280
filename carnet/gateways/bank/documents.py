"""Reading and checking one bank document as a stream: no network, no entity, no surprise in size, no tree in memory."""

import hashlib
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from carnet.gateways.bank.errors import (
    BankFileEmpty,
    BankFileEncodingUnknown,
    BankFileHostile,
    BankFileMalformed,
    BankFilePacked,
    BankFileTooLarge,
    BankFileWrongType,
)

SIZE_MAX = 32 * 1024 * 1024
"""Bytes. A statement line is about a kilobyte: thirty thousand transfers in one day of one account."""

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_SCHEMAS = Path(__file__).parent / "schemas"
_ENCODINGS = frozenset({"UTF-8", "US-ASCII", "ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"})
_MARK = b"\xef\xbb\xbf"
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
# A bank never sends a document type. Every encoding accepted above writes these words in ASCII.
_HOSTILE = (b"<!DOCTYPE", b"<!ENTITY")
_PIECE = 64 * 1024
# Before the first element there is a declaration and perhaps a comment: not a megabyte of them.
_HEAD_MAX = 16 * _PIECE
# Between two elements asked for there are a few dozen others: not a hundred thousand, which would fill the memory.
_BETWEEN_MAX = 100_000
_DOCUMENT = "Document"
_SAFELY = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@cache
def schema(message: str) -> etree.XMLSchema:
    """The real ISO schema of `message` (its files and their origin: schemas/PROVENANCE.md)."""
    return etree.XMLSchema(etree.parse(str(_SCHEMAS / f"{message}.xsd"), etree.XMLParser(**_SAFELY)))


def has_schema(message: str) -> bool:
    """Whether the schema of `message` is shipped; `pain.002.001.10` is read by its structure alone."""
    return (_SCHEMAS / f"{message}.xsd").is_file()


class Checker:
    """Holds a document against its schema while it passes, piece by piece, and gives the elements asked for.

    Each element is forgotten as soon as the next is asked: a hundred thousand need no more memory than one.
    """

    def __init__(self, message: str, *tags: str) -> None:
        self._namespace = f"{{{NAMESPACE}{message}}}"
        wanted = [f"{self._namespace}{tag}" for tag in (*tags, _DOCUMENT)]
        checked = {"schema": schema(message)} if has_schema(message) else {}
        self._parser = etree.XMLPullParser(events=("end",), tag=wanted, **checked, **_SAFELY)
        self._is_whole = False
        self._between = 0

    def feed(self, piece: bytes) -> Iterator[etree._Element]:
        """Take the next bytes; give each element that has just ended.

        Raises: BankFileHostile, BankFileEncodingUnknown, BankFileMalformed (without its line).
        """
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError as error:
            raise _refusal(error) from error
        # Told at once: lxml itself would raise it only after the last byte.
        if len(self._parser.feed_error_log):
            raise self._malformed(self._parser.feed_error_log[0].message)
        for _event, element in self._parser.read_events():
            if element.tag == f"{self._namespace}{_DOCUMENT}":
                self._is_whole = True
                continue
            self._between = 0
            yield element
            _forget(element)
        self._between += piece.count(b"<")
        if self._between > _BETWEEN_MAX:
            raise BankFileHostile(reason="LENGTH")

    def close(self) -> None:
        """Refuse a document that was cut. Raises: BankFileMalformed."""
        # Asked of ourselves: with a schema, lxml closes a document that was cut without a word.
        if not self._is_whole:
            raise self._malformed("</Document> ?")
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise _refusal(error) from error

    def _malformed(self, reason: str) -> BankFileMalformed:
        return BankFileMalformed(line=0, reason=reason.replace(self._namespace, ""))


class Document:
    """One document of the bank being read. `message` is known at once; `digest` and `size_bytes` once it was read to its end."""

    def __init__(self, source: bytes | BinaryIO, *, messages: tuple[str, ...], size_max: int = SIZE_MAX) -> None:
        """Look at the head of `source` and recognise it as one of `messages` (e.g. ``camt.053.001.08``).

        Raises: BankFileEmpty, BankFileTooLarge, BankFilePacked, BankFileHostile, BankFileEncodingUnknown, BankFileMalformed,
                BankFileWrongType.
        """
        self._file: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source
        self._size_max = size_max
        self._hash = hashlib.sha256()
        self._tail = b""
        self.size_bytes = 0
        self._head, name = self._recognised()
        self.message = _message(name, messages)
        self.has_schema = has_schema(self.message)

    @property
    def digest(self) -> bytes:
        """SHA-256 of everything read so far."""
        return self._hash.digest()

    def each(self, *tags: str) -> Iterator[etree._Element]:
        """Each element called one of `tags`, in order, then the document is known to be whole and valid.

        What came before an element in its parent is still there, but the other elements of `tags`.
        Raises: BankFileTooLarge, BankFileHostile, BankFileEncodingUnknown, BankFileMalformed (line, reason).
        """
        checker = Checker(self.message, *tags)
        piece = self._head.removeprefix(_MARK)
        try:
            while piece:
                yield from checker.feed(piece)
                piece = self._read()
            checker.close()
        except BankFileMalformed as refusal:
            if refusal.facts["line"]:
                raise
            raise BankFileMalformed(line=self._line_of_fault(tags), reason=refusal.facts["reason"]) from refusal

    def _recognised(self) -> tuple[bytes, etree.QName]:
        """The first pieces, and the name of the element they open with."""
        head = self._read()
        if head.startswith(_PACKED):
            raise BankFilePacked()
        if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:64]:
            raise BankFileEncodingUnknown(encoding="UTF-16")
        if not head.removeprefix(_MARK).strip():
            raise BankFileEmpty()
        parser = etree.XMLPullParser(events=("start",), **_SAFELY)
        piece = head.removeprefix(_MARK)
        while True:
            try:
                parser.feed(piece)
                first = next(iter(parser.read_events()), None)
                if first is None and (len(head) > _HEAD_MAX or not (piece := self._read())):
                    parser.close()
                    raise BankFileHostile(reason="HEAD")
            except etree.XMLSyntaxError as error:
                raise _refusal(error) from error
            if first is not None:
                break
            head += piece
        root = first[1]
        declared = (root.getroottree().docinfo.encoding or "UTF-8").upper()
        if declared not in _ENCODINGS:
            raise BankFileEncodingUnknown(encoding=declared)
        return head, etree.QName(root)

    def _read(self) -> bytes:
        piece = self._file.read(_PIECE)
        self.size_bytes += len(piece)
        if self.size_bytes > self._size_max:
            raise BankFileTooLarge(size_max_bytes=self._size_max)
        self._hash.update(piece)
        seen = self._tail + piece
        for word in _HOSTILE:
            if word in seen:
                raise BankFileHostile(reason=word.decode().strip("<!"))
        self._tail = piece[-len(_HOSTILE[0]) :]
        return piece

    def _line_of_fault(self, tags: tuple[str, ...]) -> int:
        """Read again, line by line, until the fault is met: which line to look at. 0 when it cannot be read again."""
        if not self._file.seekable():
            return 0
        self._file.seek(0)
        checker, line = Checker(self.message, *tags), 1
        try:
            while piece := self._file.readline(_PIECE):
                for _element in checker.feed(piece.removeprefix(_MARK)):
                    pass
                line += piece.endswith(b"\n")
        except BankFileMalformed as refusal:
            return int(refusal.facts["line"]) or line
        return line


def _forget(element: etree._Element) -> None:
    element.clear()
    before = element.getprevious()
    parent = element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


def _refusal(error: etree.XMLSyntaxError) -> BankFileHostile | BankFileEncodingUnknown | BankFileMalformed:
    message = str(error.msg)
    if "depth" in message.lower() or "huge" in message.lower():
        return BankFileHostile(reason="DEPTH" if "depth" in message.lower() else "LENGTH")
    if "encoding" in message.lower():
        return BankFileEncodingUnknown(encoding="")
    return BankFileMalformed(line=error.lineno or 0, reason=message)


def _message(name: etree.QName, messages: tuple[str, ...]) -> str:
    found = (name.namespace or "").removeprefix(NAMESPACE)
    if name.localname != _DOCUMENT or name.namespace != NAMESPACE + found or found not in messages:
        raise BankFileWrongType(found=found[:80] or name.localname[:80], expected=", ".join(messages))
    return found
