"""The three answers, and the columns that count them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.activities.rules import Afterwards, DoneBy
from carnet.places.rules import PROCEDURE_BY_CODE
from carnet.web.design import formats
from carnet.web.design.components import Column, Table

ANSWERS = {
    DoneBy.SELF: gettext_lazy("Oui, elle-même"),
    DoneBy.TOGETHER: gettext_lazy("Avec quelqu’un à côté"),
    DoneBy.SOMEBODY_ELSE: gettext_lazy("Non, quelqu’un l’a fait pour elle"),
}


def table(caption: str, lines: Iterable[Afterwards]) -> Table:
    """Answers by procedure, for the house that noted them."""
    columns = [Column(_("Démarche")), *(Column(str(word), number=True) for word in ANSWERS.values())]
    rows = [
        [_(PROCEDURE_BY_CODE[line.procedure].label), *(formats.number(count) for count in (line.by_self, line.together, line.by_somebody))]
        for line in lines
    ]
    return Table(caption, columns, rows, empty=_("Aucune réponse notée ce mois-ci."))
