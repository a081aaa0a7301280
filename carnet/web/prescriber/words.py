"""The ticks of a hand-over in the words of a desk."""

from django.utils.translation import gettext_lazy as _

from carnet.distribution.rules import Help, Kind, Why
from carnet.ledger.rules import EndReason
from carnet.web.ticks import AGE_BANDS as AGE_BANDS
from carnet.web.ticks import AREAS as AREAS
from carnet.web.ticks import REASONS as REASONS

JOB_SEEKER = {"yes": _("Oui"), "no": _("Non"), "": _("Non dit")}
CAME_BEFORE = {"yes": _("Oui"), "no": _("Non, jamais"), "": _("Pas demandé")}
LOSSES = {EndReason.LOST: _("Perdu"), EndReason.STOLEN: _("Volé"), EndReason.DAMAGED: _("Abîmé")}
KINDS = {
    Kind.BOOKLETS: _("Carnet entier"),
    Kind.VOUCHERS: _("Quelques chèques"),
    Kind.TAKEN_OUT: _("Sortie sur papier"),
}
# The European digital-skills indicator asks what was done in the last three months (docs/sources/digital-skills.md#two-items).
SENDS_MAIL = _("Ces trois derniers mois, avez-vous envoyé un mail ?")
MOVES_FILES = _("Ces trois derniers mois, avez-vous copié, déplacé ou joint un fichier ?")
YES_NO = {"yes": _("Oui"), "no": _("Non"), "": _("Non dit")}
BLOCKS = {
    "no_equipment": _("Pas d’appareil"),
    "no_connection": _("Pas de connexion"),
    "too_costly": _("C’est trop cher"),
    "prefers_somebody": _("Préfère que quelqu’un le fasse"),
}
HELPS = {
    Help.LESSONS: _("Des leçons"),
    Help.ACCOMPANIMENT: _("Quelqu’un à côté, pour le faire ensemble"),
    Help.MANDATE: _("Quelqu’un qui le fait à sa place"),
    Help.COMPUTER: _("Un ordinateur en libre accès"),
    Help.CONNECTION: _("Une connexion solidaire"),
}
WHY = {
    Why.NOTHING_SAID: _("Sans réponse : tout le carnet, et une leçon près d’ici."),
    Why.BASICS_FIRST: _("Presque toute démarche demande un mail et un fichier joint. On commence par là."),
    Why.FROM_THE_START: _("On commence par le début : un ordinateur, puis le mail et les fichiers."),
    Why.ONE_STEP_AWAY: _("Il ne manque qu’un pas. On l’apprend d’abord."),
    Why.THE_TASK_ITSELF: _("Une leçon montre comment faire."),
    Why.TODAY_WITH_SOMEBODY: _("Pour cette fois, quelqu’un peut le faire à côté de la personne."),
    Why.WISHES_SOMEBODY: _("Quelqu’un peut le faire à sa place, avec son accord signé. C’est gratuit."),
    Why.NOTHING_TO_DO_IT_WITH: _("Cette fois, quelqu’un peut le faire à sa place, avec son accord signé. C’est gratuit."),
    Why.TO_BE_TALKED_OVER: _("Une leçon près d’ici permet d’en parler avec quelqu’un."),
}
