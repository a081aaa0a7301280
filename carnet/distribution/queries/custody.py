"""Where every booklet of an order is, and what is missing from the points: one story made of the ledger, the boxes and the moves.

The ledger says where each booklet is; a box or a move says in whose hands it travels. A booklet that the two do not agree on is a hole.
Decision: docs/decisions/0074-a-parcel-is-a-box-somebody-answers-for.md.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from carnet.distribution.models import StockMove, StockTake
from carnet.distribution.queries._moves import state_of_move
from carnet.distribution.rules import MoveState, runs
from carnet.distribution.rules.custody import GapSource, Overdue, is_count_overdue
from carnet.issuing import queries as issuing
from carnet.issuing.queries import parcels as boxes
from carnet.issuing.rules.parcels import Run, common, count, label_number, minus
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.ledger.queries import CustodyRun, SeriesView, Whereabouts
from carnet.ledger.rules import Fault
from carnet.parties import queries as parties


class Place(StrEnum):
    """The one place a booklet is in, as it is told. HOLE: nobody can say."""

    AT_PRINT_SHOP = "AT_PRINT_SHOP"
    AT_OPERATOR = "AT_OPERATOR"
    IN_BOX = "IN_BOX"
    IN_MOVE = "IN_MOVE"
    AT_POINT = "AT_POINT"
    OPENED = "OPENED"
    HANDED_OVER = "HANDED_OVER"
    SPENT = "SPENT"
    ENDED = "ENDED"
    HOLE = "HOLE"


@dataclass(frozen=True, slots=True)
class CustodyLine:
    """Booklets in a row in one place. `holder`: who has, sent or gave them; `number`: of the box or the move they travel in."""

    place: Place
    first_booklet_id: int
    last_booklet_id: int
    first_serial: str
    last_serial: str
    first_rank: int
    last_rank: int
    holder_id: int
    holder: str
    to_id: int | None
    to: str
    parcel_id: int | None = None
    move_id: int | None = None
    number: str = ""

    @property
    def booklet_count(self) -> int:
        """How many they are."""
        return self.last_booklet_id - self.first_booklet_id + 1


@dataclass(frozen=True, slots=True)
class Custody:
    """An order's booklets, each in exactly one line."""

    order_id: int
    programme_id: int
    booklet_count: int
    lines: tuple[CustodyLine, ...]

    @property
    def holes(self) -> tuple[CustodyLine, ...]:
        """What nobody can place."""
        return tuple(each for each in self.lines if each.place is Place.HOLE)

    @property
    def is_complete(self) -> bool:
        """Whether every booklet is in one place, and only one."""
        covered = [(each.first_booklet_id, each.last_booklet_id) for each in self.lines]
        return not self.holes and count(covered) == self.booklet_count == sum(each.booklet_count for each in self.lines)

    def counts(self) -> dict[Place, int]:
        """How many booklets are in each place, those that hold some."""
        found: dict[Place, int] = {}
        for each in self.lines:
            found[each.place] = found.get(each.place, 0) + each.booklet_count
        return {place: found[place] for place in Place if place in found}


_TOLD = {
    Whereabouts.OPENED: Place.OPENED,
    Whereabouts.HANDED_OVER: Place.HANDED_OVER,
    Whereabouts.SPENT: Place.SPENT,
    Whereabouts.ENDED: Place.ENDED,
}


