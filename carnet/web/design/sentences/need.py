"""Sentences of refusals about where vouchers are needed."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "need-refused": _("Ce besoin n’est pas donné."),
    "weights-empty": _("Donnez un poids à un indicateur au moins."),
    "weight-out-of-bounds": _("Un poids est un nombre entier, de 0 à %(most)s."),
    "weighing-unknown": _("Ces poids n’existent pas, ou ils sont d’une autre organisation."),
    "weighing-unnamed": _("Donnez un nom à ces poids, et dites pourquoi vous les gardez."),
    "need-area-unknown": _("Ce territoire n’existe pas, ou il est trop grand. Choisissez une région au plus."),
    "areas-unreadable": _("Ce fichier n’a pas les colonnes attendues : %(wanted)s."),
    "fragility-unreadable": _("Ce fichier n’a pas les colonnes de l’indice publié : %(wanted)s."),
}
