"""Accountants' books of one agreement: the account, the stock of inactive values, the annual account of vouchers, the places paid.

One query draws a book up, for a period that is over or still running; its page, its PDF and its CSV are written from that one value, and what
is frozen is that value. Each carries its reckonings: the same figures counted from the other side of the ledger.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger import queries as ledger
from carnet.ledger.rules import MONEY_NAMES, AccountKind, EndReason, MovementKind, PassageKind
from carnet.parties import queries as parties
from carnet.parties.rules import digest_of
from carnet.settlement import access
from carnet.settlement.models import AccountBook, Transfer
from carnet.settlement.rules import (
    Book,
    BookAltered,
    BookPeriod,
    BookTable,
    CellKind,
    MoneyFlow,
    PaidLine,
    Reckoning,
    StockFlow,
    VoucherTurn,
    book_period,
    by_place_of_money,
    closing_of,
    gone_places,
    held_places,
    money_tables,
    paid_by_place,
    place_tables,
    stock_tables,
    total_of,
    voucher_tables,
)

_ACTS = {
    PassageKind.DRAWN: "printed",
    PassageKind.RECEIVED: "received",
    PassageKind.RETURNED: "received",
    PassageKind.HANDED_OVER: "handed_over",
    PassageKind.TAKEN_OUT: "handed_over",
    PassageKind.LAPSED: "lapsed",
}
_LOST = (EndReason.LOST, EndReason.STOLEN)


@dataclass(frozen=True, slots=True)
class BookPage:
    """One book, whole: what it is of, its tables, and whether it is equal to the ledger. `as_of` is when it was drawn up."""

    book: Book
    period: BookPeriod
    as_of: datetime
    programme_id: int
    programme: str
    agreement_id: int
    agreement: str
    signed_on: date
    operator: str
    operator_siret: str
    funders: tuple[str, ...]
    is_simulated: bool
    tables: tuple[BookTable, ...]
    reckonings: tuple[Reckoning, ...]
    number: int | None = None

    @property
    def is_equal(self) -> bool:
        """Whether every reckoning is, to the cent."""
        return all(each.is_equal for each in self.reckonings)

    @property
    def is_live(self) -> bool:
        """Whether its period still runs: its figures may change."""
        return not self.period.is_over(self.as_of)

    def as_json(self) -> dict[str, Any]:
        """The book as plain values, its number left out: what is frozen, and what its digest is of."""
        return {
            "book": self.book.value,
            "period": self.period.name,
            "as_of": self.as_of.isoformat(),
            "programme_id": self.programme_id,
            "programme": self.programme,
            "agreement_id": self.agreement_id,
            "agreement": self.agreement,
            "signed_on": self.signed_on.isoformat(),
            "operator": self.operator,
            "operator_siret": self.operator_siret,
            "funders": list(self.funders),
            "is_simulated": self.is_simulated,
            "tables": [table.as_json() for table in self.tables],
            "reckonings": [[each.key, each.kind.value, each.book, each.ledger] for each in self.reckonings],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], number: int) -> "BookPage":
        """What `as_json` made, with the number it was given."""
        return cls(
            **{name: kept[name] for name in ("programme_id", "programme", "agreement_id", "agreement", "operator", "operator_siret")},
            book=Book(kept["book"]),
            period=book_period(kept["period"]),
            as_of=datetime.fromisoformat(kept["as_of"]),
            signed_on=date.fromisoformat(kept["signed_on"]),
            funders=tuple(kept["funders"]),
            is_simulated=kept["is_simulated"],
            tables=tuple(BookTable.from_json(table) for table in kept["tables"]),
            reckonings=tuple(Reckoning(key, CellKind(kind), book, ledger) for key, kind, book, ledger in kept["reckonings"]),
            number=number,
        )


@dataclass(frozen=True, slots=True)
class KeptBook:
    """A book drawn up for good. `is_untouched`: it still is what was frozen, by its digest."""

    id: int
    number: int
    book: Book
    period: BookPeriod
    made_at: datetime
    digest: str
    is_untouched: bool


def book_of(*, actor: Actor, agreement_id: int, book: Book, period: BookPeriod, at: datetime) -> BookPage:
    """One book of an agreement, counted now from the ledger. Whole cents and numbers of vouchers. Raises: NotAllowed, AgreementUnknown."""
    access.check_sees_books(actor, agreement_id)
    facts = funding.agreement(actor, agreement_id, at=at)
    programme = funding.programme(facts.programme_id)
    cards = parties.organisations([*facts.funder_ids, programme.operator_id])
    operator = cards[programme.operator_id]
    tables, reckonings = _DRAWN[book](agreement_id, period, at)
    return BookPage(
        book=book,
        period=period,
        as_of=at,
        programme_id=programme.id,
        programme=programme.name,
        agreement_id=agreement_id,
        agreement=facts.name,
        signed_on=facts.signed_on,
        operator=operator.name,
        operator_siret=operator.printed_number,
        funders=tuple(cards[each].name for each in facts.funder_ids if each in cards),
        is_simulated=programme.is_simulated,
        tables=tables,
        reckonings=reckonings,
    )


def kept_books(*, actor: Actor, agreement_id: int) -> list[KeptBook]:
    """The books drawn up for good for an agreement, the latest first. Raises: NotAllowed, AgreementUnknown."""
    access.check_sees_books(actor, agreement_id)
    rows = AccountBook.objects.filter(agreement_id=agreement_id).order_by("-number")
    return [
        KeptBook(
            row.id, row.number, Book(row.book), book_period(row.period), row.made_at, bytes(row.digest).hex(),
            bytes(row.digest) == digest_of_book(row.number, row.content),
        )
        for row in rows
    ]  # fmt: skip


def kept_book(*, actor: Actor, book_id: int) -> BookPage:
    """A book exactly as it was drawn up. Raises: NotAllowed, BookUnknown, BookAltered."""
    row = access.seen_book(actor, book_id)
    if bytes(row.digest) != digest_of_book(row.number, row.content):
        raise BookAltered(number=row.number)
    return BookPage.from_json(row.content, row.number)


def digest_of_book(number: int, content: Mapping[str, Any]) -> bytes:
    """What freezes a book: its number and every figure of it."""
    return digest_of(number, json.dumps(content, sort_keys=True, ensure_ascii=False))


_Drawn = tuple[tuple[BookTable, ...], tuple[Reckoning, ...]]


def _moment(period: BookPeriod, at: datetime) -> datetime:
    """Until when a book counts: the end of its period, or now while it runs."""
    return min(period.ends_at, at)


def _flows(agreement_id: int, until: datetime) -> list[MoneyFlow]:
    return [MoneyFlow(each.day, each.kind, each.cents, each.quantity) for each in ledger.flows(agreement_id=agreement_id, until=until)]


def _agreement(agreement_id: int, period: BookPeriod, at: datetime) -> _Drawn:
    until = _moment(period, at)
    flows = _flows(agreement_id, until)
    held = closing_of(flows, period.until)
    found = by_place_of_money(ledger.balances(agreement_id=agreement_id, until=until))
    by_funder = ledger.money(agreement_id=agreement_id, until=until)
    lines = _paid(agreement_id, period, until)
    places = (*held_places(flows), *gone_places(flows))
    tables = (*money_tables(flows, period), _by_funder(by_funder), paid_by_place(lines))
    # The accounts themselves, then the funders' shares of every voucher: the same cents, counted three ways.
    reckonings = [Reckoning(name, CellKind.EUROS, held[name], found[name]) for name in places]
    reckonings += [Reckoning(f"{name}_shares", CellKind.EUROS, held[name], getattr(by_funder.total, name)) for name in places]
    return tables, (*reckonings, _activated(agreement_id, flows, until), *_received(agreement_id, flows, until))


def _by_funder(table: ledger.MoneyTable) -> BookTable:
    names = {key: card.name for key, card in parties.organisations(table.by_funder).items()}
    # Connections have columns where there are some: every other agreement's book stays as it was.
    told = tuple(name for name in MONEY_NAMES if name not in ("reserved", "served") or getattr(table.total, name))
    columns = (("funder", CellKind.TEXT), *((name, CellKind.EUROS) for name in told))
    rows = tuple((names.get(funder_id, ""), *(getattr(money, name) for name in told)) for funder_id, money in table.by_funder.items())
    return BookTable("funders", columns, rows, total_of(columns, rows))


def _activated(agreement_id: int, flows: list[MoneyFlow], until: datetime) -> Reckoning:
    """What was put in circulation is the face value of every voucher of the active series."""
    worth = sum(count * face for _series, count, face in ledger.activated_vouchers(agreement_id=agreement_id, since=_EVER, until=until))
    return Reckoning("activated", CellKind.EUROS, sum(flow.cents for flow in flows if flow.kind is MovementKind.ACTIVATE), worth)


def _received(agreement_id: int, flows: list[MoneyFlow], until: datetime) -> list[Reckoning]:
    """What came in is what was recorded from the bank's lines, when they were recorded one by one."""
    receipts = [each for each in funding.receipts(agreement_id) if each.recorded_at < until]
    came = sum(flow.cents for flow in flows if flow.kind is MovementKind.RECEIVE)
    return [Reckoning("received", CellKind.EUROS, came, sum(each.cents for each in receipts))] if receipts else []