def custody(actor: Actor, order_id: int) -> Custody:
    """Where every booklet of one of the reader's orders is. An order without codes has none. Raises: OrderUnknown."""
    page = issuing.order(actor, order_id)
    series = page.series
    if series is None:
        return Custody(order_id, page.line.programme_id, 0, ())
    placed = ledger.custody(series_id=series.id)
    travelling = _travelling(order_id, series)
    shelves = {run: (parcel_id, shop_id) for parcel_id, shop_id, run in boxes.packed_runs(order_id)}
    found: list[CustodyLine] = []
    for each in placed:
        found += _lines(each, series, travelling, shelves, operator_id=page.operator_id, is_printed=page.facts.printed_at is not None)
    there = [(each.first_booklet_id, each.last_booklet_id) for each in placed]
    found += [_line(Place.HOLE, run, series, 0, None) for run in minus([(series.first_booklet_id, series.last_booklet_id)], there)]
    # A box that says it holds booklets which the ledger sees elsewhere is a hole too, wherever they are seen.
    found = _with_claims(found, series, travelling)
    if series.lapsed_at is not None:
        found = _with_losses(found, series, order_id)
    names = parties.organisations({each for line in found for each in (line.holder_id, line.to_id or 0)})
    named = [
        replace(
            line,
            holder=names[line.holder_id].name if line.holder_id in names else "",
            to=names[line.to_id].name if line.to_id in names else "",
        )
        for line in found
    ]
    return Custody(order_id, page.line.programme_id, series.booklet_count, tuple(sorted(named, key=lambda line: line.first_booklet_id)))


@dataclass(frozen=True, slots=True)
class _Trip:
    """Booklets that a box or a move says are between two hands."""

    run: Run
    to_id: int
    number: str
    parcel_id: int | None = None
    move_id: int | None = None


def _travelling(order_id: int, series: SeriesView) -> list[_Trip]:
    from_boxes = [
        _Trip(run, each.to_id, label_number(series.issuer_prefix, each.parcel_id), parcel_id=each.parcel_id)
        for each in boxes.on_the_way(order_id=order_id)
        for run in each.runs
    ]
    whole = [(series.first_booklet_id, series.last_booklet_id)]
    from_moves = [
        _Trip(run, move.to_organisation_id, str(move.id), move_id=move.id)
        for move in StockMove.objects.filter(programme_id=series.programme_id, sent_at__isnull=False).order_by("id")
        for run in common(whole, _on_the_way(move))
    ]
    return sorted([*from_boxes, *from_moves], key=lambda trip: trip.run)


def _on_the_way(move: StockMove) -> list[Run]:
    state = state_of_move(move)
    if state is MoveState.SENT:
        return runs(move.booklet_ids)
    if state is MoveState.DIFFERENCE:
        return runs(set(move.missing_ids) - {*move.back_ids, *move.lost_ids})
    return []


def _lines(
    placed: CustodyRun,
    series: SeriesView,
    travelling: Sequence[_Trip],
    shelves: dict[Run, tuple[int, int]],
    *,
    operator_id: int,
    is_printed: bool,
) -> list[CustodyLine]:
    run = (placed.first_booklet_id, placed.last_booklet_id)
    if placed.whereabouts in _TOLD:
        return [_line(_TOLD[placed.whereabouts], run, series, placed.holder_id, None)]
    if placed.whereabouts is Whereabouts.ON_THE_WAY:
        return _on_their_way(placed, run, series, travelling)
    if placed.holder_id != operator_id:
        return [_line(Place.AT_POINT, run, series, placed.holder_id, None)]
    if not is_printed:
        return [_line(Place.AT_PRINT_SHOP, run, series, placed.holder_id, None)]
    return _on_the_shelf(placed, run, series, shelves, operator_id)


def _on_their_way(placed: CustodyRun, run: Run, series: SeriesView, travelling: Sequence[_Trip]) -> list[CustodyLine]:
    found: list[CustodyLine] = []
    left: tuple[Run, ...] = (run,)
    for trip in travelling:
        if trip.to_id != placed.to_id or trip.run[1] < run[0] or trip.run[0] > run[1]:
            continue
        for part in common(left, [trip.run]):
            place = Place.IN_BOX if trip.parcel_id else Place.IN_MOVE
            line = _line(place, part, series, placed.holder_id, placed.to_id)
            found.append(replace(line, parcel_id=trip.parcel_id, move_id=trip.move_id, number=trip.number))
        left = minus(left, [trip.run])
    return found + [_line(Place.HOLE, part, series, placed.holder_id, placed.to_id) for part in left]


