"""Sentences of the refusals of evaluations."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "evaluation-plan-wrong": _("Ce plan ne se lit pas. À revoir : %(what)s."),
    "evaluation-plan-sealed": _("Ce plan est déjà scellé."),
    "evaluation-plan-unknown": _("Ce plan n’existe pas, ou il n’est pas de vos programmes."),
    "evaluation-results-wrong": _("Ces résultats ne vont pas avec le plan. À revoir : %(what)s."),
    "evaluation-causal-words": _("Cette comparaison ne dit pas pourquoi. Changez ces mots : %(words)s."),
}
