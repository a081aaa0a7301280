"""Hand-overs written on paper while there was no network, and typed later: each line has its own answer, and nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import Max, Sum

from carnet.distribution import access
from carnet.distribution.models import HandOver, PaperSheet, PaperSheetLine, ProgrammePrescriber
from carnet.distribution.operations._handing import hand_over
from carnet.distribution.queries.papers import PaperFacts, PaperLineView, paper, paper_lines
from carnet.distribution.rules import Area, HandOverItem, Kind, NotPrescriber, OutsidePerimeter, check_items
from carnet.distribution.rules.papers import (
    PAPER_LINES,
    PaperLine,
    check_paper_day,
    check_paper_open,
    check_papers,
    check_taken_out_left,
    chosen_vouchers,
)
from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SerialMistyped, VoucherSerial
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.ledger.queries import BookletView, SeriesView
from carnet.ledger.rules import State


@dataclass(frozen=True, slots=True)
class PaperAnswer:
    """What became of one line: accepted (now, or when it was typed before), or the refusal."""

    position: int
    accepted: PaperLineView | None
    refusal: Refusal | None = None


@transaction.atomic
def open_papers(*, count: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[PaperFacts, ...]:
    """Number new sheets for the desk one stands at. Repeat: the same sheets again. Raises: NotAllowed, NotYourDesk, PapersTooMany."""
    access.check_may_hand_over(actor)
    desk_id = access.desk(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('distribution.papers', %s))", [desk_id])
    known = list(PaperSheet.objects.filter(organisation_id=desk_id, request_id=request_id).order_by("number"))
    if not known:
        check_papers(count, still_open=PaperSheet.objects.filter(organisation_id=desk_id, finished_at=None).count())
        latest = PaperSheet.objects.filter(organisation_id=desk_id).aggregate(Max("number"))["number__max"] or 0
        known = [
            PaperSheet.objects.create(
                organisation_id=desk_id, number=latest + rank, opened_at=at, opened_by_id=actor.person_id, request_id=request_id
            )
            for rank in range(1, count + 1)
        ]
        _journal("papers-opened", known[0], {"count": count}, actor=actor, request_id=request_id, at=at)
    return tuple(paper(actor, row.id) for row in known)


@transaction.atomic
def type_paper(*, sheet_id: int, lines: Sequence[PaperLine], actor: Actor, request_id: UUID, at: datetime) -> tuple[PaperAnswer, ...]:
    """Hand over what a sheet says, line by line, each with its own answer. Lock: the sheet, then as `hand_over`.

    A booklet still in the desk's stock is handed over now, with its ticks; one taken out earlier counts as handed over already, and only
    its ticks are noted. The day written is kept; what is counted from the hand-over is counted from today, so that nobody loses a day.
    Repeat: a line accepted before is told again and gives nothing more, whatever is typed at its place.
    Raises: NotAllowed, PaperUnknown, PaperFinished.
    """
    access.check_may_hand_over(actor)
    sheet = access.own_paper(actor, sheet_id, lock=True)
    before = {line.position: line for line in paper_lines(sheet.id)}
    wanted = [line for line in lines if 0 < line.position <= PAPER_LINES]
    fresh = [line for line in wanted if line.position not in before]
    if fresh:
        check_paper_open(sheet.finished_at)
    answers = {position: PaperAnswer(position, line) for position, line in before.items()}
    for line in fresh:
        answers[line.position] = _answer(sheet, line, actor=actor, at=at)
    if fresh:
        accepted = sum(answers[line.position].refusal is None for line in fresh)
        _journal("paper-typed", sheet, {"lines": len(fresh), "accepted": accepted}, actor=actor, request_id=request_id, at=at)
    return tuple(answers[line.position] for line in wanted)


@transaction.atomic
def finish_paper(*, sheet_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Declare that nothing more will be typed from a sheet; said again, it changes nothing. Raises: NotAllowed, PaperUnknown."""
    access.check_may_hand_over(actor)
    sheet = access.own_paper(actor, sheet_id, lock=True)
    if sheet.finished_at is not None:
        return
    sheet.finished_at, sheet.finished_by_id = at, actor.person_id
    sheet.save(update_fields=["finished_at", "finished_by_id"])
    _journal("paper-finished", sheet, {}, actor=actor, request_id=request_id, at=at)


def _answer(sheet: PaperSheet, line: PaperLine, *, actor: Actor, at: datetime) -> PaperAnswer:
    """One line in a savepoint of its own: refused, it leaves nothing behind and the others stand."""
    try:
        with transaction.atomic():
            return PaperAnswer(line.position, _take(sheet, line, actor=actor, at=at))
    except Refusal as refusal:
        return PaperAnswer(line.position, None, refusal)


