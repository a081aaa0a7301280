"""The rows behind one figure of an agreement, page by page, the same for the screen and for a file. They sum to the figure.

No row names a person, nor a voucher once somebody had it (docs/decisions/0043-a-figure-opens-its-rows.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import StockBooklet
from carnet.ledger.rules import MovementKind, State
from carnet.observatory import access
from carnet.observatory.queries._cuts import place_ids_of_commune, recovered_amount
from carnet.observatory.queries._funds import held_worth, placed, worth, worth_used
from carnet.observatory.rules import Amount, Heading
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.settlement import queries as settlement
from carnet.settlement.queries import UsedFilter, UsedKey

PER_PAGE = 50
_PER_READING = 2_000

MONEY_HEADINGS = frozenset({Heading.FUNDED, Heading.UNISSUED, Heading.RETURNED, Heading.RESERVED, Heading.SERVED})
STOCK_HEADINGS = frozenset({Heading.AT_OPERATOR, Heading.AT_DESKS})
GROUPED_HEADINGS = frozenset({Heading.IN_HANDS, Heading.TO_RETURN})
USED_HEADINGS = frozenset({Heading.USED, Heading.OWED, Heading.PAID})

# What a movement of one funder adds to the figure it stands behind.
_SIGNS: Mapping[Heading, Mapping[MovementKind, int]] = {
    Heading.FUNDED: {MovementKind.RECEIVE: 1},
    Heading.UNISSUED: {
        MovementKind.RECEIVE: 1,
        MovementKind.ACTIVATE: -1,
        MovementKind.REPAY: -1,
        MovementKind.RESERVE: -1,
        MovementKind.RELEASE: 1,
    },
    Heading.RESERVED: {
        MovementKind.RESERVE: 1,
        MovementKind.RELEASE: -1,
        MovementKind.SETTLE: -1,
        MovementKind.UNSETTLE: 1,
    },
    Heading.SERVED: {MovementKind.SETTLE: 1, MovementKind.UNSETTLE: -1},
    Heading.RETURNED: {MovementKind.RETURN: 1, MovementKind.REPAY: 1},
}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows: of a month (``2026-03``), a place, a service, a commune, a desk. Nothing said: all of the figure's."""

    month: str = ""
    place_id: int | None = None
    service: str = ""
    commune_code: str = ""
    desk_id: int | None = None


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """Cents coming in or going out. `kind` None: a share paid on use, for the vouchers used so far, owed to or by `other`."""

    on: date | None
    kind: MovementKind | None
    funder: str
    other: str
    series: str
    cents: int


@dataclass(frozen=True, slots=True)
class BookletRow:
    """A booklet nobody has yet: where it is, and what its vouchers in stock are worth. `on_the_way_to` is empty when it is there."""

    serial: str
    holder: str
    on_the_way_to: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Vouchers that left a desk, counted together: the desk, the series, what they are. One of them alone would point at somebody.

    Without a desk: spent vouchers whose money a place gave back.
    """

    desk_id: int
    desk: str
    series: str
    state: State
    amount: Amount


@dataclass(frozen=True, slots=True)
class UsedRow:
    """A voucher used: the day, the place, the service, and the payment. Never its number.

    Without a day: what places gave back of what they were paid, in one line below zero.
    """

    on: date | None
    place_id: int
    place: str
    commune: str
    service: str
    series: str
    paid_on: date | None
    payment: str
    transfer_id: int | None
    amount: Amount


Row = MoneyRow | BookletRow | GroupRow | UsedRow


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of rows, how many there are in all, and their sum over every page."""

    heading: Heading
    lines: tuple[Row, ...]
    count: int
    page: int
    total: Amount


class _Behind:
    """What every reading of the rows of one figure shares: the agreement, its series by number, whose part is told."""

    def __init__(self, actor: Actor, agreement_id: int, heading: Heading, where: RowFilter, funder_id: int | None, at: datetime) -> None:
        self.agreement = access.seen_agreement(actor, agreement_id, funder_id=funder_id, at=at)
        self.reads_all = access.reads_every_funder(actor)
        self.operator_id = funding.programme(self.agreement.programme_id).operator_id
        self.heading, self.where, self.funder_id = heading, where, funder_id
        self.series = {each.id: each for each in ledger.series_list(agreement_id=agreement_id)}
        self.shares = ledger.patterns_of_agreement(agreement_id=agreement_id)

    def called(self, series_id: int) -> str:
        """A series by its first and last booklets, as they are printed."""
        row = self.series.get(series_id)
        if row is None:
            return ""
        return f"{ledger.serial_of_booklet(row, row.first_booklet_id)} – {ledger.serial_of_booklet(row, row.last_booklet_id)}"

    def used_filter(self) -> UsedFilter:
        """What to ask of the used vouchers."""
        place_ids: tuple[int, ...] | None = None if self.where.place_id is None else (self.where.place_id,)
        if self.where.commune_code:
            place_ids = place_ids_of_commune(agreement_id=self.agreement.id, commune_code=self.where.commune_code)
        paid = {Heading.OWED: False, Heading.PAID: True}.get(self.heading)
        return UsedFilter(month=self.where.month, place_ids=place_ids, service=self.where.service, is_paid=paid)


