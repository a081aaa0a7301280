"""Sentences of the refusals about plans and need."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "plan-problem-wrong": _("Ces données ne peuvent pas servir à un plan (%(what)s %(item)s). Corrigez-les."),
    "plan-guarantees-contradict": _("Ces garanties se contredisent. Relâchez l’une d’elles."),
    "plan-solver-stopped": _("Aucune répartition n’a été trouvée en %(seconds)s secondes. Donnez plus de temps, ou relâchez une garantie."),
}
