"""Sentences of the refusals of cases. Some are read by places: short, and never accusing."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "case-refused": _("Ce geste n’est pas possible sur ce dossier."),
    "case-unknown": _("Ce dossier n’existe pas, ou n’est pas le vôtre."),
    "case-not-in-state": _("Le dossier n’en est pas à cette étape. Rien n’a changé."),
    "case-words-missing": _("Écrivez quelques mots."),
    "case-answer-days-wrong": _("Laissez au lieu entre %(least)s et %(most)s jours pour répondre."),
    "case-period-wrong": _("Choisissez des jours passés, depuis %(days_most)s jours au plus."),
    "case-too-many-redemptions": _("Plus de %(most)s passages dans ces jours : choisissez une période plus courte."),
    "case-nothing-in-question": _("Aucun passage dans ces jours, ou un autre dossier ouvert en parle déjà."),
    "case-still-to-be-heard": _("Le lieu n’a pas répondu. Son délai court jusqu’au %(answer_until)s."),
    "case-hold-too-much": _("La retenue ne dépasse pas ce dont parle le dossier : %(most_cents)s."),
    "case-hold-too-late": _("Le délai pour décider est passé : plus rien n’est retenu pour ce dossier."),
    "case-held-once": _("Ce dossier a déjà retenu des paiements : ce qui a été libéré n’est pas retenu de nouveau."),
    "case-nothing-held": _("Rien n’est retenu pour ce dossier."),
    "case-decided-by-opener": _("Vous avez ouvert ce dossier : une autre personne décide."),
    "case-appeal-by-the-same": _("Vous avez ouvert ou décidé ce dossier : une troisième personne répond au recours."),
    "case-choice-wrong": _("Les passages choisis ne vont pas avec cette décision : aucun, une partie ou tous."),
    "case-appeal-worse": _("Un recours ne reprend jamais plus que la décision."),
    "case-appeal-too-late": _("Le délai de recours est passé."),
    "case-appeal-still-open": _("Le lieu peut faire un recours jusqu’au %(appeal_until)s : rien n’est repris avant."),
    "case-paper-unknown": _("Ce papier n’existe pas, ou a été effacé."),
    "case-papers-too-many": _("Un dossier garde %(most)s papiers au plus."),
}
