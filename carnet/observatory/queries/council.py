"""What a council's report says, gathered; and the reports that were made.

People are counted by the latest release of open data, so that anybody finds the same; money by the roll-ups, which the ledger holds to the cent.
"""

import zlib
from datetime import date, datetime

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.observatory.models import CouncilReport
from carnet.observatory.queries import boards
from carnet.observatory.queries.boards import CUT_OF_LEVEL, PublicBoard
from carnet.observatory.queries.figures import cut, measured
from carnet.observatory.queries.objectives import objectives
from carnet.observatory.queries.reach import reach_of
from carnet.observatory.rules import SMALL_COUNT, Area, Cut, Measure, Scope
from carnet.observatory.rules.boards import BoardTable, total
from carnet.observatory.rules.charts import Gap, Value
from carnet.observatory.rules.council import (
    PARTS_MAX,
    CouncilFigures,
    FunderMoney,
    KeptReport,
    Need,
    NothingReleased,
    Part,
    Promise,
    ReportUnknown,
    money_of,
    read,
)
from carnet.parties.rules import check_may
from carnet.places import queries as places
from carnet.places.rules.areas import AreaLevel, NamedArea

# The parts of a territory that its map shows.
_MAPPED = {AreaLevel.NATION: AreaLevel.DEPARTEMENT, AreaLevel.REGION: AreaLevel.DEPARTEMENT, AreaLevel.DEPARTEMENT: AreaLevel.COMMUNE,
           AreaLevel.EPCI: AreaLevel.COMMUNE}  # fmt: skip
_MONEY = (Measure.HANDED_OVER_CENTS, Measure.USED_CENTS, Measure.PAID_CENTS)


def figures_for_council(level: AreaLevel, code: str, period: str, *, at: datetime) -> CouncilFigures:
    """Everything a report of a territory says over a period of the latest release; the last twelve months when `period` is empty.

    Raises: NothingReleased, AreaUnknown, SpanUnclear, SpanReversed, SpanTooLong.
    """
    board = boards.public_board(level, code, period=period)
    if board is None:
        raise NothingReleased
    slugs = boards.programmes_in(board.release, board.span)
    with acting_as_everything(why="a council reads what is published, whoever ran it"):
        every = funding.programmes()
        counted = tuple(each.id for each in every if each.slug in slugs)
        simulated = bool(counted) and all(each.is_simulated for each in every if each.id in counted)
        money = _money(board, counted, at)
    parts_level = _MAPPED.get(board.area.level)
    return CouncilFigures(
        level=board.area.level,
        code=board.area.code,
        name=board.area.name,
        population=board.area.population,
        span=board.span,
        release=board.release.name,
        release_digest=board.release.digest,
        latest_on=board.release.month_on,
        is_simulated=simulated,
        programmes=tuple(sorted(each.name for each in every if each.id in counted)),
        figures=dict(board.figures),
        months=_months(board),
        parts_level=parts_level,
        parts=_parts(board, parts_level),
        services=_column(board.tables.get(Cut.SERVICE), Measure.USED),
        publics=_column(board.tables.get(Cut.PUBLIC), Measure.PEOPLE),
        funders=money,
        promises=_promises(counted, at),
        need=_need(board.area),
        hidden_count=sum(table.hidden_count for table in board.tables.values())
        + sum(change.now is Gap.HIDDEN for change in board.figures.values()),
    )


def council_reports(actor: Actor) -> list[KeptReport]:
    """The reports one's organisation made, the latest first, without their papers. Raises: NotAllowed."""
    check_may(actor, "observatory.see-council-reports")
    rows = (
        CouncilReport.objects.filter(organisation_id=actor.organisation_id or 0)
        .select_related("previous")
        .defer("deflated", "previous__deflated")
    )
    return [kept_of(row) for row in rows.order_by("-number")]


def council_report(actor: Actor, report_id: int) -> KeptReport:
    """A report of one's organisation. Raises: NotAllowed, ReportUnknown."""
    return kept_of(_seen(actor, report_id))


