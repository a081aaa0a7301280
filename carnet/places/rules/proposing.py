"""What each column of a file most likely says: by its name, by names other files use, then by looking at its values."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from carnet.places.rules import opening, spoken_hours, values
from carnet.places.rules.geography import Gazetteer, folded
from carnet.places.rules.mapping import DAYS, POINT, TARGETS, Mapping
from carnet.places.rules.standard import FIELDS, INDISPENSABLE, V0_VALUES, Kind, column_name
from carnet.places.rules.tables import LIST_MARK, RawTable

SAMPLES_SHOWN = 3
_SAMPLES_READ = 200
# A column is taken for what nearly all its values look like.
_NEARLY_ALL = 0.8


class Reason(StrEnum):
    """Why a field is proposed for a column."""

    NAME = "name"  # the standard's own
    SYNONYM = "synonym"  # a name other files use
    VALUES = "values"  # what its values look like
    REMEMBERED = "remembered"  # what was answered for such a file
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One column: the field proposed ("" for none) and why, how many of its cells are filled, some of them."""

    column: str
    target: str
    reason: Reason
    filled_count: int
    samples: tuple[str, ...]


# Names met in the files of towns, départements, hubs and open-data sites, folded (no accents, capitals or signs).
SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": ("identifiant", "id structure", "id lieu", "identifiant structure", "uid", "uuid", "recordid", "numero", "code lieu", "ref"),
    "pivot": ("siret", "siret structure", "numero siret", "n siret", "rna", "siret rna", "siret ou rna", "numero rna"),
    "nom": ("name", "nom structure", "nom de la structure", "nom du lieu", "nom lieu", "lieu", "structure", "raison sociale", "intitule",
            "denomination", "nom usuel", "libelle", "etablissement", "title", "titre", "nom etablissement"),
    "commune": ("ville", "nom commune", "libelle commune", "localite", "city", "adresse ville", "nom de la commune", "municipalite"),
    "code_postal": ("cp", "code postale", "zip", "postcode", "postal code", "adresse cp", "codepostal", "zipcode"),
    "code_insee": ("insee", "code commune", "citycode", "insee com", "com insee", "code insee commune", "depcom", "codeinsee", "commune insee"),
    "adresse": ("adresse postale", "voie", "rue", "address", "adresse complete", "adresse 1", "adresse1", "adresse ligne 1", "numero voie",
                "num voie", "nom voie", "type voie", "libelle voie", "numero de voie", "street"),
    "complement_adresse": ("complement", "adresse 2", "adresse2", "complement d adresse", "adresse ligne 2", "batiment"),
    "latitude": ("lat", "y", "latitude wgs84", "coord y", "gps lat"),
    "longitude": ("lon", "lng", "long", "x", "longitude wgs84", "coord x", "gps lon"),
    POINT: ("geolocalisation", "geo point", "geo point 2d", "geopoint", "coordonnees", "coordonnees gps", "gps", "position", "localisation",
            "coordinates", "geo", "latlon", "lat lon"),
    "typologie": ("type", "type structure", "type de structure", "type de lieu", "categorie", "typologies"),
    "telephone": ("tel", "telephone 1", "tel 1", "numero de telephone", "phone", "n telephone", "telephone fixe", "tel fixe", "num tel",
                  "telephone structure", "contact telephone"),
    "courriels": ("courriel", "mail", "email", "e mail", "adresse mail", "adresse email", "mel", "contact mail", "courriel contact",
                  "adresse electronique", "emails", "mails"),
    "site_web": ("web", "site", "site internet", "url", "website", "lien", "site web url", "page web", "lien site", "internet"),
    "horaires": ("horaire", "horaires ouverture", "heures d ouverture", "horaires d ouverture", "opening hours", "ouverture",
                 "horaires ouverture osm", "horaires osm", "horaires accueil"),
    "presentation_resume": ("resume", "description courte", "presentation courte", "accroche"),
    "presentation_detail": ("description", "descriptif", "presentation", "detail", "a propos", "commentaire", "commentaires", "remarques"),
    "source": ("producteur", "origine", "fournisseur", "source donnees"),
    "itinerance": ("itinerant", "mobile"),
    "structure_parente": ("structure mere", "structure porteuse", "porteur", "gestionnaire", "structure de rattachement"),
    "date_maj": ("date de mise a jour", "mise a jour", "date mise a jour", "derniere mise a jour", "maj", "updated at", "modified", "date",
                 "date modification", "date de modification", "last update", "updated", "derniere modification", "date maj fiche"),
    "services": ("service", "services proposes", "type de service", "prestations", "offre", "activites", "thematiques", "type de pratique"),
    "publics_specifiquement_adresses": ("publics", "public", "publics cibles", "public cible", "publics specifiques"),
    "prise_en_charge_specifique": ("handicap", "handicaps", "accompagnement specifique", "besoins specifiques"),
    "frais_a_charge": ("tarif", "tarifs", "prix", "cout", "frais", "tarification", "gratuite"),
    "dispositif_programmes_nationaux": ("dispositif", "dispositifs", "programmes nationaux", "programme national"),
    "formations_labels": ("formations", "labels formations"),
    "autres_formations_labels": ("label", "labels", "autres labels", "certifications"),
    "modalites_acces": ("acces", "modalites d acces", "conditions d acces", "mode d acces"),
    "modalites_accompagnement": ("accompagnement", "modalites d accompagnement", "type d accompagnement", "mode d accompagnement"),
    "fiche_acces_libre": ("acceslibre", "acces libre", "accessibilite pmr", "url acceslibre"),
    "prise_rdv": ("rdv", "rendez vous", "lien rdv", "prise de rendez vous", "url rdv", "reservation"),
    **{name: (name.removeprefix("horaires_"), name.replace("_", " "), f"ouverture {name.removeprefix('horaires_')}") for name in DAYS},
}  # fmt: skip
_BY_NAME = {folded(synonym): target for target, synonyms in SYNONYMS.items() for synonym in synonyms}
# The words each list of the standard takes, folded.
_CHOICES = {
    field.name: frozenset(folded(word) for word in (*field.choices, *V0_VALUES.get(field.name, ())))
    for field in FIELDS
    if field.kind is Kind.CHOICES
}
_LISTS = frozenset(field.name for field in FIELDS if field.is_list)
_STREET = re.compile(
    r"^\s*\d{0,4}\s*(?:bis|ter)?,?\s*(?:rue|avenue|av\.?|bd|boulevard|place|pl\.?|allée|chemin|route|impasse|quai|cours|square|passage)\b",
    re.IGNORECASE,
)


