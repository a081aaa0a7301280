"""What the timer does on the days announced: draw up the claims that can be, prepare their runs, tell the people who pay."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Max

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.settlement.models import Claim, CutOff
from carnet.settlement.operations._claims import build_claims
from carnet.settlement.operations._runs import RunPrepared, prepare_run
from carnet.settlement.queries._waiting import periods_to_claim
from carnet.settlement.rules import ClaimState, NothingToPay, RunAlreadyOpen

_TIMER = UUID("6d0f6a38-54f5-4a0e-9c4e-2d6c4f1b8a70")


@transaction.atomic
def prepare_due(*, programme_id: int, actor: Actor, at: datetime) -> list[RunPrepared]:
    """Draw up what can be claimed in a programme at `at` and prepare a run of each agreement, for the day announced.

    Nothing is approved nor sent. Done again, after a crash or the same day, it finds what is done and adds nothing; an agreement
    whose earlier run is still open waits for it. Raises: NotAllowed, ProgrammeUnknown.
    """
    for period in periods_to_claim(programme_ids=[programme_id], at=at):
        build_claims(
            programme_id=programme_id, until=period.until, actor=actor, request_id=uuid5(_TIMER, f"{programme_id} {period.until}"), at=at
        )
    latest = CutOff.objects.filter(programme_id=programme_id).aggregate(latest=Max("id"))["latest"]
    ready = Claim.objects.filter(programme_id=programme_id, state=ClaimState.READY).order_by()
    prepared = []
    for agreement_id in sorted(set(ready.values_list("agreement_id", flat=True))):
        promised_on = ready.filter(agreement_id=agreement_id).aggregate(day=Max("promised_on"))["day"]
        try:
            with transaction.atomic():
                run = prepare_run(
                    agreement_id=agreement_id,
                    execute_on=max(promised_on or legal_day(at), legal_day(at)),
                    actor=actor,
                    request_id=uuid5(_TIMER, f"{agreement_id} {latest} {legal_day(at)}"),
                    at=at,
                )
        except (RunAlreadyOpen, NothingToPay):
            continue
        prepared.append(run)
        _tell(programme_id, run, at)
    return prepared


def _tell(programme_id: int, run: RunPrepared, at: datetime) -> None:
    programme = funding.programme(programme_id)
    notices.post(
        kind="settlement.run-waits",
        to_organisation_id=programme.operator_id,
        context={"programme": programme.name, "cents": run.cents, "execute_on": run.execute_on},
        programme_id=programme_id,
        at=at,
    )