def _on_the_shelf(
    placed: CustodyRun, run: Run, series: SeriesView, shelves: dict[Run, tuple[int, int]], operator_id: int
) -> list[CustodyLine]:
    """What the operator answers for and nobody carries: its depot's, and what its print shop packed and has not sent."""
    found: list[CustodyLine] = []
    for box, (parcel_id, shop_id) in shelves.items():
        if shop_id == operator_id:
            continue
        for part in common([run], [box]):
            line = _line(Place.AT_PRINT_SHOP, part, series, shop_id, None)
            found.append(replace(line, parcel_id=parcel_id, number=label_number(series.issuer_prefix, parcel_id)))
    left = minus([run], [(each.first_booklet_id, each.last_booklet_id) for each in found])
    return found + [_line(Place.AT_OPERATOR, part, series, placed.holder_id, None) for part in left]


def _with_claims(found: list[CustodyLine], series: SeriesView, travelling: Sequence[_Trip]) -> list[CustodyLine]:
    # What was ended on its way contradicts nobody.
    ends = (Place.IN_BOX, Place.IN_MOVE, Place.ENDED)
    carried = [(each.first_booklet_id, each.last_booklet_id) for each in found if each.place in ends]
    wrong = minus([trip.run for trip in travelling], carried)
    if not wrong:
        return found
    kept: list[CustodyLine] = []
    for each in found:
        run = (each.first_booklet_id, each.last_booklet_id)
        for part in minus([run], wrong):
            kept.append(_cut(each, part, series))
        for part in common([run], wrong):
            kept.append(_line(Place.HOLE, part, series, each.holder_id, each.to_id))
    return kept


def _with_losses(found: list[CustodyLine], series: SeriesView, order_id: int) -> list[CustodyLine]:
    """What was told lost or spoiled once the season had lapsed: the ledger ends it no more, and no shelf has it."""
    moves = StockMove.objects.filter(programme_id=series.programme_id, sent_at__isnull=False).exclude(lost_ids=[]).order_by("id")
    lost = [run for _parcel, _series, run in boxes.ended_runs(order_id=order_id)] + [run for move in moves for run in runs(move.lost_ids)]
    kept: list[CustodyLine] = []
    for each in found:
        own = [(each.first_booklet_id, each.last_booklet_id)]
        gone = common(own, lost) if each.place in (Place.AT_OPERATOR, Place.AT_POINT) else ()
        kept += [_cut(each, part, series) for part in minus(own, gone)]
        kept += [_line(Place.ENDED, part, series, each.holder_id, None) for part in gone]
    return kept


def _cut(line: CustodyLine, run: Run, series: SeriesView) -> CustodyLine:
    cut = _line(line.place, run, series, line.holder_id, line.to_id)
    return replace(cut, parcel_id=line.parcel_id, move_id=line.move_id, number=line.number)


def _line(place: Place, run: Run, series: SeriesView, holder_id: int, to_id: int | None) -> CustodyLine:
    first, last = run
    return CustodyLine(
        place=place,
        first_booklet_id=first,
        last_booklet_id=last,
        first_serial=ledger.serial_of_booklet(series, first),
        last_serial=ledger.serial_of_booklet(series, last),
        first_rank=first - series.first_booklet_id + 1,
        last_rank=last - series.first_booklet_id + 1,
        holder_id=holder_id,
        holder="",
        to_id=to_id,
        to="",
    )


@dataclass(frozen=True, slots=True)
class GapLine:
    """Booklets expected at a point that were not there, one line by count, reception or move. Whole cents at face value.

    `explained` of them were accounted for since (found, back, ended, handed over and never noted); the others wait.
    """

    source: GapSource
    subject_id: int
    programme_id: int
    organisation_id: int
    organisation: str
    told_at: datetime
    expected: int
    counted: int
    missing: int
    explained: int
    booklet_cents: int

    @property
    def unexplained(self) -> int:
        """How many nobody accounted for yet."""
        return self.missing - self.explained

    @property
    def missing_cents(self) -> int:
        """The face value of all that was missing."""
        return self.missing * self.booklet_cents

    @property
    def unexplained_cents(self) -> int:
        """The face value of what nobody accounted for."""
        return self.unexplained * self.booklet_cents


