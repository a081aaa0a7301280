"""Writing a `pain.001`: many credit transfers from one ring-fenced account, as one file, in the version its bank takes.

Streamed transfer by transfer and held against the ISO schema as it is written: a hundred thousand need no more memory
than ten thousand. Identifiers and moments come from the caller, so that the same payment always gives the same bytes.
"""

import hashlib
import io
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from lxml import etree

from carnet.gateways.bank import documents
from carnet.gateways.bank.characters import is_reference, to_sepa
from carnet.gateways.bank.errors import PaymentFileInvalid
from carnet.kernel.periods import PARIS, aware

MESSAGE = "pain.001.001.09"
OLDER_MESSAGE = "pain.001.001.03"
"""The version of 2009, which some banks still ask for: BIC has another name, and the day stands alone."""
MESSAGES = (MESSAGE, OLDER_MESSAGE)
TRANSFERS_MAX = 100_000
CENTS_MAX = 99_999_999_999
"""SEPA's ceiling for one credit transfer: 999 999 999.99 euros (EPC125-05, AT-04)."""

_NAME_MAX = 70
_REMITTANCE_MAX = 140
_HEAPS = 256
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays or is paid. `bic` may be empty: inside SEPA the IBAN is enough."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """One payment. `end_to_end_id` comes back unchanged in every answer of the bank."""

    end_to_end_id: str
    creditor: Party
    cents: int
    remittance: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What the head of a file announces. Unit: whole cents."""

    transfer_count: int
    cents: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One order to the bank of `debtor`: everything the file says, nothing it decides.

    `transfers` may be read only once, from a database for instance; `announced` then says how many they are and their sum.
    """

    message_id: str
    created_at: datetime
    execute_on: date
    debtor: Party
    transfers: Iterable[CreditTransfer]
    announced: Totals | None = None
    message: str = MESSAGE

    @property
    def totals(self) -> Totals:
        """The number of transfers and the control sum."""
        if self.announced is not None:
            return self.announced
        assert isinstance(self.transfers, Sequence), "a stream of transfers comes with its totals"
        return Totals(len(self.transfers), sum(transfer.cents for transfer in self.transfers))


def to_bytes(payment: Payment) -> bytes:
    """The whole file in memory, for a payment of a few transfers. Raises: as `write`."""
    stream = io.BytesIO()
    write(payment, stream)
    return stream.getvalue()


def write(payment: Payment, stream: BinaryIO) -> None:
    """Write `payment` to `stream` as its transfers come, each piece held against the ISO schema.

    After a refusal, what is in `stream` is to be thrown away.
    Raises: PaymentFileInvalid (field, reason), BankFileMalformed.
    """
    checker = documents.Checker(payment.message, "CdtTrfTxInf")
    write_unchecked(payment, _Checked(stream, checker))  # type: ignore[arg-type]
    checker.close()


def write_unchecked(payment: Payment, stream: BinaryIO) -> None:
    """Write `payment` without the schema: each transfer and the totals are looked at all the same. Raises: PaymentFileInvalid."""
    _check_head(payment)
    with etree.xmlfile(stream, encoding="UTF-8") as xml:
        xml.write_declaration()
        with (
            xml.element("Document", nsmap={None: documents.NAMESPACE + payment.message}),
            xml.element("CstmrCdtTrfInitn"),
        ):
            xml.write(_group_header(payment))
            with xml.element("PmtInf"):
                for element in _payment_information(payment):
                    xml.write(element)
                for transfer in _looked_at(payment):
                    xml.write(_transfer(transfer, payment.message))


class _Checked:
    """A stream whose every piece passes before the schema on its way."""

    def __init__(self, stream: BinaryIO, checker: documents.Checker) -> None:
        self._stream = stream
        self._checker = checker

    def write(self, piece: bytes) -> int:
        for _transfer_written in self._checker.feed(piece):
            pass
        return self._stream.write(piece)


def _check_head(payment: Payment) -> None:
    _check_party("debtor", payment.debtor)
    _refuse_unless(payment.message in MESSAGES, "message", payment.message)
    _refuse_unless(is_reference(payment.message_id), "message_id", payment.message_id)
    _refuse_unless(0 < payment.totals.transfer_count <= TRANSFERS_MAX, "transfers", str(payment.totals.transfer_count))
    aware(payment.created_at)


def _looked_at(payment: Payment) -> Iterator[CreditTransfer]:
    """Each transfer if a bank would take it; at the end, what was announced is what came."""
    # Eight bytes stand for a reference, in heaps that are compared one by one: a hundred thousand weigh less than a megabyte.
    seen, count, cents = [array("Q") for _heap in range(_HEAPS)], 0, 0
    for transfer in payment.transfers:
        reference = transfer.end_to_end_id
        _refuse_unless(is_reference(reference), "end_to_end_id", reference)
        mark = int.from_bytes(hashlib.blake2b(reference.encode(), digest_size=8).digest(), "big")
        seen[mark % _HEAPS].append(mark)
        _check_party("creditor", transfer.creditor)
        _refuse_unless(0 < transfer.cents <= CENTS_MAX, "cents", str(transfer.cents))
        _refuse_unless(bool(to_sepa(transfer.remittance, length_max=_REMITTANCE_MAX)), "remittance", reference)
        count, cents = count + 1, cents + transfer.cents
        yield transfer
    _refuse_unless(all(len(set(heap)) == len(heap) for heap in seen), "end_to_end_id", "twice")
    _refuse_unless(Totals(count, cents) == payment.totals, "totals", f"{count} / {in_euros(cents)}")


def in_euros(cents: int) -> str:
    """Whole cents as the standard writes them: ``1250`` is ``12.50``."""
    return f"{cents // 100}.{cents % 100:02d}"


def _refuse_unless(holds: bool, field: str, reason: str) -> None:
    if not holds:
        raise PaymentFileInvalid(field=field, reason=reason)


def _check_party(role: str, party: Party) -> None:
    _refuse_unless(bool(to_sepa(party.name, length_max=_NAME_MAX)), f"{role}.name", party.name)
    _refuse_unless(bool(_IBAN.fullmatch(party.iban)), f"{role}.iban", party.iban)
    _refuse_unless(not party.bic or bool(_BIC.fullmatch(party.bic)), f"{role}.bic", party.bic)


def _group_header(payment: Payment) -> etree._Element:
    header = etree.Element("GrpHdr")
    _leaf(header, "MsgId", payment.message_id)
    _leaf(header, "CreDtTm", aware(payment.created_at).astimezone(PARIS).isoformat(timespec="seconds"))
    _totals(header, payment)
    _name(header, "InitgPty", payment.debtor)
    return header


def _payment_information(payment: Payment) -> Iterable[etree._Element]:
    # A holder, because the children are written one by one around the stream of transfers.
    holder = etree.Element("PmtInf")
    _leaf(holder, "PmtInfId", payment.message_id)
    _leaf(holder, "PmtMtd", "TRF")
    # One statement line per transfer: each is matched by its own reference when it comes back.
    _leaf(holder, "BtchBookg", "false")
    _totals(holder, payment)
    _leaf(_branch(holder, "PmtTpInf", "SvcLvl"), "Cd", "SEPA")
    day = payment.execute_on.isoformat()
    if payment.message == OLDER_MESSAGE:
        _leaf(holder, "ReqdExctnDt", day)
    else:
        _leaf(_branch(holder, "ReqdExctnDt"), "Dt", day)
    _name(holder, "Dbtr", payment.debtor)
    _leaf(_branch(holder, "DbtrAcct", "Id"), "IBAN", payment.debtor.iban)
    agent = _branch(holder, "DbtrAgt", "FinInstnId")
    if payment.debtor.bic:
        _leaf(agent, _bic_tag(payment.message), payment.debtor.bic)
    else:
        _leaf(_branch(agent, "Othr"), "Id", "NOTPROVIDED")
    _leaf(holder, "ChrgBr", "SLEV")
    return list(holder)


def _transfer(transfer: CreditTransfer, message: str) -> etree._Element:
    element = etree.Element("CdtTrfTxInf")
    _leaf(_branch(element, "PmtId"), "EndToEndId", transfer.end_to_end_id)
    amount = etree.SubElement(_branch(element, "Amt"), "InstdAmt", Ccy="EUR")
    amount.text = in_euros(transfer.cents)
    if transfer.creditor.bic:
        _leaf(_branch(element, "CdtrAgt", "FinInstnId"), _bic_tag(message), transfer.creditor.bic)
    _name(element, "Cdtr", transfer.creditor)
    _leaf(_branch(element, "CdtrAcct", "Id"), "IBAN", transfer.creditor.iban)
    _leaf(_branch(element, "RmtInf"), "Ustrd", to_sepa(transfer.remittance, length_max=_REMITTANCE_MAX))
    return element


def _bic_tag(message: str) -> str:
    return "BIC" if message == OLDER_MESSAGE else "BICFI"


def _totals(parent: etree._Element, payment: Payment) -> None:
    _leaf(parent, "NbOfTxs", str(payment.totals.transfer_count))
    _leaf(parent, "CtrlSum", in_euros(payment.totals.cents))


def _name(parent: etree._Element, tag: str, party: Party) -> None:
    _leaf(_branch(parent, tag), "Nm", to_sepa(party.name, length_max=_NAME_MAX))


def _leaf(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text


def _branch(parent: etree._Element, *tags: str) -> etree._Element:
    for tag in tags:
        parent = etree.SubElement(parent, tag)
    return parent
