"""Refusals about lines said outside of the sealed chains, and their timestamps."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "anchor-refused": _("Cette ligne ne peut pas sortir."),
    "anchor-outside-ahead": _(
        "Dehors, la ligne %(outside)s est déjà dite ; cette base s’arrête à la ligne %(ours)s. Une copie ancienne a été remise, ou la fin coupée."
    ),
    "anchor-file-unreadable": _("Le fichier gardé dehors ne se lit pas (%(reason)s). Rien n’y est ajouté."),
    "timestamp-refused": _("Cet horodatage ne vaut pas."),
    "timestamp-not-given": _("Le service d’horodatage n’a rien donné (%(reason)s)."),
    "timestamp-false": _("Ce que le service d’horodatage a donné n’est pas sûr (%(reason)s)."),
}
