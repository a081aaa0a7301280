"""Sentences of a desk that joins, of its points and its agreement."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "point-unknown": _("Ce point d’accueil n’existe pas, ou n’est plus ouvert."),
    "point-incomplete": _("Écrivez le nom, la rue, le code postal et la commune."),
    "point-commune-unknown": _("La commune « %(commune)s » n’est pas connue avec ce code postal. Vérifiez les deux."),
    "point-far-from-commune": _("Ce point est loin de « %(commune)s ». Vérifiez la latitude et la longitude, ou laissez-les vides."),
    "point-ages-reversed": _("Écrivez des âges possibles, le plus petit d’abord."),
    "too-many-points": _("C’est trop : %(most)s au plus."),
}
