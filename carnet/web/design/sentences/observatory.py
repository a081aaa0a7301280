"""Sentences of the observatory's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "observatory-refused": _("Ce chiffre n’est pas donné."),
    "scope-wrong": _("Les chiffres se demandent par mois entiers, pour un territoire qui existe."),
    "monthly-letter-unknown": _("Ces comptes du mois n’existent pas, ou ils ne sont pas les vôtres."),
    "recipients-too-many": _("Donnez %(most)s adresses au plus."),
    "recipient-wrong": _("« %(email)s » n’est pas une adresse électronique."),
}
