"""Reading the bank's answers as a stream: status reports (`pain.002`) and statements (`camt.053`).

Only what is final is told: a transfer refused, a transfer booked out of the account, a transfer that
came back. "Received", "accepted" and pending lines say nothing about money and are counted, no more.
A line that cannot be believed (another currency, half a cent, no reference) is told apart: the others are read.
"""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import BinaryIO

from lxml import etree

from carnet.gateways.bank import documents
from carnet.gateways.bank.errors import BankFileMalformed

STATUS_REPORTS = ("pain.002.001.03", "pain.002.001.10")
STATEMENTS = ("camt.053.001.02", "camt.053.001.08")

_REJECTED = frozenset({"RJCT", "CANC"})
_SETTLED = frozenset({"ACSC", "ACCC"})
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,2})0*)?")
# Booked at the close; at the opening, or at the close of the statement before.
_CLOSING, _OPENING = "CLBD", ("OPBD", "PRCD")
_NO_REASON = "NARR"
_NOT_PROVIDED = "NOTPROVIDED"


class TransferOutcome(StrEnum):
    """What the bank says became of one transfer."""

    PAID = "PAID"
    REJECTED = "REJECTED"
    RETURNED = "RETURNED"


class LineFault(StrEnum):
    """Why one line of a file is not believed, though the file is."""

    CURRENCY = "CURRENCY"
    AMOUNT = "AMOUNT"
    NO_REFERENCE = "NO_REFERENCE"
    BATCH = "BATCH"
    DAY = "DAY"
    INCOMPLETE = "INCOMPLETE"


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """One final fact about one transfer.

    `cents`, `account_iban` (ours) and `creditor_iban` are None where a status report leaves them out: the transfer
    itself, found by `end_to_end_id` inside `message_id`, then says. `order_number` and `note` are a public accountant's.
    """

    end_to_end_id: str
    status: TransferOutcome
    reason_code: str
    cents: int | None
    account_iban: str | None
    message_id: str | None = None
    booked_on: date | None = None
    creditor_iban: str | None = None
    order_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileStatus:
    """The whole payment file refused or settled at once, with no word about each transfer."""

    message_id: str
    status: TransferOutcome
    reason_code: str


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A statement line that is no transfer of ours: a funder's payment in, a bank fee."""

    reference: str
    cents: int
    is_credit: bool
    account_iban: str
    booked_on: date | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be believed. `found` is what the bank wrote there, shortened."""

    reference: str
    fault: LineFault
    found: str


@dataclass(frozen=True, slots=True)
class ClosingBalance:
    """What a statement says an account held at the close of a day; below zero, overdrawn. `opening_cents`: what it began with."""

    account_iban: str
    day: date
    cents: int
    opening_cents: int | None


@dataclass(frozen=True, slots=True)
class BankReport:
    """One answer of the bank, whole. `answers` is the payment file a status report is about (None for a
    statement); `schema_checked` is false where no schema is shipped. `balances`: a statement's, one an account and day."""

    message: str
    report_id: str
    answers: str | None
    account_ibans: tuple[str, ...]
    transfers: tuple[TransferStatus, ...]
    whole_file: FileStatus | None
    others: tuple[OtherLine, ...]
    bad: tuple[BadLine, ...]
    not_final: int
    schema_checked: bool
    digest: bytes
    size_bytes: int
    balances: tuple[ClosingBalance, ...] = ()


def read(source: bytes | BinaryIO, *, size_max: int = documents.SIZE_MAX) -> BankReport:
    """Read one file of the bank, whichever of the two it is, without ever holding it whole.

    Units:   whole cents.
    Raises:  BankFileEmpty, BankFileTooLarge, BankFilePacked, BankFileHostile, BankFileEncodingUnknown,
             BankFileMalformed, BankFileWrongType.
    """
    document = documents.Document(source, messages=STATUS_REPORTS + STATEMENTS, size_max=size_max)
    reader = _Statement(document) if document.message in STATEMENTS else _StatusReport(document)
    return reader.read()


class _BadAmount(Exception):
    """An amount of one line that is not whole cents of euro."""

    def __init__(self, fault: LineFault, found: str) -> None:
        self.fault, self.found = fault, found[:80]


