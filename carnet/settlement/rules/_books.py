"""Accountants' books: their periods, their tables, and whether they are equal to the ledger. Pure.

A book is made of words in code, numbers of vouchers and whole cents: the same value is kept, printed and put in a table, so that no two of
them can differ. Sources: docs/sources/public-money.md#r1611-10.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from carnet.kernel.periods import add_months, start_of_day
from carnet.ledger.rules import ROUTES, AccountKind, MovementKind
from carnet.settlement.rules._refusals import PeriodMistyped, PeriodNotOver

# Where the money is, as a reader of accounts counts it. What a place was charged back and gave back is taken off what it was paid.
PLACE_OF: Mapping[AccountKind, str] = {
    AccountKind.SOURCE: "source",
    AccountKind.UNISSUED: "unissued",
    AccountKind.CIRCULATION: "in_circulation",
    AccountKind.OWED: "owed",
    AccountKind.PAID: "paid",
    AccountKind.DUE: "paid",
    AccountKind.CHARGED: "paid",
    AccountKind.RETURNED: "returned",
    AccountKind.RESERVED: "reserved",
    AccountKind.BILLED: "reserved",
    AccountKind.SERVED: "served",
    # Landlords' and households' cents, between accounts of their own: they sum to nothing, and are no funder's.
    AccountKind.OWNER: "others",
    AccountKind.HOUSEHOLD: "others",
    AccountKind.LANDLORD: "others",
    AccountKind.CALLED: "others",
    AccountKind.PASSED: "others",
    # Of clearing between operators: in books of no agreement.
    AccountKind.PARTNER: "others",
    AccountKind.ABROAD: "others",
    AccountKind.CLAIMED: "others",
    AccountKind.HONOURED: "others",
    AccountKind.OPERATOR: "others",
    AccountKind.ADVANCED: "others",
}
HELD = ("unissued", "in_circulation", "owed")
GONE = ("paid", "returned")
# Of an agreement with solidarity connections, besides.
HELD_FOR_CONNECTIONS = "reserved"
GONE_TO_PROVIDERS = "served"
_HELD_IN_ALL = (*HELD, HELD_FOR_CONNECTIONS)
_PERIOD = re.compile(r"(?P<year>20\d\d)(-[TQ](?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")

Cell = str | int | None
BookRow = tuple[Cell, ...]


class Book(StrEnum):
    """The books an agreement has."""

    AGREEMENT = "AGREEMENT"
    STOCK = "STOCK"
    VOUCHERS = "VOUCHERS"
    PLACES = "PLACES"


class CellKind(StrEnum):
    """What a column holds: a code to be said in words, words from outside, a day, a number of vouchers, whole cents."""

    WORD = "word"
    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    EUROS = "euros"


@dataclass(frozen=True, slots=True)
class BookPeriod:
    """A year, a quarter or a month of the calendar: `since` is its first day, `until` the day after its last."""

    name: str
    since: date
    until: date

    @property
    def starts_at(self) -> datetime:
        """Midnight in Paris at which it begins."""
        return start_of_day(self.since)

    @property
    def ends_at(self) -> datetime:
        """Midnight in Paris at which it is over."""
        return start_of_day(self.until)

    def is_over(self, at: datetime) -> bool:
        """Whether nothing can be written in it any more."""
        return at >= self.ends_at


@dataclass(frozen=True, slots=True)
class BookTable:
    """One table of a book: its key, its columns as (key, kind), its rows, and its total if its columns add up."""

    key: str
    columns: tuple[tuple[str, CellKind], ...]
    rows: tuple[BookRow, ...]
    total: BookRow | None = None

    def as_json(self) -> dict[str, Any]:
        """The table as plain values."""
        return {
            "key": self.key,
            "columns": [[name, kind.value] for name, kind in self.columns],
            "rows": [list(row) for row in self.rows],
            "total": list(self.total) if self.total is not None else None,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "BookTable":
        """What `as_json` made."""
        return cls(
            kept["key"],
            tuple((name, CellKind(kind)) for name, kind in kept["columns"]),
            tuple(tuple(row) for row in kept["rows"]),
            tuple(kept["total"]) if kept["total"] is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One figure of a book, and the same figure counted from the other side of the ledger."""

    key: str
    kind: CellKind
    book: int
    ledger: int

    @property
    def is_equal(self) -> bool:
        """Whether both are the same, to the cent."""
        return self.book == self.ledger


@dataclass(frozen=True, slots=True)
class MoneyFlow:
    """Cents, and vouchers, that one kind of movement moved on one day."""

    day: date
    kind: MovementKind
    cents: int
    quantity: int