def rows(
    *, actor: Actor, agreement_id: int, heading: Heading, where: RowFilter | None = None, funder_id: int | None = None, page: int = 1,
    at: datetime,
) -> Rows:  # fmt: skip
    """One page of the rows behind a figure; a page past the last is the last.

    Units: vouchers and whole cents. A funder reads its own money only; vouchers with the whole value beside its part.
    Raises: NotAllowed, AgreementUnknown.
    """
    behind = _Behind(actor, agreement_id, heading, where or RowFilter(), funder_id, at)
    if heading in USED_HEADINGS:
        return _used_page(behind, page)
    if heading in STOCK_HEADINGS and behind.where.desk_id is None:
        return _stock_page(behind, page)
    found = list(_few(behind))
    page = max(1, min(page, -(-len(found) // PER_PAGE)))
    return Rows(heading, tuple(found[(page - 1) * PER_PAGE : page * PER_PAGE]), len(found), page, _sum(found))


def every_row(
    *, actor: Actor, agreement_id: int, heading: Heading, where: RowFilter | None = None, funder_id: int | None = None, at: datetime
) -> Iterator[Row]:
    """Every row behind a figure, in the order of the pages, a few thousand at a time. Raises: NotAllowed, AgreementUnknown, before the first."""
    behind = _Behind(actor, agreement_id, heading, where or RowFilter(), funder_id, at)
    return _every(behind)


def _every(behind: _Behind) -> Iterator[Row]:
    if behind.heading in USED_HEADINGS:
        yield from _every_used(behind)
    elif behind.heading in STOCK_HEADINGS and behind.where.desk_id is None:
        yield from _every_booklet(behind)
    else:
        yield from _few(behind)


def _few(behind: _Behind) -> Iterator[Row]:
    return _money_rows(behind) if behind.heading in MONEY_HEADINGS else _group_rows(behind)


def _sum(found: list[Row]) -> Amount:
    total = Amount()
    for each in found:
        total += Amount(0, each.cents, each.cents) if isinstance(each, MoneyRow) else each.amount
    return total


# --- Money ------------------------------------------------------------------------------------------------------------


def _money_rows(behind: _Behind) -> Iterator[MoneyRow]:
    # A funder's bank lines are its own business: the others' are for those who run or audit the programme.
    asked = behind.funder_id if behind.funder_id is not None or behind.reads_all else 0
    signs = _SIGNS[behind.heading]
    moved = [each for each in ledger.funder_movements(agreement_id=behind.agreement.id, funder_id=asked) if each.kind in signs]
    debts = ledger.on_use_debts(agreement_id=behind.agreement.id) if behind.heading is Heading.FUNDED and asked else []
    wanted = {each.funder_id for each in moved} | {one for each in debts for one in (each.debtor_id, each.creditor_id)}
    names = {key: card.name for key, card in parties.organisations(wanted).items()}
    for each in moved:
        on, funder = legal_day(each.at), names.get(each.funder_id, "")
        yield MoneyRow(on, each.kind, funder, "", behind.called(each.series_id), signs[each.kind] * each.cents)
    for debt in debts:
        if asked == debt.debtor_id:
            yield MoneyRow(None, None, names.get(debt.debtor_id, ""), names.get(debt.creditor_id, ""), "", debt.cents)
        elif asked == debt.creditor_id:
            yield MoneyRow(None, None, names.get(debt.creditor_id, ""), names.get(debt.debtor_id, ""), "", -debt.cents)


# --- Vouchers in stock, and those that left a desk ----------------------------------------------------------------------


def _stock_page(behind: _Behind, page: int) -> Rows:
    of, at_desks = behind.operator_id, behind.heading is Heading.AT_DESKS
    count = ledger.stock_booklet_count(agreement_id=behind.agreement.id, of_holder_id=of, at_desks=at_desks)
    page = max(1, min(page, -(-count // PER_PAGE)))
    found = ledger.stock_booklets(
        agreement_id=behind.agreement.id, of_holder_id=of, at_desks=at_desks, offset=(page - 1) * PER_PAGE, limit=PER_PAGE
    )
    total = _sum(list(_group_rows(behind)))
    return Rows(behind.heading, tuple(_booklet_rows(behind, found)), count, page, total)


def _every_booklet(behind: _Behind) -> Iterator[BookletRow]:
    of, at_desks = behind.operator_id, behind.heading is Heading.AT_DESKS
    after_id = 0
    while found := ledger.stock_booklets(
        agreement_id=behind.agreement.id, of_holder_id=of, at_desks=at_desks, after_id=after_id, limit=_PER_READING
    ):
        yield from _booklet_rows(behind, found)
        after_id = found[-1].id


def _booklet_rows(behind: _Behind, found: list[StockBooklet]) -> Iterator[BookletRow]:
    ids = {each.holder_id for each in found} | {each.on_the_way_to_id for each in found if each.on_the_way_to_id}
    names = {key: card.name for key, card in parties.organisations(ids).items()}
    for each in found:
        amount = Amount()
        for pattern, count in each.patterns.items():
            amount += held_worth(behind.shares[each.series_id, pattern], behind.funder_id, count)
        serial = ledger.serial_of_booklet(behind.series[each.series_id], each.id)
        yield BookletRow(serial, names.get(each.holder_id, ""), names.get(each.on_the_way_to_id or 0, ""), amount)


def _group_rows(behind: _Behind) -> Iterator[GroupRow]:
    stands = ledger.standing(agreement_ids=[behind.agreement.id])
    groups: dict[tuple[int, int, State], Amount] = {}
    for each, heading in placed(stands.positions, stands, behind.operator_id):
        wanted = behind.where.desk_id in (None, each.holder_id)
        if heading is behind.heading and wanted:
            key = (each.holder_id, each.series_id, each.state)
            groups[key] = groups.get(key, Amount()) + worth(each, stands, behind.funder_id)
    if behind.heading is Heading.TO_RETURN and behind.where.desk_id is None:
        given_back = {series_id for series_id, _funder in stands.returned_by_series}
        for (series_id, number), count in stands.recovered.items():
            if count and series_id not in given_back:
                key = (0, series_id, State.REDEEMED)
                groups[key] = groups.get(key, Amount()) + held_worth(stands.patterns[series_id, number], behind.funder_id, count)
    names = {key: card.name for key, card in parties.organisations({key[0] for key in groups}).items()}
    found = [GroupRow(key[0], names.get(key[0], ""), behind.called(key[1]), key[2], amount) for key, amount in groups.items()]
    yield from sorted(found, key=lambda row: (-row.amount.vouchers, row.desk.casefold(), row.series, row.state))


# --- Vouchers used ------------------------------------------------------------------------------------------------------


def _used_page(behind: _Behind, page: int) -> Rows:
    where, total = behind.used_filter(), Amount()
    for group in settlement.used_groups(series_ids=behind.series, by=settlement.UsedBy.SERVICE, where=where):
        shared = behind.shares[group.series_id, group.pattern]
        total += worth_used(shared, behind.funder_id, group.count)
    count = total.vouchers
    page = max(1, min(page, -(-count // PER_PAGE)))
    found = settlement.used_vouchers(series_ids=behind.series, where=where, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    back = _given_back(behind)
    for each in back:
        total += each.amount
    last = back if page >= -(-count // PER_PAGE) else []
    return Rows(behind.heading, (*_used_rows(behind, found), *last), count, page, total)


def _given_back(behind: _Behind) -> list[UsedRow]:
    if behind.heading is Heading.OWED or behind.where != RowFilter():
        return []
    back = recovered_amount(behind.agreement.id, behind.shares, behind.funder_id)
    return [UsedRow(None, 0, "", "", "", "", None, "", None, Amount() - back)] if back.vouchers else []


def _every_used(behind: _Behind) -> Iterator[UsedRow]:
    where = behind.used_filter()
    before: UsedKey | None = None
    while found := settlement.used_vouchers(series_ids=behind.series, where=where, before=before, limit=_PER_READING):
        yield from _used_rows(behind, found)
        before = found[-1].key
    yield from _given_back(behind)


def _used_rows(behind: _Behind, found: list[settlement.UsedVoucher]) -> Iterator[UsedRow]:
    ids = {each.place_id for each in found}
    names, towns = places.names_of(ids), places.communes_of(ids)
    for each in found:
        amount = worth_used(behind.shares[each.series_id, each.pattern], behind.funder_id, 1)
        yield UsedRow(
            each.used_on, each.place_id, names.get(each.place_id, ""), towns.get(each.place_id, ("", ""))[1], each.service,
            behind.called(each.series_id), each.paid_on, each.payment, each.transfer_id, amount,
        )  # fmt: skip
