"""Sentences of the refusals of saved allotment plans."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "plan-unknown": _("Ce plan n’existe pas, ou il n’est pas à vous."),
    "plan-name-missing": _("Donnez un nom à ce plan : vous le retrouverez par lui."),
    "plan-nowhere": _("Ce territoire ne contient aucune commune connue."),
    "plan-too-wide": _("Ce territoire a %(communes)s communes. Un plan en compte %(most)s au plus : choisissez une partie."),
    "plan-outside": _("Ce territoire n’est pas dans celui du programme %(programme)s."),
    "plan-without-desks": _("Aucun guichet du programme ne dit où il est. Placez d’abord les guichets."),
    "plan-budget-too-small": _("Ce budget ne paie pas un seul carnet : un carnet vaut %(booklet_cents)s."),
    "plan-priority-unknown": _("La part des publics prioritaires n’est connue nulle part ici. Lisez d’abord les diplômes des communes."),
    "plan-maximum-too-small": _("Le maximum par guichet est plus petit que le minimum."),
    "plan-added-elsewhere": _("Ce plan ne compte pas cette commune. Choisissez-en une autre."),
    "plan-too-many-versions": _("Ce plan a déjà %(most)s versions. Commencez-en un autre."),
    "plan-not-done": _("Ce plan n’a pas encore de réponse."),
    "plan-not-kept": _("Gardez d’abord cette version : elle ne changera plus."),
    "plan-already-ordered": _("Cette version a déjà sa commande, la n° %(order)s. Elle attend ou elle est approuvée."),
    "plan-over-budget": _("La commande coûterait %(needed_cents)s. Le budget du plan est de %(budget_cents)s."),
    "plan-nothing-to-order": _("Aucun guichet ne reçoit de carnet dans cette version."),
}
