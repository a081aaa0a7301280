"""The steps of the end of validity, in words: what each is, what it will do, what it did."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.settlement.rules.expiry import ExpiryStep, StepState
from carnet.web.design import formats

TITLES = {
    ExpiryStep.ALERT: gettext_lazy("Prévenir : la fin approche"),
    ExpiryStep.STOP: gettext_lazy("Arrêter les remises"),
    ExpiryStep.CONFIRM: gettext_lazy("Confirmation du financeur"),
    ExpiryStep.PRINTED_END: gettext_lazy("Fin de validité imprimée"),
    ExpiryStep.ACCEPTANCE_END: gettext_lazy("Fin de l’acceptation"),
    ExpiryStep.STATEMENT: gettext_lazy("État contradictoire"),
    ExpiryStep.CREDIT: gettext_lazy("Avoir et remboursement"),
}
WILL = {
    ExpiryStep.ALERT: gettext_lazy("Les financeurs reçoivent les chiffres. Chaque guichet apprend combien de carnets il lui reste."),
    ExpiryStep.STOP: gettext_lazy("Les guichets sont prévenus. À partir du jour choisi, toute remise est refusée."),
    ExpiryStep.CONFIRM: gettext_lazy("Un financeur confirme : plus aucun carnet n’est remis, et ce qui le serait resterait à sa charge."),
    ExpiryStep.PRINTED_END: gettext_lazy("Guichets et lieux apprennent que les chèques restent acceptés jusqu’à la fin de la grâce."),
    ExpiryStep.ACCEPTANCE_END: gettext_lazy(
        "Les chèques non utilisés deviennent périmés, pour toujours. Les lieux ne peuvent plus les accepter."
    ),
    ExpiryStep.STATEMENT: gettext_lazy("Les comptes de chaque financeur sont arrêtés. Les deux côtés les signent à l’écran."),
    ExpiryStep.CREDIT: gettext_lazy("La valeur des chèques non utilisés est rendue à chaque financeur. Les frais ne sont pas remboursés."),
}
VERBS = {
    ExpiryStep.ALERT: gettext_lazy("Prévenir tout le monde"),
    ExpiryStep.STOP: gettext_lazy("Valider l’arrêt des remises"),
    ExpiryStep.CONFIRM: gettext_lazy("Confirmer"),
    ExpiryStep.PRINTED_END: gettext_lazy("Prévenir guichets et lieux"),
    ExpiryStep.ACCEPTANCE_END: gettext_lazy("Mettre fin à l’acceptation"),
    ExpiryStep.STATEMENT: gettext_lazy("Arrêter les comptes"),
    ExpiryStep.CREDIT: gettext_lazy("Terminer, rien à rendre"),
}
STATES = {
    StepState.DONE: (gettext_lazy("fait"), "success"),
    StepState.NOW: (gettext_lazy("aujourd’hui"), "warning"),
    StepState.LATE: (gettext_lazy("en retard"), "danger"),
    StepState.WAITING: (gettext_lazy("attend l’étape d’avant"), "neutral"),
    StepState.NEXT: (gettext_lazy("à venir"), "info"),
}


def did(step: ExpiryStep, figures: Mapping[str, Any]) -> str:
    """What a step did, with the figures it left."""
    if step is ExpiryStep.STATEMENT:
        return _("Comptes arrêtés : %(cents)s à rendre, %(owed)s dus aux lieux.") % {
            "cents": formats.euros(figures["return_cents"]),
            "owed": formats.euros(figures["owed_cents"]),
        }
    if step is ExpiryStep.CREDIT:
        return _("Rendu aux financeurs : %(cents)s.") % {"cents": formats.euros(figures["return_cents"])}
    told = _("Carnets émis : %(issued)s, remis : %(handed)s, commencés : %(started)s, pas remis : %(left)s.") % {
        "issued": formats.number(figures["issued"]),
        "handed": formats.number(figures["handed_over"]),
        "started": formats.number(figures["started"]),
        "left": formats.number(figures["not_handed_over"]),
    }
    if step is ExpiryStep.STOP:
        stopped = _("Plus aucune remise à partir du %(day)s.") % {"day": formats.day(date.fromisoformat(figures["stop_on"]))}
        return f"{stopped} {told}"
    if step is ExpiryStep.ACCEPTANCE_END:
        lapsed = _("Chèques périmés : %(count)s.") % {"count": formats.number(figures["vouchers_lapsed"])}
        return f"{lapsed} {told}"
    return told