def _stock(agreement_id: int, period: BookPeriod, at: datetime) -> _Drawn:
    movements = ledger.stock_movements(agreement_id=agreement_id)
    series = {each.id: each for each in ledger.series_list(agreement_id=agreement_id)}
    holders = {each for move in movements for each in (move.from_holder_id, move.to_holder_id) if each is not None}
    counted = ledger.in_stock_by_holder(agreement_id=agreement_id)
    names = {key: f"{card.name}" for key, card in parties.organisations({*holders, *counted}).items()}
    flows = [
        StockFlow(
            number=move.number,
            day=move.day,
            act=_act_of(move),
            from_holder=names.get(move.from_holder_id) if move.from_holder_id is not None else None,
            to_holder=names.get(move.to_holder_id) if move.to_holder_id is not None else None,
            first_serial=ledger.serial_of_voucher(series[move.series_id], move.first_voucher_id),
            last_serial=ledger.serial_of_voucher(series[move.series_id], move.last_voucher_id),
            quantity=move.quantity,
            cents=move.quantity * series[move.series_id].face_value_cents,
        )
        for move in movements
    ]
    left: dict[int, int] = dict.fromkeys(holders | counted.keys(), 0)
    for move in movements:
        if move.from_holder_id is not None:
            left[move.from_holder_id] -= move.quantity
        if move.to_holder_id is not None:
            left[move.to_holder_id] += move.quantity
    reckonings = tuple(
        Reckoning(f"stock:{names.get(holder_id, '')}", CellKind.NUMBER, left[holder_id], counted.get(holder_id, 0))
        for holder_id in sorted(left, key=lambda each: names.get(each, ""))
    )
    return stock_tables(flows, period), reckonings


