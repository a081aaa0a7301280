"""Refusals of clearing between operators."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "message-unreadable": _("Ce message n’est pas lisible (%(what)s) : rien n’a été écrit."),
    "message-too-large": _("Ce message est trop long : au plus %(bytes_max)s octets."),
    "partner-unknown": _("Aucun opérateur partenaire à ce numéro."),
    "partner-ended": _("La compensation avec cet opérateur est terminée."),
    "partner-not-waiting": _("Rien n’attend une décision pour cet opérateur."),
    "partner-is-ours": _("C’est votre propre opérateur : choisissez le document de l’autre."),
    "partner-programme-missing": _("Choisissez au moins un de vos programmes ; l’autre opérateur doit en publier au moins un."),
    "fingerprint-differs": _(
        "Ce n’est pas l’empreinte de ces clés. Relisez-la au téléphone ; si elle ne correspond toujours pas, refusez."
    ),
    "operator-unnumbered": _("%(organisation)s n’a pas de SIRET : un message ne peut pas la nommer."),
    "signature-forged": _(
        "Ce message n’est pas signé par une clé de ce partenaire : il est gardé comme preuve, et rien d’autre n’est écrit."
    ),
    "message-number-reused": _("Un autre message porte déjà le numéro %(number)s : les deux sont gardés comme preuve."),
    "claim-reused": _("Une demande différente porte déjà ce numéro : les deux sont gardées comme preuve."),
    "message-not-for-us": _("Ce message est pour un autre opérateur."),
    "secret-missing": _("Le code du chèque n’est pas dans ce message."),
    "secret-unreadable": _("Le code du chèque n’a pas pu être ouvert."),
    "issuer-unknown": _("Aucun opérateur partenaire ne reconnaît ce chèque. Choisissez l’opérateur écrit dessus."),
    "voucher-is-ours": _("Ce chèque est de l’un de vos programmes : encaissez-le comme d’habitude."),
    "claim-open": _("Ce chèque a déjà une demande en cours ou acceptée. Voyez la liste."),
    "clearing-claim-unknown": _("Aucune demande à ce numéro parmi les vôtres."),
    "claim-withdrawn": _("La demande a été retirée avant d’arriver."),
    "claim-not-withdrawable": _("Cette demande ne peut plus être retirée."),
    "clearing-place-not-accepted": _("Ce lieu n’accepte pas de chèques pour ce service."),
    "clearing-period-invalid": _("La période doit être finie, et commencer avant de finir."),
    "clearing-statement-too-long": _(
        "Cette période compte %(claims)s demandes : au plus %(claims_max)s par relevé. Prenez-la plus courte."
    ),
    "too-many-from-partner": _("Trop de codes faux sont venus de cet opérateur : réessayez dans un quart d’heure."),
    "transfer-announced": _("Un virement porte déjà cette référence, ou elle manque."),
    "clearing-nothing-to-pay": _("Rien à payer : aucune demande acceptée n’attend, ou l’argent n’est pas encore là."),
    "clearing-payment-unknown": _("Aucun paiement à ce numéro parmi les vôtres."),
    "clearing-payment-not-in-state": _("Ce paiement n’en est pas là."),
}
