"""Sentences of the kernel's refusals."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "weights-invalid": _("Les parts ne permettent pas de partager la somme : il en faut au moins une, et aucune ne peut être négative."),
    "period-reversed": _("La fin doit venir après le début."),
}