def _take(sheet: PaperSheet, line: PaperLine, *, actor: Actor, at: datetime) -> PaperLineView:
    found = ledger.booklet(line.serial)
    series = ledger.series(found.series_id)
    _check_day(sheet.organisation_id, series, line.given_on, at)
    if line.ticks.area == Area.OUTSIDE:
        raise OutsidePerimeter
    taken_out = _taken_out(sheet.organisation_id, found)
    if taken_out is not None:
        check_items([HandOverItem(sheet.request_id, series.id, found.id, found.id, ticks=line.ticks, answers=line.answers)])
        noted = PaperSheetLine.objects.filter(booklet_id=found.id, was_taken_out=True).aggregate(Sum("voucher_count"))
        count = check_taken_out_left(
            noted=noted["voucher_count__sum"] or 0, booklet_size=series.booklet_size, count=line.voucher_count
        )  # fmt: skip
        return _keep(sheet, line, taken_out, found, count, actor=actor, at=at)
    item = _item(sheet, line, found, series)
    done = hand_over(item=item, actor=actor, at=at)
    return _keep(sheet, line, HandOver.objects.get(id=done.id), found, done.voucher_count, actor=actor, at=at)


def _item(sheet: PaperSheet, line: PaperLine, found: BookletView, series: SeriesView) -> HandOverItem:
    """The line as a hand-over: the booklet whole, or the vouchers it means. Its request is the line's own, so that it is done once."""
    request_id = uuid5(sheet.request_id, f"paper {sheet.number} line {line.position}")
    here = [each.id for each in ledger.vouchers_of_booklet(found.id) if each.state is State.IN_STOCK]
    from_id = _voucher_named(line.serial, series)
    chosen = chosen_vouchers(here, from_id=from_id, count=line.voucher_count)
    facts = {"ticks": line.ticks, "answers": line.answers}
    if not chosen or len(chosen) == len(here):
        return HandOverItem(request_id, series.id, found.id, found.id, **facts)  # type: ignore[arg-type]
    return HandOverItem(request_id, series.id, voucher_ids=chosen, **facts)  # type: ignore[arg-type]


def _voucher_named(serial: str, series: SeriesView) -> int:
    """The voucher whose number was written; 0 when it is a booklet's."""
    try:
        number = VoucherSerial.parse(serial).number
    except SerialMistyped:
        return 0
    return series.first_voucher_id + number - series.first_serial


def _check_day(desk_id: int, series: SeriesView, given_on: date, at: datetime) -> None:
    programme = funding.programme(series.programme_id)
    part = ProgrammePrescriber.objects.filter(organisation_id=desk_id, programme_id=programme.id).order_by("-joined_at", "-id").first()
    if part is None:
        raise NotPrescriber(programme=programme.name)
    first = max(legal_day(programme.windows.hand_over_from), legal_day(part.joined_at))
    if series.activated_at is not None:
        first = max(first, legal_day(series.activated_at))
    until = min(filter(None, (programme.windows.hand_over_until, part.left_at)))
    check_paper_day(given_on, today=legal_day(at), first=first, last=legal_day(until - timedelta(microseconds=1)))


def _taken_out(desk_id: int, found: BookletView) -> HandOver | None:
    """The range of this desk in which the booklet was taken out to be given on paper, if it was."""
    return HandOver.objects.filter(
        kind=Kind.TAKEN_OUT,
        organisation_id=desk_id,
        series_id=found.series_id,
        first_booklet_id__lte=found.id,
        last_booklet_id__gte=found.id,
    ).first()


def _keep(
    sheet: PaperSheet, line: PaperLine, given: HandOver, found: BookletView, count: int, *, actor: Actor, at: datetime
) -> PaperLineView:
    ticks, answers = line.ticks, line.answers
    row = PaperSheetLine.objects.create(
        sheet=sheet,
        organisation_id=sheet.organisation_id,
        programme_id=given.programme_id,
        position=line.position,
        given_on=line.given_on,
        hand_over=given,
        was_taken_out=given.kind == Kind.TAKEN_OUT,
        booklet_id=found.id,
        voucher_count=count,
        age_band=ticks.age_band,
        reason=ticks.reason,
        area=ticks.area,
        low_qualified_job_seeker=ticks.low_qualified_job_seeker,
        came_before=ticks.came_before,
        wants=list(answers.wants),
        sends_mail=answers.sends_mail,
        moves_files=answers.moves_files,
        no_equipment=answers.no_equipment,
        no_connection=answers.no_connection,
        too_costly=answers.too_costly,
        prefers_somebody=answers.prefers_somebody,
        typed_at=at,
        typed_by_id=actor.person_id,
    )
    return PaperLineView(row.position, row.given_on, given.id, row.was_taken_out, found.serial, row.voucher_count)


def _journal(what: str, sheet: PaperSheet, facts: dict[str, int], *, actor: Actor, request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor,
        action=f"distribution.{what}",
        subject=("paper", sheet.id),
        facts={"number": sheet.number, **facts},
        organisation_id=sheet.organisation_id,
        request_id=request_id,
        at=at,
    )
