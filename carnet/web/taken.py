"""Words that the operator's and the places' pages about takeovers share."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.queries.takeovers import ReceiptLine
from carnet.continuity.rules.papers import PaperClaimState
from carnet.web.design.sentences import sentence_for

CLAIM_STATES: Mapping[PaperClaimState, tuple[Promise, str]] = {
    PaperClaimState.WAITING: (gettext_lazy("attend une réponse"), "info"),
    PaperClaimState.ACCEPTED: (gettext_lazy("acceptée"), "success"),
    PaperClaimState.REFUSED: (gettext_lazy("refusée"), "warning"),
}


def receipt_words(line: ReceiptLine) -> tuple[str, str]:
    """What became of a receipt, and its tone."""
    if line.settled_at is not None:
        return _("Réglé par l’opérateur."), "neutral"
    if line.refusal is not None:
        return sentence_for(line.refusal), "warning"
    return (_("Honoré : payé comme les autres."), "success") if line.outcome == "written" else (_("Déjà connu ici."), "success")


def grouped_key(digits: str) -> str:
    """A fingerprint as people compare it, in groups of eight."""
    return " ".join(digits[place : place + 8] for place in range(0, len(digits), 8))
