"""A bank that keeps its word: takes our payment files, answers as a real one does.

It refuses what a bank refuses (invalid file, wrong totals, file already received, bad IBAN), rejects
and returns what it is told to, and writes status reports and statements in the version asked for, valid against
the ISO schemas we have, with balances that add up. Used by scenarios and tests; keeps its accounts in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree

from carnet.gateways.bank import documents, payments
from carnet.gateways.bank.errors import BankFileRefused
from carnet.gateways.bank.payments import in_euros
from carnet.kernel.periods import PARIS, legal_day

STATUS_REPORT = "pain.002.001.03"
STATEMENT = "camt.053.001.08"
OLDER_STATEMENT = "camt.053.001.02"
WRONG_IBAN = "AC01"
DUPLICATE = "AM05"
CLOSED_ACCOUNT = "AC04"
_NOT_OURS = "-"


@dataclass(frozen=True, slots=True)
class _Line:
    """One credit transfer as the bank has it."""

    message_id: str
    end_to_end_id: str
    cents: int
    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class _Received:
    """One payment file as the bank has it."""

    message: str
    message_id: str
    debtor_iban: str
    cents: int
    lines: tuple[_Line, ...]


@dataclass
class FakeBank:
    """One bank holding any number of our accounts. `opening_cents` is the first opening balance.

    It answers in the versions it is told: `pain.002.001.03` or `.10`, `camt.053.001.02` or `.08`.
    """

    opening_cents: int = 0
    status_report: str = STATUS_REPORT
    statement_message: str = STATEMENT
    _received: set[str] = field(default_factory=set)
    _booked: dict[str, list[tuple[_Line, str]]] = field(default_factory=dict)
    _paid: dict[str, _Line] = field(default_factory=dict)
    _account_of: dict[str, str] = field(default_factory=dict)
    _balance: dict[str, int] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def receive(self, payment_file: bytes, *, at: datetime, rejects: Mapping[str, str] | None = None) -> bytes:
        """Take a payment file; give the status report. `rejects` maps an EndToEndId to an ISO reason.

        An account number that fails its check digits is rejected without being told to; a file
        received twice is rejected whole. Raises: BankFileRefused if the file is no valid pain.001.
        """
        received = _read(payment_file)
        if received.message_id in self._received:
            return _status_report(received, self.status_report, at=at, reasons={}, whole=DUPLICATE)
        self._received.add(received.message_id)
        reasons = {line.end_to_end_id: WRONG_IBAN for line in received.lines if not _is_iban(line.iban)}
        reasons |= dict(rejects or {})
        booked = self._booked.setdefault(received.debtor_iban, [])
        for line in received.lines:
            if line.end_to_end_id not in reasons:
                booked.append((line, ""))
                self._paid[line.end_to_end_id] = line
                self._account_of[line.end_to_end_id] = received.debtor_iban
        return _status_report(received, self.status_report, at=at, reasons=reasons, whole=None)

    def send_back(self, end_to_end_id: str, *, reason: str = CLOSED_ACCOUNT) -> None:
        """The creditor's bank sends a paid transfer back: a credit on the next statement.

        Raises: KeyError if that transfer was not paid, or came back already.
        """
        line = self._paid.pop(end_to_end_id)
        self._booked[self._account_of[end_to_end_id]].append((line, reason))

    def move(self, iban: str, cents: int, *, reference: str, name: str) -> None:
        """A line of nobody's file on the next statement: money in, or out below zero."""
        self._booked.setdefault(iban, []).append((_Line("", reference, cents, name, iban), _NOT_OURS))

    def statement(self, iban: str, *, at: datetime) -> bytes:
        """The statement of `iban` since the one before, with opening and closing balances."""
        entries = self._booked.pop(iban, [])
        self._booked[iban] = []
        opening = self._balance.get(iban, self.opening_cents)
        closing = opening + sum(line.cents if reason else -line.cents for line, reason in entries)
        number = self._numbers.get(iban, 0) + 1
        self._balance[iban], self._numbers[iban] = closing, number
        return _statement(iban, self.statement_message, number=number, balances=(opening, closing), entries=entries, at=at)