def _act_of(move: ledger.StockMovement) -> str:
    if move.kind is PassageKind.VOIDED:
        return "lost" if move.reason in _LOST else "destroyed"
    return _ACTS[move.kind]


def _vouchers(agreement_id: int, period: BookPeriod, at: datetime) -> _Drawn:
    until = _moment(period, at)
    tables = voucher_tables(_turns(agreement_id, period, until), period)
    found = ledger.balances(agreement_id=agreement_id, until=until)
    remaining, to_pay, unspent = (int(table[2] or 0) for table in (tables[0].total or (), tables[1].total or (), tables[2].rows[1]))
    return tables, (
        Reckoning("remaining", CellKind.EUROS, remaining, found[AccountKind.CIRCULATION] + found[AccountKind.OWED]),
        Reckoning("owed", CellKind.EUROS, to_pay, found[AccountKind.OWED]),
        Reckoning("in_circulation", CellKind.EUROS, unspent, found[AccountKind.CIRCULATION]),
        *_in_number(agreement_id, tables),
    )


def _in_number(agreement_id: int, tables: tuple[BookTable, ...]) -> list[Reckoning]:
    """When every voucher is worth the same, their number times their value is the amount."""
    faces = {each.face_value_cents for each in ledger.series_list(agreement_id=agreement_id)}
    if len(faces) != 1:
        return []
    face = faces.pop()
    _word, quantity, cents = tables[0].total or ("", 0, 0)
    return [Reckoning("number", CellKind.EUROS, int(quantity or 0) * face, int(cents or 0))]


