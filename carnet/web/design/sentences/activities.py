"""Sentences of the refusals about free help and seats."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "activity-unknown": _("Aucune aide ne porte ce numéro ici."),
    "activity-place-required": _("Votre organisation tient %(places)s lieux : dites lequel."),
    "activity-word-unknown": _("« %(value)s » n’est pas dans la liste."),
    "activity-day-invalid": _("On note et on corrige jusqu’à %(days)s jours après, et jamais à l’avance."),
    "activity-people-invalid": _("Il faut de 1 à %(people_max)s personnes, et pas plus de personnes déjà venues que de personnes."),
    "activity-minutes-invalid": _("Une aide dure de %(minutes_min)s à %(minutes_max)s minutes."),
    "activity-told-already": _("C’est déjà noté. Retrouvez-le dans le mois pour le corriger."),
    "activity-changed": _("Quelqu’un vient de corriger cette aide. Regardez-la de nouveau avant de la changer."),
    "done-by-unknown": _("Choisissez une des trois réponses."),
    "activity-withdrawn": _("Cette aide est retirée. Remettez-la d’abord, pour la corriger."),
    "nothing-to-repeat": _("Rien n’a encore été noté ici : il n’y a pas de dernière fois à répéter."),
    "space-unknown": _("Ce lieu n’a pas d’espace numérique libre."),
    "space-not-bookable": _("On vient dans cet espace sans réserver."),
    "space-closed": _("L’espace est fermé à cette heure-là. Choisissez une heure d’ouverture."),
    "stretch-invalid": _("Choisissez une heure de la liste, et une durée d’au plus %(minutes_max)s minutes."),
    "stretch-over": _("Cette heure est passée. Choisissez-en une à venir."),
    "stretch-too-far": _("On réserve au plus %(days)s jours à l’avance."),
    "seats-taken": _("Il n’y a plus de place libre pour toute cette durée. Choisissez une autre heure, ou moins longtemps."),
    "too-many-seats": _("Vous avez déjà %(seats_max)s places à venir. Allez à l’une d’elles, ou rendez-en une."),
    "seat-given-back": _("Cette place a été rendue."),
    "seat-not-held-yet": _("On note qui est venu à partir de l’heure réservée, pendant trente jours."),
}
