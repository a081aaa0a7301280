"""What INSEE says of each commune, read from its files as they are published. Pure.

A *base-cc* file has one line a commune, a *base-ic* file one line an IRIS (a part of a commune), which is summed here. Names of columns
change with the vintage: `P19_POP65P` is of the census of 2019, `P20_POP65P` of 2020, `TP6021` of the incomes of 2021. `s` is a statistical
secret, `nd` is not available: they are kept as such, never as zero. Source: docs/sources/insee.md#columns.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from carnet.kernel.refusals import Refusal

FILE_MAX_BYTES = 120 * 1024 * 1024
FAULTS_MAX = 1_000
_BLANK = frozenset({"", "-", "N/A - résultat non disponible"})


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Indicator(StrEnum):
    """One figure of a commune. The value is the suffix INSEE's columns end with."""

    POP = "POP"
    POP0014 = "POP0014"
    POP1529 = "POP1529"
    POP3044 = "POP3044"
    POP4559 = "POP4559"
    POP6074 = "POP6074"
    POP7589 = "POP7589"
    POP90P = "POP90P"
    POP65P = "POP65P"
    POP75P = "POP75P"
    NSCOL15P = "NSCOL15P"
    NSCOL15P_DIPLMIN = "NSCOL15P_DIPLMIN"
    MEN = "MEN"
    MENPSEUL = "MENPSEUL"
    FAMMONO = "FAMMONO"
    FAM = "FAM"
    POP5579_PSEUL = "POP5579_PSEUL"
    POP80P_PSEUL = "POP80P_PSEUL"
    CHOM1564 = "CHOM1564"
    TP60 = "TP60"


LABELS: Mapping[Indicator, str] = {
    Indicator.POP: _("Habitants"),
    Indicator.POP0014: _("Habitants de moins de 15 ans"),
    Indicator.POP1529: _("Habitants de 15 à 29 ans"),
    Indicator.POP3044: _("Habitants de 30 à 44 ans"),
    Indicator.POP4559: _("Habitants de 45 à 59 ans"),
    Indicator.POP6074: _("Habitants de 60 à 74 ans"),
    Indicator.POP7589: _("Habitants de 75 à 89 ans"),
    Indicator.POP90P: _("Habitants de 90 ans et plus"),
    Indicator.POP65P: _("Habitants de 65 ans et plus"),
    Indicator.POP75P: _("Habitants de 75 ans et plus"),
    Indicator.NSCOL15P: _("Habitants de 15 ans et plus qui ont fini l’école"),
    Indicator.NSCOL15P_DIPLMIN: _("Dont sans diplôme, ou avec le certificat d’études"),
    Indicator.MEN: _("Ménages"),
    Indicator.MENPSEUL: _("Personnes qui vivent seules"),
    Indicator.FAMMONO: _("Familles d’un seul parent"),
    Indicator.FAM: _("Familles"),
    Indicator.POP5579_PSEUL: _("Habitants de 55 à 79 ans qui vivent seuls"),
    Indicator.POP80P_PSEUL: _("Habitants de 80 ans et plus qui vivent seuls"),
    Indicator.CHOM1564: _("Chômeurs de 15 à 64 ans"),
    Indicator.TP60: _("Part des ménages pauvres, en %"),
}
# Everything else counts people or households, and may be summed.
RATES = frozenset({Indicator.TP60})


class Known(StrEnum):
    """What a file says of a figure: its value, that it is secret, or that it is not available."""

    VALUE = "VALUE"
    SECRET = "SECRET"  # noqa: S105 - a statistical secret
    MISSING = "MISSING"


class IndicatorsRefused(Refusal):
    """Base of every refusal of a file of indicators."""

    code = "indicators-refused"


class IndicatorsUnreadable(IndicatorsRefused):
    """Not a table with one line a commune. Facts: wanted."""

    code = "indicators-unreadable"


class IndicatorsWithoutColumn(IndicatorsRefused):
    """None of the columns is one that is known. Facts: wanted."""

    code = "indicators-without-column"