@dataclass
class _Found:
    """What was read so far."""

    transfers: list[TransferStatus] = field(default_factory=list)
    others: list[OtherLine] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    closing: dict[tuple[str, date], int] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=dict)
    not_final: int = 0


class _Reader:
    """The paths of one message, in its own namespace."""

    def __init__(self, document: documents.Document) -> None:
        self._document = document
        self._names = {"m": documents.NAMESPACE + document.message}
        self._found = _Found()

    def read(self) -> BankReport:
        raise NotImplementedError

    def _report(self, *, report_id: str, answers: str | None = None, whole: FileStatus | None = None) -> BankReport:
        found = self._found
        return BankReport(
            message=self._document.message,
            report_id=report_id,
            answers=answers,
            account_ibans=tuple(sorted(found.accounts)),
            transfers=tuple(found.transfers),
            whole_file=whole,
            others=tuple(found.others),
            bad=tuple(found.bad),
            not_final=found.not_final,
            schema_checked=self._document.has_schema,
            digest=self._document.digest,
            size_bytes=self._document.size_bytes,
            balances=_balances(found),
        )

    def _is(self, element: etree._Element, tag: str) -> bool:
        return bool(element.tag == f"{{{self._names['m']}}}{tag}")

    def _path(self, path: str) -> str:
        return "/".join(f"m:{step}" for step in path.split("/"))

    def _first(self, element: etree._Element, path: str) -> etree._Element | None:
        return element.find(self._path(path), self._names)

    def _needed(self, element: etree._Element, path: str) -> etree._Element:
        found = self._first(element, path)
        if found is None:
            raise BankFileMalformed(line=element.sourceline or 0, reason=f"{path} ?")
        return found

    def _maybe(self, element: etree._Element, path: str) -> str | None:
        found = self._first(element, path)
        return None if found is None else self._text(found)

    def _text(self, element: etree._Element) -> str:
        text = (element.text or "").strip()
        if not text:
            raise BankFileMalformed(line=element.sourceline or 0, reason=etree.QName(element).localname)
        return text


class _StatusReport(_Reader):
    """A `pain.002`: what became of the payment file and of each of its transfers."""

    def read(self) -> BankReport:
        details, answers, report_id = 0, "", ""
        status: tuple[str, str] | None = None
        for element in self._document.each("GrpHdr", "OrgnlGrpInfAndSts", "TxInfAndSts", "OrgnlPmtInfAndSts"):
            if self._is(element, "GrpHdr"):
                report_id = self._text(self._needed(element, "MsgId"))
            elif self._is(element, "OrgnlGrpInfAndSts"):
                answers = self._text(self._needed(element, "OrgnlMsgId"))
                status = self._status(element, "GrpSts")
            elif self._is(element, "TxInfAndSts"):
                details += 1
                self._line(element, answers)
            else:
                status = _joined(status, self._status(element, "PmtInfSts"))
        if not answers or not report_id:
            raise BankFileMalformed(line=1, reason="GrpHdr, OrgnlGrpInfAndSts ?")
        return self._report(report_id=report_id, answers=answers, whole=None if details else _whole(answers, status))

    def _line(self, line: etree._Element, message_id: str) -> None:
        payment = line.getparent()
        assert payment is not None, "a transfer's line is inside a payment"
        # A line without its own status has the status of the group it is in, which comes before it.
        outcome = _outcome(self._maybe(line, "TxSts") or self._maybe(payment, "PmtInfSts") or "")
        if outcome is None:
            self._found.not_final += 1
            return
        reference = self._maybe(line, "OrgnlEndToEndId") or ""
        if not reference:
            self._found.bad.append(BadLine(self._maybe(line, "OrgnlInstrId") or "", LineFault.NO_REFERENCE, ""))
            return
        amount = self._first(line, "OrgnlTxRef/Amt/InstdAmt")
        account = self._maybe(line, "OrgnlTxRef/DbtrAcct/Id/IBAN")
        if account:
            self._found.accounts.add(account)
        try:
            cents = None if amount is None else _cents(amount)
        except _BadAmount as bad:
            self._found.bad.append(BadLine(reference, bad.fault, bad.found))
            return
        self._found.transfers.append(
            TransferStatus(
                end_to_end_id=reference,
                status=outcome,
                reason_code=self._reason(line) or self._reason(payment) or "",
                cents=cents,
                account_iban=account,
                message_id=message_id,
                creditor_iban=self._maybe(line, "OrgnlTxRef/CdtrAcct/Id/IBAN"),
            )
        )

    def _status(self, element: etree._Element, tag: str) -> tuple[str, str] | None:
        code = self._maybe(element, tag)
        return (code, self._reason(element) or "") if code else None

    def _reason(self, element: etree._Element) -> str | None:
        return self._maybe(element, "StsRsnInf/Rsn/Cd") or self._maybe(element, "StsRsnInf/Rsn/Prtry")


