"""How an agreement pays: by its bank's file, in one of two versions, or by payment orders."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now
from carnet.settlement import access
from carnet.settlement.models import ChannelChoice
from carnet.settlement.queries.channels import channel_of
from carnet.settlement.rules.channels import PaymentChannel


@transaction.atomic
def choose_channel(*, agreement_id: int, channel: PaymentChannel, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say how an agreement pays from now on; a run whose file was taken out keeps its form. Choosing the same changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, AgreementUnknown.
    """
    check_allowed_now(actor, "settlement.prepare-payment", at)
    agreement = funding_access.operated_agreement(actor, agreement_id)
    access.lock_programme(agreement.programme_id)
    before = channel_of(agreement_id)
    if ChannelChoice.objects.filter(request_id=request_id).exists() or before is channel:
        return
    ChannelChoice.objects.create(
        programme_id=agreement.programme_id,
        agreement_id=agreement_id,
        channel=channel.value,
        chosen_by_id=actor.person_id,
        chosen_at=at,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="settlement.channel-chosen",
        subject=("agreement", agreement_id),
        facts={"channel": channel.value, "before": before.value},
        programme_id=agreement.programme_id,
        request_id=request_id,
        at=at,
    )
