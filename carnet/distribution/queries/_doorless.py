"""Desks that never said where they receive: those that took part before points were asked."""

from datetime import datetime

from carnet.distribution.models import DeskPoint
from carnet.distribution.queries._doors import _desks, _handing
from carnet.gateways.database import acting_as


def desks_without_points(*, at: datetime) -> frozenset[int]:
    """The organisations that hand over now and keep no point at all, published or not, in that programme. Needs no account."""
    programmes = _handing(None, at)
    with acting_as(programme_ids=programmes):
        desks = _desks(programmes, at)
        kept = set(
            DeskPoint.objects.filter(programme_id__in=programmes).order_by().values_list("programme_id", "organisation_id").distinct()
        )
    return frozenset(organisation_id for programme_id, organisation_id in desks - kept)