def proposed(table: RawTable, *, gazetteer: Gazetteer, remembered: Mapping | None = None) -> tuple[Proposal, ...]:
    """What each column says, in the file's order. A field is proposed once, but for lists: the best reason takes it."""
    found: dict[str, tuple[str, Reason]] = {}
    if remembered is not None:
        found = {column: (remembered.targets.get(column, ""), Reason.REMEMBERED) for column in table.columns}
    taken = {target for target, _reason in found.values()}

    def take(column: str, target: str | None, reason: Reason) -> None:
        if target in TARGETS and (target not in taken or (target in _LISTS and reason is not Reason.VALUES)):
            found[column] = (str(target), reason)
            taken.add(str(target))

    samples = {column: _samples(table, column) for column in table.columns}
    left = [column for column in table.columns if column not in found]
    for column in left:
        take(column, column_name(column), Reason.NAME)
    for column in left:
        if column not in found and _believable(target := _BY_NAME.get(folded(column.replace("_", " "))), samples[column]):
            take(column, target, Reason.SYNONYM)
    for column in left:
        if column not in found and samples[column]:
            take(column, next((name for name in _looks(samples[column], gazetteer) if name not in taken), None), Reason.VALUES)
    return tuple(
        Proposal(
            column,
            *found.get(column, ("", Reason.NONE)),
            sum(bool(line.cells[column]) for line in table.lines),
            tuple(dict.fromkeys(sample[:120].replace(LIST_MARK, " | ") for sample in samples[column]))[:SAMPLES_SHOWN],
        )
        for column in table.columns
    )