def gaps(actor: Actor, programme_id: int) -> list[GapLine]:
    """Every difference told in a programme, the latest first: boxes received short, moves, cupboards counted."""
    cents = {each.id: each.booklet_size * each.face_value_cents for each in ledger.series_list(programme_id=programme_id)}
    usual = max(cents.values(), default=0)
    found = [*_gaps_of_boxes(actor, programme_id), *_gaps_of_moves(programme_id, usual), *_gaps_of_counts(programme_id, usual)]
    names = parties.organisations({each.organisation_id for each in found})
    named = [replace(each, organisation=names[each.organisation_id].name if each.organisation_id in names else "") for each in found]
    return sorted(named, key=lambda each: (each.told_at, each.subject_id), reverse=True)


def _gaps_of_boxes(actor: Actor, programme_id: int) -> Iterable[GapLine]:
    for each in boxes.parcels(actor, programme_id=programme_id, limit=5_000, with_gaps_only=True):
        missing = sum(gap.run.booklet_count for gap in each.gaps)
        yield GapLine(
            source=GapSource.PARCEL,
            subject_id=each.id,
            programme_id=programme_id,
            organisation_id=each.to_id,
            organisation="",
            told_at=min(gap.told_at for gap in each.gaps),
            expected=each.booklet_count,
            counted=each.booklet_count - missing,
            missing=missing,
            explained=missing - each.open_count,
            booklet_cents=each.booklet_cents,
        )


def _gaps_of_moves(programme_id: int, cents: int) -> Iterable[GapLine]:
    rows = StockMove.objects.filter(programme_id=programme_id, received_at__isnull=False).exclude(missing_ids=[]).order_by("id")
    for row in rows:
        assert row.received_at is not None, "asked for"
        settled = len(row.back_ids) + len(row.lost_ids)
        yield GapLine(
            source=GapSource.MOVE,
            subject_id=row.id,
            programme_id=programme_id,
            organisation_id=row.to_organisation_id,
            organisation="",
            told_at=row.received_at,
            expected=len(row.booklet_ids),
            counted=len(row.booklet_ids) - len(row.missing_ids),
            missing=len(row.missing_ids),
            explained=settled,
            booklet_cents=cents,
        )


def _gaps_of_counts(programme_id: int, cents: int) -> Iterable[GapLine]:
    rows = StockTake.objects.filter(programme_id=programme_id, closed_at__isnull=False).exclude(missing_ids=[]).order_by("id")
    for row in rows:
        assert row.closed_at is not None, "asked for"
        missing = len(row.missing_ids)
        yield GapLine(
            source=GapSource.COUNT,
            subject_id=row.id,
            programme_id=programme_id,
            organisation_id=row.organisation_id,
            organisation="",
            told_at=row.closed_at,
            expected=row.expected_count or 0,
            counted=(row.expected_count or 0) - missing,
            missing=missing,
            explained=min(missing, sum(row.explained.values())),
            booklet_cents=cents,
        )


@dataclass(frozen=True, slots=True)
class PointCount:
    """One point's cupboard against its last count. `overdue`: why it should be counted, if it should."""

    organisation_id: int
    organisation: str
    booklet_count: int
    held_since: datetime | None
    counted_at: datetime | None
    overdue: Overdue | None


def point_counts(programme_id: int, *, at: datetime) -> list[PointCount]:
    """Every point that has booklets of a programme, when it last counted, the longest ago first. The operator's depot is one."""
    held: dict[int, int] = {}
    for line in ledger.stock(programme_id=programme_id):
        held[line.holder_id] = held.get(line.holder_id, 0) + line.booklet_count
    since = ledger.arrivals(programme_id=programme_id)
    counted = _last_counts(programme_id)
    names = parties.organisations(held)
    found = [
        PointCount(
            organisation_id=holder_id,
            organisation=names[holder_id].name if holder_id in names else "",
            booklet_count=booklets,
            held_since=since[holder_id][0] if holder_id in since else None,
            counted_at=counted.get(holder_id),
            overdue=is_count_overdue(
                held_since=since[holder_id][0] if holder_id in since else None, counted_at=counted.get(holder_id), at=at
            ),
        )
        for holder_id, booklets in held.items()
        if booklets and holder_id in since
    ]
    return sorted(found, key=lambda each: (each.counted_at or each.held_since or at, each.organisation.casefold()))


