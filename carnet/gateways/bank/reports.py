"""Reading the bank's answers: status reports (`pain.002`) and statements (`camt.053`).

Only what is final is told: a transfer refused, a transfer booked out of the account, a transfer that
came back. "Received", "accepted" and pending lines say nothing about money and are counted, no more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lxml import etree

from carnet.gateways.bank import documents
from carnet.gateways.bank.errors import BankFileMalformed, BankFileWrongCurrency

STATUS_REPORTS = ("pain.002.001.03", "pain.002.001.10")
STATEMENTS = ("camt.053.001.08",)

_REJECTED = frozenset({"RJCT", "CANC"})
_SETTLED = frozenset({"ACSC", "ACCC"})
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,2})0*)?")
_NO_REASON = "NARR"
_NOT_PROVIDED = "NOTPROVIDED"


class TransferOutcome(StrEnum):
    """What the bank says became of one transfer."""

    PAID = "PAID"
    REJECTED = "REJECTED"
    RETURNED = "RETURNED"


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """One final fact about one transfer.

    `cents` and `account_iban` (ours) are None where a status report leaves them out: the transfer
    itself, found by `end_to_end_id` inside `message_id`, then says.
    """

    end_to_end_id: str
    status: TransferOutcome
    reason_code: str
    cents: int | None
    account_iban: str | None
    message_id: str | None = None
    booked_on: date | None = None


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


@dataclass(frozen=True, slots=True)
class BankReport:
    """One answer of the bank, whole. `answers` is the payment file a status report is about (None for a
    statement); `schema_checked` is false where no schema is shipped."""

    message: str
    report_id: str
    answers: str | None
    account_ibans: tuple[str, ...]
    transfers: tuple[TransferStatus, ...]
    whole_file: FileStatus | None
    others: tuple[OtherLine, ...]
    not_final: int
    schema_checked: bool


def read(content: bytes, *, size_max: int = documents.SIZE_MAX) -> BankReport:
    """Read one file of the bank, whichever of the two it is.

    Units:   whole cents.
    Raises:  BankFileEmpty, BankFileTooLarge, BankFileHostile, BankFileEncodingUnknown,
             BankFileMalformed, BankFileWrongType, BankFileWrongCurrency.
    """
    root, message = documents.parse(content, messages=STATUS_REPORTS + STATEMENTS, size_max=size_max)
    has_schema = documents.has_schema(message)
    if has_schema:
        documents.validate(root, message)
    reader = _Reader(message)
    return reader.statement(root) if message in STATEMENTS else reader.status_report(root, has_schema)


class _Reader:
    """The paths of one message, in its own namespace."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._names = {"m": documents.NAMESPACE + message}

    def status_report(self, root: etree._Element, has_schema: bool) -> BankReport:
        report = self._needed(root, "CstmrPmtStsRpt")
        group = self._needed(report, "OrgnlGrpInfAndSts")
        message_id = self._text(self._needed(group, "OrgnlMsgId"))
        transfers: list[TransferStatus] = []
        details = 0
        for payment in self._all(report, "OrgnlPmtInfAndSts"):
            lines = self._all(payment, "TxInfAndSts")
            details += len(lines)
            transfers.extend(self._statuses(payment, lines, message_id))
        whole = None if details else self._whole_file(report, group, message_id)
        return BankReport(
            message=self._message,
            report_id=self._text(self._needed(report, "GrpHdr/MsgId")),
            answers=message_id,
            account_ibans=tuple(sorted({line.account_iban for line in transfers if line.account_iban})),
            transfers=tuple(transfers),
            whole_file=whole,
            others=(),
            not_final=details - len(transfers),
            schema_checked=has_schema,
        )

    def _statuses(self, payment: etree._Element, lines: list[etree._Element], message_id: str) -> Iterator[TransferStatus]:
        for line in lines:
            # A line without its own status has the status of the group it is in.
            code = self._maybe(line, "TxSts") or self._maybe(payment, "PmtInfSts") or ""
            outcome = _outcome(code)
            if outcome is None:
                continue
            amount = self._first(line, "OrgnlTxRef/Amt/InstdAmt")
            yield TransferStatus(
                end_to_end_id=self._text(self._needed(line, "OrgnlEndToEndId")),
                status=outcome,
                reason_code=self._reason(line) or self._reason(payment) or "",
                cents=None if amount is None else _cents(amount),
                account_iban=self._maybe(line, "OrgnlTxRef/DbtrAcct/Id/IBAN"),
                message_id=message_id,
            )

    def _whole_file(self, report: etree._Element, group: etree._Element, message_id: str) -> FileStatus | None:
        payment = self._first(report, "OrgnlPmtInfAndSts")
        code = self._maybe(group, "GrpSts") or (self._maybe(payment, "PmtInfSts") if payment is not None else None)
        outcome = _outcome(code or "")
        if outcome is None:
            return None
        reason = self._reason(group) or (self._reason(payment) if payment is not None else None)
        return FileStatus(message_id=message_id, status=outcome, reason_code=reason or "")

    def statement(self, root: etree._Element) -> BankReport:
        report = self._needed(root, "BkToCstmrStmt")
        transfers: list[TransferStatus] = []
        others: list[OtherLine] = []
        accounts: set[str] = set()
        not_final = 0
        for statement in self._all(report, "Stmt"):
            account = self._maybe(statement, "Acct/Id/IBAN") or ""
            accounts.add(account)
            for entry in self._all(statement, "Ntry"):
                if self._maybe(entry, "Sts/Cd") != "BOOK":
                    not_final += 1
                    continue
                for line in self._entry(entry, account):
                    (transfers if isinstance(line, TransferStatus) else others).append(line)  # type: ignore[arg-type]
        return BankReport(
            message=self._message,
            report_id=self._text(self._needed(report, "GrpHdr/MsgId")),
            answers=None,
            account_ibans=tuple(sorted(accounts)),
            transfers=tuple(transfers),
            whole_file=None,
            others=tuple(others),
            not_final=not_final,
            schema_checked=True,
        )

    def _entry(self, entry: etree._Element, account: str) -> Iterator[TransferStatus | OtherLine]:
        details = self._all(entry, "NtryDtls/TxDtls")
        if not details:
            # A batch booked as one line names no transfer: told, never guessed.
            reference = self._maybe(entry, "NtryDtls/Btch/PmtInfId") or self._maybe(entry, "NtryRef") or ""
            yield self._other(entry, None, account, reference)
            return
        for detail in details:
            yield self._detail(entry, detail, account, alone=len(details) == 1)

    def _detail(self, entry: etree._Element, detail: etree._Element, account: str, *, alone: bool) -> TransferStatus | OtherLine:
        reference = self._maybe(detail, "Refs/EndToEndId") or ""
        amount = self._detail_amount(entry, detail, alone=alone)
        is_credit = self._is_credit(entry, detail)
        is_returned = is_credit and self._is_return(entry, detail)
        if amount is None or not reference or reference == _NOT_PROVIDED or (is_credit and not is_returned):
            return self._other(entry, detail, account, reference)
        return TransferStatus(
            end_to_end_id=reference,
            status=TransferOutcome.RETURNED if is_returned else TransferOutcome.PAID,
            reason_code=(self._maybe(detail, "RtrInf/Rsn/Cd") or _NO_REASON) if is_returned else "",
            cents=_cents(amount),
            account_iban=account or None,
            message_id=self._maybe(detail, "Refs/MsgId"),
            booked_on=self._booked_on(entry),
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
        )

    def _booked_on(self, entry: etree._Element) -> date | None:
        text = self._maybe(entry, "BookgDt/Dt") or self._maybe(entry, "BookgDt/DtTm")
        return date.fromisoformat(text[:10]) if text else None

    def _reason(self, element: etree._Element) -> str | None:
        return self._maybe(element, "StsRsnInf/Rsn/Cd") or self._maybe(element, "StsRsnInf/Rsn/Prtry")

    def _path(self, path: str) -> str:
        return "/".join(f"m:{step}" for step in path.split("/"))

    def _first(self, element: etree._Element, path: str) -> etree._Element | None:
        return element.find(self._path(path), self._names)

    def _all(self, element: etree._Element, path: str) -> list[etree._Element]:
        found: list[etree._Element] = element.findall(self._path(path), self._names)
        return found

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


def _outcome(code: str) -> TransferOutcome | None:
    if code in _REJECTED:
        return TransferOutcome.REJECTED
    return TransferOutcome.PAID if code in _SETTLED else None


def _cents(amount: etree._Element) -> int:
    text = (amount.text or "").strip()
    match = _AMOUNT.fullmatch(text)
    if amount.get("Ccy") != "EUR" or match is None:
        raise BankFileWrongCurrency(line=amount.sourceline or 0, found=f"{text} {amount.get('Ccy', '')}")
    euros, decimals = match.groups()
    return int(euros) * 100 + int((decimals or "0").ljust(2, "0"))
