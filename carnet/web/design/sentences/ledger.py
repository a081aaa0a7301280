"""Sentences of the ledger's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "nothing-to-exchange": _("Rien à échanger ici : les chèques ont été utilisés, ou n’ont jamais été remis."),
    "already-exchanged": _("Ces chèques ont déjà été échangés, le %(exchanged_at)s."),
    "value-returned": _("L’argent de ces chèques a été rendu aux financeurs le %(returned_at)s. Ils ne s’échangent plus."),
    "ledger-refused": _("Le registre refuse cette opération."),
    "amount-not-positive": _("Le montant doit être supérieur à zéro."),
    "not-covered": _("L’activation attend l’argent : il manque encore %(missing_cents)s sur le compte de la convention."),
    "money-not-there": _("Le compte ne contient que %(available_cents)s : on ne peut pas en sortir %(cents)s."),
    "already-activated": _("Ces carnets ont déjà été activés le %(activated_at)s."),
    "series-unknown": _("Cette édition de carnets n’existe pas, ou n’est pas la vôtre."),
    "series-too-large": _("Une édition ne peut pas contenir autant de chèques. Passez plusieurs commandes."),
    "acceptance-sooner": _("Les chèques en main sont acceptés jusqu’au %(accepted_until)s : cette date ne peut pas être avancée."),
    "acceptance-own": _("Ici, chaque chèque a sa propre fin, comptée depuis sa remise : il n’y a pas de date commune à repousser."),
    "stop-after-printed": _("Les remises s’arrêtent au plus tard à la fin de validité imprimée : %(printed_until)s."),
    "series-not-ended": _("Ces chèques peuvent encore être dépensés jusqu’au %(accepted_until)s."),
    "series-not-lapsed": _("L’argent de ces chèques ne revient aux financeurs qu’après la fin de leur validité."),
    "shares-do-not-make-face": _("Les parts des financeurs ne font pas exactement la valeur des chèques."),
    "booklet-unknown": _("Aucun carnet à ce numéro parmi les vôtres."),
    "voucher-serial-unknown": _("Aucun chèque à ce numéro parmi les vôtres."),
    "range-reversed": _("Le premier carnet doit venir avant le dernier, et les deux être de la même édition."),
    "not-holder": _("Certains de ces carnets ne sont pas dans ce stock : %(held)s sur %(wanted)s y sont."),
    "already-handed-over": _("Certains de ces chèques ont déjà été remis ou annulés."),
    "already-void": _("Ce carnet est déjà annulé, depuis le %(voided_at)s."),
    "already-lapsed": _("La saison de ces carnets est finie depuis le %(lapsed_at)s : leurs chèques ne valent plus rien."),
    "nothing-unspent": _("Tous ces chèques ont déjà été utilisés : il n’y a rien à annuler."),
    "nothing-owed": _("On ne peut pas payer plus que ce qui est dû."),
    "reserved-too-little": _("Il ne reste que %(reserved_cents)s de réservé : on ne peut pas en devoir %(cents)s."),
    "landlord-not-paid": _("Le bailleur n’a versé que %(available_cents)s : on ne peut pas en payer %(cents)s."),
    "nothing-due": _("Ce lieu ne doit pas cette somme : elle n’a pas été reçue, ou elle est déjà rendue."),
}
