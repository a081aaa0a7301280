"""What a release says of assisted procedures, over its last twelve months. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Told:
    """A sum of published counts. `is_least`: some of them are hidden, so that the whole is this at least."""

    count: int
    is_least: bool = False

    @classmethod
    def of(cls, counts: Iterable[int | None]) -> "Told":
        """The sum of what is shown."""
        found = list(counts)
        return cls(sum(count for count in found if count is not None), None in found)


@dataclass(frozen=True, slots=True)
class ProceduresLine:
    """One month (``2026-03``), family or département: mandates signed (None: not told by family), procedures done."""

    key: str
    mandates: Told | None
    procedures: Told


@dataclass(frozen=True, slots=True)
class ProceduresTold:
    """What one release says of mandates and procedures, from `since` to `until` (first days of months, the last excluded)."""

    release: str
    since: date
    until: date
    whole: ProceduresLine
    months: tuple[ProceduresLine, ...]
    families: tuple[ProceduresLine, ...]
    departments: tuple[ProceduresLine, ...]


@dataclass(frozen=True, slots=True)
class AssistedProgramme:
    """One programme whose structures act for people under a mandate."""

    programme_id: int
    name: str
    slug: str
    is_simulated: bool
    structures: int


@dataclass(frozen=True, slots=True)
class AfterwardsFigures:
    """How often one procedure was done by the person, with somebody, by somebody else, as the release tells it."""

    procedure: str
    by_self: int
    together: int
    by_somebody: int


def lines_of(
    counts: Mapping[tuple[str, str], Iterable[int | None]], *, has_mandates: bool, mandates: str, procedures: str
) -> tuple[ProceduresLine, ...]:
    """The lines of one cut, from its counts by (key, measure); a line of nothing is left out."""
    keys = sorted({key for key, _measure in counts})
    found = [
        ProceduresLine(key, Told.of(counts.get((key, mandates), ())) if has_mandates else None, Told.of(counts.get((key, procedures), ())))
        for key in keys
    ]
    return tuple(line for line in found if any(told and (told.count or told.is_least) for told in (line.mandates, line.procedures)))
