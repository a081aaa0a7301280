"""Reading and validating one bank document safely: no network, no entity, no surprise in size."""

from functools import cache
from pathlib import Path

from lxml import etree

from carnet.gateways.bank.errors import (
    BankFileEmpty,
    BankFileEncodingUnknown,
    BankFileHostile,
    BankFileMalformed,
    BankFileTooLarge,
    BankFileWrongType,
)

SIZE_MAX = 32 * 1024 * 1024
"""Bytes. A statement line is about a kilobyte: thirty thousand transfers in one day of one account."""

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_SCHEMAS = Path(__file__).parent / "schemas"
_ENCODINGS = frozenset({"UTF-8", "US-ASCII", "ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"})
_MARK = b"\xef\xbb\xbf"


@cache
def schema(message: str) -> etree.XMLSchema:
    """The real ISO schema of `message` (its files and their origin: schemas/PROVENANCE.md)."""
    return etree.XMLSchema(etree.parse(str(_SCHEMAS / f"{message}.xsd"), _parser()))


def has_schema(message: str) -> bool:
    """Whether the schema of `message` is shipped; `pain.002.001.10` is read by its structure alone."""
    return (_SCHEMAS / f"{message}.xsd").is_file()


def validate(root: etree._Element, message: str) -> None:
    """Hold `root` against the schema of `message`. Raises: BankFileMalformed (line, reason)."""
    checker = schema(message)
    if not checker.validate(root):
        # The last error is the cause; lxml keeps one log per schema, read at once.
        first = checker.error_log[0]
        raise BankFileMalformed(line=first.line, reason=first.message.replace(f"{{{NAMESPACE}{message}}}", ""))


def parse(content: bytes, *, messages: tuple[str, ...], size_max: int = SIZE_MAX) -> tuple[etree._Element, str]:
    """Read `content` as one of `messages` (e.g. ``camt.053.001.08``); give its root and which it is.

    Raises: BankFileEmpty, BankFileTooLarge, BankFileHostile, BankFileEncodingUnknown,
            BankFileMalformed, BankFileWrongType.
    """
    if len(content) > size_max:
        raise BankFileTooLarge(size_max_bytes=size_max)
    if not content.strip():
        raise BankFileEmpty()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:64]:
        raise BankFileEncodingUnknown(encoding="UTF-16")
    # A bank never sends a document type. Every encoding accepted below writes these words in ASCII.
    for word in (b"<!DOCTYPE", b"<!ENTITY"):
        if word in content:
            raise BankFileHostile(reason=word.decode().strip("<!"))
    root = _root(content.removeprefix(_MARK))
    return root, _message(root, messages)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _root(content: bytes) -> etree._Element:
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        message = str(error.msg)
        if "depth" in message.lower() or "huge" in message.lower():
            raise BankFileHostile(reason="DEPTH") from error
        if "encoding" in message.lower():
            raise BankFileEncodingUnknown(encoding="") from error
        raise BankFileMalformed(line=error.lineno or 0, reason=message) from error
    declared = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if declared not in _ENCODINGS:
        raise BankFileEncodingUnknown(encoding=declared)
    return root


def _message(root: etree._Element, messages: tuple[str, ...]) -> str:
    name = etree.QName(root)
    found = (name.namespace or "").removeprefix(NAMESPACE)
    if name.localname != "Document" or name.namespace != NAMESPACE + found or found not in messages:
        raise BankFileWrongType(found=found[:80] or name.localname[:80], expected=", ".join(messages))
    return found