@dataclass(frozen=True, slots=True)
class StockFlow:
    """Vouchers that one slip made enter or leave cupboards. `act` is one of STOCK_ACTS; holders are names, serials as printed."""

    number: int
    day: date
    act: str
    from_holder: str | None
    to_holder: str | None
    first_serial: str
    last_serial: str
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One payment of one organisation, or one given back or kept back (negative). `act` is the kind of movement."""

    siret: str
    name: str
    day: date
    reference: str
    act: str
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class VoucherTurn:
    """What became of vouchers on one day, in number and in cents; `act` is one of VOUCHER_ACTS."""

    day: date
    act: str
    quantity: int
    cents: int


STOCK_ACTS = ("printed", "received", "sent", "handed_over", "lost", "destroyed", "lapsed")
VOUCHER_ACTS = ("ordered", "used_and_paid", "refunded", "exchanged", "presented", "rejected")
_ENDS = ("used_and_paid", "refunded", "exchanged")


def book_period(name: str) -> BookPeriod:
    """The period of `2026`, `2026-T3` (or `2026-Q3`, as in English) or `2026-07`. Raises: PeriodMistyped."""
    found = _PERIOD.fullmatch(name.strip().upper())
    if found is None:
        raise PeriodMistyped(period=name.strip()[:20])
    year, quarter, month = int(found["year"]), found["quarter"], found["month"]
    first, months = (int(quarter) * 3 - 2, 3) if quarter else (int(month), 1) if month else (1, 12)
    since = date(year, first, 1)
    return BookPeriod(found[0].replace("Q", "T"), since, add_months(since, months))


def periods_around(today: date) -> tuple[BookPeriod, ...]:
    """The periods somebody asks for on a day: the year, its quarters and months so far, and the year before."""
    names = [str(today.year), str(today.year - 1)]
    names += [f"{today.year}-T{quarter}" for quarter in range((today.month + 2) // 3, 0, -1)]
    names += [f"{today.year}-{month:02d}" for month in range(today.month, 0, -1)]
    return tuple(book_period(name) for name in names)


def check_period_over(period: BookPeriod, at: datetime) -> None:
    """A book is frozen once nothing can be written in its period. Raises: PeriodNotOver."""
    if not period.is_over(at):
        raise PeriodNotOver(possible_on=period.until)


def held_places(flows: Iterable[MoneyFlow]) -> tuple[str, ...]:
    """Where the money of an agreement may be held: for connections too, if it has some."""
    return (*HELD, HELD_FOR_CONNECTIONS) if _has_connections(flows) else HELD


def gone_places(flows: Iterable[MoneyFlow]) -> tuple[str, ...]:
    """Where it may have gone: to providers too, if the agreement has connections."""
    return (*GONE, GONE_TO_PROVIDERS) if _has_connections(flows) else GONE


def _has_connections(flows: Iterable[MoneyFlow]) -> bool:
    return any(flow.kind is MovementKind.RESERVE for flow in flows)


def by_place_of_money(balances: Mapping[AccountKind, int]) -> dict[str, int]:
    """Balances of accounts, added up by where the money is."""
    held = dict.fromkeys(PLACE_OF.values(), 0)
    for kind, cents in balances.items():
        held[PLACE_OF[kind]] += cents
    return held


def closing_of(flows: Iterable[MoneyFlow], before: date) -> Counter[str]:
    """What is in each place of the money just before a day, counted from the movements."""
    held: Counter[str] = Counter()
    for flow in flows:
        if flow.day < before:
            out_of, into = _route(flow.kind)
            held[out_of] -= flow.cents
            held[into] += flow.cents
    return held


def _route(kind: MovementKind) -> tuple[str, str]:
    credit, debit = ROUTES[kind]
    return PLACE_OF[credit], PLACE_OF[debit]


def money_tables(flows: Sequence[MoneyFlow], period: BookPeriod) -> tuple[BookTable, ...]:
    """The account of an agreement: where its money was and is, then its reserved account day by day. Whole cents."""
    return (_positions(flows, period), _cash_book(flows, period))


def _positions(flows: Sequence[MoneyFlow], period: BookPeriod) -> BookTable:
    opening, closing = closing_of(flows, period.since), closing_of(flows, period.until)
    plus: Counter[str] = Counter()
    minus: Counter[str] = Counter()
    for flow in flows:
        out_of, into = _route(flow.kind)
        if period.since <= flow.day < period.until and out_of != into:
            minus[out_of] += flow.cents
            plus[into] += flow.cents
    columns = (("position", CellKind.WORD), *((name, CellKind.EUROS) for name in ("opening", "plus", "minus", "closing")))

    def line(name: str) -> BookRow:
        return (name, opening[name], plus[name], minus[name], closing[name])

    def subtotal(name: str, places: Iterable[str]) -> BookRow:
        chosen = tuple(places)
        return (name, sum(opening[each] for each in chosen), None, None, sum(closing[each] for each in chosen))

    held, gone = held_places(flows), gone_places(flows)
    rows = (*(line(each) for each in held), subtotal("held", held), *(line(each) for each in gone))
    return BookTable("positions", columns, rows, subtotal("funded", (*held, *gone)))


def _cash_book(flows: Sequence[MoneyFlow], period: BookPeriod) -> BookTable:
    balance = sum(closing_of(flows, period.since)[each] for each in _HELD_IN_ALL)
    rows: list[BookRow] = [(period.since.isoformat(), "opening", None, None, balance)]
    came, went = 0, 0
    for flow in flows:
        source, target = _route(flow.kind)
        if not period.since <= flow.day < period.until or (source in _HELD_IN_ALL) == (target in _HELD_IN_ALL):
            continue
        into, out = (flow.cents, 0) if target in _HELD_IN_ALL else (0, flow.cents)
        came, went, balance = came + into, went + out, balance + into - out
        rows.append((flow.day.isoformat(), flow.kind.value, into or None, out or None, balance))
    columns = (("day", CellKind.DAY), ("act", CellKind.WORD), *((name, CellKind.EUROS) for name in ("into", "out", "balance")))
    return BookTable("cash", columns, tuple(rows), (None, "closing", came, went, balance))


def stock_tables(flows: Sequence[StockFlow], period: BookPeriod) -> tuple[BookTable, ...]:
    """The stock account of inactive values: one line a cupboard, then the slips, then what was lost or destroyed. Vouchers, and cents."""
    inside = [flow for flow in flows if period.since <= flow.day < period.until]
    return (_cupboards(flows, period), _slips(inside), _losses(inside))


def _cupboards(flows: Sequence[StockFlow], period: BookPeriod) -> BookTable:
    opening: Counter[str] = Counter()
    acts: dict[str, Counter[str]] = {}
    closing: Counter[str] = Counter()
    worth: Counter[str] = Counter()
    for flow in flows:
        if flow.day >= period.until:
            continue
        for holder, sign, act in _sides(flow):
            closing[holder] += sign * flow.quantity
            worth[holder] += sign * flow.cents
            acts.setdefault(holder, Counter())
            if flow.day < period.since:
                opening[holder] += sign * flow.quantity
            else:
                acts[holder][act] += flow.quantity
    names = sorted(acts)
    rows: tuple[BookRow, ...] = tuple(
        (name, opening[name], *(acts[name][act] for act in STOCK_ACTS), closing[name], worth[name]) for name in names
    )
    columns = (
        ("holder", CellKind.TEXT),
        ("opening", CellKind.NUMBER),
        *((act, CellKind.NUMBER) for act in STOCK_ACTS),
        ("closing", CellKind.NUMBER),
        ("worth", CellKind.EUROS),
    )
    return BookTable("cupboards", columns, rows, total_of(columns, rows))


def _sides(flow: StockFlow) -> list[tuple[str, int, str]]:
    """The cupboards one slip touches: whose, in which way, under which head."""
    found = []
    if flow.from_holder is not None:
        found.append((flow.from_holder, -1, "sent" if flow.to_holder is not None else flow.act))
    if flow.to_holder is not None:
        found.append((flow.to_holder, 1, "received" if flow.from_holder is not None else flow.act))
    return found


_SLIP = (
    ("slip", CellKind.TEXT), ("day", CellKind.DAY), ("act", CellKind.WORD), ("from", CellKind.TEXT), ("to", CellKind.TEXT),
    ("serials", CellKind.TEXT), ("quantity", CellKind.NUMBER), ("cents", CellKind.EUROS),
)  # fmt: skip


def _slips(flows: Sequence[StockFlow]) -> BookTable:
    """Slip by slip; what one cupboard handed over in one month is one slip, whose numbers do not follow one another."""
    rows: list[tuple[date, int, BookRow]] = []
    given: dict[tuple[str, str], list[StockFlow]] = {}
    for flow in flows:
        if flow.act == "handed_over":
            given.setdefault((f"{flow.day:%Y-%m}", flow.from_holder or ""), []).append(flow)
            continue
        cells = (str(flow.number), flow.day.isoformat(), flow.act, flow.from_holder or "", flow.to_holder or "")
        rows.append((flow.day, flow.number, (*cells, f"{flow.first_serial} – {flow.last_serial}", flow.quantity, flow.cents)))
    for (month, holder), each in given.items():
        day = each[-1].day
        totals = (sum(flow.quantity for flow in each), sum(flow.cents for flow in each))
        rows.append((day, each[-1].number, (month, day.isoformat(), "handed_over", holder, "", "", *totals)))
    ordered = tuple(row for _day, _number, row in sorted(rows, key=lambda each: each[:2]))
    return BookTable("slips", _SLIP, ordered)


def _losses(flows: Sequence[StockFlow]) -> BookTable:
    rows = tuple(
        (
            str(flow.number),
            flow.day.isoformat(),
            flow.act,
            flow.from_holder or "",
            f"{flow.first_serial} – {flow.last_serial}",
            flow.quantity,
            flow.cents,
        )
        for flow in flows
        if flow.act in ("lost", "destroyed")
    )
    columns = (("report", CellKind.TEXT), *_SLIP[1:4], *_SLIP[5:])
    return BookTable("losses", columns, rows, total_of(columns, rows) if rows else None)


def voucher_tables(turns: Sequence[VoucherTurn], period: BookPeriod) -> tuple[BookTable, ...]:
    """The annual account of the personalised-support cheque: ordered, used and paid, refunded, exchanged, remaining; then presented and rejected.

    What remains at the end is what remained, plus ordered, less used and paid, refunded and exchanged. A rejected presentation leaves the
    voucher with its holder: it is told apart. Source: docs/sources/public-money.md#r1611-10.
    """
    before, inside = _turned(turns, None, period.since), _turned(turns, period.since, period.until)

    def remaining(turned: Mapping[str, tuple[int, int]], side: int) -> int:
        return turned["ordered"][side] - sum(turned[end][side] for end in _ENDS)

    def owed(turned: Mapping[str, tuple[int, int]], side: int) -> int:
        return turned["presented"][side] - turned["rejected"][side] - turned["used_and_paid"][side]

    start = tuple(remaining(before, side) for side in (0, 1))
    end = tuple(start[side] + remaining(inside, side) for side in (0, 1))
    columns = (("line", CellKind.WORD), ("quantity", CellKind.NUMBER), ("cents", CellKind.EUROS))
    rows: list[BookRow] = [("remaining_before", *start), ("ordered", *inside["ordered"])]
    rows += [(act, *(-figure for figure in inside[act])) for act in _ENDS]
    to_pay = tuple(owed(before, side) for side in (0, 1))
    left = tuple(to_pay[side] + owed(inside, side) for side in (0, 1))
    presented: list[BookRow] = [
        ("to_pay_before", *to_pay),
        ("presented", *inside["presented"]),
        ("rejected", *(-figure for figure in inside["rejected"])),
        ("used_and_paid", *(-figure for figure in inside["used_and_paid"])),
    ]
    return (
        BookTable("vouchers", columns, tuple(rows), ("remaining", *end)),
        BookTable("presented", columns, tuple(presented), ("to_pay", *left)),
        BookTable("unspent", columns, (("to_pay", *left), ("unspent", *(end[side] - left[side] for side in (0, 1)))), ("remaining", *end)),
    )


def _turned(turns: Iterable[VoucherTurn], since: date | None, until: date) -> dict[str, tuple[int, int]]:
    found = dict.fromkeys(VOUCHER_ACTS, (0, 0))
    for turn in turns:
        if turn.day < until and (since is None or turn.day >= since):
            quantity, cents = found[turn.act]
            found[turn.act] = (quantity + turn.quantity, cents + turn.cents)
    return found


def place_tables(lines: Sequence[PaidLine]) -> tuple[BookTable, ...]:
    """The list of places paid: one line a place, then one line a payment. Source: docs/sources/public-money.md#r1611-6."""
    return (paid_by_place(lines), _payments(lines))