class IndicatorsTooHeavy(IndicatorsRefused):
    """A file larger than is read. Facts: most_megabytes."""

    code = "indicators-too-heavy"


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure: `value` is None when it is secret or missing. `vintage` is the year it is of."""

    commune: str
    indicator: Indicator
    vintage: int
    value: Decimal | None
    known: Known


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one line: its number in the file, what, and the value at fault."""

    line: int
    code: str
    value: str


FAULTS: Mapping[str, str] = {
    "commune-unknown": _("cette commune n’existe pas, ou plus"),
    "commune-twice": _("cette commune est déjà plus haut"),
    "not-a-number": _("ce n’est pas un nombre"),
    "below-zero": _("ce nombre est plus petit que zéro"),
    "over-hundred": _("cette part dépasse 100 %"),
    "part-over-whole": _("cette partie est plus grande que le tout"),
    "too-short": _("il manque des cellules"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: its figures, its faults (a thousand at most, `fault_count` says how many), what each column is."""

    figures: tuple[Measured, ...]
    faults: tuple[Fault, ...]
    fault_count: int
    columns: Mapping[str, tuple[Indicator, int]]
    communes: int
    is_summed: bool


@dataclass
class _Faults:
    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, code: str, value: str) -> None:
        self.count += 1
        if len(self.kept) < FAULTS_MAX:
            self.kept.append(Fault(line, code, value[:60]))


_CENSUS = re.compile(r"[PC](\d\d)_([A-Z0-9_]+)")
_POVERTY = re.compile(r"TP60(\d\d)")
_CODES = ("CODGEO", "COM", "CODE_COMMUNE", "CODE INSEE", "CODE_INSEE", "INSEE_COM", "GEO")


def column(name: str) -> tuple[Indicator, int] | None:
    """The indicator of a column and its vintage, or None for a column that is not kept. `P19_POP65P` is (POP65P, 2019)."""
    told = name.strip().upper()
    if found := _POVERTY.fullmatch(told):
        return Indicator.TP60, 2000 + int(found.group(1))
    found = _CENSUS.fullmatch(told)
    if found is None or found.group(2) not in set(Indicator) or found.group(2) == Indicator.TP60:
        return None
    year = int(found.group(1))
    return Indicator(found.group(2)), (1900 if year > 60 else 2000) + year


def read(content: bytes, *, commune_of: Callable[[str], str | None]) -> Reading:
    """Every figure of a base-cc or base-ic CSV file. `commune_of` gives today's code of a commune, or None when there is none.

    A line with a fault is told and left out whole; the others are kept. Raises: IndicatorsTooHeavy, IndicatorsUnreadable,
    IndicatorsWithoutColumn.
    """
    if len(content) > FILE_MAX_BYTES:
        raise IndicatorsTooHeavy(most_megabytes=FILE_MAX_BYTES // 1024 // 1024)
    rows = rows_of(content)
    names = next((cells for _number, cells in rows if _place(cells) is not None), None)
    if names is None:
        raise IndicatorsUnreadable(wanted="CODGEO")
    place = _place(names) or 0
    wanted = {rank: known for rank, name in enumerate(names) if (known := column(name)) is not None}
    if not wanted:
        raise IndicatorsWithoutColumn(wanted="P19_POP, P19_POP65P, P19_NSCOL15P_DIPLMIN, TP6021")
    is_summed = "IRIS" in {name.strip().upper() for name in names}
    found, faults = _lines(rows, names, place, wanted, commune_of, is_summed=is_summed)
    figures = tuple(figure for by_column in found.values() for figure in by_column.values())
    columns = {names[rank].strip(): known for rank, known in wanted.items()}
    return Reading(figures, tuple(faults.kept), faults.count, columns, len(found), is_summed)


def _lines(
    rows: Iterator[tuple[int, list[str]]], names: list[str], place: int, wanted: Mapping[int, tuple[Indicator, int]],
    commune_of: Callable[[str], str | None], *, is_summed: bool,
) -> tuple[dict[str, dict[int, Measured]], _Faults]:  # fmt: skip
    found: dict[str, dict[int, Measured]] = {}
    faults = _Faults()
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(names):
            faults.add(number, "too-short", str(len(cells)))
            continue
        told = cells[place].strip().strip('"').upper()
        told = told.zfill(5) if told.isdecimal() else told
        commune = commune_of(told)
        if commune is None:
            faults.add(number, "commune-unknown", told)
        elif commune in found and not is_summed:
            faults.add(number, "commune-twice", told)
        else:
            line = _figures(number, commune, cells, wanted, faults)
            if line is not None:
                found[commune] = line if commune not in found else _summed(found[commune], line)
    return found, faults


def _figures(
    number: int, commune: str, cells: list[str], wanted: Mapping[int, tuple[Indicator, int]], faults: _Faults
) -> dict[int, Measured] | None:
    line: dict[int, Measured] = {}
    for rank, (indicator, vintage) in wanted.items():
        told = cells[rank].strip().strip('"')
        known = known_of(told)
        value = number_of(told) if known is Known.VALUE else None
        wrong = _wrong(indicator, value) if known is Known.VALUE else None
        if wrong is not None:
            faults.add(number, wrong, told)
            return None
        line[rank] = Measured(commune, indicator, vintage, value, known)
    whole = {(each.indicator, each.vintage): each.value for each in line.values()}
    for each in line.values():
        most = whole.get((Indicator.POP, each.vintage))
        if each.indicator.value.startswith("POP") and each.value is not None and most is not None and each.value > most + 1:
            faults.add(number, "part-over-whole", f"{each.indicator.value} {each.value}")
            return None
    return line


def known_of(told: str) -> Known:
    """What a cell says of its figure: a value, a secret (`s`), or nothing (`nd`, or left empty)."""
    return Known.SECRET if told.lower() == "s" else Known.MISSING if told.lower() == "nd" or told in _BLANK else Known.VALUE


def _wrong(indicator: Indicator, value: Decimal | None) -> str | None:
    if value is None:
        return "not-a-number"
    if value < 0:
        return "below-zero"
    return "over-hundred" if indicator in RATES and value > 100 else None


def _summed(before: dict[int, Measured], line: dict[int, Measured]) -> dict[int, Measured]:
    """Two parts of a commune. What is secret in one is secret in the whole; a rate of parts is no rate of the whole."""
    found = {}
    for rank, one in before.items():
        other = line[rank]
        if one.indicator in RATES:
            found[rank] = Measured(one.commune, one.indicator, one.vintage, None, Known.MISSING)
        elif one.value is not None and other.value is not None:
            found[rank] = Measured(one.commune, one.indicator, one.vintage, one.value + other.value, Known.VALUE)
        else:
            known = Known.SECRET if Known.SECRET in (one.known, other.known) else Known.MISSING
            found[rank] = Measured(one.commune, one.indicator, one.vintage, None, known)
    return found


def number_of(told: str) -> Decimal | None:
    """A cell as a number, to the thousandth; None when it is not one."""
    plain = re.sub(r"[\s\u202f\u00a0]", "", told).replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,15})?([eE]-?\d{1,2})?", plain):
        return None
    try:
        # INSEE publishes estimates with many decimals: a thousandth of a person is enough.
        return Decimal(plain).quantize(Decimal("0.001"))
    except InvalidOperation:
        return None


def rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV file with their number, whatever its separator; UTF-8, else Windows-1252. Raises: IndicatorsUnreadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text[:20_000]
    mark = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise IndicatorsUnreadable(wanted="CODGEO") from None


def _place(cells: list[str]) -> int | None:
    """Where the code of the commune stands in a line of names, or None when it is no such line."""
    told = [cell.strip().upper() for cell in cells]
    return next((told.index(name) for name in _CODES if name in told), None)