def council_paper(actor: Actor, report_id: int) -> bytes:
    """The paper of a report as it was made: the same bytes each time. Raises: NotAllowed, ReportUnknown."""
    return zlib.decompress(bytes(_seen(actor, report_id).deflated))


def kept_of(row: CouncilReport) -> KeptReport:
    """A row as its report."""
    before = row.previous
    return KeptReport(
        id=row.id or 0,  # none yet while its paper is drawn
        number=row.number,
        organisation_id=row.organisation_id,
        figures=read(row.content),
        made_at=row.made_at,
        language=row.language,
        digest=row.digest,
        previous=before.number if before else None,
        before=read(before.content) if before else None,
        before_made_at=before.made_at if before else None,
    )


def _seen(actor: Actor, report_id: int) -> CouncilReport:
    check_may(actor, "observatory.see-council-reports")
    rows = CouncilReport.objects.filter(organisation_id=actor.organisation_id or 0).select_related("previous")
    row = rows.filter(id=report_id).first()
    if row is None:
        raise ReportUnknown(report=report_id)
    return row


def _money(board: PublicBoard, programme_ids: tuple[int, ...], at: datetime) -> tuple[FunderMoney, ...]:
    """Each funder's part, hidden with the counts of vouchers that it would give back; what is paid is counted here, no release tells it."""
    area = Area(board.area.level, board.area.code)
    scope = Scope(programme_ids=programme_ids, area=area, since=board.span.since, until=board.span.until)
    found = [
        FunderMoney(row.label or "?", *(_known(row.values[measure]) for measure in _MONEY))
        for row in cut(Cut.FUNDER, scope, measures=_MONEY, at=at).rows
    ]
    counted = {measure: change.now for measure, change in board.figures.items()}
    paid = measured(scope, at=at, measures=(Measure.PAID,)).values[Measure.PAID] or 0
    is_told = counted.get(Measure.USED) is not Gap.HIDDEN and not 0 < paid < SMALL_COUNT
    counted[Measure.PAID] = paid if is_told else Gap.HIDDEN
    return tuple(each for each in money_of(found, counted) if total((each.handed_over, each.used, each.paid)) != 0)


def _known(value: int | None) -> Value:
    return Gap.MISSING if value is None else value


def _months(board: PublicBoard) -> tuple[tuple[date, Value, Value], ...]:
    table = board.tables[Cut.MONTH]
    handed, used = table.column(Measure.HANDED_OVER), table.column(Measure.USED)
    return tuple((date.fromisoformat(f"{key}-01"), handed[key], used[key]) for key in handed)


def _parts(board: PublicBoard, level: AreaLevel | None) -> tuple[Part, ...]:
    """Every part that the map shows; where the release has no line, nothing was counted."""
    if level is None:
        return ()
    inside = places.atlas().inside(board.area, level)
    if len(inside) > PARTS_MAX:
        inside = ()
    table = board.tables.get(CUT_OF_LEVEL[level])
    used = table.column(Measure.USED) if table else {}
    return tuple(Part(each.code, each.name, used.get(each.code, 0)) for each in inside)


def _column(table: BoardTable | None, measure: Measure) -> tuple[Part, ...]:
    if table is None:
        return ()
    column = table.column(measure)
    return tuple(Part(line.key, line.label, column[line.key]) for line in table.lines if line.key in column)


def _promises(programme_ids: tuple[int, ...], at: datetime) -> tuple[Promise, ...]:
    return tuple(
        Promise(
            each.measure, each.programme, each.target_count, each.due_on, each.outlook.so_far, each.outlook.low, each.outlook.high,
            each.outlook.standing,
        )
        for each in objectives(at=at, programme_ids=programme_ids)
    )  # fmt: skip


def _need(area: NamedArea) -> Need | None:
    if area.level is AreaLevel.NATION:
        return None  # the nation's figure is published as such, not estimated
    whole = reach_of(area.name, sorted(places.atlas().communes_of(area))).whole
    return Need(*whole.need.shown())
