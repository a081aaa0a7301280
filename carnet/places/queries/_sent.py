"""Files of places on their way: where each is, what its columns may mean, the lines to mend."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carnet.kernel.actors import Actor
from carnet.places import access
from carnet.places.models import PlaceFile, PlaceMapping
from carnet.places.queries._geography import gazetteer
from carnet.places.rules.faults import Fault, Outcome
from carnet.places.rules.files import FileState, fault_of, unpacked_lines
from carnet.places.rules.mapping import Mapping as ColumnMapping
from carnet.places.rules.proposing import Proposal, proposed
from carnet.places.rules.reports import ImportReport, report_from_json
from carnet.places.rules.tables import RawLine, RawTable

FILES_MAX = 20


@dataclass(frozen=True, slots=True)
class PlaceFileView:
    """A file on its way. `done` of `total` lines are judged; `report` is there once all are; `import_id` once written."""

    file_id: int
    organisation_id: int
    file_name: str
    provenance: str
    state: FileState
    sent_at: datetime
    done: int
    total: int
    columns: tuple[str, ...]
    targets: Mapping[str, str]
    constants: Mapping[str, str]
    report: ImportReport | None
    import_id: int | None
    error: str


@dataclass(frozen=True, slots=True)
class LineToMend:
    """A line left out: its number, its cells as they were written (none when the line itself was broken), and why."""

    line: int
    cells: Mapping[str, str]
    faults: tuple[Fault, ...]


def place_file(file_id: int, *, actor: Actor) -> PlaceFileView:
    """One file of the actor's organisation. Raises: PlaceFileUnknown."""
    return _view(access.place_file(actor, file_id))


def place_files(*, actor: Actor, most: int = FILES_MAX) -> tuple[PlaceFileView, ...]:
    """The files of the actor's organisation that are not finished, the latest first."""
    rows = PlaceFile.objects.filter(organisation_id=access.owner_of_files(actor)).exclude(state=FileState.DONE.value)
    return tuple(_view(file) for file in rows.order_by("-sent_at", "-id")[:most])


def files_at_work() -> tuple[tuple[int, int], ...]:
    """(number, organisation) of the files the programme has something to do with, the eldest first: those the wall shows."""
    waiting = [state.value for state in FileState if state.is_work]
    return tuple(PlaceFile.objects.filter(state__in=waiting).order_by("id").values_list("id", "organisation_id"))


def file_of_import(import_id: int, *, actor: Actor) -> int | None:
    """The file an import was made of, while it is kept."""
    found = PlaceFile.objects.filter(place_import_id=import_id, organisation_id=access.owner_of_files(actor)).first()
    return found.id if found else None


def proposals(file_id: int, *, actor: Actor) -> tuple[Proposal, ...]:
    """What each column of a file may mean: as remembered for its shape, else as its names and values suggest. Raises: PlaceFileUnknown."""
    file = access.place_file(actor, file_id)
    kept = PlaceMapping.objects.filter(organisation_id=file.organisation_id, shape=file.shape).first()
    remembered = ColumnMapping(kept.targets, kept.constants) if kept else None
    return proposed(table_of(file), gazetteer=gazetteer(), remembered=remembered)


def lines_to_mend(file_id: int, *, actor: Actor) -> tuple[LineToMend, ...]:
    """The lines of a checked file that are left out, in its order. Raises: PlaceFileUnknown."""
    file = access.place_file(actor, file_id)
    faults: dict[int, list[Fault]] = defaultdict(list)
    for each in report_from_json(file.report).faults if file.report else ():
        if each.line > 0:
            faults[each.line].append(each)
    refused = {line for line, told in faults.items() if any(fault.outcome is Outcome.REFUSED for fault in told)}
    cells = {line.line: line.cells for line in table_of(file).lines if line.line in refused}
    return tuple(LineToMend(line, cells.get(line, {}), tuple(faults[line])) for line in sorted(refused))


def table_of(file: PlaceFile, *, with_lines: bool = True) -> RawTable:
    """The file as it was read, its lines put together again."""
    kept = file.parts.order_by("number").values_list("lines", flat=True) if with_lines else ()
    lines: tuple[RawLine, ...] = tuple(line for part in kept for line in unpacked_lines(bytes(part)))
    return RawTable(file.form, tuple(file.columns), lines, tuple(fault_of(each) for each in file.form_faults), file.read_count)


def _view(file: PlaceFile) -> PlaceFileView:
    return PlaceFileView(
        file_id=file.id,
        organisation_id=file.organisation_id,
        file_name=file.file_name,
        provenance=file.provenance,
        state=FileState(file.state),
        sent_at=file.sent_at,
        done=file.done,
        total=file.total,
        columns=tuple(file.columns),
        targets=file.targets,
        constants=file.constants,
        report=report_from_json(file.report) if file.report else None,
        import_id=file.place_import_id,
        error=file.error,
    )
