"""States and reasons of payments, in words."""

from django.utils.translation import gettext_lazy as _

from carnet.settlement import queries
from carnet.settlement.rules import ClosingState, RunState, SetAsideReason, TransferState
from carnet.settlement.rules.channels import REJECTED_ORDER, PaymentChannel

RUN_STATES = {
    RunState.PREPARED: (_("à approuver"), "warning"),
    RunState.APPROVED: (_("approuvé, à envoyer"), "info"),
    RunState.SENT: (_("envoyé, réponse attendue"), "info"),
    RunState.SETTLED: (_("réglé"), "success"),
    RunState.CANCELLED: (_("annulé"), "neutral"),
    RunState.STOPPED: (_("arrêté"), "danger"),
}
RUN_STEPS = (_("Préparé"), _("Approuvé"), _("Envoyé"), _("Réglé"))
TRANSFER_STATES = {
    TransferState.PENDING: (_("pas encore envoyé"), "neutral"),
    TransferState.SENT: (_("envoyé"), "info"),
    TransferState.PAID: (_("payé"), "success"),
    TransferState.RETURNED: (_("revenu"), "danger"),
    TransferState.REPLACED: (_("revenu, payé de nouveau"), "neutral"),
    TransferState.CANCELLED: (_("annulé"), "neutral"),
}
SET_ASIDE = {
    SetAsideReason.DIFFERS: _("Le décompte ne correspond plus aux chèques utilisés : à examiner."),
    SetAsideReason.ACCOUNT_MISSING: _("Aucun compte bancaire approuvé."),
    SetAsideReason.HELD: _("Retenu par une décision : le lieu en est prévenu."),
    SetAsideReason.ACCOUNT_CHANGING: _("Le compte bancaire vient de changer : il sera payé après 72 heures."),
}
CLOSING_STATES = {
    ClosingState.PREPARED: (_("à approuver"), "warning"),
    ClosingState.APPROVED: (_("approuvée, à rembourser"), "info"),
    ClosingState.REPAID: (_("remboursée"), "success"),
    ClosingState.CANCELLED: (_("annulée"), "neutral"),
}
CLOSING_STEPS = (_("Calculée"), _("Approuvée"), _("Remboursée"))

# The commonest reasons of a SEPA reject or return. Source: ISO 20022 external code sets, status and return reasons.
BANK_REASONS = {
    "MANDAT": _("mandat rejeté par le comptable"),
    "AC01": _("numéro de compte incorrect"),
    "AC03": _("numéro de compte incorrect"),
    "AC04": _("compte clos"),
    "AC06": _("compte bloqué"),
    "AC13": _("type de compte incorrect"),
    "AG01": _("opération interdite sur ce compte"),
    "AG02": _("type d’opération refusé par la banque"),
    "AM05": _("doublon"),
    "BE04": _("adresse du bénéficiaire manquante"),
    "BE05": _("donneur d’ordre inconnu"),
    "CNOR": _("banque du bénéficiaire inconnue"),
    "FOCR": _("retour demandé par le donneur d’ordre"),
    "MD07": _("titulaire du compte décédé"),
    "MS02": _("refusé par le bénéficiaire, sans raison donnée"),
    "MS03": _("refusé par la banque, sans raison donnée"),
    "NARR": _("raison donnée en clair par la banque"),
    "RC01": _("code BIC incorrect"),
    "RR04": _("raison réglementaire"),
    "TM01": _("reçu trop tard par la banque"),
}
REMARKS = {
    "UNKNOWN": _("Référence inconnue"),
    "OTHER_AMOUNT": _("Montant différent de l’ordre"),
    "OTHER_ACCOUNT": _("Un autre compte que celui de l’ordre"),
    "TWICE": _("Deux fois dans le même fichier : payé deux fois ?"),
    "CURRENCY": _("Une autre monnaie que l’euro"),
    "AMOUNT": _("Montant illisible, ou qui n’est pas en centimes entiers"),
    "DAY": _("Jour illisible"),
    "NO_REFERENCE": _("Référence manquante"),
    "BATCH": _("Montant manquant dans un lot"),
    "INCOMPLETE": _("Ni payé ni rejeté, ou les deux"),
    "CONTRADICTS": _("Contredit ce qui est déjà connu"),
    "PAYMENT_IN": _("Argent reçu sur le compte"),
}

OUTCOMES = {
    "PAY": (_("payé"), "success"),
    "REFUSE": (_("refusé"), "danger"),
    "GIVE_BACK": (_("revenu"), "danger"),
}
CHANNELS = {
    PaymentChannel.TRANSFERS_2019: _("un fichier de virements pour la banque, version de 2019 (pain.001.001.09)"),
    PaymentChannel.TRANSFERS_2009: _("un fichier de virements pour la banque, version de 2009 (pain.001.001.03)"),
    PaymentChannel.ORDERS: _("des mandats, payés par le comptable public"),
}


def bank_reason(code: str) -> str:
    """What the bank's code means, with the code itself; the code alone when it is not a common one."""
    if not code:
        return ""
    words = BANK_REASONS.get(code)
    # The accountant gives words, not a code: ours would tell nobody anything.
    return str(words) if code == REJECTED_ORDER else f"{words} ({code})" if words else code


def held_cents(page: queries.RunPage, held: frozenset[int]) -> int:
    """What leaves a run for the claims a hold keeps back."""
    return sum(each.cents for each in page.transfers if each.claim_id in held)
