"""What a structure did, in counts: nobody is named, nobody's own work is counted apart, small counts are hidden."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.db.models.functions import TruncMonth

from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.mandates.models import Authorisation, HelperFile, Mandate, Use
from carnet.mandates.rules import FAMILIES
from carnet.mandates.rules.habilitation import shown_counts
from carnet.parties.rules import check_may

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class StructureFigures:
    """Counts of a structure. None: fewer than five, hidden."""

    mandates: int
    live_authorisations: int | None
    uses: int
    helpers_active: int
    helpers_coming: int
    uses_by_family: dict[str, int | None]
    mandates_by_month: tuple[tuple[str, int | None], ...]


def structure_figures(*, actor: Actor, at: datetime) -> StructureFigures:
    """The counts of the actor's structure: five statements. Raises: NotAllowed."""
    check_may(actor, "mandates.see-team")
    here = {"organisation_id": actor.organisation_id or 0}
    live = Authorisation.objects.filter(**here, ended_at=None, ends_at__gt=at).count()
    by_family = dict(Use.objects.filter(**here).order_by().values_list("family").annotate(n=Count("id")).values_list("family", "n"))
    signed = Mandate.objects.filter(**here).order_by().annotate(month=TruncMonth("signed_at", tzinfo=PARIS)).values("month")
    months = {f"{row['month']:%Y-%m}": row["n"] for row in signed.annotate(n=Count("id"))}
    people = list(HelperFile.objects.filter(**here, deactivated_at=None).order_by().values_list("active_at", flat=True))
    active = sum(each is not None for each in people)
    shown = shown_counts(months)
    return StructureFigures(
        mandates=sum(months.values()),
        live_authorisations=shown_counts({"live": live})["live"],
        uses=sum(by_family.values()),
        helpers_active=active,
        helpers_coming=len(people) - active,
        uses_by_family=shown_counts({family.value: by_family.get(family.value, 0) for family in FAMILIES}),
        mandates_by_month=tuple((month, shown[month]) for month in sorted(shown)[-MONTHS_SHOWN:]),
    )
