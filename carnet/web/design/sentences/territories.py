"""Sentences about territories, objectives and figures of communes."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "territory-refused": _("Ce n’est pas possible dans ce territoire."),
    "territory-unknown": _("Ce territoire n’existe pas, ou votre organisation n’y a pas sa place."),
    "territory-name-missing": _("Donnez un nom au territoire."),
    "territory-name-taken": _("Un autre territoire s’appelle « %(name)s ». Choisissez un autre nom."),
    "territory-empty": _("Aucune commune n’est reconnue dans « %(value)s »."),
    "territory-too-large": _("Un territoire a %(most)s communes au plus."),
    "territory-not-leader": _("L’organisation qui anime le territoire peut seule faire cela."),
    "local-actor-unknown": _("Cette organisation n’a pas sa place dans le territoire, ou son numéro est inconnu."),
    "local-actor-already-in": _("%(name)s est déjà dans le territoire."),
    "local-actors-too-many": _("Un territoire réunit %(most)s organisations au plus."),
    "local-actor-needs-address": _("Cette organisation est nouvelle ici. Donnez une adresse électronique pour l’inviter."),
    "territory-words-missing": _("Écrivez une phrase."),
    "commune-outside-territory": _("La commune %(commune)s n’est pas du territoire."),
    "commitment-unknown": _("Cet engagement n’existe pas, est déjà terminé, ou n’est pas le vôtre."),
    "commitments-too-many": _("Une organisation a %(most)s engagements au plus. Terminez-en un."),
    "noticed-need-unknown": _("Ce besoin n’existe pas, est déjà réglé, ou n’est pas noté par vous."),
    "territory-decision-unknown": _("Cette décision n’existe pas, ou vous ne pouvez pas la changer."),
    "next-step-unknown": _("Cette suite n’existe pas, est déjà close, ou d’autres en répondent."),
    "decision-ahead": _("Une décision se note une fois prise : donnez le jour d’aujourd’hui, ou un jour passé."),
    "next-step-before": _("Une suite vient après la décision, prise le %(decided_on)s."),
    "objective-refused": _("Cet objectif n’est pas possible."),
    "objective-unknown": _("Cet objectif n’existe pas, ou une autre organisation l’a fixé."),
    "objective-too-low": _("L’objectif doit dépasser le point de départ, %(starting)s."),
    "objective-days-wrong": _("L’objectif finit après son point de départ."),
    "indicators-refused": _("Ce fichier n’est pas lu."),
    "indicators-unreadable": _("Ce n’est pas un fichier de communes : aucune colonne ne s’appelle %(wanted)s."),
    "indicators-without-column": _("Aucune colonne n’est connue. On attend par exemple : %(wanted)s."),
    "indicators-too-heavy": _("Ce fichier dépasse %(most_megabytes)s Mo. Gardez les colonnes utiles."),
}