def is_settled(proposals: Iterable[Proposal]) -> bool:
    """True when nobody need be asked: every indispensable field bears its own name, and no other column is guessed."""
    reasons = {each.target: each.reason for each in proposals if each.target}
    named = all(reasons.get(name) is Reason.NAME for name in INDISPENSABLE)
    return named and not {Reason.SYNONYM, Reason.VALUES} & set(reasons.values())


def mapping_of(proposals: Iterable[Proposal], *, constants: dict[str, str] | None = None) -> Mapping:
    """The mapping these proposals make when nobody changes them."""
    return Mapping({each.column: each.target for each in proposals}, constants or {})


def _samples(table: RawTable, column: str) -> list[str]:
    filled: list[str] = []
    for line in table.lines:
        if cell := line.cells[column].strip():
            filled.append(cell)
            if len(filled) == _SAMPLES_READ:
                break
    return filled


def _share(samples: Sequence[str], test: Callable[[str], object]) -> float:
    return sum(bool(test(sample)) for sample in samples) / len(samples)


def _believable(target: str | None, samples: Sequence[str]) -> bool:
    """A name other files use is believed unless the values say the contrary (« x » may be anything)."""
    test = {
        "latitude": values.number, "longitude": values.number, "code_postal": values.postcode, "code_insee": values.commune_code,
        "date_maj": values.day, "site_web": values.url, POINT: _is_pair, "pivot": lambda text: values.is_pivot("".join(text.split())),
    }.get(target or "")  # fmt: skip
    if not samples:
        return True
    if target in _CHOICES:
        # Free words under a known name: kept aside whole rather than refused one by one.
        return _share(samples, lambda text: any(folded(part.split(" : ")[0]) in _CHOICES[target] for part in _parts(text))) >= 0.1
    return test is None or _share(samples, test) >= 0.5


def _is_pair(text: str) -> bool:
    found = re.fullmatch(r"\s*[\[(]?\s*([-+]?\d+\.\d+)\s*[,;\s\x1f]\s*([-+]?\d+\.\d+)\s*[\])]?\s*", text)
    return found is not None and -90 <= float(found[1]) <= 90 and -180 <= float(found[2]) <= 180


def _looks(samples: Sequence[str], gazetteer: Gazetteer) -> Iterable[str]:
    """The fields these values look like, the likeliest first."""
    tests: dict[str, Callable[[str], object]] = {
        "pivot": lambda text: values.is_known_organisation_number("".join(text.split()).upper()),
        "courriels": values.email,
        "site_web": lambda text: re.match(r"(https?://|www\.)", text) and values.url(text.split(LIST_MARK)[0]),
        POINT: _is_pair,
        "horaires": lambda text: (re.search(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)\b", text) and opening.is_readable(text)) or spoken_hours.week(text),
        "code_postal": lambda text: re.fullmatch(r"\d{5}", text) and gazetteer.nearest(postcode=text, point=(46.5, 2.5)),
        "code_insee": lambda text: re.fullmatch(r"\d[\dAB]\d{3}", text) and gazetteer.by_code(text),
        "telephone": lambda text: not re.fullmatch(r"\d{14}", text) and values.phone(text),
        "date_maj": values.day,
        "latitude": lambda text: "." in text and (values.number(text) or 99.0) < 51.6 and (values.number(text) or 0.0) > 41.0,
        "longitude": lambda text: "." in text and -5.5 < (values.number(text) or 99.0) < 10.0,
        "commune": lambda text: len(text) < 60 and gazetteer.knows(text),
        "adresse": _STREET.match,
    }
    shares = {name: _share(samples, test) for name, test in tests.items()}
    yield from sorted((name for name, share in shares.items() if share >= _NEARLY_ALL), key=lambda name: -shares[name])
    for name in _CHOICES:
        if _share(samples, partial(_all_known, name)) >= _NEARLY_ALL:
            yield name


def _all_known(name: str, text: str) -> bool:
    return all(folded(part.split(" : ")[0]) in _CHOICES[name] for part in _parts(text))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(rf"[|;{LIST_MARK}\n]", text) if part.strip()]
