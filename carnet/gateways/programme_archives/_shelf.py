"""Which old chains are kept."""

import shutil
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from carnet.gateways.programme_archives._format import BASE
from carnet.gateways.programme_archives._reading import read_step, step_folders
from carnet.gateways.programme_archives._refusals import ArchiveUnreadable
from carnet.gateways.programme_archives._writing import DRAFT, GONE, sync_folder

DAYS_KEPT = 7
MONTHS_KEPT = 12
CHAINS_KEPT_WHOLE = 2


def thinned(bases: Iterable[tuple[int, date]]) -> tuple[set[int], set[int]]:
    """Of the bases of a folder (number, day): those kept with their increments, and those kept alone.

    The two latest chains are whole. Before them: the last base of each of seven days, then of each of twelve months.
    """
    ordered = sorted(bases)
    whole = {number for number, _day in ordered[-CHAINS_KEPT_WHOLE:]}
    if not ordered:
        return whole, set()
    latest = ordered[-1][1]
    by_day: dict[date, int] = {}
    by_month: dict[tuple[int, int], int] = {}
    for number, day in ordered:
        if day > latest - timedelta(days=DAYS_KEPT):
            by_day[day] = number
        if (latest.year - day.year) * 12 + latest.month - day.month < MONTHS_KEPT:
            by_month[day.year, day.month] = number
    return whole, (set(by_day.values()) | set(by_month.values())) - whole


_VERIFIER = Path(__file__).parent / "verify.py.txt"
_VERIFIER_NAME = "verify.py"


def leave_verifier(folder: Path) -> None:
    """The program that checks the archive without Carnet, beside the steps."""
    content, path = _VERIFIER.read_bytes(), folder / _VERIFIER_NAME
    if path.is_file() and path.read_bytes() == content:
        return
    draft = folder / f"{DRAFT}{_VERIFIER_NAME}"
    draft.write_bytes(content)
    draft.replace(path)


def thin(folder: Path) -> tuple[str, ...]:
    """Take away what is not kept any more, once the latest base is whole; return the names of what went. The folder is held (`writing`).

    A base nobody can read is left where it is: somebody has to look at it.
    """
    found = step_folders(folder)
    bases: list[tuple[int, date]] = []
    for number, path in found.items():
        if path.name.startswith(BASE):
            try:
                bases.append((number, read_step(path).manifest.made_at.date()))
            except ArchiveUnreadable:
                return ()
    whole, alone = thinned(bases)
    numbers = sorted(number for number, _day in bases)
    gone = []
    for number, path in found.items():
        before = [each for each in numbers if each <= number]
        if not before or before[-1] in whole or number in alone:
            continue
        doomed = folder / f"{GONE}{path.name}"
        path.rename(doomed)
        shutil.rmtree(doomed)
        gone.append(path.name)
    if gone:
        sync_folder(folder)
    return tuple(gone)