def _last_counts(programme_id: int) -> dict[int, datetime]:
    rows = StockTake.objects.filter(programme_id=programme_id, closed_at__isnull=False).order_by("closed_at")
    return {organisation_id: closed_at for organisation_id, closed_at in rows.values_list("organisation_id", "closed_at") if closed_at}


def verify(*, programme_ids: Collection[int] | None = None) -> list[Fault]:
    """Name each booklet that the ledger and the boxes and moves do not place alike. Call it seeing what is to be verified."""
    claimed: dict[int, list[tuple[Run, int, str]]] = {}
    for each in boxes.on_the_way(programme_ids=programme_ids):
        claimed.setdefault(each.series_id, []).extend((run, each.to_id, f"parcel {each.parcel_id}") for run in each.runs)
    for move in StockMove.objects.filter(sent_at__isnull=False).order_by("id"):
        for run in _on_the_way(move):
            claimed.setdefault(_series_of(move.programme_id, run[0]), []).append((run, move.to_organisation_id, f"move {move.id}"))
    told: dict[int, list[tuple[Run, int]]] = {}
    for seen in ledger.booklets_on_the_way():
        told.setdefault(seen.series_id, []).append(((seen.first_booklet_id, seen.last_booklet_id), seen.to_id or 0))
    faults = [
        fault
        for series_id in sorted({*claimed, *told})
        for fault in _faults(series_id, claimed.get(series_id, []), told.get(series_id, []))
    ]
    for parcel_id, series_id, run in boxes.ended_runs(programme_ids=programme_ids):
        if ledger.series(series_id).lapsed_at is not None:
            continue  # explained after the season: there was nothing left to end
        ended = ledger.ended_among(series_id=series_id, booklet_ids=range(run[0], run[1] + 1))
        if len(ended) != run[1] - run[0] + 1:
            faults.append(Fault("custody", f"parcel {parcel_id}", "booklets settled as lost or spoiled have not ended"))
    return faults


def _faults(series_id: int, claimed: Sequence[tuple[Run, int, str]], told: Sequence[tuple[Run, int]]) -> Iterable[Fault]:
    """Receiver by receiver, all runs at once: thousands are on their way in a nation."""
    for to_id in sorted({*(each[1] for each in claimed), *(each[1] for each in told)}):
        own = [each for each in claimed if each[1] == to_id]
        seen = [run for run, receiver in told if receiver == to_id]
        unseen = minus([run for run, _to, _where in own], seen)
        if unseen:
            # What was ended on its way travels no more for the ledger; its box may still say what became of it.
            asked = [each for first, last in unseen for each in range(first, last + 1)]
            unseen = minus(unseen, [(each, each) for each in ledger.ended_among(series_id=series_id, booklet_ids=asked)])
        for run, _to, where in own if unseen else ():
            if common([run], unseen):
                yield Fault("custody", where, "the ledger does not see these booklets on their way to its receiver")
        for first, last in minus(seen, [run for run, _to, _where in own]):
            yield Fault("custody", f"booklets {first} to {last}", "on their way, and in no box and no move")
    reached = 0
    for run, _to, where in sorted(claimed):
        if run[0] <= reached:
            yield Fault("custody", where, "a booklet travels in two boxes at once")
        reached = max(reached, run[1])


def _series_of(programme_id: int, booklet_id: int) -> int:
    return next(
        each.id for each in ledger.series_list(programme_id=programme_id) if each.first_booklet_id <= booklet_id <= each.last_booklet_id
    )
