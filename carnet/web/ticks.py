"""The coarse ticks of a hand-over in words: on a desk's screens, and on its sheet of paper."""

from django.utils.translation import gettext_lazy as _

from carnet.distribution.rules import AgeBand, Area, Reason

AGE_BANDS = {
    AgeBand.UNDER_26: _("Moins de 26 ans"),
    AgeBand.FROM_26_TO_59: _("26 à 59 ans"),
    AgeBand.FROM_60_TO_74: _("60 à 74 ans"),
    AgeBand.FROM_75: _("75 ans et plus"),
    AgeBand.NOT_SAID: _("Non dit"),
}
REASONS = {
    Reason.PROCEDURES: _("Démarches en ligne"),
    Reason.WORK: _("Emploi, CV"),
    Reason.MESSAGES: _("Messages, boîte mail"),
    Reason.EQUIPMENT: _("Ordinateur, téléphone, imprimante"),
    Reason.EVERYDAY: _("Vie de tous les jours"),
    Reason.NOT_SAID: _("Non dit"),
}
AREAS = {
    Area.PRIORITY_DISTRICT: _("Quartier prioritaire"),
    Area.TOWN: _("Ville"),
    Area.COUNTRYSIDE: _("Campagne"),
    Area.OUTSIDE: _("Hors du territoire"),
    Area.NOT_SAID: _("Non dit"),
}