def _read(payment_file: bytes) -> _Received:
    document = documents.Document(payment_file, messages=payments.MESSAGES)
    names = {"m": documents.NAMESPACE + document.message}
    message_id, debtor_iban = "", ""
    announced: list[tuple[str, str]] = []
    lines: list[_Line] = []
    for element in document.each("GrpHdr", "CdtTrfTxInf", "PmtInf"):
        tag = etree.QName(element).localname
        if tag == "CdtTrfTxInf":
            lines.append(_line(element, message_id, names))
            continue
        announced.append((element.findtext("m:NbOfTxs", "", names), element.findtext("m:CtrlSum", "", names)))
        message_id = element.findtext("m:MsgId", message_id, names)
        debtor_iban = element.findtext("m:DbtrAcct/m:Id/m:IBAN", debtor_iban, names)
    total = sum(line.cents for line in lines)
    if announced != [(str(len(lines)), in_euros(total))] * 2:
        raise BankFileRefused(reason="totals")
    return _Received(document.message, message_id, debtor_iban, total, tuple(lines))


def _line(element: etree._Element, message_id: str, names: dict[str, str]) -> _Line:
    return _Line(
        message_id=message_id,
        end_to_end_id=element.findtext("m:PmtId/m:EndToEndId", "", names),
        cents=int(element.findtext("m:Amt/m:InstdAmt", "0", names).replace(".", "")),
        name=element.findtext("m:Cdtr/m:Nm", "", names),
        iban=element.findtext("m:CdtrAcct/m:Id/m:IBAN", "", names),
    )


def _is_iban(iban: str) -> bool:
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _status_report(received: _Received, message: str, *, at: datetime, reasons: Mapping[str, str], whole: str | None) -> bytes:
    body = _Body("CstmrPmtStsRpt")
    body.leaf("GrpHdr/MsgId", f"SR-{received.message_id}"[:35])
    body.leaf("GrpHdr/CreDtTm", _moment(at))
    group = body.branch("OrgnlGrpInfAndSts")
    group.leaf("OrgnlMsgId", received.message_id)
    group.leaf("OrgnlMsgNmId", received.message)
    group.leaf("OrgnlNbOfTxs", str(len(received.lines)))
    group.leaf("OrgnlCtrlSum", in_euros(received.cents))
    group.leaf("GrpSts", _share(len(reasons), len(received.lines)) if whole is None else "RJCT")
    if whole is not None:
        group.leaf("StsRsnInf/Rsn/Cd", whole)
        return body.to_bytes(message)
    payment = body.branch("OrgnlPmtInfAndSts")
    payment.leaf("OrgnlPmtInfId", received.message_id)
    payment.leaf("PmtInfSts", _share(len(reasons), len(received.lines)))
    for line in received.lines:
        status = payment.branch("TxInfAndSts")
        status.leaf("OrgnlEndToEndId", line.end_to_end_id)
        reason = reasons.get(line.end_to_end_id)
        status.leaf("TxSts", "RJCT" if reason else "ACSP")
        if reason:
            status.leaf("StsRsnInf/Rsn/Cd", reason)
        original = status.branch("OrgnlTxRef")
        original.leaf("Amt/InstdAmt", in_euros(line.cents), Ccy="EUR")
        original.leaf("DbtrAcct/Id/IBAN", received.debtor_iban)
        original.leaf("CdtrAcct/Id/IBAN", line.iban)
    return body.to_bytes(message)


