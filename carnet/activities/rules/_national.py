"""Activities as the national tool's own files and interface write them. Source: docs/sources/national-activity-tool.md."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from carnet.activities.rules._records import Told
from carnet.activities.rules._words import (
    AGE_BANDS,
    EQUIPMENT,
    INDIVIDUAL,
    KIND_LABELS,
    LEVELS,
    NATIONAL_KIND_LABELS,
    REDIRECTIONS,
    THEMES,
    UNKNOWN_AGE,
    WHERE_LABELS,
    Where,
    national_kind,
)

# One line per person helped: the columns of the tool's own export, in its order and words, without those that name somebody.
PERSON_COLUMNS = (
    "Date",
    "Enregistré le",
    "Dernière modification le",
    "Type",
    "Participants",
    "Canaux d’accompagnement",
    "Nom du lieu",
    "Adresse",
    "Commune",
    "Code postal",
    "Code Insee",
    "Durée (min)",
    "Nom de l’atelier",
    "Matériel numérique utilisé",
    "Thématique(s) d’accompagnement",
    "Tags",
    "Nom de la démarche administrative",
    "Niveau d’autonomie (ou de l’atelier)",
    "Bénéficiaire réorienté",
    "Structure de redirection",
    "Commune du bénéficiaire",
    "Code postal du bénéficiaire",
    "Code Insee du bénéficiaire",
    "Genre du bénéficiaire",
    "Tranche d’âge du bénéficiaire",
    "Statut du bénéficiaire",
    "ID CRA",
)
# One line per activity: what is typed into the tool's form, in the order of the form.
ACTIVITY_COLUMNS = (
    "Date",
    "Type",
    "Notre catégorie",
    "Durée (min)",
    "Canaux d’accompagnement",
    "Nom du lieu",
    "Commune",
    "Nom de l’atelier",
    "Niveau de l’atelier",
    "Nombre de participants",
    *AGE_BANDS.values(),
    "Déjà accompagnés",
    "Matériel numérique utilisé",
    "Thématique(s) d’accompagnement",
    "Structure de redirection",
    "Déjà saisi ici",
    "ID CRA",
)
_GENDER, _STATUS = "Non communiqué", "Non communiqué ou hétérogène"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The place of an activity, as the file names it."""

    name: str
    address: str
    commune: str
    postcode: str
    commune_code: str


@dataclass(frozen=True, slots=True)
class Exported:
    """One activity on its way to the tool. `is_told`: recorded here; if not, it is known from a workshop or vouchers alone."""

    number: str
    told: Told
    whereabouts: Whereabouts
    told_on: date
    changed_on: date | None = None
    is_told: bool = True


def attributes(told: Told) -> dict[str, object]:
    """An activity under the names of the tool's programming interface (its `Activite`), as far as we know it."""
    return {
        "type": national_kind(told.kind),
        "accompagnements": told.people_count,
        "date": told.day.isoformat(),
        "duree": told.minutes,
        "type_lieu": told.where.value,
        "oriente_vers_structure": bool(told.redirected_to),
        "structure_de_redirection": told.redirected_to or None,
        "materiel": list(told.equipment),
        "thematiques": list(told.themes),
        "tags": [KIND_LABELS[told.kind]],
        "titre_atelier": told.title or None,
        "niveau_atelier": told.level or None,
    }


def person_lines(activities: Sequence[Exported]) -> Iterator[list[Cell]]:
    """One line per person, under `PERSON_COLUMNS`. Days are written day/month/year, as the tool writes them."""
    for each in activities:
        ages = [band for band, count in each.told.people.items() for _rank in range(count)]
        for rank, band in enumerate(ages, 1):
            yield _person_line(each, band, rank, len(ages))


def _person_line(each: Exported, band: str, rank: int, count: int) -> list[Cell]:
    told, alone = each.told, national_kind(each.told.kind) == INDIVIDUAL
    at_place = told.where is Where.PLACE
    level = list(LEVELS).index(told.level) + 1 if told.level else 0
    return [
        _day(told.day),
        _day(each.told_on),
        _day(each.changed_on) if each.changed_on else "",
        NATIONAL_KIND_LABELS[national_kind(told.kind)],
        1 if alone or count == 1 else f"{rank}/{count}",
        WHERE_LABELS[told.where],
        inert(each.whereabouts.name) if at_place else "",
        inert(each.whereabouts.address) if at_place else "",
        inert(each.whereabouts.commune),
        each.whereabouts.postcode,
        each.whereabouts.commune_code,
        told.minutes,
        inert(told.title),
        _joined(told.equipment, EQUIPMENT),
        _joined(told.themes, THEMES),
        KIND_LABELS[told.kind],
        "",
        f"{level}/{len(LEVELS)}" if level else "",
        "Oui" if told.redirected_to else "Non",
        REDIRECTIONS.get(told.redirected_to, ""),
        "",
        "",
        "",
        _GENDER,
        AGE_BANDS[band],
        _STATUS,
        f"{each.number}-{rank}" if alone and count > 1 else each.number,
    ]


def activity_lines(activities: Sequence[Exported]) -> Iterator[list[Cell]]:
    """One line per activity, under `ACTIVITY_COLUMNS`."""
    for each in activities:
        told = each.told
        yield [
            _day(told.day),
            NATIONAL_KIND_LABELS[national_kind(told.kind)],
            KIND_LABELS[told.kind],
            told.minutes,
            WHERE_LABELS[told.where],
            inert(each.whereabouts.name),
            inert(each.whereabouts.commune),
            inert(told.title),
            LEVELS.get(told.level, ""),
            told.people_count,
            *(told.people.get(band, 0) for band in AGE_BANDS),
            told.returning_count,
            _joined(told.equipment, EQUIPMENT),
            _joined(told.themes, THEMES),
            REDIRECTIONS.get(told.redirected_to, ""),
            "Oui" if each.is_told else "Non",
            each.number,
        ]


def of_unknown_age(count: int) -> dict[str, int]:
    """People counted, and nothing more known of them."""
    return {UNKNOWN_AGE: count}


def inert(words: str) -> str:
    """Words from outside, made harmless: a spreadsheet runs what begins like a formula. Source: OWASP, CSV Injection."""
    return f"'{words}" if words.startswith(_STARTS_A_FORMULA) else words


def _day(on: date) -> str:
    return f"{on:%d/%m/%Y}"


def _joined(codes: Sequence[str], labels: dict[str, str]) -> str:
    return "\n".join(labels[code] for code in codes)
