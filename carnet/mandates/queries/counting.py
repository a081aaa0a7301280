"""Mandates and uses of programmes in counts: to be released, the small ones hidden by whoever releases."""

from collections.abc import Collection
from datetime import date, datetime, time

from django.db.models import Count
from django.db.models.functions import TruncMonth

from carnet.gateways.database import acting_as
from carnet.kernel.periods import PARIS
from carnet.mandates.models import Mandate, Structure, Use
from carnet.mandates.rules.counting import SignedCount


def programmes_counted() -> frozenset[int]:
    """The programmes that have, or had, structures. Call it seeing them."""
    return frozenset(Structure.objects.order_by().values_list("programme_id", flat=True).distinct())


def structures_of(programme_id: int) -> int:
    """How many structures a programme has, or had. Call it seeing the programme."""
    return len(_structures([programme_id]))


def mandates_counted(programme_ids: Collection[int], *, until: date) -> tuple[SignedCount, ...]:
    """Mandates signed before a Paris day, by month and structure. Two statements. Call it seeing the programmes."""
    ids = _structures(programme_ids)
    with acting_as(organisation_ids=ids):
        rows = (
            Mandate.objects.filter(organisation_id__in=ids, signed_at__lt=_midnight(until))
            .annotate(month=TruncMonth("signed_at", tzinfo=PARIS))
            .values_list("month", "organisation_id")
            .annotate(count=Count("id"), people=Count("person_id", distinct=True))
            .order_by("month", "organisation_id")
        )
        return tuple(SignedCount(f"{month:%Y-%m}", house, "", count, people) for month, house, count, people in rows)


def uses_counted(programme_ids: Collection[int], *, until: date) -> tuple[SignedCount, ...]:
    """Procedures done before a Paris day, by month, structure and family. Two statements. Call it seeing the programmes."""
    ids = _structures(programme_ids)
    with acting_as(organisation_ids=ids):
        rows = (
            Use.objects.filter(organisation_id__in=ids, at__lt=_midnight(until))
            .annotate(month=TruncMonth("at", tzinfo=PARIS))
            .values_list("month", "organisation_id", "family")
            .annotate(count=Count("id"), people=Count("mandate_id", distinct=True))
            .order_by("month", "organisation_id", "family")
        )
        return tuple(SignedCount(f"{month:%Y-%m}", house, family, count, people) for month, house, family, count, people in rows)


def _structures(programme_ids: Collection[int]) -> frozenset[int]:
    return frozenset(Structure.objects.filter(programme_id__in=programme_ids).order_by().values_list("organisation_id", flat=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PARIS)