def _statement(iban: str, message: str, *, number: int, balances: tuple[int, int], entries: list[tuple[_Line, str]], at: datetime) -> bytes:
    day = legal_day(at)
    body = _Body("BkToCstmrStmt")
    body.leaf("GrpHdr/MsgId", f"ST-{iban[-11:]}-{number:06d}")
    body.leaf("GrpHdr/CreDtTm", _moment(at))
    statement = body.branch("Stmt")
    statement.leaf("Id", f"{iban[-11:]}-{number:06d}")
    statement.leaf("ElctrncSeqNb", str(number))
    statement.leaf("CreDtTm", _moment(at))
    statement.leaf("Acct/Id/IBAN", iban)
    for code, cents in zip(("OPBD", "CLBD"), balances, strict=True):
        balance = statement.branch("Bal")
        balance.leaf("Tp/CdOrPrtry/Cd", code)
        balance.leaf("Amt", in_euros(abs(cents)), Ccy="EUR")
        balance.leaf("CdtDbtInd", "CRDT" if cents >= 0 else "DBIT")
        balance.leaf("Dt/Dt", day.isoformat())
    for rank, (line, reason) in enumerate(entries, start=1):
        _entry(statement.branch("Ntry"), line, reason, reference=f"{number:06d}-{rank:06d}", day=day, older=message == OLDER_STATEMENT)
    return body.to_bytes(message)


def _entry(entry: "_Body", line: _Line, reason: str, *, reference: str, day: date, older: bool) -> None:
    ours = reason != _NOT_OURS
    side = "CRDT" if (reason if ours else line.cents > 0) else "DBIT"
    entry.leaf("NtryRef", reference)
    entry.leaf("Amt", in_euros(abs(line.cents)), Ccy="EUR")
    entry.leaf("CdtDbtInd", side)
    entry.leaf("Sts" if older else "Sts/Cd", "BOOK")
    entry.leaf("BookgDt/Dt", day.isoformat())
    entry.leaf("ValDt/Dt", day.isoformat())
    code = entry.branch("BkTxCd").branch("Domn")
    code.leaf("Cd", "PMNT")
    family = code.branch("Fmly")
    family.leaf("Cd", "RCDT" if side == "CRDT" else "ICDT")
    family.leaf("SubFmlyCd", "RRTN" if reason and ours else "ESCT")
    detail = entry.branch("NtryDtls").branch("TxDtls")
    references = detail.branch("Refs")
    if ours:
        references.leaf("MsgId", line.message_id)
        references.leaf("PmtInfId", line.message_id)
    references.leaf("EndToEndId", line.end_to_end_id)
    # In 2009 the amount of one detail had no place of its own, and its side was the entry's.
    detail.leaf("AmtDtls/TxAmt/Amt" if older else "Amt", in_euros(abs(line.cents)), Ccy="EUR")
    if not older:
        detail.leaf("CdtDbtInd", side)
    parties = detail.branch("RltdPties")
    parties.leaf("Cdtr/Nm" if older else "Cdtr/Pty/Nm", line.name)
    parties.leaf("CdtrAcct/Id/IBAN", line.iban)
    if reason and ours:
        detail.leaf("RtrInf/Rsn/Cd", reason)


def _share(rejected: int, total: int) -> str:
    return "RJCT" if rejected == total else "PART" if rejected else "ACSP"


def _moment(at: datetime) -> str:
    return at.astimezone(PARIS).isoformat(timespec="seconds")


class _Body:
    """A document being written from top to bottom; a path joins the branch written just before."""

    def __init__(self, tag: str, element: etree._Element | None = None) -> None:
        self._element = etree.Element(tag) if element is None else element

    def branch(self, tag: str) -> "_Body":
        return _Body(tag, etree.SubElement(self._element, tag))

    def leaf(self, path: str, text: str, **attributes: str) -> None:
        element = self._element
        *branches, last = path.split("/")
        for tag in branches:
            newest = element[-1] if len(element) else None
            element = newest if newest is not None and newest.tag == tag else etree.SubElement(element, tag)
        etree.SubElement(element, last, attributes).text = text

    def to_bytes(self, message: str) -> bytes:
        root = etree.Element("Document", nsmap={None: documents.NAMESPACE + message})
        root.append(self._element)
        # Written without prefixes, so that the default namespace reaches every element when read.
        content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        for _element in documents.Document(content, messages=(message,), size_max=len(content)).each("TxInfAndSts", "TxDtls", "Ntry"):
            pass
        return content
