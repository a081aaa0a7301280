"""A plan on files: communes, desks and places from CSV, every fault said line by line; the allotment written back. Pure.

Loaded by its own name (`carnet.planning.rules.plan_files`): what it makes, the ground of a plan, needs numpy. Columns: docs/planning.md#files.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carnet.places.rules.travel import Density
from carnet.planning.rules.allotment import Allotment, Demand, Desk, Method, Problem, Site, curves
from carnet.planning.rules.plan_ground import Ground, measured
from carnet.planning.rules.travel import Mode, Point

COMMUNES = ("code", "name", "population", "people", "need", "priority_permille", "latitude", "longitude")
DESKS = ("code", "name", "commune", "latitude", "longitude", "maximum", "priority_permille")
PLACES = ("code", "name", "commune", "latitude", "longitude", "booklets")
_OPTIONAL = {"maximum", "priority_permille"}
_LINES_MAX = 40_000
_NUMBER_MAX = 10_000_000
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: in which file (communes, desks, places), at which line (1 is the header), which column, and what was there."""

    file: str
    line: int
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Read:
    """The ground of a plan; None as soon as one line is at fault, and then every fault."""

    ground: Ground | None
    faults: tuple[Fault, ...]


def read(communes: str, desks: str, places: str, *, booklet_cents: int, mode: Mode, density: Callable[[Point], Density]) -> Read:
    """The ground three CSV files describe, minutes included: comma or semicolon, the header as in the documentation, in any order.

    `density`: how dense the country is at a point. A code twice, a number below zero, a point that is none are faults.
    """
    faults: list[Fault] = []
    points: dict[str, Point] = {}
    demands = [_demand(row) for row in _rows("communes", communes, COMMUNES, faults, points)]
    codes = {each.code for each in demands}
    found_desks = [_desk(row) for row in _rows("desks", desks, DESKS, faults, points)]
    sites = [_site(row) for row in _rows("places", places, PLACES, faults, points)]
    if not demands and not faults:
        faults.append(Fault("communes", 1, "code", ""))
    if faults:
        return Read(None, tuple(faults))
    settings = {code: density(points[_key("communes", code)]) for code in codes}
    return Read(
        measured(
            Ground(
                tuple(demands),
                tuple(found_desks),
                tuple(sites),
                {key.split("/", 1)[1]: point for key, point in points.items()},
                settings,
                {},
                booklet_cents,
                mode,
            )
        ),
        (),
    )


def _demand(row: Mapping[str, Any]) -> Demand:
    return Demand(row["code"], row["name"], row["population"], row["people"], row["need"], row["priority_permille"] or 0)


def _desk(row: Mapping[str, Any]) -> Desk:
    return Desk(f"desk:{row['code']}", row["name"], row["commune"], row["maximum"], row["priority_permille"])


def _site(row: Mapping[str, Any]) -> Site:
    return Site(f"place:{row['code']}", row["name"], row["commune"], row["booklets"])


_PREFIX = {"communes": "", "desks": "desk:", "places": "place:"}


def _key(file: str, code: str) -> str:
    return f"{file}/{_PREFIX[file]}{code}"


def _rows(file: str, text: str, columns: Sequence[str], faults: list[Fault], points: dict[str, Point]) -> Iterator[dict[str, Any]]:
    """The lines without fault, their numbers read; faults and points are added to what is given."""
    header = text.lstrip("\ufeff").split("\n", 1)[0]
    lines = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if header.count(";") > header.count(",") else ",")
    try:
        missing = [name for name in columns if name not in (lines.fieldnames or ()) and name not in _OPTIONAL]
        if missing:
            faults += [Fault(file, 1, name, "") for name in missing]
            return
        yield from _good(file, lines, columns, faults, points)
    except csv.Error:  # a cell without end, or bytes that are no line
        faults.append(Fault(file, lines.line_num, "", ""))


