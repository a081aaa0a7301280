"""The Table Schema of each file: what every column is, in French. Pure data. Source: specs.frictionlessdata.io/table-schema."""

from typing import Any

from carnet.observatory.rules.answers import COLUMNS_OF_ANSWERS

_PERIOD = {"name": "period", "title": "Période", "description": "Un mois (2026-08) ou une année entière (2026).", "example": "2026-08"}
_LEVEL = {"name": "level", "title": "Niveau", "description": "La taille du territoire.", "example": "COMMUNE"}
_CODE = {"name": "code", "title": "Code INSEE", "description": "Le code du territoire ; ZZ : territoire non connu.", "example": "44109"}
_NAME = {"name": "name", "title": "Nom", "description": "Le nom du territoire.", "example": "Nantes"}
_KEY = {
    "name": "key",
    "title": "Coupe",
    "description": "Le service rendu, ou la question et la réponse notée au guichet.",
    "example": "ATELIER",
}
_MEASURE = {"name": "measure", "title": "Mesure", "description": "Ce qui est compté.", "example": "used"}
_VALUE = {"name": "value", "title": "Valeur", "description": "Le nombre ; vide quand il est masqué.", "example": "42"}
_STATUS = {"name": "status", "title": "Statut", "description": "« hidden » : la valeur est masquée."}
_LEVELS = ["NATION", "REGION", "DEPARTEMENT", "EPCI", "COMMUNE"]

COLUMNS = {
    "territories": ("period", "level", "code", "name", "measure", "value", "status"),
    "services": ("period", "level", "code", "name", "key", "measure", "value", "status"),
    "publics": ("period", "level", "code", "name", "key", "measure", "value", "status"),
    "procedures": ("period", "level", "code", "name", "key", "measure", "value", "status"),
    "afterwards": COLUMNS_OF_ANSWERS,
    "programmes": ("period", "level", "code", "name", "measure", "value", "status", "activity"),
    "geography": ("level", "code", "name", "epci", "departement", "region"),
    "presence": ("programme", "commune"),
}
_TITLES = {
    "territories": "Personnes servies, chèques remis et utilisés, par territoire et par mois",
    "services": "Chèques utilisés, par service, territoire et mois",
    "publics": "Personnes servies, par réponse notée au guichet, département et mois",
    "procedures": "Mandats signés et démarches faites avec un mandat, par département et par mois",
    "afterwards": "« L’avez-vous fait vous-même ? », démarche par démarche",
    "programmes": "Chaque programme entier, par mois",
    "geography": "Les territoires de la publication",
    "presence": "Où chaque programme a un guichet ou un lieu",
}
_KEYS = {
    "territories": ["period", "level", "code", "measure"],
    "services": ["period", "level", "code", "key", "measure"],
    "publics": ["period", "level", "code", "key", "measure"],
    "procedures": ["period", "level", "code", "key", "measure"],
    "afterwards": ["procedure"],
    "programmes": ["period", "code", "measure"],
    "geography": ["level", "code"],
    "presence": ["programme", "commune"],
}


def schema_of(name: str) -> dict[str, Any]:
    """The Table Schema of one file."""
    return {
        "$schema": "https://frictionlessdata.io/schemas/table-schema.json",
        "name": f"carnet-{name}",
        "title": _TITLES[name],
        "description": "Chèques du numérique. Une ligne absente vaut zéro ; une valeur vide est masquée.",
        "version": "1.0.0",
        "missingValues": [""],
        "primaryKey": _KEYS[name],
        "fields": [_FIELDS[name, column] if (name, column) in _FIELDS else _FIELDS["", column] for column in COLUMNS[name]],
    }


def _text(field: dict[str, str], **constraints: Any) -> dict[str, Any]:
    return {**field, "type": "string", "constraints": {"required": True, **constraints}}


def _answered(name: str, title: str, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "description": f"Combien ont répondu {words}",
        "type": "integer",
        "constraints": {"required": True, "minimum": 0},
    }


_FIELDS: dict[tuple[str, str], dict[str, Any]] = {
    ("", "period"): _text(_PERIOD, pattern="[0-9]{4}(-[0-9]{2})?"),
    ("", "level"): _text(_LEVEL, enum=_LEVELS),
    ("programmes", "level"): _text(_LEVEL, enum=["PROGRAMME"]),
    ("", "code"): _text(_CODE, pattern="[0-9A-Z]{2,9}"),
    ("programmes", "code"): _text({**_CODE, "title": "Programme", "description": "Le nom court du programme."}, pattern="[a-z0-9-]+"),
    ("", "name"): _text(_NAME),
    ("", "key"): _text(_KEY),
    ("", "measure"): _text(_MEASURE, pattern="[a-z_]+"),
    ("procedures", "key"): {
        "name": "key",
        "title": "Sorte de démarche",
        "description": "La famille de la démarche ; vide : toutes ensemble.",
        "example": "family:money",
        "type": "string",
    },
    ("", "procedure"): _text(
        {"name": "procedure", "title": "Démarche", "description": "Celle dont on a demandé la suite.", "example": "taxes"}
    ),
    ("", "by_oneself"): _answered("by_oneself", "Seul", "« Je l’ai fait moi-même. »"),
    ("", "together"): _answered("together", "Ensemble", "« Nous l’avons fait ensemble. »"),
    ("", "by_somebody"): _answered("by_somebody", "Quelqu’un d’autre", "« Quelqu’un l’a fait pour moi. »"),
    ("", "value"): {**_VALUE, "type": "integer", "constraints": {"minimum": 0}},
    ("programmes", "value"): {**_VALUE, "type": "integer", "constraints": {"required": True}},
    ("", "status"): {**_STATUS, "type": "string", "constraints": {"enum": ["hidden"]}},
    ("", "activity"): _text({"name": "activity", "title": "Activité", "description": "Réelle, ou simulée."}, enum=["real", "simulated"]),
    ("", "epci"): {"name": "epci", "title": "Intercommunalité", "description": "Celle de la commune.", "type": "string"},
    ("", "departement"): {"name": "departement", "title": "Département", "description": "Celui de la commune.", "type": "string"},
    ("", "region"): {"name": "region", "title": "Région", "description": "Celle de la commune.", "type": "string"},
    ("", "programme"): _text({"name": "programme", "title": "Programme", "description": "Le nom court du programme."}),
    ("", "commune"): _text({"name": "commune", "title": "Commune", "description": "Code INSEE ; ZZ : non connue."}),
}
