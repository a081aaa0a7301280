"""What nothing forgets by itself yet, and why: said on the page and by the command."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GAPS: Mapping[str, Promise] = {
    "payments": _("Rien n’efface encore après dix ans : la première échéance est en 2037, et demande le visa des archives publiques."),
    "agreements": _(
        "Rien n’efface encore les noms des signataires dix ans après la fin d’une convention : la première échéance est en 2037."
    ),
    "journal": _("Le journal ne porte que des numéros ; il n’est pas raccourci, sa chaîne en dépend."),
    "backups": _("Les sauvegardes sont hors de la base : « carnet backup prune » les borne à 35 jours, « carnet doctor » le vérifie."),
    "logs": _("Les lignes du service vont au journal du système, sans donnée de personne : à borner là, à douze mois au plus."),
}
