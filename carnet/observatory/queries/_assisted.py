"""Published counts of assisted procedures, and of the question asked afterwards."""

from collections.abc import Collection

from carnet.activities import queries as activities
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.mandates.queries.counting import counts_of_programme, programmes_counted
from carnet.observatory.queries._figures import REAL, SIMULATED
from carnet.observatory.rules import AfterwardsFigures, AssistedFigures, OpenFile, afterwards_figures, assisted_figures


def programmes_of_assistance() -> tuple[int, ...]:
    """The programmes whose structures act for people, the latest first."""
    with acting_as_everything(why="which programmes admit structures is published"):
        return tuple(sorted(programmes_counted(), reverse=True))


def assisted(programme_id: int) -> AssistedFigures:
    """Everything published of one programme's assisted procedures. Call it seeing the programme. Raises: ProgrammeUnknown."""
    programme = funding.programme(programme_id)
    counts = counts_of_programme(programme_id)
    return assisted_figures(counts, name=programme.name, slug=programme.slug, is_simulated=programme.is_simulated)


def done_afterwards() -> tuple[AfterwardsFigures, ...]:
    """What people answered everywhere to *did you do it yourself?*, the small counts hidden."""
    with acting_as_everything(why="the answers of every house are counted together, and nobody's"):
        return afterwards_figures(activities.afterwards())


def assisted_open_data(figures: Collection[AssistedFigures], afterwards: Collection[AfterwardsFigures]) -> dict[str, OpenFile]:
    """The published files, by name. A hidden count is an empty cell; every row of a programme says if it is simulated."""
    rows = tuple(
        (each.slug, line.by.value, line.value, _cell(line.mandates), _cell(line.uses), SIMULATED if each.is_simulated else REAL)
        for each in figures
        for line in each.lines
    )
    answers = tuple((line.procedure, _cell(line.by_self), _cell(line.together), _cell(line.by_somebody)) for line in afterwards)
    files = (
        OpenFile("mandates", ("programme", "by", "value", "mandates", "uses", "activity"), rows),
        OpenFile("done_afterwards", ("procedure", "by_oneself", "together", "by_somebody"), answers),
    )
    return {file.name: file for file in files}


def _cell(count: int | None) -> str | int:
    return "" if count is None else count
