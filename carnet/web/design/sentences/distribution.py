"""Sentences of the desk's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "not-prescriber": _("Votre organisation ne distribue pas, ou plus, les carnets de « %(programme)s »."),
    "series-not-active": _(
        "Ces carnets ne sont pas encore activés : un lieu les refuserait. Remettez-en d’autres, ou appelez l’opérateur."
    ),
    "nothing-to-hand-over": _("Choisissez un carnet, ou au moins un chèque."),
    "too-many-at-once": _("C’est trop en une fois : %(count)s, alors que le plus possible est %(most)s."),
    "outside-perimeter": _("Ces carnets sont réservés aux personnes qui habitent le territoire. Rien n’a été remis."),
    "not-your-desk": _("Vous n’agissez pas pour cette organisation."),
    "not-a-prescriber-organisation": _("« %(organisation)s » n’est pas enregistrée comme organisation qui distribue des carnets."),
    "too-many-lessons": _("Déjà %(most)s leçons réservées pour cette remise. Appelez le lieu pour en réserver d’autres."),
    "not-a-loss": _("Un guichet déclare un carnet perdu, volé ou abîmé. Seul l’opérateur en rappelle."),
    "hand-over-unknown": _("Cette remise n’existe pas, ou n’est pas de votre guichet."),
    "stock-request-unknown": _("Cette demande de carnets n’existe pas, ou n’est pas de votre guichet."),
    "stock-request-closed": _("Cette demande de carnets est close."),
    "stock-request-open": _("Une demande de %(booklet_count)s carnets attend déjà. Retirez-la d’abord si elle ne convient plus."),
    "booklet-count-outside": _("Choisissez de %(least)s à %(most)s carnets : moins ne vaut pas un colis."),
    "wanted-in-the-past": _("Choisissez un jour d’aujourd’hui au %(latest)s, dernier jour de remise."),
    "move-unknown": _("Ce transfert n’existe pas, ou n’est pas le vôtre."),
    "move-not-yours": _("Celui qui donne envoie, celui qui reçoit confirme."),
    "move-not-now": _("Ce transfert n’en est pas, ou plus, à cette étape. Relisez la page."),
    "move-to-itself": _("Choisissez deux guichets différents, qui participent tous deux au programme."),
    "not-enough-booklets": _("Il n’y a que %(held)s carnets entiers en stock, pour %(asked)s demandés."),
    "not-in-this-move": _("Ce carnet n’est pas dans ce colis."),
    "stock-take-unknown": _("Cet inventaire n’existe pas, ou n’est pas de votre guichet."),
    "stock-take-closed": _("Cet inventaire est terminé."),
    "other-programme": _("Ce carnet est d’un autre programme."),
    "gap-changed": _("Le stock a changé pendant l’inventaire. Relisez ce qui manque, puis recommencez."),
    "never-handed-over": _("Ce carnet n’a été remis à personne par ce guichet : il n’y a rien à remplacer."),
    "choose-hand-over": _("Des chèques de ce carnet ont été remis à plusieurs personnes. Choisissez la remise."),
    "replaced-before": _("Ce carnet a déjà été remplacé."),
    "replacement-of-replacement": _("Ce carnet en remplaçait déjà un autre. Appelez l’opérateur."),
    "too-many-replacements": _("Votre guichet a déjà remplacé %(count)s carnets en %(days)s jours. Appelez l’opérateur."),
    "nothing-left-to-replace": _("Les chèques de ce carnet sont tous utilisés ou annulés : il n’en reste aucun à remplacer."),
    "replacement-unknown": _("Ce remplacement n’existe pas, ou n’est pas de votre guichet."),
    "replacement-given": _("L’autre carnet a déjà été remis."),
    "replacement-too-small": _("Il ne reste que %(left)s chèques dans ce carnet ; il en faut %(owed)s. Prenez un carnet entier."),
}
