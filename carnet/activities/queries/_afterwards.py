"""What people answered to *did you do it yourself?*, in counts."""

from datetime import date

from django.db.models import Count, QuerySet

from carnet.activities.access import asking_house
from carnet.activities.models import DoneAnswer
from carnet.activities.rules import Afterwards, gathered
from carnet.kernel.actors import Actor


def afterwards_of_house(actor: Actor, *, from_on: date, until_on: date) -> tuple[Afterwards, ...]:
    """Answers noted by the actor's organisation from one day to another (both included). Raises: NotAllowed, NoMembership."""
    rows = DoneAnswer.objects.filter(organisation_id=asking_house(actor), day__range=(from_on, until_on))
    return _counted(rows)


def afterwards(*, organisation_ids: frozenset[int] | None = None) -> tuple[Afterwards, ...]:
    """Every answer the reader sees, of some houses if they are named: to be published, small counts hidden."""
    rows = DoneAnswer.objects.all()
    return _counted(rows if organisation_ids is None else rows.filter(organisation_id__in=organisation_ids))


def _counted(rows: QuerySet[DoneAnswer]) -> tuple[Afterwards, ...]:
    return gathered(rows.values_list("procedure", "answer").annotate(count=Count("id")).order_by())
