"""What is published of assisted procedures: counts, the small ones hidden. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from carnet.activities.rules import Afterwards
from carnet.mandates.rules.counting import By, MandateCounts
from carnet.observatory.rules._figures import SMALL_COUNT, hide_small


@dataclass(frozen=True, slots=True)
class AssistedLine:
    """One month, family or département. None: a count too small to be said, or that would give a small one back."""

    by: By
    value: str
    mandates: int | None
    uses: int | None


@dataclass(frozen=True, slots=True)
class AssistedFigures:
    """Everything published of one programme's assisted procedures. `mandates`, `uses`: None while they are too few to be said."""

    programme_id: int
    name: str
    slug: str
    is_simulated: bool
    structures: int
    mandates: int | None
    uses: int | None
    lines: tuple[AssistedLine, ...]

    def of(self, by: By) -> tuple[AssistedLine, ...]:
        """The lines of one cut, in their order."""
        return tuple(line for line in self.lines if line.by is by)


@dataclass(frozen=True, slots=True)
class AfterwardsFigures:
    """How often one procedure was done by the person, with somebody, by somebody else. None: too few to be said."""

    procedure: str
    by_self: int | None
    together: int | None
    by_somebody: int | None


def assisted_figures(counts: MandateCounts, *, name: str, slug: str, is_simulated: bool) -> AssistedFigures:
    """What may be said of these counts: in each cut, every count below SMALL_COUNT is hidden, and never one alone."""
    lines = [line for by in By for line in _lines(by, counts.mandates_by[by], counts.uses_by[by])]
    whole = {"mandates": counts.mandates, "uses": counts.uses}
    said = {key: count if count == 0 or count >= SMALL_COUNT else None for key, count in whole.items()}
    return AssistedFigures(counts.programme_id, name, slug, is_simulated, counts.structures, said["mandates"], said["uses"], tuple(lines))


def afterwards_figures(counted: tuple[Afterwards, ...]) -> tuple[AfterwardsFigures, ...]:
    """The answers of everybody, procedure by procedure, the small counts hidden."""
    found = []
    for line in counted:
        said = hide_small({"self": line.by_self, "together": line.together, "somebody": line.by_somebody})
        found.append(AfterwardsFigures(line.procedure, said["self"], said["together"], said["somebody"]))
    return tuple(found)


def _lines(by: By, mandates: Mapping[str, int], uses: Mapping[str, int]) -> list[AssistedLine]:
    values = sorted({*mandates, *uses}) if by is not By.FAMILY else [*mandates, *(each for each in uses if each not in mandates)]
    said = hide_small({value: mandates.get(value, 0) for value in values})
    done = hide_small({value: uses.get(value, 0) for value in values})
    return [AssistedLine(by, value, said[value], done[value]) for value in values]