def _turns(agreement_id: int, period: BookPeriod, until: datetime) -> list[VoucherTurn]:
    signs = {
        MovementKind.PAY: ("used_and_paid", 1),
        MovementKind.UNPAY: ("used_and_paid", -1),
        MovementKind.REDEEM: ("presented", 1),
        MovementKind.REVERSE: ("rejected", 1),
    }
    # What a place gives back after payment is no longer used and paid: it was rejected.
    rejected_late = {MovementKind.RECOVER: 1, MovementKind.REOPEN: -1}
    flows = ledger.flows(agreement_id=agreement_id, until=until)
    turns = [
        VoucherTurn(each.day, signs[each.kind][0], signs[each.kind][1] * each.quantity, signs[each.kind][1] * each.cents)
        for each in flows
        if each.kind in signs
    ]
    turns += [
        VoucherTurn(each.day, act, sign * rejected_late[each.kind] * each.quantity, sign * rejected_late[each.kind] * each.cents)
        for each in flows
        if each.kind in rejected_late
        for act, sign in (("used_and_paid", -1), ("rejected", 1))
    ]
    faces = {each.id: each.face_value_cents for each in ledger.series_list(agreement_id=agreement_id)}
    turns += [
        VoucherTurn(legal_day(moment), "exchanged", count, cents)
        for moment, count, cents in ledger.exchanged_days(agreement_id=agreement_id, until=until)
    ]
    inside = (period.starts_at, until)
    for since, upto in ((_EVER, min(period.starts_at, until)), inside):
        day = period.since if since is not _EVER else date.min
        turns += [
            VoucherTurn(day, "ordered", count, count * face)
            for _series, count, face in ledger.activated_vouchers(agreement_id=agreement_id, since=since, until=upto)
        ]
        turns += [
            VoucherTurn(day, "refunded", cents // faces[series_id], cents)
            for series_id, cents in ledger.returned_by_series(agreement_id=agreement_id, since=since, until=upto).items()
        ]
    return turns


def _places(agreement_id: int, period: BookPeriod, at: datetime) -> _Drawn:
    until = _moment(period, at)
    lines = _paid(agreement_id, period, until)
    start = min(period.starts_at, until)
    before, after = (by_place_of_money(ledger.balances(agreement_id=agreement_id, until=each))["paid"] for each in (start, until))
    shares_before, shares_after = (ledger.money(agreement_id=agreement_id, until=each).total.paid for each in (start, until))
    paid = sum(line.cents for line in lines)
    return place_tables(lines), (
        Reckoning("paid", CellKind.EUROS, paid, after - before),
        Reckoning("paid_shares", CellKind.EUROS, paid, shares_after - shares_before),
    )


def _paid(agreement_id: int, period: BookPeriod, until: datetime) -> list[PaidLine]:
    """Payments of the period with their references: the transfer each movement of the ledger was written for."""
    found = ledger.settled(agreement_id=agreement_id, since=period.starts_at, until=until)
    cards = parties.organisations({each.organisation_id for each in found})
    references = _references(agreement_id)
    lines = []
    for each in found:
        card = cards[each.organisation_id]
        sign = 1 if each.kind in (MovementKind.PAY, MovementKind.REOPEN) else -1
        reference = references.get(each.request_id, "")
        lines.append(
            PaidLine(card.printed_number, card.name, each.day, reference, each.kind.value, sign * each.quantity, sign * each.cents)
        )
    return lines


def _references(agreement_id: int) -> dict[UUID, str]:
    """The bank's reference of each fact the ledger wrote about a transfer: paid, or come back."""
    rows = Transfer.objects.filter(agreement_id=agreement_id).values_list("run__request_id", "end_to_end_id")
    return {
        uuid5(uuid5(run_request_id, end_to_end_id), what): end_to_end_id
        for run_request_id, end_to_end_id in rows
        for what in ("paid", "came back")
    }


_EVER = start_of_day(date(2000, 1, 1))
_DRAWN = {Book.AGREEMENT: _agreement, Book.STOCK: _stock, Book.VOUCHERS: _vouchers, Book.PLACES: _places}
