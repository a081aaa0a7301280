"""Mandates and uses of a programme in counts: to be published, small ones hidden by whoever publishes."""

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from carnet.gateways.database import acting_as
from carnet.kernel.periods import PARIS
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, Structure, Use
from carnet.mandates.rules import Family
from carnet.mandates.rules.counting import By, MandateCounts, month_of, summed
from carnet.parties import queries as parties
from carnet.places.rules.geography import department_of


def programmes_counted() -> frozenset[int]:
    """The programmes that have, or had, structures. Call it seeing them."""
    return frozenset(Structure.objects.order_by().values_list("programme_id", flat=True).distinct())


def counts_of_programme(programme_id: int) -> MandateCounts:
    """What the structures of a programme signed and did, by Paris month, by family, by département. Ten statements.

    Call it seeing the programme. Nothing but counts leaves.
    """
    ids = frozenset(Structure.objects.filter(programme_id=programme_id).order_by().values_list("organisation_id", flat=True))
    departments = {key: department_of(card.postcode) if card.postcode else "" for key, card in parties.organisations(ids).items()}
    with acting_as(organisation_ids=ids):
        mandates, uses = Mandate.objects.filter(organisation_id__in=ids), Use.objects.filter(organisation_id__in=ids)
        return MandateCounts(
            programme_id=programme_id,
            structures=len(ids),
            mandates=mandates.count(),
            uses=uses.count(),
            people=AssistedPerson.objects.filter(organisation_id__in=ids).count(),
            mandates_by={
                By.MONTH: _by_month(mandates, "signed_at"),
                By.FAMILY: _by_family(Authorisation.objects.filter(organisation_id__in=ids)),
                By.DEPARTMENT: summed(_by_organisation(mandates), departments),
            },
            uses_by={
                By.MONTH: _by_month(uses, "at"),
                By.FAMILY: _by_family(uses),
                By.DEPARTMENT: summed(_by_organisation(uses), departments),
            },
        )


def _by_month(rows: QuerySet[Mandate] | QuerySet[Use], moment: str) -> dict[str, int]:
    months = rows.annotate(month=TruncMonth(moment, tzinfo=PARIS)).values_list("month").annotate(count=Count("id")).order_by("month")
    return {month_of(month.date()): count for month, count in months}


def _by_family(rows: QuerySet[Authorisation] | QuerySet[Use]) -> dict[str, int]:
    counted = dict(rows.order_by().values_list("family").annotate(count=Count("id")))
    return {each.value: counted[each.value] for each in Family if each.value in counted}


def _by_organisation(rows: QuerySet[Mandate] | QuerySet[Use]) -> dict[int, int]:
    return dict(rows.order_by().values_list("organisation_id").annotate(count=Count("id")))
