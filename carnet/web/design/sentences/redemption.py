"""Sentences of the refusals of a redemption."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "redemption-refused": _("Ce chèque ne peut pas être accepté."),
    "voucher-unknown": _("Ce code ne correspond à aucun chèque accepté ici. Vérifiez les chiffres, ou appelez l’assistance."),
    "voucher-already-redeemed": _("Ce chèque a déjà été utilisé le %(redeemed_at)s."),
    "voucher-lapsed": _("Ce chèque n’est plus valable : il était accepté jusqu’au %(accepted_until)s."),
    "voucher-not-active": _("Ce chèque n’est pas en service : pas encore activé, pas encore remis, ou annulé."),
    "voucher-reserved": _("Ce chèque est réservé pour une leçon dans un autre lieu."),
    "place-not-accepted": _("Ce lieu n’accepte pas de chèques aujourd’hui."),
    "service-not-accepted": _("Ce service n’est pas payé par ce chèque dans ce lieu."),
    "place-required": _("Indiquez dans quel lieu la leçon a eu lieu."),
    "too-many-attempts": _("Trop de codes inconnus en peu de temps. Attendez un quart d’heure, ou appelez l’assistance."),
    "held-back": _("Ce chèque est bon, mais un autre du groupe ne l’est pas : aucun n’a été pris."),
    "attended-invalid": _("La date de la leçon doit être aujourd’hui ou dans l’année écoulée."),
    "batch-too-large": _("Un envoi contient au plus %(items_max)s chèques."),
    "redemption-unknown": _("Aucun passage à ce numéro parmi les vôtres."),
    "already-reversed": _("Ce passage a déjà été annulé."),
    "undo-window-closed": _("Le délai pour annuler est passé depuis le %(undo_until)s. Contactez l’opérateur."),
    "reason-missing": _("Dites en quelques mots pourquoi vous annulez."),
}
