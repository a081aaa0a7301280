"""Connections in the words of whoever reads them: the desk, the line, the landlord, the provider; and, shorter, the person."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy

from carnet.connectivity.rules import (
    ConnectionState,
    Eligibility,
    EndReason,
    Ground,
    IncidentKind,
    MendedBy,
    ObstacleReason,
    Proof,
    RefusalReason,
    SuspensionReason,
)

# What a desk, a landlord or a provider reads: words, tone, drawing.
STATES = {
    ConnectionState.APPLIED: (gettext_lazy("Le bailleur doit répondre"), "warning", "clock"),
    ConnectionState.WITHDRAWN: (gettext_lazy("Demande retirée"), "neutral", "cross"),
    ConnectionState.REFUSED: (gettext_lazy("Refusée"), "danger", "cross"),
    ConnectionState.ACCEPTED: (gettext_lazy("Acceptée, à brancher"), "info", "check"),
    ConnectionState.TO_ACTIVATE: (gettext_lazy("Rendez-vous pris"), "info", "calendar"),
    ConnectionState.COULD_NOT: (gettext_lazy("N’a pas pu être branchée"), "warning", "alert"),
    ConnectionState.ACTIVE: (gettext_lazy("Branchée"), "success", "check"),
    ConnectionState.SUSPENDED: (gettext_lazy("En pause"), "warning", "stop"),
    ConnectionState.ENDED: (gettext_lazy("Terminée"), "neutral", "stop"),
}
# What a person says of their own home; the desk ticks it.
GROUNDS = {
    Ground.NO_CONNECTION: gettext_lazy("Pas d’internet à la maison"),
    Ground.TOO_DEAR: gettext_lazy("Internet trop cher"),
    Ground.LOW_INCOME: gettext_lazy("Peu de revenus"),
    Ground.JOB_SEEKER: gettext_lazy("Cherche un emploi"),
    Ground.SCHOOL_CHILD: gettext_lazy("Un enfant à l’école"),
    Ground.AGED: gettext_lazy("Plus de 65 ans"),
    Ground.LESSONS: gettext_lazy("Suit des leçons, ou a des chèques"),
}
# The same, said to the person who reads whether they may have one.
GROUNDS_TO_YOU = {
    Ground.NO_CONNECTION: gettext_lazy("Vous n’avez pas internet chez vous."),
    Ground.TOO_DEAR: gettext_lazy("Internet est trop cher pour vous."),
    Ground.LOW_INCOME: gettext_lazy("Vous avez peu de revenus."),
    Ground.JOB_SEEKER: gettext_lazy("Vous cherchez un emploi."),
    Ground.SCHOOL_CHILD: gettext_lazy("Vous avez un enfant à l’école."),
    Ground.AGED: gettext_lazy("Vous avez plus de 65 ans."),
    Ground.LESSONS: gettext_lazy("Vous suivez des leçons, ou vous avez des chèques."),
}
PAPERS = {
    "energy-cheque": gettext_lazy("le chèque énergie"),
    "health-card-css": gettext_lazy("la carte de complémentaire santé solidaire"),
    "benefit-notice": gettext_lazy("un courrier de la CAF"),
    "housing-benefit": gettext_lazy("un courrier d’aide au logement"),
    "job-seeker-card": gettext_lazy("la carte de demandeur d’emploi"),
    "voucher": gettext_lazy("un chèque de ce programme"),
}
REFUSALS = {
    RefusalReason.NOT_TENANT: gettext_lazy("La personne n’est pas locataire de ce logement"),
    RefusalReason.HOME_EMPTY: gettext_lazy("Le logement est vide"),
    RefusalReason.WORKS: gettext_lazy("Des travaux vont commencer"),
    RefusalReason.WRONG_HOME: gettext_lazy("Ce n’est pas le bon logement"),
    RefusalReason.NO_MORE: gettext_lazy("Il n’y a plus de connexion disponible"),
}
OBSTACLES = {
    ObstacleReason.NOBODY_HOME: gettext_lazy("Personne n’était là"),
    ObstacleReason.NO_LINE: gettext_lazy("La ligne n’arrive pas jusqu’au logement"),
    ObstacleReason.BLOCKED_DUCT: gettext_lazy("Le fourreau est bouché"),
    ObstacleReason.REFUSED_AT_DOOR: gettext_lazy("La personne n’a pas ouvert"),
    ObstacleReason.NO_ELECTRICITY: gettext_lazy("Il n’y a pas d’électricité"),
    ObstacleReason.EQUIPMENT: gettext_lazy("Le matériel manquait"),
}
SUSPENSIONS = {
    SuspensionReason.ASKED: gettext_lazy("La personne l’a demandé"),
    SuspensionReason.ABSENT: gettext_lazy("La personne est absente"),
    SuspensionReason.WORKS: gettext_lazy("Travaux"),
}
ENDS = {
    EndReason.ASKED: gettext_lazy("La personne l’a demandé"),
    EndReason.MOVED_OUT: gettext_lazy("Déménagement"),
    EndReason.TERM: gettext_lazy("La durée est finie"),
    EndReason.OTHER_OFFER: gettext_lazy("Autre abonnement"),
    EndReason.NOT_CONNECTED: gettext_lazy("N’a pas pu être branchée"),
    EndReason.OFFER_STOPPED: gettext_lazy("L’offre s’arrête"),
    EndReason.DEATH: gettext_lazy("Décès"),
}
INCIDENTS = {
    IncidentKind.NOTHING: gettext_lazy("Internet ne marche pas du tout"),
    IncidentKind.SLOW: gettext_lazy("Internet est trop lent"),
    IncidentKind.CUTS: gettext_lazy("Internet coupe souvent"),
    IncidentKind.BOX: gettext_lazy("La box ne s’allume pas"),
    IncidentKind.COMPUTER: gettext_lazy("L’ordinateur prêté ne marche pas"),
}
MENDED = {
    MendedBy.FROM_AFAR: gettext_lazy("Réparé à distance"),
    MendedBy.VISIT: gettext_lazy("Réparé sur place"),
    MendedBy.REPLACED: gettext_lazy("Matériel remplacé"),
    MendedBy.LINE: gettext_lazy("Ligne réparée"),
    MendedBy.EXPLAINED: gettext_lazy("Expliqué à la personne"),
    MendedBy.WAS_WORKING: gettext_lazy("Marchait déjà"),
    MendedBy.ENDED: gettext_lazy("Connexion arrêtée"),
}
_REASONS: dict[ConnectionState, dict[str, Any]] = {
    ConnectionState.REFUSED: {each.value: label for each, label in REFUSALS.items()},
    ConnectionState.COULD_NOT: {each.value: label for each, label in OBSTACLES.items()},
    ConnectionState.SUSPENDED: {each.value: label for each, label in SUSPENSIONS.items()},
    ConnectionState.ENDED: {each.value: label for each, label in ENDS.items()},
    ConnectionState.WITHDRAWN: {each.value: label for each, label in ENDS.items()},
}


def reason_words(state: ConnectionState, reason: str) -> str:
    """Why a connection is in this state; "" when nothing was said, or the word is of another state."""
    return str(_REASONS.get(state, {}).get(reason, ""))


def papers_words(rules: Eligibility) -> str:
    """What is shown at the desk, one of them, without a copy; "" when the person's word is enough."""
    return ", ".join(str(PAPERS[each]) for each in rules.papers) if rules.proof is Proof.SHOWN else ""


def grounds_words(grounds: Iterable[Ground]) -> str:
    """Grounds, as a desk reads them."""
    return ", ".join(str(GROUNDS[each]) for each in grounds)


def whose_words(rules: Eligibility) -> tuple[list[str], list[str]]:
    """Who may have it, in sentences said to the person: all of the first list, and one at least of the second when it is not empty."""
    needed, one_of = list(rules.needed), list(rules.one_of)
    if len(one_of) == 1:
        needed, one_of = needed + one_of, []
    return [str(GROUNDS_TO_YOU[each]) for each in needed], [str(GROUNDS_TO_YOU[each]) for each in one_of]
