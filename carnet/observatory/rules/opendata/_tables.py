"""The tables of a release, from its lines: every territory's totals, the services, the publics. Pure.

Only measures that say nothing of one another are cut by territory: what is handed over belongs to the desk's commune, what is used to the
place's. People and the vouchers they were given are nearly a multiple of one another: where one is hidden, so is the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from carnet.observatory.rules.answers import MANDATES, PROCEDURES
from carnet.observatory.rules.disclosure._cells import Cell, Key, Sum, Tables
from carnet.observatory.rules.disclosure._rolling import Dimension, rolled_up
from carnet.observatory.rules.opendata._lines import Line, Lines

NATION = "NATION:FR"
# Which measure is cut by what, beside the territory.
PEOPLE, HANDED_OVER, USED = "people", "handed_over", "used"
TERRITORIAL = (PEOPLE, HANDED_OVER, USED)
BY_SERVICE = (USED,)
BY_PUBLIC = (PEOPLE,)
# Told from the département up: a structure stands for its département, and so few act in a commune that one would read the other.
DEPARTMENTAL = (MANDATES, PROCEDURES)
TOLD_MEASURES = (
    "ordered", "issued", "activated", HANDED_OVER, PEOPLE, USED, "paid", "lapsed", "void",
    "activated_cents", "handed_over_cents", "used_cents", "paid_cents", "lapsed_cents",
)  # fmt: skip


def tables_of(lines: Lines) -> Tables:
    """Every cell of the release and every sum a reader knows of. A key: measure, period, ``LEVEL:code``, what it is cut by."""
    built = _Built()
    communes, departments = _communes(lines), _departments(lines)
    for month in lines.months:
        own = [each for each in lines.lines if each.month == month]
        for measure in TERRITORIAL:
            built.add(measure, month, _cut(own, measure, ""), communes, None)
        for measure in BY_SERVICE:
            services = sorted({each.key for each in lines.lines if each.measure == measure and each.key})
            built.add(measure, month, _cut(own, measure, None), communes, Dimension(tuple(services), {"": tuple(services)}))
        for measure in BY_PUBLIC:
            for question, answers in _questions(lines, measure).items():
                about = Dimension(answers, {"": answers}, is_about_people=True)
                built.add(measure, month, _cut(own, measure, question), departments, about)
        for measure in DEPARTMENTAL:
            if measure == MANDATES and any(each.measure == measure for each in lines.lines):
                built.add(measure, month, _cut(own, measure, ""), departments, None)
            for question, families in _questions(lines, measure).items():
                built.add(measure, month, _cut(own, measure, question), departments, Dimension(families, {"": families}))
    told: set[Key] = {(measure, month, NATION, "") for measure in TERRITORIAL for month in lines.months}
    never, of_programmes = built.programmes(lines)
    told |= of_programmes
    twins = {}
    for key in built.cells:
        if key[3] == "" and key[0] in (PEOPLE, HANDED_OVER):
            twins[key] = (HANDED_OVER if key[0] == PEOPLE else PEOPLE, *key[1:])
    return Tables(built.cells, tuple(dict.fromkeys(built.sums)), frozenset(told), frozenset(never), twins)


class _Built:
    """Cells and sums, as they come."""

    def __init__(self) -> None:
        self.cells: dict[Key, Cell] = {}
        self.sums: list[Sum] = []

    def add(self, measure: str, month: str, cells: Mapping[tuple[str, str], Cell], territory: Dimension, cut: Dimension | None) -> None:
        """One table of one month."""
        within = cut or Dimension(("",), {})
        found, sums = rolled_up({key: cell for key, cell in cells.items() if key[1] in within.leaves}, (territory, within))
        for key, cell in found.items():
            self.cells.setdefault((measure, month, *key), cell)
        self.sums += [Sum((measure, month, *each.total), tuple((measure, month, *part) for part in each.parts)) for each in sums]

    def programmes(self, lines: Lines) -> tuple[set[Key], set[Key]]:
        """Each programme's own part of a commune is never published; yet it is known where each works, and what each does in all.

        Returns both: what is never published, what is said elsewhere.
        """
        never: set[Key] = set()
        told: set[Key] = set()
        slugs = sorted({slug for slug, _code in lines.presence})
        if len(slugs) < 2:
            return never, told
        where: dict[str, list[str]] = defaultdict(list)
        who: dict[str, list[str]] = defaultdict(list)
        for slug, code in sorted(lines.presence):
            where[slug].append(f"COMMUNE:{code}")
            who[f"COMMUNE:{code}"].append(slug)
        for measure in TERRITORIAL:
            for month in lines.months:
                for slug, codes in where.items():
                    whole = (measure, month, NATION, f"programme={slug}")
                    parts = tuple((measure, month, code, f"programme={slug}") for code in codes)
                    counts = [lines.parts.get((measure, month, code.partition(":")[2], slug), 0) for code in codes]
                    self.cells |= {key: Cell(count, count) for key, count in zip(parts, counts, strict=True)}
                    self.cells[whole] = Cell(sum(counts), sum(counts))
                    self.sums.append(Sum(whole, parts))
                    never.update(parts)
                    told.add(whole)
                for code, found in who.items():
                    self.sums.append(Sum((measure, month, code, ""), tuple((measure, month, code, f"programme={slug}") for slug in found)))
        return never, told


def with_years(told: Mapping[Key, int | None]) -> dict[Key, int | None]:
    """The cells told, and those of each whole year: the sum of its months where all are shown, which adds nothing to them; else hidden."""
    by_year: dict[Key, list[int | None]] = defaultdict(list)
    decembers = {key[1][:4] for key in told if key[1].endswith("-12")}
    for key, value in told.items():
        if key[1][:4] in decembers and not key[3].startswith("programme="):
            by_year[key[0], key[1][:4], key[2], key[3]].append(value)
    years = {key: None if None in values else sum(value or 0 for value in values) for key, values in by_year.items()}
    return {**told, **years}


def parsed(code: str) -> tuple[str, str]:
    """The level and the code of a territory."""
    level, _mark, own = code.partition(":")
    return level, own


def _cut(own: Iterable[Line], measure: str, cut: str | None) -> dict[tuple[str, str], Cell]:
    """The lines of one table. `cut`: empty, the whole; None, services; else a question."""
    found: dict[tuple[str, str], Cell] = {}
    for each in own:
        question, is_answer, _answer = each.key.partition(":")
        wanted = each.key == "" if cut == "" else (each.key != "" and not is_answer) if cut is None else bool(is_answer) and question == cut
        if each.measure == measure and wanted:
            level = "DEPARTEMENT" if is_answer or measure in DEPARTMENTAL else "COMMUNE"
            found[f"{level}:{each.code}", each.key] = Cell(each.count, each.people, each.largest, each.whole)
    return found


def _questions(lines: Lines, measure: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for each in lines.lines:
        question, is_answer, _answer = each.key.partition(":")
        if each.measure == measure and is_answer:
            found[question].add(each.key)
    return {question: tuple(sorted(keys)) for question, keys in sorted(found.items())}


def _communes(lines: Lines) -> Dimension:
    leaves = tuple(f"COMMUNE:{place.code}" for place in lines.places)
    totals: dict[str, tuple[str, ...]] = {}
    for level, name in (("EPCI", "epci"), ("DEPARTEMENT", "department")):
        totals |= _grouped(level, [(getattr(place, name), f"COMMUNE:{place.code}") for place in lines.places])
    return Dimension(leaves, totals | _above(lines))


def _departments(lines: Lines) -> Dimension:
    leaves = tuple(sorted({f"DEPARTEMENT:{place.department}" for place in lines.places}))
    return Dimension(leaves, _above(lines))


def _above(lines: Lines) -> dict[str, tuple[str, ...]]:
    regions = _grouped("REGION", sorted({(place.region, f"DEPARTEMENT:{place.department}") for place in lines.places}))
    return {**regions, NATION: tuple(sorted(regions))}


def _grouped(level: str, pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code, part in pairs:
        if code:
            found[f"{level}:{code}"].append(part)
    return {code: tuple(parts) for code, parts in sorted(found.items())}
