"""Published figures recomputed from published inputs: what was printed, what the inputs give, and the difference.

Nothing here is estimated from answers. A figure is *reproduced* when the recomputed value, rounded as the published one is, equals it.
Sources: Insee Première 1780 (October 2019) and 1953 (June 2023); Insee Analyses Hauts-de-France 118; Eurostat isoc_sk_dskl_i21, isoc_ci_ifp_iu.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

EU = "EU27_2020"
FRANCE = "FR"
ALL_AGES = "All individuals (16-74)"
AGES = ("16-24", "25-54", "55-74")
OVERALL = "Overall (all five areas)"
YEARS = ("2021", "2023", "2025")
EU_COUNTRIES = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT",
     "RO", "SE", "SI", "SK"]
)  # fmt: skip

# What the rounding of the inputs to the hundredth may leave: one unit for the large samples, two for the smallest countries.
_HUNDREDTH, _ROUNDINGS = Decimal("0.01"), Decimal("0.02")

Rows = Sequence[Mapping[str, str]]


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


@dataclass(frozen=True, slots=True)
class Inputs:
    """The shipped files, as lines: `by_age`, `above`, `by_area`, `internet` of Eurostat; `epci` of INSEE."""

    by_age: Rows
    above: Rows
    by_area: Rows
    internet: Rows
    epci: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Reproduced:
    """One published figure. `published` as printed; `recomputed` unrounded; `places`: its decimals, negative for rounded thousands.

    `is_derived`: nobody prints it but docs/indicators.md, from the same table: a check of reading, not of a publication."""

    key: str
    label: str
    source: str
    published: Decimal
    recomputed: Decimal
    places: int = 0
    tolerance: Decimal = Decimal(0)
    is_derived: bool = False

    @property
    def rounded(self) -> Decimal:
        """The recomputed figure, rounded as the published one."""
        return self.recomputed.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_UP)

    @property
    def difference(self) -> Decimal:
        """Recomputed, rounded alike, less published."""
        return self.rounded - self.published

    @property
    def is_reproduced(self) -> bool:
        """Whether they are equal, within what the rounding of the inputs allows."""
        return abs(self.difference) <= self.tolerance


def reproduce(inputs: Inputs) -> tuple[Reproduced, ...]:
    """Every figure whose inputs are public, in the order of docs/indicators.md."""
    return (*_insee_2019(), *_insee_2021(), *_epci(inputs.epci), *_eurostat(inputs))


def _insee_2019() -> Iterator[Reproduced]:
    """1780: 16.5 % of whom 1.6 points use internet; 11 % and 7 % of users cannot search, cannot communicate; 2 % of users have no skill."""
    source = "Insee Première 1780"
    everyone, users_without = Decimal("16.5"), Decimal("1.6")
    non_users = everyone - users_without
    users = 100 - non_users
    yield Reproduced("illectronism_2019", _("Illectronisme, en 2019, à l’unité"), source, Decimal(17), everyone)
    yield Reproduced("no_use_2019", _("Pas d’internet dans l’année, en 2019"), source, Decimal(15), non_users)
    yield Reproduced("no_skill_2019", _("Usagers sans aucune compétence, en 2019"), source, Decimal(2), users_without / users * 100)
    cannot_search = non_users + users * Decimal("0.11")
    yield Reproduced("cannot_search_2019", _("Ne savent pas chercher une information, tous, en 2019"), source, Decimal(24), cannot_search)
    cannot_talk = non_users + users * Decimal("0.07")
    yield Reproduced(
        "cannot_communicate_2019",
        _("Ne savent pas communiquer, tous, en 2019 (« un cinquième »)"),
        source,
        Decimal(20),
        cannot_talk,
        tolerance=Decimal(1),
    )


def _insee_2021() -> Iterator[Reproduced]:
    source = "Insee Première 1953"
    yield Reproduced(
        "illectronism_2021", _("Illectronisme, en 2021 : sans internet depuis trois mois, plus usagers sans compétence"), source,
        Decimal("15.4"), Decimal("13.9") + Decimal("1.5"), 1,
    )  # fmt: skip


def _epci(rows: Sequence[Mapping[str, Any]]) -> Iterator[Reproduced]:
    total = sum((Decimal(_plain(row["Nombre"])) for row in rows), Decimal(0))
    source = "Insee Analyses Hauts-de-France 118"
    yield Reproduced("epci_sum", _("Personnes en illectronisme, Hauts-de-France, 2019 : somme des EPCI"), source, Decimal(807_840), total)
    yield Reproduced("epci_published", _("La même, comme l’étude l’annonce (« 800 000 »)"), source, Decimal(800_000), total, -5)


def _plain(written: Any) -> str:
    return "".join(each for each in str(written) if each.isdigit() or each in ",.").replace(",", ".")


def _eurostat(inputs: Inputs) -> Iterator[Reproduced]:
    basic = _by_key(inputs.by_age, "pct_basic_or_above_digital_skills", "year")
    above = _by_key(inputs.above, "pct_above_basic_digital_skills", "year")
    area = _by_key(inputs.by_area, "pct_basic_or_above", "skill_area")
    source = "Eurostat isoc_sk_dskl_i21"
    yield from _same_figure_in_two_tables(basic, area, source)
    yield from _all_ages(area, basic, above, source)
    yield from _gaps(basic, source)
    yield from _order(basic, above, area, source)


def _by_key(rows: Rows, value: str, key: str) -> dict[tuple[str, str, str], Decimal]:
    """(country, age, `key`) to the figure."""
    return {(row["geo_code"], row["age_group"], row[key]): Decimal(row[value]) for row in rows if row[value]}


def _same_figure_in_two_tables(
    basic: Mapping[tuple[str, str, str], Decimal], area: Mapping[tuple[str, str, str], Decimal], source: str
) -> Iterator[Reproduced]:
    """The overall level of 2025 is in the table by age and in the table by domain: each cell must be equal."""
    shared = [(country, age) for country, age, what in area if what == OVERALL and (country, age, "2025") in basic]
    equal = sum(area[country, age, OVERALL] == basic[country, age, "2025"] for country, age in shared)
    yield Reproduced(
        "two_tables",
        _("Cellules égales entre la table par âge et la table par domaine, 2025"),
        source,
        Decimal(len(shared)),
        Decimal(equal),
    )


def _all_ages(
    area: Mapping[tuple[str, str, str], Decimal], basic: Mapping[tuple[str, str, str], Decimal],
    above: Mapping[tuple[str, str, str], Decimal], source: str,
) -> Iterator[Reproduced]:  # fmt: skip
    """All ages from the three bands: the weights of the bands, which are not published with the table, follow from the five domains."""
    for place, name in ((FRANCE, "France"), (EU, "UE")):
        weights = _weights(area, place)
        for key, table, label in (
            ("basic", basic, _("Compétences de base ou plus, tous âges, depuis les trois tranches, 2025")),
            ("above", above, _("Plus que les compétences de base, tous âges, depuis les trois tranches, 2025")),
        ):
            yield Reproduced(
                f"{key}_from_ages_{place.lower()}", f"{label} ({name})", source, table[place, ALL_AGES, "2025"],
                _from_ages(table, place, weights), 2,
                tolerance=_HUNDREDTH,
            )  # fmt: skip
    told = [
        (table, place)
        for place in sorted({place for place, _age, _what in area})
        for table in (basic, above)
        if all((place, age, "2025") in table for age in (*AGES, ALL_AGES))
    ]
    found = sum(
        abs(_from_ages(table, place, _weights(area, place)) - table[place, ALL_AGES, "2025"]) <= _ROUNDINGS for table, place in told
    )
    yield Reproduced(
        "every_country_from_ages", _("Pays et niveaux dont le total de 2025 se retrouve à deux centièmes près depuis les tranches d’âge"), source,
        Decimal(len(told)), Decimal(found),
    )  # fmt: skip


def _weights(area: Mapping[tuple[str, str, str], Decimal], place: str) -> list[float]:
    """The weights of the bands, summing to one, closest to giving every domain its total: least squares, the last weight being the rest."""
    domains = sorted({what for country, _age, what in area if country == place and what != OVERALL})
    bands = np.array([[float(area[place, age, what]) for age in AGES] for what in domains])
    whole = np.array([float(area[place, ALL_AGES, what]) for what in domains])
    found = np.linalg.lstsq(bands[:, :2] - bands[:, 2:], whole - bands[:, 2], rcond=None)[0]
    return [float(found[0]), float(found[1]), float(1 - found.sum())]


def _from_ages(table: Mapping[tuple[str, str, str], Decimal], place: str, weights: Sequence[float]) -> Decimal:
    told = sum(weight * float(table[place, age, "2025"]) for weight, age in zip(weights, AGES, strict=True))
    return Decimal(str(round(told, 6)))


def _gaps(basic: Mapping[tuple[str, str, str], Decimal], source: str) -> Iterator[Reproduced]:
    """Gaps between years and with the Union, as printed by docs/indicators.md, and the rank among the twenty-seven."""
    printed: Iterable[tuple[str, str, str, Callable[[], Decimal]]] = (
        (
            "gap_2025",
            _("France moins UE, base ou plus, 2025, en points"),
            "5.34",
            lambda: basic[FRANCE, ALL_AGES, "2025"] - basic[EU, ALL_AGES, "2025"],
        ),
        (
            "change_2021_2025",
            _("France, base ou plus, de 2021 à 2025, en points"),
            "3.78",
            lambda: basic[FRANCE, ALL_AGES, "2025"] - basic[FRANCE, ALL_AGES, "2021"],
        ),
        (
            "change_2021_2023",
            _("France, base ou plus, de 2021 à 2023, en points"),
            "-2.29",
            lambda: basic[FRANCE, ALL_AGES, "2023"] - basic[FRANCE, ALL_AGES, "2021"],
        ),
        (
            "ages_2025",
            _("France, écart entre 16-24 et 55-74 ans, 2025, en points"),
            "32.20",
            lambda: basic[FRANCE, "16-24", "2025"] - basic[FRANCE, "55-74", "2025"],
        ),
    )
    for key, label, value, recompute in printed:
        yield Reproduced(key, label, source, Decimal(value), recompute(), 2, is_derived=True)
    for year, rank in RANKS.items():
        yield Reproduced(
            f"rank_{year}",
            _("Rang de la France parmi les 27, base ou plus") + f", {year}",
            source,
            Decimal(rank),
            Decimal(rank_of(basic, year)),
            is_derived=True,
        )


RANKS = {"2021": 10, "2023": 12, "2025": 10}


def rank_of(basic: Mapping[tuple[str, str, str], Decimal], year: str) -> int:
    """The rank of France among the countries of the Union that published the figure, the highest first; 1 is first."""
    told = {country: value for (country, age, when), value in basic.items() if age == ALL_AGES and when == year and country in EU_COUNTRIES}
    return 1 + sum(value > told[FRANCE] for value in told.values())


def _order(
    basic: Mapping[tuple[str, str, str], Decimal], above: Mapping[tuple[str, str, str], Decimal],
    area: Mapping[tuple[str, str, str], Decimal], source: str,
) -> Iterator[Reproduced]:  # fmt: skip
    """What the rules of the indicator force: above within basic, overall within each domain, all ages between the bands."""
    told = [key for key in above if key in basic]
    yield Reproduced(
        "above_within_basic",
        _("Cellules où « plus que de base » est dans « de base ou plus »"),
        source,
        Decimal(len(told)),
        Decimal(sum(above[key] <= basic[key] for key in told)),
    )
    cells = [(country, age) for country, age, what in area if what == OVERALL]
    held = sum(
        all(area[country, age, OVERALL] <= value for (where, band, _what), value in area.items() if (where, band) == (country, age))
        for country, age in cells
    )
    yield Reproduced(
        "overall_within_domains",
        _("Cellules où le niveau d’ensemble est dans chaque domaine, 2025"),
        source,
        Decimal(len(cells)),
        Decimal(held),
    )
