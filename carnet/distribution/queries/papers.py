"""A desk's sheets of paper: which are open, and what was accepted from each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from carnet.distribution import access
from carnet.distribution.models import PaperSheet, PaperSheetLine
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger

PAPERS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """One sheet. `number` counts from 1 at each desk."""

    id: int
    organisation_id: int
    number: int
    opened_at: datetime
    finished_at: datetime | None
    accepted_count: int


@dataclass(frozen=True, slots=True)
class PaperLineView:
    """A line that was accepted, once. `was_taken_out`: it noted a booklet taken out earlier, and gave nothing itself."""

    position: int
    given_on: date
    hand_over_id: int
    was_taken_out: bool
    serial: str
    voucher_count: int


def papers(actor: Actor, *, limit: int = PAPERS_SHOWN) -> tuple[PaperFacts, ...]:
    """The sheets of one's desk, open ones first, the latest first. Raises: NotYourDesk."""
    own = PaperSheet.objects.filter(organisation_id=access.desk(actor))
    rows = list(own.filter(finished_at__isnull=True).order_by("-number")[:limit])
    rows += list(own.filter(finished_at__isnull=False).order_by("-number")[: limit - len(rows)])
    return _facts(rows)


def paper(actor: Actor, sheet_id: int) -> PaperFacts:
    """One sheet of one's desk. Raises: PaperUnknown."""
    (facts,) = _facts([access.own_paper(actor, sheet_id)])
    return facts


def paper_lines(sheet_id: int) -> tuple[PaperLineView, ...]:
    """The lines accepted from a sheet, in order."""
    rows = list(PaperSheetLine.objects.filter(sheet_id=sheet_id).select_related("hand_over").order_by("position"))
    series = {series_id: ledger.series(series_id) for series_id in {row.hand_over.series_id for row in rows}}
    return tuple(
        PaperLineView(
            row.position,
            row.given_on,
            row.hand_over_id,
            row.was_taken_out,
            ledger.serial_of_booklet(series[row.hand_over.series_id], row.booklet_id),
            row.voucher_count,
        )
        for row in rows
    )


def papers_begun(actor: Actor) -> int:
    """How many sheets of one's desk were begun on the screen and never finished: somebody was called away. Raises: NotYourDesk."""
    begun = PaperSheetLine.objects.filter(organisation_id=access.desk(actor), sheet__finished_at=None)
    return begun.aggregate(sheets=Count("sheet", distinct=True))["sheets"] or 0


def _facts(rows: Iterable[PaperSheet]) -> tuple[PaperFacts, ...]:
    known = list(rows)
    lines = PaperSheetLine.objects.filter(sheet_id__in=[row.id for row in known]).order_by("sheet_id").values_list("sheet_id")
    accepted = dict(lines.annotate(Count("id")))
    return tuple(
        PaperFacts(row.id, row.organisation_id, row.number, row.opened_at, row.finished_at, accepted.get(row.id, 0)) for row in known
    )