def paid_by_place(lines: Iterable[PaidLine]) -> BookTable:
    """What each place was paid, net of what came back, by name."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for line in lines:
        quantity, cents = sums.get((line.name, line.siret), (0, 0))
        sums[line.name, line.siret] = (quantity + line.quantity, cents + line.cents)
    rows: tuple[BookRow, ...] = tuple((siret, name, *figures) for (name, siret), figures in sorted(sums.items()))
    columns = (("siret", CellKind.TEXT), ("place", CellKind.TEXT), ("quantity", CellKind.NUMBER), ("cents", CellKind.EUROS))
    return BookTable("places", columns, rows, total_of(columns, rows))


def _payments(lines: Sequence[PaidLine]) -> BookTable:
    columns = (
        ("day", CellKind.DAY), ("place", CellKind.TEXT), ("reference", CellKind.TEXT), ("act", CellKind.WORD),
        ("quantity", CellKind.NUMBER), ("cents", CellKind.EUROS),
    )  # fmt: skip
    rows = tuple((line.day.isoformat(), line.name, line.reference, line.act, line.quantity, line.cents) for line in lines)
    return BookTable("payments", columns, rows, total_of(columns, rows))


def total_of(columns: Sequence[tuple[str, CellKind]], rows: Iterable[BookRow]) -> BookRow:
    """The total of a table: the sum of each column of numbers or cents, the word first."""
    listed = list(rows)
    sums: list[Cell] = [
        sum(int(row[rank] or 0) for row in listed) if kind in (CellKind.NUMBER, CellKind.EUROS) else None
        for rank, (_name, kind) in enumerate(columns)
    ]
    return ("total", *sums[1:])
