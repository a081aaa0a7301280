"""What waits because a question was asked of a place: beside what is paid."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from carnet.kernel.actors import Actor
from carnet.places import queries as places
from carnet.settlement.queries import cases as queries
from carnet.web.cases import last_day
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table


def waiting_table(actor: Actor, programme_id: int, at: datetime) -> Table | None:
    """What each open case of a programme keeps waiting; None when nothing does."""
    found = queries.waiting_for_cases(actor=actor, programme_id=programme_id, at=at)
    if not found:
        return None
    names = places.names_of({each.place_id for each in found})
    columns = [
        Column(_("Lieu")),
        Column(_("Dossier")),
        Column(_("Chèques"), number=True),
        Column(pgettext("controls", "Retenu"), number=True),
        Column(_("Payé de toute façon après le")),
    ]
    rows = [
        [
            names.get(each.place_id, each.payee),
            Cell(_("nº %(number)s") % {"number": each.case_id}, url=reverse("operator:case", args=[each.case_id])),
            formats.number(each.voucher_count),
            formats.euros(each.cents),
            last_day(each.until),
        ]
        for each in found
    ]
    return Table(_("Retenu pour un dossier : le reste est payé"), columns, rows)
