"""Reading what a public accountant says of payment orders: our own list, given back with three columns filled in.

Strict on what is money, kind on the rest: columns in any order, semicolons, commas or tabs, the byte order mark or the
Latin letters of an old Excel. A line that cannot be believed is told apart: the others are read.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from carnet.gateways.bank.errors import (
    BankFileEmpty,
    BankFileEncodingUnknown,
    BankFileMalformed,
    BankFilePacked,
    BankFileTooLarge,
    OrderListColumnsMissing,
)
from carnet.gateways.bank.reports import BadLine, BankReport, LineFault, TransferOutcome, TransferStatus

MESSAGE = "mandats"
SIZE_MAX = 4 * 1024 * 1024
LINES_MAX = 100_000
COLUMNS = ("reference", "montant", "numero de mandat", "paye le", "motif de rejet")
WRITTEN = dict(zip(COLUMNS, ("Référence", "Montant (€)", "Numéro de mandat", "Payé le", "Motif de rejet"), strict=True))
ACCOUNT_COLUMN = "iban"
REJECTED = "MANDAT"
_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")
_FRENCH_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def read(source: bytes | BinaryIO, *, size_max: int = SIZE_MAX) -> BankReport:
    """Read one list given back. A line with nothing filled in says nothing yet, and is counted.

    Units:   whole cents.
    Raises:  BankFileEmpty, BankFileTooLarge, BankFilePacked, BankFileEncodingUnknown, BankFileMalformed, OrderListColumnsMissing.
    """
    content = source if isinstance(source, bytes) else source.read(size_max + 1)
    if len(content) > size_max:
        raise BankFileTooLarge(size_max_bytes=size_max)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BankFilePacked()
    transfers: list[TransferStatus] = []
    bad: list[BadLine] = []
    silent = 0
    for line in _lines(_text(content)):
        said = _said(line)
        if isinstance(said, TransferStatus):
            transfers.append(said)
        elif isinstance(said, BadLine):
            bad.append(said)
        else:
            silent += 1
    digest = hashlib.sha256(content).digest()
    return BankReport(
        message=MESSAGE,
        report_id=digest.hex()[:16],
        answers=None,
        account_ibans=(),
        transfers=tuple(transfers),
        whole_file=None,
        others=(),
        bad=tuple(bad),
        not_final=silent,
        schema_checked=True,
        digest=digest,
        size_bytes=len(content),
    )


def _text(content: bytes) -> str:
    if b"\x00" in content:
        raise BankFileEncodingUnknown(encoding="UTF-16")
    if not content.removeprefix(b"\xef\xbb\xbf").strip():
        raise BankFileEmpty()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _lines(text: str) -> Iterator[dict[str, str]]:
    first = text.splitlines()[0]
    delimiter = max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = [_plain(name) for name in next(rows)]
        missing = [name for name in COLUMNS if name not in head]
        if missing:
            raise OrderListColumnsMissing(columns=[WRITTEN[name] for name in missing])
        for row in rows:
            if rows.line_num > LINES_MAX:
                raise BankFileTooLarge(size_max_bytes=SIZE_MAX)
            if any(cell.strip() for cell in row):
                yield {name: cell.strip().removeprefix("'") for name, cell in zip(head, row, strict=False)}
    except csv.Error as error:
        raise BankFileMalformed(line=rows.line_num, reason=str(error)) from error


def _said(line: dict[str, str]) -> TransferStatus | BadLine | None:
    reference, amount, number, day, reason = (line.get(name, "") for name in COLUMNS)
    if not (number or day or reason):
        return None
    if not reference:
        return BadLine(number[:35], LineFault.NO_REFERENCE, "")
    cents = _cents(amount)
    if cents is None:
        return BadLine(reference[:140], LineFault.AMOUNT, amount[:80])
    paid_on = _day(day)
    if day and paid_on is None:
        return BadLine(reference[:140], LineFault.DAY, day[:80])
    if bool(reason) == bool(number and paid_on) or (reason and paid_on):
        return BadLine(reference[:140], LineFault.INCOMPLETE, (number or reason)[:80])
    return TransferStatus(
        end_to_end_id=reference,
        status=TransferOutcome.REJECTED if reason else TransferOutcome.PAID,
        reason_code=REJECTED if reason else "",
        cents=cents,
        account_iban=None,
        booked_on=paid_on,
        creditor_iban=line.get(ACCOUNT_COLUMN, "").replace(" ", "").upper() or None,
        order_number=number[:20],
        note=reason[:200],
    )


def _plain(name: str) -> str:
    """A column's name without accents, capitals or what stands in brackets: ``Montant (€)`` is ``montant``."""
    letters = unicodedata.normalize("NFKD", name.partition("(")[0]).encode("ascii", "ignore").decode()
    return " ".join(letters.lower().split())


def _cents(text: str) -> int | None:
    match = _AMOUNT.fullmatch("".join(text.split()).replace("€", "").replace("\u202f", ""))
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else None


def _day(text: str) -> date | None:
    french, iso = _FRENCH_DAY.fullmatch(text), _ISO_DAY.fullmatch(text)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None
