"""Assisted procedures, and the question asked afterwards, as the latest release tells them: the page, its files and the API say the same."""

from collections import defaultdict
from datetime import date
from functools import lru_cache

from carnet.kernel.periods import add_months
from carnet.observatory.queries import releases
from carnet.observatory.queries.releases import Release
from carnet.observatory.rules import AfterwardsFigures, ProceduresLine, ProceduresTold, Told
from carnet.observatory.rules._assisted import lines_of
from carnet.observatory.rules.answers import AFTERWARDS, MANDATES, PROCEDURES, read_answers

MONTHS_SHOWN = 12
TABLE = "procedures"
_FAMILY = "family:"


def procedures_told() -> ProceduresTold | None:
    """The last twelve months of the latest release. None: no release yet, or it tells of no mandate."""
    release = releases.latest()
    return _told(release.id, release.digest) if release is not None else None


def answers_told() -> tuple[AfterwardsFigures, ...]:
    """What people answered to *did you do it yourself?*, as the latest release tells it."""
    release = releases.latest()
    content = release.content(f"{AFTERWARDS}.csv") if release is not None else None
    return tuple(AfterwardsFigures(procedure, *counts) for procedure, counts in sorted(read_answers(content).items())) if content else ()


@lru_cache(maxsize=8)
def _told(release_id: int, _digest: str) -> ProceduresTold | None:
    release = next(each for each in releases.every() if each.id == release_id)
    until = add_months(release.month_on, 1)
    since = add_months(until, -MONTHS_SHOWN)
    months = _counts(release, since, until)
    if not months:
        return None
    return ProceduresTold(
        release.name,
        since,
        until,
        ProceduresLine(
            "",
            *(
                Told.of(value for (_key, named), values in months.items() for value in values if named == measure)
                for measure in (MANDATES, PROCEDURES)
            ),
        ),
        lines_of(months, has_mandates=True, mandates=MANDATES, procedures=PROCEDURES),
        lines_of(_counts(release, since, until, by="family"), has_mandates=False, mandates=MANDATES, procedures=PROCEDURES),
        lines_of(_counts(release, since, until, by="department"), has_mandates=True, mandates=MANDATES, procedures=PROCEDURES),
    )


def _counts(release: Release, since: date, until: date, *, by: str = "month") -> dict[tuple[str, str], list[int | None]]:
    found: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    level = "DEPARTEMENT" if by == "department" else "NATION"
    for row in release.table(TABLE):
        is_within = "-" in row.period and f"{since:%Y-%m}" <= row.period < f"{until:%Y-%m}"
        if is_within and row.level == level and row.key.startswith(_FAMILY) == (by == "family"):
            key = row.period if by == "month" else row.key.removeprefix(_FAMILY) if by == "family" else row.code
            found[key, row.measure].append(row.value)
    return dict(found)