class _Statement(_Reader):
    """A `camt.053`: what was booked on the account. The version of 2009 names fewer things, in fewer steps."""

    def read(self) -> BankReport:
        report_id, details = "", 0
        held: etree._Element | None = None
        for element in self._document.each("GrpHdr", "Bal", "TxDtls", "Ntry", "Stmt"):
            if self._is(element, "GrpHdr"):
                report_id = self._text(self._needed(element, "MsgId"))
            elif self._is(element, "Bal"):
                self._balance(element)
            elif self._is(element, "TxDtls"):
                entry = next(element.iterancestors(f"{{{self._names['m']}}}Ntry"))
                details += 1
                # Whether a line is alone in its entry is known when the entry ends: the first one waits for the second.
                if held is not None:
                    self._take(entry, held, alone=False)
                held = None
                if details == 1:
                    held = deepcopy(element)
                else:
                    self._take(entry, element, alone=False)
            elif self._is(element, "Ntry"):
                if held is not None or not details:
                    self._take(element, held, alone=True)
                held, details = None, 0
            else:
                self._found.accounts.add(self._account(element))
        return self._report(report_id=report_id)

    def _balance(self, element: etree._Element) -> None:
        """Only what is booked: what the account held at the close of a day, and what it began with."""
        code = self._maybe(element, "Tp/CdOrPrtry/Cd")
        if code not in (_CLOSING, *_OPENING):
            return
        statement = element.getparent()
        assert statement is not None, "a balance is inside a statement"
        account = self._account(statement)
        try:
            cents = _cents(self._needed(element, "Amt"))
        except _BadAmount as bad:
            self._found.bad.append(BadLine(code, bad.fault, bad.found))
            return
        cents = cents if self._maybe(element, "CdtDbtInd") == "CRDT" else -cents
        if code == _CLOSING:
            day = self._maybe(element, "Dt/Dt") or self._maybe(element, "Dt/DtTm") or ""
            self._found.closing[account, date.fromisoformat(day[:10])] = cents
        else:
            self._found.opening.setdefault(account, cents)

    def _account(self, statement: etree._Element) -> str:
        return self._maybe(statement, "Acct/Id/IBAN") or self._maybe(statement, "Acct/Id/Othr/Id") or ""

    def _take(self, entry: etree._Element, detail: etree._Element | None, *, alone: bool) -> None:
        if (self._maybe(entry, "Sts/Cd") or (self._needed(entry, "Sts").text or "").strip()) != "BOOK":
            self._found.not_final += 1
            return
        statement = entry.getparent()
        assert statement is not None, "an entry is inside a statement"
        account = self._account(statement)
        reference = (self._maybe(detail, "Refs/EndToEndId") if detail is not None else None) or ""
        try:
            if detail is None:
                # A batch booked as one line names no transfer: told, never guessed.
                reference = self._maybe(entry, "NtryDtls/Btch/PmtInfId") or self._maybe(entry, "NtryRef") or ""
                self._found.others.append(self._other(entry, None, account, reference))
                return
            self._detail(entry, detail, account, reference, alone=alone)
        except _BadAmount as bad:
            self._found.bad.append(BadLine(reference, bad.fault, bad.found))

    def _detail(self, entry: etree._Element, detail: etree._Element, account: str, reference: str, *, alone: bool) -> None:
        amount = self._detail_amount(entry, detail, alone=alone)
        is_credit = self._is_credit(entry, detail)
        is_returned = is_credit and self._is_return(entry, detail)
        if amount is None:
            self._found.bad.append(BadLine(reference, LineFault.BATCH, ""))
            return
        if not reference or reference == _NOT_PROVIDED or (is_credit and not is_returned):
            self._found.others.append(self._other(entry, detail, account, reference))
            return
        self._found.transfers.append(
            TransferStatus(
                end_to_end_id=reference,
                status=TransferOutcome.RETURNED if is_returned else TransferOutcome.PAID,
                reason_code=(self._maybe(detail, "RtrInf/Rsn/Cd") or _NO_REASON) if is_returned else "",
                cents=_cents(amount),
                account_iban=account or None,
                message_id=self._maybe(detail, "Refs/MsgId"),
                booked_on=self._booked_on(entry),
                creditor_iban=self._maybe(detail, "RltdPties/CdtrAcct/Id/IBAN"),
            )
        )

    def _detail_amount(self, entry: etree._Element, detail: etree._Element, *, alone: bool) -> etree._Element | None:
        for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
            found = self._first(detail, path)
            if found is not None:
                return found
        return self._needed(entry, "Amt") if alone else None

    def _is_credit(self, entry: etree._Element, detail: etree._Element | None) -> bool:
        own = self._maybe(detail, "CdtDbtInd") if detail is not None else None
        return (own or self._maybe(entry, "CdtDbtInd")) == "CRDT"

    def _is_return(self, entry: etree._Element, detail: etree._Element) -> bool:
        if self._first(detail, "RtrInf") is not None or self._maybe(entry, "RvslInd") == "true":
            return True
        codes = (self._maybe(at, "BkTxCd/Domn/Fmly/SubFmlyCd") for at in (detail, entry))
        return "RRTN" in codes

    def _other(self, entry: etree._Element, detail: etree._Element | None, account: str, reference: str) -> OtherLine:
        amount = self._detail_amount(entry, detail, alone=True) if detail is not None else None
        return OtherLine(
            reference=reference,
            cents=_cents(amount if amount is not None else self._needed(entry, "Amt")),
            is_credit=self._is_credit(entry, detail),
            account_iban=account,
            booked_on=self._booked_on(entry),
        )

    def _booked_on(self, entry: etree._Element) -> date | None:
        text = self._maybe(entry, "BookgDt/Dt") or self._maybe(entry, "BookgDt/DtTm")
        return date.fromisoformat(text[:10]) if text else None


