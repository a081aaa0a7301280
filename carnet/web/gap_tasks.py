"""The line of home pages: people who hold vouchers far from any place, when they are many. From the weekly looks: one statement each."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.observatory.queries import territories
from carnet.observatory.queries.territories import TerritoryCard
from carnet.observatory.rules import SMALL_COUNT
from carnet.parties.rules import allowed
from carnet.planning.queries.gap_weeks import gap_weeks, latest_by_commune
from carnet.planning.rules.gaps import FAR_MINUTES, matters
from carnet.web.design import formats
from carnet.web.design.components import Task

WEEKS_TOLD = 3


def tasks(actor: Actor, programme_ids: Collection[int], at: datetime) -> Iterator[Task]:
    """For whoever runs or funds programmes: the latest look, when it matters. One that nobody followed for three weeks says nothing of today."""
    if not programme_ids or not allowed(actor.roles, "planning.see-gaps"):
        return
    found = next(iter(gap_weeks(programme_ids, most=1)), None)
    if found is not None and found.week_on >= _oldest(at) and matters(found.people, found.far):
        yield _task(found.far or 0, found.people or 0, {})


def tasks_of_territories(actor: Actor, cards: Iterable[TerritoryCard], at: datetime) -> Iterator[Task]:
    """For a local actor: each of its territories where it matters, small counts hidden."""
    shown = list(cards)
    if not shown or not allowed(actor.roles, "planning.see-gaps"):
        return
    with acting_as_everything(why="people far from any place, in the territories of a local actor, without small counts"):
        by_commune = latest_by_commune(since=_oldest(at))
    if not by_commune:
        return
    for card in shown:
        _name, codes = territories.codes_of(actor=actor, territory_id=card.id)
        people, far = (sum(by_commune.get(code, (0, 0))[rank] for code in codes) for rank in (0, 1))
        # Nearly everybody far would tell the few who are near.
        if matters(people, far) and not 0 < people - far < SMALL_COUNT:
            yield _task(far, people, {"whose": f"t{card.id}"}, name=card.name)


def _oldest(at: datetime) -> date:
    return legal_day(at) - timedelta(weeks=WEEKS_TOLD)


def _task(far: int, people: int, query: Mapping[str, str], *, name: str = "") -> Task:
    told = ngettext(
        "%(count)s personne a des chèques à plus de %(minutes)s minutes d’un lieu",
        "%(count)s personnes ont des chèques à plus de %(minutes)s minutes d’un lieu",
        far,
    ) % {"count": formats.number(far), "minutes": FAR_MINUTES}
    detail = _("sur %(people)s") % {"people": formats.number(people)}
    url = reverse("need:gaps") + (f"?{urlencode(query)}" if query else "")
    return Task(told, _("Voir où"), url, None, f"{name}, {detail}" if name else detail)
