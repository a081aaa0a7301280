"""Sentences of the observatory's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "observatory-refused": _("Ce chiffre n’est pas donné."),
    "span-unclear": _("Cette période n’est pas publiée : « %(value)s ». Choisissez une année ou un mois de la liste."),
    "span-reversed": _("La période finirait avant de commencer. Choisissez d’abord le mois le plus ancien."),
    "span-too-long": _("Choisissez %(most)s mois au plus."),
    "council-report-unknown": _("Ce rapport n’existe pas, ou il est d’une autre organisation."),
    "nothing-released": _("Rien n’est publié encore : le premier rapport attend les premières données ouvertes."),
    "cut-not-published": _("Ce tableau n’est pas publié pour un territoire de ce niveau."),
    "scope-wrong": _("Les chiffres se demandent par mois entiers, pour un territoire qui existe."),
    "self-check-unknown": _("Aucun papier de votre structure ne porte ce numéro."),
    "self-check-mistyped": _("Ce numéro est mal recopié. Il commence par A, comme A-K7FM-42PX."),
    "self-check-wrong": _("Ce numéro et ce code ne vont pas ensemble. Recopiez-les encore."),
    "self-check-locked": _("Trop de codes faux. Demandez un autre papier, ou appelez."),
    "self-check-over": _("Cette page s’est fermée pour vous protéger. Recopiez votre numéro et votre code."),
    "self-check-done": _("Rien à répondre ce jour-là : c’est déjà fait, ou trop tôt."),
    "self-check-empty": _("Rien n’est coché. Répondez à une question au moins."),
    "self-check-too-many": _("Imprimez %(most)s papiers au plus à la fois."),
    "self-check-closed": _("Ce programme ne propose pas de faire le point."),
    "self-check-no-invitation": _("Répondez d’abord une fois. Ensuite, on peut vous écrire."),
    "self-check-letter-unknown": _("Cette lettre n’est pas à poster par votre structure."),
    "monthly-letter-unknown": _("Ces comptes du mois n’existent pas, ou ils ne sont pas les vôtres."),
    "recipients-too-many": _("Donnez %(most)s adresses au plus."),
    "recipient-wrong": _("« %(email)s » n’est pas une adresse électronique."),
}
