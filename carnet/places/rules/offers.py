"""What a place offers: who can come in and be understood, what is taught and at what price, machines that are free to use.

Two voices say it. A national file says little, in its own lists; whoever keeps the place declares the rest here, and a
declaration wins over what the file lets one guess. `traits` makes both one list of short words, which a search reads:

``access:CODE``    declared: the need is answered             ``likely:access:CODE``  the file lets one think so; to be asked by phone
``language:CODE``  besides French; `other`: a third language  ``mode:CODE``           how one is helped (`mode:home`: home visits)
``taught:CODE``    a service of the catalogue is taught       ``mobile``              the place comes to stops
``free``, ``free-on-condition``                               ``free-space``, ``likely:free-space``  machines free to use
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from carnet.places.rules.refusals import PlacesRefused
from carnet.places.rules.services import SERVICE_BY_CODE
from carnet.places.rules.standard import FREE_ON_CONDITION

PRICE_CENTS_MAX = 100_000
VOUCHERS_MAX = 10
SEATS_MAX = 200

LIKELY = "likely:"
FREE_SPACE = "free-space"
MOBILE = "mobile"
HOME_VISITS = "mode:home"
FREE = "free"
FREE_ON = "free-on-condition"
OTHER_LANGUAGE = "language:other"

_FREE_FEE = "Gratuit"
_ACCESS_SERVICE = "Accès internet et matériel informatique"
_ROAMING, _FIXED = "Itinérant", "Fixe"


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class OfferRefused(PlacesRefused):
    """Something declared of an offer is not possible. Facts: field, value."""

    code = "place-offer-refused"


class Mode(StrEnum):
    """How a person is helped."""

    WORKSHOP = "workshop"
    ONE_TO_ONE = "one-to-one"
    SELF_SERVICE = "self-service"
    HOME = "home"
    REMOTE = "remote"


MODE_LABELS = {
    Mode.WORKSHOP: _("En groupe"),
    Mode.ONE_TO_ONE: _("En tête-à-tête"),
    Mode.SELF_SERVICE: _("En autonomie"),
    Mode.HOME: _("À domicile"),
    Mode.REMOTE: _("À distance"),
}
# What the standard calls each; it has no word for help at home.
_NATIONAL_MODES = {
    "Dans un atelier collectif": Mode.WORKSHOP,
    "Accompagnement individuel": Mode.ONE_TO_ONE,
    "En autonomie": Mode.SELF_SERVICE,
    "À distance": Mode.REMOTE,
}


@dataclass(frozen=True, slots=True)
class AccessNeed:
    """A need a place answers or not. `care`: the national word a place that answers it may write; "" when there is none."""

    code: str
    label: str
    care: str = ""


_DEAF, _MOVING, _MIND = "Surdité", "Handicaps moteurs", "Handicaps mentaux"
_READING, _SIGHT = "Illettrisme", "Déficience visuelle"
_ENGLISH, _OTHERS = "Langues étrangères (anglais)", "Langues étrangères (autres)"

ACCESS_NEEDS: tuple[AccessNeed, ...] = (
    AccessNeed("step-free", _("Entrée sans marche"), _MOVING),
    AccessNeed("lift", _("Ascenseur, ou tout au rez-de-chaussée")),
    AccessNeed("accessible-toilet", _("Toilettes adaptées")),
    AccessNeed("accessible-parking", _("Place de parking adaptée")),
    AccessNeed("hearing-loop", _("Boucle magnétique pour les appareils auditifs"), _DEAF),
    AccessNeed("sign-language", _("Langue des signes française"), _DEAF),
    AccessNeed("reading-help", _("Aide pour lire et écrire"), _READING),
    AccessNeed("easy-read", _("Documents faciles à lire et à comprendre"), _MIND),
    AccessNeed("calm", _("Accueil au calme, à son rythme"), _MIND),
    AccessNeed("adapted-screen", _("Ordinateur adapté à la basse vision"), _SIGHT),
    AccessNeed("guide-dog", _("Chien guide ou d’assistance bienvenu")),
)
ACCESS_BY_CODE = {need.code: need for need in ACCESS_NEEDS}
# A file that writes the national word lets one think that the first need of each list is answered.
_GUESSED = {_MOVING: "step-free", _DEAF: "sign-language", _READING: "reading-help", _MIND: "calm", _SIGHT: "adapted-screen"}

# ISO 639-1; French goes without saying, and the sign language is an access need.
LANGUAGES = {
    "en": _("Anglais"),
    "ar": _("Arabe"),
    "sq": _("Albanais"),
    "hy": _("Arménien"),
    "bn": _("Bengali"),
    "br": _("Breton"),
    "zh": _("Chinois"),
    "fa": _("Dari ou persan"),
    "es": _("Espagnol"),
    "ka": _("Géorgien"),
    "it": _("Italien"),
    "ku": _("Kurde"),
    "ln": _("Lingala"),
    "ps": _("Pachto"),
    "pl": _("Polonais"),
    "pt": _("Portugais"),
    "ro": _("Roumain"),
    "ru": _("Russe"),
    "so": _("Somali"),
    "sw": _("Swahili"),
    "ta": _("Tamoul"),
    "tr": _("Turc"),
    "uk": _("Ukrainien"),
    "vi": _("Vietnamien"),
    "wo": _("Wolof"),
}

MACHINES = {
    "computer": _("Ordinateurs"),
    "laptop": _("Ordinateurs portables"),
    "tablet": _("Tablettes"),
    "telephone": _("Téléphones"),
    "adapted": _("Postes adaptés (grands caractères, lecteur d’écran)"),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """What whoever keeps a place declared of it. None, or an absent key: not said, and the national file is believed.

    `access`: code of `ACCESS_NEEDS` -> answered or not; `languages` without French; `taught`: services -> modes.
    """

    access: Mapping[str, bool] = field(default_factory=dict)
    languages: tuple[str, ...] | None = None
    is_mobile: bool | None = None
    has_home_visits: bool | None = None
    has_free_space: bool | None = None
    taught: Mapping[str, Collection[str]] = field(default_factory=dict)


NOTHING_DECLARED = Declared()


def traits(columns: Mapping[str, Any], declared: Declared = NOTHING_DECLARED) -> list[str]:
    """The words a search reads of a place with these national columns and this declaration, in alphabetical order."""
    found = _guessed(columns)
    for code, is_answered in declared.access.items():
        found.discard(f"{LIKELY}access:{code}")
        if is_answered:
            found.add(f"access:{code}")
    if declared.languages is not None:
        found = {each for each in found if not each.startswith("language:")}
        found |= {f"language:{code}" for code in declared.languages}
        if set(declared.languages) - {"en"}:
            found.add(OTHER_LANGUAGE)
    for service, modes in declared.taught.items():
        found |= {f"taught:{service}", *(f"mode:{mode}" for mode in modes)}
    _say(found, MOBILE, declared.is_mobile)
    _say(found, HOME_VISITS, declared.has_home_visits)
    _say(found, FREE_SPACE, declared.has_free_space)
    return sorted(found)


def _say(found: set[str], trait: str, is_so: bool | None) -> None:
    if is_so is not None:
        found -= {trait, f"{LIKELY}{trait}"}
        found |= {trait} if is_so else set()


def _guessed(columns: Mapping[str, Any]) -> set[str]:
    care, fees, modes = columns["specific_care"], columns["fees"], columns["support_modes"]
    found = {f"{LIKELY}access:{code}" for word, code in _GUESSED.items() if word in care}
    found |= {f"mode:{mode.value}" for word, mode in _NATIONAL_MODES.items() if word in modes}
    for word, values, trait in (
        (_ENGLISH, care, "language:en"),
        (_OTHERS, care, OTHER_LANGUAGE),
        (_FREE_FEE, fees, FREE),
        (FREE_ON_CONDITION, fees, FREE_ON),
        (_ROAMING, columns["roaming"], MOBILE),
    ):
        if word in values:
            found.add(trait)
    if _FREE_FEE in fees and "En autonomie" in modes and _ACCESS_SERVICE in columns["services"]:
        found.add(f"{LIKELY}{FREE_SPACE}")
    return found


def answering(trait: str) -> list[str]:
    """The traits that answer a wish, the certain one first: any of them is enough for a place to be found."""
    return [trait, f"{LIKELY}{trait}"]


def projected(columns: Mapping[str, Any], declared: Declared) -> dict[str, list[str]]:
    """The national columns that a declaration changes, so that the national file carries what its lists have a word for.

    What was declared is written or taken off; what was not declared is left as the file says.
    """
    care = _projected_care(columns["specific_care"], declared)
    modes, services = list(columns["support_modes"]), list(columns["services"])
    taught_modes = {mode for each in declared.taught.values() for mode in each}
    if declared.has_free_space:
        taught_modes.add(Mode.SELF_SERVICE)
        services.append(_ACCESS_SERVICE)
    modes += [word for word, mode in _NATIONAL_MODES.items() if mode in taught_modes]
    services += [SERVICE_BY_CODE[code].national_service for code in declared.taught]
    roaming = list(columns["roaming"])
    if declared.is_mobile:
        roaming = [*roaming, _ROAMING]
    elif declared.is_mobile is False:
        roaming = [_FIXED]
    made = {"specific_care": care, "support_modes": modes, "services": services, "roaming": roaming}
    return {name: list(dict.fromkeys(values)) for name, values in made.items() if list(dict.fromkeys(values)) != columns[name]}


def _projected_care(care: Collection[str], declared: Declared) -> list[str]:
    said: dict[str, bool] = {}
    for need in ACCESS_NEEDS:
        if need.care and need.code in declared.access:
            said[need.care] = said.get(need.care, False) or declared.access[need.code]
    if declared.languages is not None:
        said[_ENGLISH] = "en" in declared.languages
        said[_OTHERS] = bool(set(declared.languages) - {"en"})
    return [*(word for word in care if said.get(word, True)), *(word for word, is_so in said.items() if is_so)]