def _balances(found: _Found) -> tuple[ClosingBalance, ...]:
    """In the order of days; what a file began with is told of the first of each account, then each begins where the one before ended."""
    opening, told = dict(found.opening), []
    for (account, day), cents in sorted(found.closing.items()):
        told.append(ClosingBalance(account, day, cents, opening.get(account)))
        opening[account] = cents
    return tuple(told)


def _outcome(code: str) -> TransferOutcome | None:
    if code in _REJECTED:
        return TransferOutcome.REJECTED
    return TransferOutcome.PAID if code in _SETTLED else None


def _joined(file: tuple[str, str] | None, payment: tuple[str, str] | None) -> tuple[str, str] | None:
    """The file's own status, with the payment's reason where it gives none."""
    if file is None or payment is None:
        return file or payment
    return file[0], file[1] or payment[1]


def _whole(message_id: str, status: tuple[str, str] | None) -> FileStatus | None:
    outcome = _outcome(status[0]) if status else None
    if status is None or outcome is None:
        return None
    return FileStatus(message_id=message_id, status=outcome, reason_code=status[1])


def _cents(amount: etree._Element) -> int:
    text, currency = (amount.text or "").strip(), amount.get("Ccy", "")
    if currency != "EUR":
        raise _BadAmount(LineFault.CURRENCY, f"{text} {currency}")
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise _BadAmount(LineFault.AMOUNT, f"{text} {currency}")
    euros, decimals = match.groups()
    return int(euros) * 100 + int((decimals or "0").ljust(2, "0"))
