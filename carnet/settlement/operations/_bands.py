"""How many people approve the payments of a programme: set by the operator's administrator, for the runs prepared afterwards."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now, person_of
from carnet.settlement import access
from carnet.settlement.models import BandsVersion
from carnet.settlement.rules import DEFAULT_BANDS, Band, check_bands, check_reason

SET = "settlement.set-bands"


@transaction.atomic
def set_bands(*, programme_id: int, bands: Sequence[Band], reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Decide how many people approve each amount, from the next run prepared on; runs already prepared keep theirs.

    Units:   whole cents.
    Raises:  NotAllowed, SecondFactorNeeded, PersonNeeded, ProgrammeUnknown, BandsInvalid, ReasonMissing.
    Repeat:  the same request_id decides once.
    """
    check_allowed_now(actor, SET, at)
    set_by = person_of(actor, SET)
    funding_access.operated_programme(actor, programme_id)
    reason = check_reason(reason)
    check_bands(bands)
    access.lock_programme(programme_id)
    if BandsVersion.objects.filter(request_id=request_id).exists():
        return
    written = [[band.up_to_cents, band.people] for band in bands]
    row = BandsVersion.objects.create(
        programme_id=programme_id, bands=written, reason=reason, set_by_id=set_by, set_at=at, request_id=request_id
    )
    journal.record(
        actor=actor,
        action="settlement.bands-set",
        subject=("bands", row.id),
        facts={"bands": written},
        programme_id=programme_id,
        request_id=request_id,
        at=at,
    )


def bands_in_force(programme_id: int) -> tuple[Band, ...]:
    """The bands a run prepared now follows."""
    latest = BandsVersion.objects.filter(programme_id=programme_id).order_by("-id").first()
    return tuple(Band(*each) for each in latest.bands) if latest else DEFAULT_BANDS
