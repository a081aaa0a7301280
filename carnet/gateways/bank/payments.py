"""Writing a `pain.001.001.09`: many credit transfers from one ring-fenced account, as one file.

Streamed element by element, so that a hundred thousand transfers need no tree in memory; identifiers
and moments come from the caller, so that the same payment always gives the same bytes.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from lxml import etree

from carnet.gateways.bank import documents
from carnet.gateways.bank.characters import is_reference, to_sepa
from carnet.gateways.bank.errors import PaymentFileInvalid
from carnet.kernel.periods import PARIS, aware

MESSAGE = "pain.001.001.09"
TRANSFERS_MAX = 100_000
CENTS_MAX = 99_999_999_999
"""SEPA's ceiling for one credit transfer: 999 999 999.99 euros (EPC125-05, AT-04)."""

_NAME_MAX = 70
_REMITTANCE_MAX = 140
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
class Payment:
    """One order to the bank of `debtor`: everything the file says, nothing it decides."""

    message_id: str
    created_at: datetime
    execute_on: date
    debtor: Party
    transfers: Sequence[CreditTransfer]

    @property
    def cents(self) -> int:
        """The control sum, in whole cents."""
        return sum(transfer.cents for transfer in self.transfers)


def to_bytes(payment: Payment) -> bytes:
    """The whole file, held against the ISO schema before it is given.

    Raises: PaymentFileInvalid (field, reason), BankFileMalformed.
    """
    stream = io.BytesIO()
    write(payment, stream)
    content = stream.getvalue()
    documents.validate(etree.fromstring(content, etree.XMLParser(no_network=True, resolve_entities=False)), MESSAGE)
    return content


def write(payment: Payment, stream: BinaryIO) -> None:
    """Write `payment` to `stream` as it comes. Raises: PaymentFileInvalid, before the first byte."""
    check(payment)
    with etree.xmlfile(stream, encoding="UTF-8") as xml:
        xml.write_declaration()
        with (
            xml.element("Document", nsmap={None: documents.NAMESPACE + MESSAGE}),
            xml.element("CstmrCdtTrfInitn"),
        ):
            xml.write(_group_header(payment))
            with xml.element("PmtInf"):
                for element in _payment_information(payment):
                    xml.write(element)
                for transfer in payment.transfers:
                    xml.write(_transfer(transfer))


def check(payment: Payment) -> None:
    """Refuse what a bank would refuse. Raises: PaymentFileInvalid (field, reason)."""
    _check_party("debtor", payment.debtor)
    _refuse_unless(is_reference(payment.message_id), "message_id", payment.message_id)
    _refuse_unless(0 < len(payment.transfers) <= TRANSFERS_MAX, "transfers", str(len(payment.transfers)))
    aware(payment.created_at)
    seen: set[str] = set()
    for transfer in payment.transfers:
        reference = transfer.end_to_end_id
        _refuse_unless(is_reference(reference) and reference not in seen, "end_to_end_id", reference)
        seen.add(reference)
        _check_party("creditor", transfer.creditor)
        _refuse_unless(0 < transfer.cents <= CENTS_MAX, "cents", str(transfer.cents))
        _refuse_unless(bool(to_sepa(transfer.remittance, length_max=_REMITTANCE_MAX)), "remittance", reference)


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
    _leaf(_branch(holder, "ReqdExctnDt"), "Dt", payment.execute_on.isoformat())
    _name(holder, "Dbtr", payment.debtor)
    _leaf(_branch(holder, "DbtrAcct", "Id"), "IBAN", payment.debtor.iban)
    agent = _branch(holder, "DbtrAgt", "FinInstnId")
    if payment.debtor.bic:
        _leaf(agent, "BICFI", payment.debtor.bic)
    else:
        _leaf(_branch(agent, "Othr"), "Id", "NOTPROVIDED")
    _leaf(holder, "ChrgBr", "SLEV")
    return list(holder)


def _transfer(transfer: CreditTransfer) -> etree._Element:
    element = etree.Element("CdtTrfTxInf")
    _leaf(_branch(element, "PmtId"), "EndToEndId", transfer.end_to_end_id)
    amount = etree.SubElement(_branch(element, "Amt"), "InstdAmt", Ccy="EUR")
    amount.text = in_euros(transfer.cents)
    if transfer.creditor.bic:
        _leaf(_branch(element, "CdtrAgt", "FinInstnId"), "BICFI", transfer.creditor.bic)
    _name(element, "Cdtr", transfer.creditor)
    _leaf(_branch(element, "CdtrAcct", "Id"), "IBAN", transfer.creditor.iban)
    _leaf(_branch(element, "RmtInf"), "Ustrd", to_sepa(transfer.remittance, length_max=_REMITTANCE_MAX))
    return element


def _totals(parent: etree._Element, payment: Payment) -> None:
    _leaf(parent, "NbOfTxs", str(len(payment.transfers)))
    _leaf(parent, "CtrlSum", in_euros(payment.cents))


def _name(parent: etree._Element, tag: str, party: Party) -> None:
    _leaf(_branch(parent, tag), "Nm", to_sepa(party.name, length_max=_NAME_MAX))


def _leaf(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text


def _branch(parent: etree._Element, *tags: str) -> etree._Element:
    for tag in tags:
        parent = etree.SubElement(parent, tag)
    return parent
