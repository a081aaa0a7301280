"""Sentences of the refusals about signals and their thresholds."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "signal-unknown": _("Ce signal n’existe pas, ou n’est pas d’un dispositif que vous suivez."),
    "signal-already-sorted": _("Ce signal est déjà trié. Rechargez la page pour voir ce qu’il est devenu."),
    "signal-why-missing": _("Dites pourquoi, en quelques mots."),
    "signal-rule-unknown": _("Aucune règle ne porte ce nom (%(rule)s)."),
    "signal-threshold-impossible": _("Ce seuil est impossible : choisissez entre %(least)s et %(most)s."),
}
