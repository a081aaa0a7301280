"""Places said in data.inclusion's schema, v1: a structure, and one service of digital mediation where the place declares any.

Source: data-inclusion-schema 1.0.10 (`v1.Structure`, `v1.Service`), Licence Ouverte 2.0; see docs/sources/places-standard.md#data-inclusion.
Nine national services become its four numeric themes: the nine are said in the description, so that nothing is lost to a reader.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

NAME_MIN, NAME_MAX = 3, 150
DESCRIPTION_MAX = 10_000
# The schema takes no day before this one.
_EARLIEST = date(2000, 1, 1)

_BASICS = "numerique--maitriser-les-fondamentaux-du-numerique"
_THEMES = {
    "Aide aux démarches administratives": "numerique--acceder-a-des-services-en-ligne",
    "Maîtrise des outils numériques du quotidien": _BASICS,
    "Insertion professionnelle via le numérique": _BASICS,
    "Utilisation sécurisée du numérique": _BASICS,
    "Parentalité et éducation avec le numérique": _BASICS,
    "Loisirs et créations numériques": _BASICS,
    "Compréhension du monde numérique": _BASICS,
    "Accès internet et matériel informatique": "numerique--acceder-a-une-connexion-internet",
    "Acquisition de matériel informatique à prix solidaire": "numerique--acquerir-un-equipement",
}
_DISABLED = "personnes-en-situation-de-handicap"
_AUDIENCES = {
    "Jeunes": "jeunes",
    "Étudiants": "etudiants",
    "Familles et/ou enfants": "familles",
    "Seniors": "seniors",
    "Femmes": "femmes",
    "Surdité": _DISABLED,
    "Handicaps moteurs": _DISABLED,
    "Handicaps mentaux": _DISABLED,
    "Déficience visuelle": _DISABLED,
}
_WAYS_IN = {
    "Se présenter": "se-presenter",
    "Téléphoner": "telephoner",
    "Contacter par mail": "envoyer-un-courriel",
    "Envoyer un mail avec une fiche de prescription": "envoyer-un-courriel",
    "Prendre un RDV en ligne": "utiliser-lien-mobilisation",
}
_REFERRED = "Envoyer un mail avec une fiche de prescription"
_KINDS = {
    "En autonomie": "aide-materielle",
    "Accompagnement individuel": "accompagnement",
    "Dans un atelier collectif": "atelier",
    "À distance": "accompagnement",
}
_NETWORKS = {
    "Aidants Connect": "aidants-connect",
    "Conseillers numériques": "conseillers-numeriques",
    "Emmaüs Connect": "emmaus",
    "France Services": "france-service",
    "Grande école du numérique": "grandes-ecoles-du-numerique",
    "La Croix Rouge": "croix-rouge",
    "Point d'accès numérique CAF": "caf",
    "Fabriques de Territoire": "fabrique-de-territoire",
    "CCAS": "ccas-cias",
    "CIAS": "ccas-cias",
    "CAF": "caf",
    "CPAM": "cpam",
    "E2C": "ecoles-de-la-deuxieme-chance",
    "EPI": "espaces-publics-numeriques",
    "EPN": "espaces-publics-numeriques",
    "FT": "france-travail",
    "LA_POSTE": "la-poste",
    "MDPH": "mdph",
    "MJC": "mjc",
    "ML": "mission-locale",
    "MSA": "mutualite-sociale-agricole",
    "MUNI": "communes",
    "PIJ_BIJ": "reseau-information-jeunesse",
    "PIMMS": "pimms-mediation",
    "PLIE": "plie",
    "REG": "regions",
    "RESSOURCERIE": "ressourceries",
    "RFS": "france-service",
}


def structure(columns: Mapping[str, Any], *, source: str, today: date) -> dict[str, Any]:
    """One place as a structure, from its columns (`standard.COLUMNS`) and `source` (a slug). `today`: no later day is written."""
    return _without_blanks(
        {
            "source": source,
            "id": f"{source}--{columns['national_id']}",
            "nom": _name(columns["name"]),
            "date_maj": _day(columns["updated_on"], today),
            "description": _description(columns),
            "siret": columns["pivot"] if len(columns["pivot"]) == 14 and columns["pivot"].isdigit() else None,
            "site_web": _first(columns["websites"]),
            "accessibilite_lieu": _first(columns["accessibility_urls"]),
            "reseaux_porteurs": _translated((*columns["national_programmes"], *columns["trainings"], *columns["typologies"]), _NETWORKS),
            **_common(columns),
        }
    )


def service(columns: Mapping[str, Any], *, source: str, today: date) -> dict[str, Any] | None:
    """What the place offers, as one service; None when it declares none."""
    if not columns["services"]:
        return None
    booking = _first(columns["booking_urls"])
    ways = [way for way in _translated(columns["access_modes"], _WAYS_IN) if booking or way != "utiliser-lien-mobilisation"]
    is_free = columns["fees"] == ["Gratuit"]
    fees = [*columns["fees"], *(["Pass numérique accepté"] if columns.get("accepts_vouchers") else [])]
    audiences = (*columns["audiences"], *columns["specific_care"])
    kinds = _translated(columns["support_modes"], _KINDS)
    return _without_blanks(
        {
            "source": source,
            "structure_id": f"{source}--{columns['national_id']}",
            "id": f"{source}--{columns['national_id']}--mediation-numerique",
            "nom": "Médiation numérique",
            "description": _cut("Services proposés : " + ", ".join(columns["services"]) + "."),
            "date_maj": _day(columns["updated_on"], today),
            "type": kinds[0] if len(kinds) == 1 else None,
            "thematiques": _translated(columns["services"], _THEMES),
            "frais": "gratuit" if is_free else "payant" if columns["fees"] == ["Payant"] else None,
            "frais_precisions": None if is_free and len(fees) == 1 else ", ".join(fees),
            "publics": _translated(audiences, _AUDIENCES) or ["tous-publics"],
            "publics_precisions": ", ".join(audiences),
            "modes_accueil": _welcome(columns["support_modes"]),
            "modes_mobilisation": ways,
            "mobilisable_par": ["professionnels", "usagers"] if _REFERRED in columns["access_modes"] else ["usagers"] if ways else None,
            "lien_mobilisation": booking,
            **_common(columns),
        }
    )


def _common(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "commune": columns["commune"],
        "code_postal": columns["postcode"],
        "code_insee": columns["commune_code"],
        "adresse": columns["address"],
        "complement_adresse": columns["address_extra"],
        "latitude": columns["latitude"],
        "longitude": columns["longitude"],
        "telephone": columns["phone"],
        "courriel": _first(columns["emails"]),
        "horaires_accueil": columns["opening_hours"],
    }


def _welcome(support_modes: Sequence[str]) -> list[str]:
    modes = ["a-distance"] if "À distance" in support_modes else []
    return [*modes, "en-presentiel"] if not modes or len(support_modes) > 1 else modes


def _translated(said: Sequence[str], words: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(words[each] for each in said if each in words))


def _name(name: str) -> str:
    kept = name[:NAME_MAX] if name.endswith("etc.") else name[:NAME_MAX].rstrip(". ")
    return kept if len(kept) >= NAME_MIN else f"Lieu {kept}"


def _description(columns: Mapping[str, Any]) -> str | None:
    text = columns["detail"] or columns["summary"]
    return _cut(text) if len(text) >= 5 else None


def _cut(text: str) -> str:
    return text if len(text) <= DESCRIPTION_MAX else text[: DESCRIPTION_MAX - 1] + "…"


def _day(day: date, today: date) -> str:
    return min(max(day, _EARLIEST), today).isoformat()


def _first(listed: Sequence[str]) -> str | None:
    return listed[0] if listed else None


def _without_blanks(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "", [])}
