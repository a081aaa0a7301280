"""Indicators of a file of answers, by cut, each with its standard error, its design effect and its interval; small cells hidden.

Definitions: docs/indicators.md. Non-use and *illectronisme*: Insee Première 1780 (2019) and 1953 (2021); skills: Eurostat, by the rules of
`carnet.observatory.rules`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from carnet.observatory.rules._skills import (
    SKILL_DOMAIN_LABELS,
    Assessment,
    Edition,
    OverallLevel,
    Said,
    SkillDomain,
    SkillLevel,
    assess,
    domains_of,
    is_illectronism,
    items_of,
)
from carnet.observatory.rules.surveys._columns import AGE_BANDS, COLUMN_BY_NAME, CUTS, EURO_BANDS
from carnet.observatory.rules.surveys._reading import Answer, Answers, Progress
from carnet.observatory.rules.surveys._refusals import CutUnknown
from carnet.observatory.rules.surveys._variance import Flags, Sample, Share, sample_of, share

# Cells with fewer answers are hidden; with fewer than the second, they are told as unsure. Source: docs/indicators.md#small-cells.
LEAST_COUNT = 20
SURE_COUNT = 50
CROSSED_MAX = 2
ALL = ""
UNSAID = "?"


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Among(StrEnum):
    """Whom a share is of."""

    EVERYBODY = "EVERYBODY"
    USERS = "USERS"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share: its stable key, its French name, whom it is of. `edition` is None when it needs no skill."""

    key: str
    label: str
    among: Among
    edition: Edition | None = None
    domain: SkillDomain | None = None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator of one cell. `cut`: the columns that make it, `key`: their values, in the same order. `share` None: hidden, or nobody."""

    indicator: str
    cut: tuple[str, ...]
    key: tuple[str, ...]
    count: int
    share: Share | None
    is_hidden: bool
    is_unsure: bool


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """What a file comes to. `answers`: lines counted; `degrees`: of freedom; `lonely`: strata with a single unit; `least`: hidden below."""

    rows: tuple[IndicatorRow, ...]
    answers: int
    set_aside: int
    strata: int
    clusters: int
    degrees: int
    lonely: int
    least: int
    editions: tuple[Edition, ...]
    missing: Mapping[Edition, tuple[str, ...]]

    def row(self, indicator: str, cut: tuple[str, ...] = (), key: tuple[str, ...] = ()) -> IndicatorRow:
        """One of the rows. Raises: StopIteration when there is no such cell (a fault of the caller)."""
        return next(each for each in self.rows if each.indicator == indicator and each.cut == cut and each.key == key)


def _edition_indicators(edition: Edition) -> Iterator[Indicator]:
    year = edition.value
    for domain in domains_of(edition):
        yield Indicator(f"lacks_{domain.value.lower()}_{year}", str(SKILL_DOMAIN_LABELS[domain]), Among.USERS, edition, domain)
    yield Indicator(f"lacks_one_{year}", _("Manque d’au moins une compétence de base"), Among.USERS, edition)
    yield Indicator(f"no_skill_{year}", _("Aucune compétence"), Among.USERS, edition)
    if edition is Edition.FIVE_DOMAINS:
        yield Indicator("weak_2021", _("Capacités faibles : manque d’un à trois domaines sur cinq"), Among.USERS, edition)
    yield Indicator(f"basic_{year}", _("Compétences de base ou plus, dans tous les domaines"), Among.EVERYBODY, edition)
    yield Indicator(f"above_{year}", _("Plus que les compétences de base, dans tous les domaines"), Among.EVERYBODY, edition)
    told = {
        Edition.FOUR_DOMAINS: ("2019", _("Illectronisme, définition de 2019")),
        Edition.FIVE_DOMAINS: ("2021", _("Illectronisme, définition de 2021")),
    }
    yield Indicator(f"illectronism_{told[edition][0]}", told[edition][1], Among.EVERYBODY, edition)


USES = (
    Indicator("no_use_3_months", _("Pas d’internet depuis trois mois"), Among.EVERYBODY),
    Indicator("no_use_12_months", _("Pas d’internet depuis un an"), Among.EVERYBODY),
)
INDICATORS = (*USES, *(each for edition in Edition for each in _edition_indicators(edition)))
INDICATOR_BY_KEY = {each.key: each for each in INDICATORS}


def compute(
    answers: Answers, *, crossed: Sequence[tuple[str, ...]] = (), least: int = LEAST_COUNT, progress: Progress | None = None
) -> IndicatorTable:
    """Every indicator the file allows, over everybody, by each cut it has, and by the crossings asked for.

    `least`: answers below which a cell is hidden. Raises: CutUnknown.
    """
    sample = _sample(answers.lines)
    flags = {each.key: pair for each, pair in _flags(answers)}
    cuts = [(), *((name,) for name in ("age", "age_eurostat", *CUTS[1:]) if (name.removesuffix("_eurostat")) in answers.columns)]
    cuts += [_checked(cut, answers) for cut in crossed]
    rows: list[IndicatorRow] = []
    for rank, cut in enumerate(cuts):
        cells = _cells(answers.lines, cut)
        for key, (among, cases) in flags.items():
            rows += _rows(sample, key, cut, cells, among, cases, least)
        if progress is not None:
            progress(rank + 1, len(cuts))
    units = len(sample.stratum_of)
    missing = {edition: tuple(sorted(_item_keys(edition) - answers.columns)) for edition in answers.editions}
    return IndicatorTable(
        tuple(rows), len(answers.lines), len(answers.faults), int(sample.stratum_of.max()) + 1, units, sample.degrees, sample.lonely_count,
        least, answers.editions, missing,
    )  # fmt: skip


def band_of(age: int | None, bands: Iterable[tuple[int, int]] = AGE_BANDS) -> str:
    """The band of an age: ``60-74``, ``75+``; blank when it is of none."""
    if age is None:
        return ""
    return next((f"{low}+" if high >= 120 else f"{low}-{high}" for low, high in bands if low <= age <= high), "")


def _item_keys(edition: Edition) -> set[str]:
    return {item.key for item in items_of(edition)}


def _checked(cut: tuple[str, ...], answers: Answers) -> tuple[str, ...]:
    for name in cut:
        if name not in CUTS or name not in answers.columns:
            raise CutUnknown(cut=name)
    if not 2 <= len(cut) <= CROSSED_MAX or len(set(cut)) != len(cut):
        raise CutUnknown(cut=",".join(cut))
    return cut


def _sample(lines: Sequence[Answer]) -> Sample:
    sizes = {each.stratum: each.stratum_size for each in lines if each.stratum_size is not None}
    return sample_of([each.weight for each in lines], [each.stratum for each in lines], [each.cluster for each in lines], sizes or None)


def _flags(answers: Answers) -> Iterator[tuple[Indicator, tuple[Flags, Flags]]]:
    """Of each indicator the file allows: which lines it is of, and which of them are counted."""
    uses = [each.latest_use for each in answers.lines]
    everybody = np.ones(len(uses), dtype=np.bool_)
    in_year = np.array([use in ("3_months", "12_months") for use in uses])
    recent = np.array([use == "3_months" for use in uses])
    yield USES[0], (everybody, ~recent)
    yield USES[1], (everybody, ~in_year)
    for edition in answers.editions:
        keys = _item_keys(edition)
        found = [_assessed(edition, keys, each) for each in answers.lines]
        kinds, codes = _kinds(found, in_year)
        known = np.array([each is not None for each, _used in kinds])[codes]
        users = np.array([each is not None and each.is_assessed for each, _used in kinds])[codes]
        for indicator in _edition_indicators(edition):
            counted = np.array([each is not None and _is_case(indicator, each, used) for each, used in kinds], dtype=np.bool_)[codes]
            yield indicator, (users if indicator.among is Among.USERS else known, counted)


def _kinds(found: Sequence[Assessment | None], in_year: Flags) -> tuple[list[tuple[Assessment | None, bool]], NDArray[np.int64]]:
    """The few different assessments there are, and which of them each line is."""
    ranks: dict[object, int] = {}
    kinds: list[tuple[Assessment | None, bool]] = []
    codes = np.empty(len(found), dtype=np.int64)
    for line, (each, used) in enumerate(zip(found, in_year.tolist(), strict=True)):
        key = (None if each is None else (each.overall, tuple(each.domains.values())), used)
        if key not in ranks:
            ranks[key] = len(kinds)
            kinds.append((each, used))
        codes[line] = ranks[key]
    return kinds, codes


def _assessed(edition: Edition, keys: set[str], answer: Answer) -> Assessment | None:
    """None for a user who answered nothing of the activities: not assessed, counted nowhere."""
    used = Said.YES if answer.latest_use == "3_months" else Said.NO
    if used is Said.YES and not any(answer.said.get(key, Said.UNKNOWN) is not Said.UNKNOWN for key in keys):
        return None
    return assess(edition, answer.said, used_internet=used)


def _is_case(indicator: Indicator, found: Assessment, used_in_year: bool) -> bool:
    kind = indicator.key.rsplit("_", 1)[0]
    lacked = len(found.domains) - found.reached_count
    if indicator.domain is not None:
        return found.domains.get(indicator.domain) is SkillLevel.NONE
    if kind == "lacks_one":
        return bool(found.lacks_one)
    if kind == "no_skill":
        return bool(found.domains) and not found.reached_count
    if kind == "weak":
        return 1 <= lacked <= 3
    if kind == "basic":
        return found.is_basic
    if kind == "above":
        return found.overall is OverallLevel.ABOVE
    return bool(is_illectronism(found, used_in_year=used_in_year))


def _cells(lines: Sequence[Answer], cut: tuple[str, ...]) -> dict[tuple[str, ...], Flags]:
    """The lines of each cell, in the order of the choices; what is not said is a cell of its own, the last."""
    if not cut:
        return {(): np.ones(len(lines), dtype=np.bool_)}
    keys = [tuple(_value(each, name) for name in cut) for each in lines]
    rank = {key: place for place, key in enumerate(sorted(set(keys), key=lambda key: _order(cut, key)))}
    numbers = np.array([rank[key] for key in keys])
    return {key: numbers == place for key, place in rank.items()}


def _value(answer: Answer, name: str) -> str:
    if name.startswith("age"):
        return band_of(answer.age, EURO_BANDS if name == "age_eurostat" else AGE_BANDS) or UNSAID
    return answer.cuts[name] or UNSAID


def _order(cut: tuple[str, ...], key: tuple[str, ...]) -> tuple[tuple[bool, int, str], ...]:
    orders = [list(COLUMN_BY_NAME[name].choices) if name in COLUMN_BY_NAME else [] for name in cut]
    return tuple(
        (value == UNSAID, known.index(value) if value in known else len(known), value) for known, value in zip(orders, key, strict=True)
    )


def _rows(
    sample: Sample, key: str, cut: tuple[str, ...], cells: Mapping[tuple[str, ...], Flags], among: Flags, cases: Flags, least: int
) -> list[IndicatorRow]:
    counts = {cell: int((inside & among).sum()) for cell, inside in cells.items()}
    hidden = hidden_cells(counts, least)
    return [
        IndicatorRow(
            key, cut, cell, counts[cell], None if cell in hidden else share(sample, inside & among, cases), cell in hidden,
            counts[cell] < SURE_COUNT and cell not in hidden,
        )
        for cell, inside in cells.items()
    ]  # fmt: skip


def hidden_cells(counts: Mapping[tuple[str, ...], int], least: int) -> set[tuple[str, ...]]:
    """The cells not shown: those below `least`, and when one alone would be, the smallest of the others, else the total would tell it."""
    hidden = {cell for cell, count in counts.items() if 0 < count < least}
    if len(hidden) == 1 and len(counts) > 1 and (others := [cell for cell in counts if cell not in hidden and counts[cell]]):
        hidden.add(min(others, key=lambda cell: (counts[cell], cell)))
    return hidden