def _good(
    file: str, lines: Iterable[dict[str, str]], columns: Sequence[str], faults: list[Fault], points: dict[str, Point]
) -> Iterator[dict[str, Any]]:
    for line, given in enumerate(lines, start=2):
        wrong = [name for name in columns if not _is_good(name, (given.get(name) or "").strip())]
        if line > _LINES_MAX:
            faults.append(Fault(file, line, "", ""))
            return
        code = (given.get("code") or "").strip()
        if not wrong and _key(file, code) in points:
            wrong = ["code"]
        faults += [Fault(file, line, name, (given.get(name) or "")[:60]) for name in wrong]
        if not wrong:
            row = {name: _value(name, (given.get(name) or "").strip()) for name in columns}
            points[_key(file, code)] = (row["latitude"], row["longitude"])
            yield row


_TEXTS = {"code", "name", "commune"}
_DEGREES = {"latitude": 90.0, "longitude": 180.0}


def _is_good(column: str, value: str) -> bool:
    if column in _TEXTS:
        return bool(value) and len(value) <= 200
    if not value:
        return column in _OPTIONAL
    if column in _DEGREES:
        try:
            return abs(float(value.replace(",", "."))) <= _DEGREES[column]
        except ValueError:
            return False
    # Longer than any number that is kept: never read, since reading a number of thousands of digits is refused by Python itself.
    return (
        value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= (1000 if column == "priority_permille" else _NUMBER_MAX)
    )


def _value(column: str, value: str) -> Any:
    if column in _TEXTS:
        return value
    if column in _DEGREES:
        return float(value.replace(",", "."))
    return int(value) if value else None


def lines_by_desk(problem: Problem, allotment: Allotment) -> Iterator[tuple[str, ...]]:
    """A header, then what goes from each desk to the people of each commune."""
    names, communes = {each.code: each.name for each in problem.desks}, {each.code: each.name for each in problem.demands}
    yield ("desk", "desk_name", "commune", "commune_name", "booklets", "minutes")
    for flow in allotment.handed:
        yield (
            flow.point.removeprefix("desk:"), names[flow.point], flow.commune, communes[flow.commune], str(flow.booklets), str(flow.minutes),
        )  # fmt: skip


def lines_by_place(problem: Problem, allotment: Allotment) -> Iterator[tuple[str, ...]]:
    """A header, then what is used at each place by the people of each commune."""
    names, communes = {each.code: each.name for each in problem.sites}, {each.code: each.name for each in problem.demands}
    yield ("place", "place_name", "commune", "commune_name", "booklets", "minutes")
    for flow in allotment.taught:
        yield (
            flow.point.removeprefix("place:"), names[flow.point], flow.commune, communes[flow.commune], str(flow.booklets), str(flow.minutes),
        )  # fmt: skip


def lines_by_commune(problem: Problem, allotments: Mapping[Method, Allotment]) -> Iterator[tuple[str, ...]]:
    """A header, then each commune with what each method gives it, idle booklets included, and what its first booklet is worth (points)."""
    yield ("commune", "name", "population", "people", "need", "first_booklet", *(method.value.lower() for method in allotments), "reached")
    given = {method: found.by_commune() for method, found in allotments.items()}
    reached, worths = problem.reached(), curves(problem)
    for demand in sorted(problem.demands, key=lambda each: each.code):
        first = worths[demand.code][0].each if worths[demand.code] else 0
        shared = (given[method].get(demand.code, 0) + found.idle.get(demand.code, 0) for method, found in allotments.items())
        yield (
            demand.code, demand.name, str(demand.population), str(demand.people), str(demand.need), str(first // 100),
            *(str(each) for each in shared), "1" if demand.code in reached else "0",
        )  # fmt: skip


def as_csv(lines: Iterable[Sequence[str]]) -> str:
    """A file French spreadsheets open: semicolons, a byte-order mark, and no cell they would take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([_cell(cell) for cell in line] for line in lines)
    return "\ufeff" + out.getvalue()


def _cell(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
