"""Whoever keeps a place says that all is still right; a letter asks for it when it falls due."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.notices import operations as notices
from carnet.parties.rules import check_allowed_now
from carnet.places import access
from carnet.places.models import PlaceConfirmation, PlaceRecall
from carnet.places.queries import Confirmation, confirmations_due
from carnet.places.rules.confirming import recall_due


@transaction.atomic
def confirm_place(*, place_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that everything on the page of a place is still right. Its page says so, with the day. Locks: the place.

    Raises: NotAllowed, PlaceUnknown, PlaceNotYours.
    Repeat: confirmed already that day, nothing changes.
    """
    check_allowed_now(actor, "places.edit", at)
    place, today = access.managed_place_locked(actor, place_id), legal_day(at)
    if PlaceConfirmation.objects.filter(place_id=place_id, confirmed_on=today).exists():
        return
    PlaceConfirmation.objects.create(
        place=place, organisation_id=actor.organisation_id, confirmed_on=today, confirmed_at=at, request_id=request_id
    )
    journal.record(
        actor=actor,
        action="places.confirmed",
        subject=("place", place.id),
        facts={},
        organisation_id=place.operator_id,
        request_id=request_id,
        at=at,
    )


def recall_confirmations(*, at: datetime) -> int:
    """Write to whoever runs a place whose data are due to be confirmed: on the day, and once more. Gives the letters posted.

    Each letter is posted once. Call it seeing everything.
    """
    today, posted = legal_day(at), 0
    for each in confirmations_due(at=at):
        sent = PlaceRecall.objects.filter(place_id=each.place_id, due_on=each.due_on).count()
        if recall_due(each.due_on, today=today, sent=sent):
            _recall(each, rank=sent, at=at)
            posted += 1
    return posted


@transaction.atomic
def _recall(each: Confirmation, *, rank: int, at: datetime) -> None:
    _row, is_new = PlaceRecall.objects.get_or_create(place_id=each.place_id, due_on=each.due_on, rank=rank, defaults={"sent_at": at})
    if is_new:
        notices.post(
            kind="places.confirmation-due",
            to_organisation_id=each.organisation_id,
            context={"place": each.name, "due_on": each.due_on.isoformat(), "is_again": rank > 0},
            at=at,
        )
