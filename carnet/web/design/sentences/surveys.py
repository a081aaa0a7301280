"""Sentences of the refusals about files of answers."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "survey-mapping-wrong": _("La correspondance des colonnes ne se lit pas : %(what)s"),
    "survey-column-missing": _("Il manque la colonne « %(column)s ». Donnez-la, ou dites laquelle la remplace."),
    "survey-no-answers": _("Aucune ligne ne peut être comptée. Lignes à corriger : %(refused)s."),
    "survey-cut-unknown": _("« %(cut)s » : croisez deux colonnes du fichier, par exemple « age,education »."),
    "survey-unknown": _("Ces indicateurs n’existent pas, ou ils ne sont pas les vôtres."),
}
