"""Sentences of the observatory's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "observatory-refused": _("Ce chiffre n’est pas donné."),
    "span-unclear": _("Cette période n’est pas publiée : « %(value)s ». Choisissez une année ou un mois de la liste."),
    "span-reversed": _("La période finirait avant de commencer. Choisissez d’abord le mois le plus ancien."),
    "span-too-long": _("Choisissez %(most)s mois au plus."),
    "cut-not-published": _("Ce tableau n’est pas publié pour un territoire de ce niveau."),
    "scope-wrong": _("Les chiffres se demandent par mois entiers, pour un territoire qui existe."),
    "monthly-letter-unknown": _("Ces comptes du mois n’existent pas, ou ils ne sont pas les vôtres."),
    "recipients-too-many": _("Donnez %(most)s adresses au plus."),
    "recipient-wrong": _("« %(email)s » n’est pas une adresse électronique."),
}
