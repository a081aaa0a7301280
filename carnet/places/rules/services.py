"""What a voucher pays for: about twenty services, on three levels, in our own words.

The levels follow the national programme's own progression. Each service names the national service (one of nine) that
it belongs to, so that a place which declares the one can be found for the other.
"""

from dataclasses import dataclass
from enum import StrEnum

from carnet.places.rules.refusals import AcceptanceWithoutService, ServiceKindUnknown


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class Level(StrEnum):
    """How far a person has come."""

    DISCOVER = "discover"
    MASTER = "master"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """One service of the catalogue. `label` is French; `national_service` is one of `standard.SERVICES`."""

    code: str
    level: Level
    label: str
    national_service: str


LEVEL_LABELS = {Level.DISCOVER: _("Découvrir"), Level.MASTER: _("Maîtriser"), Level.ACT: _("Agir")}

_DAILY = "Maîtrise des outils numériques du quotidien"
_SAFETY = "Utilisation sécurisée du numérique"
_PROCEDURES = "Aide aux démarches administratives"
_WORK = "Insertion professionnelle via le numérique"
_FAMILY = "Parentalité et éducation avec le numérique"
_MAKING = "Loisirs et créations numériques"
_WORLD = "Compréhension du monde numérique"
_ACCESS = "Accès internet et matériel informatique"
_EQUIPMENT = "Acquisition de matériel informatique à prix solidaire"

SERVICE_KINDS: tuple[ServiceKind, ...] = (
    ServiceKind("computer", Level.DISCOVER, _("Premiers pas avec un ordinateur"), _DAILY),
    ServiceKind("smartphone", Level.DISCOVER, _("Premiers pas avec un téléphone ou une tablette"), _DAILY),
    ServiceKind("internet", Level.DISCOVER, _("Chercher sur internet"), _DAILY),
    ServiceKind("mailbox", Level.DISCOVER, _("Ouvrir et utiliser une boîte mail"), _DAILY),
    ServiceKind("video-call", Level.DISCOVER, _("Appeler ses proches en vidéo"), _DAILY),
    ServiceKind("printer", Level.DISCOVER, _("Imprimer, scanner, photocopier"), _ACCESS),
    ServiceKind("open-access", Level.DISCOVER, _("Utiliser un ordinateur en libre accès"), _ACCESS),
    ServiceKind("word-processing", Level.MASTER, _("Écrire et mettre en page un texte"), _DAILY),
    ServiceKind("spreadsheet", Level.MASTER, _("Faire un tableau et des calculs"), _DAILY),
    ServiceKind("files", Level.MASTER, _("Ranger et sauvegarder fichiers et photos"), _DAILY),
    ServiceKind("skills-review", Level.MASTER, _("Faire le point sur ses compétences"), _DAILY),
    ServiceKind("safety", Level.MASTER, _("Mots de passe, arnaques, vie privée"), _SAFETY),
    ServiceKind("information", Level.MASTER, _("Vérifier une information, comprendre les réseaux sociaux"), _WORLD),
    ServiceKind("parenting", Level.MASTER, _("Accompagner ses enfants face aux écrans"), _FAMILY),
    ServiceKind("schooling", Level.MASTER, _("Suivre la scolarité en ligne"), _FAMILY),
    ServiceKind("creation", Level.MASTER, _("Photo, vidéo, son, fabrication"), _MAKING),
    ServiceKind("online-procedures", Level.ACT, _("Faire une démarche administrative en ligne"), _PROCEDURES),
    ServiceKind("health", Level.ACT, _("Gérer sa santé en ligne"), _PROCEDURES),
    ServiceKind("rights", Level.ACT, _("Demander une aide ou une allocation"), _PROCEDURES),
    ServiceKind("payments", Level.ACT, _("Acheter et payer en ligne sans risque"), _SAFETY),
    ServiceKind("cv", Level.ACT, _("Écrire un CV et une lettre"), _WORK),
    ServiceKind("job-search", Level.ACT, _("Chercher un emploi en ligne"), _WORK),
    ServiceKind("own-business", Level.ACT, _("Se servir du numérique dans son activité"), _WORK),
    ServiceKind("equipment", Level.ACT, _("Choisir un matériel reconditionné"), _EQUIPMENT),
)
SERVICE_BY_CODE = {kind.code: kind for kind in SERVICE_KINDS}


def service_kind(code: str) -> ServiceKind:
    """The service of the catalogue that has this code. Raises: ServiceKindUnknown."""
    try:
        return SERVICE_BY_CODE[code]
    except KeyError:
        raise ServiceKindUnknown(service=code) from None


def checked_services(codes: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The codes in the catalogue's order, once each. Raises: AcceptanceWithoutService, ServiceKindUnknown."""
    if not codes:
        raise AcceptanceWithoutService()
    wanted = {service_kind(code).code for code in codes}
    return tuple(kind.code for kind in SERVICE_KINDS if kind.code in wanted)


def of_national_service(national_service: str) -> tuple[str, ...]:
    """Codes of the catalogue that belong to one of the nine national services."""
    return tuple(kind.code for kind in SERVICE_KINDS if kind.national_service == national_service)
