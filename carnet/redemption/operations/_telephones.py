"""A place's telephones: registered by the digits sent to them, taken away with their number."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.redemption import access
from carnet.redemption.models import Telephone
from carnet.redemption.operations._outbox import post
from carnet.redemption.rules import (
    CONFIRMATION_DIGITS,
    CONFIRMATION_LIFETIME,
    CONFIRMATIONS_PER_NUMBER,
    CONFIRMATIONS_PER_ORGANISATION,
    ConfirmationsTooMany,
    ConfirmationWrong,
    TelephoneTaken,
    check_confirmation,
    check_mobile,
)

# What numbers and digits are marked for.
NUMBER, CONFIRMATION = "telephone", "telephone confirmation"


@transaction.atomic
def register_telephone(
    *, place_id: int, number: str, language: str, write: Callable[[str], str], actor: Actor, request_id: UUID, at: datetime
) -> int:
    """Ask for a telephone: digits are sent to it, which the place types back. Returns its id. `write` words the message.

    Raises: PlaceNotAccepted, PhoneNumberInvalid, ConfirmationsTooMany.
    """
    known = Telephone.objects.filter(request_id=request_id).first()
    if known is not None:
        return int(known.id)
    place = access.own_sheet_place(actor, place_id, at=at)
    read = check_mobile(number)
    mark = key_ring().mark(NUMBER, read.text)
    assert actor.organisation_id is not None
    _check_asked(mark, actor.organisation_id, at)
    digits = f"{secrets.randbelow(10**CONFIRMATION_DIGITS):0{CONFIRMATION_DIGITS}d}"
    row = Telephone.objects.create(
        organisation_id=actor.organisation_id, place_id=place.place_id, number_mark=mark, last_digits=read.text[-2:],
        language=language, asked_at=at, asked_by_id=actor.person_id, confirmation_mark=_confirmation(request_id, digits),
        confirmation_expires_at=at + CONFIRMATION_LIFETIME, request_id=request_id,
    )  # fmt: skip
    post(read.text, write(digits), at)
    note(actor, "telephone-asked", row, {"place": place.place_id}, request_id, at)
    return int(row.id)


def _check_asked(mark: bytes, organisation_id: int, at: datetime) -> None:
    most, within = CONFIRMATIONS_PER_NUMBER
    with access.ringing(mark):
        of_number = Telephone.objects.filter(number_mark=mark, asked_at__gt=at - within).count()
    most_here, within_here = CONFIRMATIONS_PER_ORGANISATION
    here = Telephone.objects.filter(organisation_id=organisation_id, asked_at__gt=at - within_here).count()
    if of_number >= most or here >= most_here:
        raise ConfirmationsTooMany()


def _confirmation(request_id: UUID, digits: str) -> bytes:
    return key_ring().mark(CONFIRMATION, f"{request_id}:{digits}")


def confirm_telephone(*, telephone_id: int, digits: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a telephone into service: whoever asked for it typed the digits it received. A wrong try is counted, then refused.

    Raises: TelephoneUnknown, ConfirmationWrong, ConfirmationExpired, TelephoneTaken.
    """
    wrong: ConfirmationWrong | None = None
    with transaction.atomic():
        row = access.own_telephone(actor, telephone_id)
        if row.confirmed_at is not None:
            return
        try:
            check_confirmation(
                given=_confirmation(row.request_id, "".join(digits.split())),
                expected=bytes(row.confirmation_mark),
                tries=row.tries,
                expires_at=row.confirmation_expires_at,
                at=at,
            )
        except ConfirmationWrong as refusal:
            wrong, row.tries = refusal, row.tries + 1
            row.save(update_fields=["tries"])
        else:
            _take_into_service(row, at)
            note(actor, "telephone-confirmed", row, {"place": row.place_id}, request_id, at)
    if wrong is not None:
        raise wrong


def _take_into_service(row: Telephone, at: datetime) -> None:
    row.confirmed_at = at
    try:
        with transaction.atomic():
            row.save(update_fields=["confirmed_at"])
    except IntegrityError:
        raise TelephoneTaken() from None


@transaction.atomic
def revoke_telephone(*, telephone_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a telephone away from its place; its number is forgotten. Raises: TelephoneUnknown."""
    forget_telephone(access.own_telephone(actor, telephone_id), actor, request_id, at)


def forget_telephone(row: Telephone, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a locked telephone away, its number with it."""
    row.revoked_at, row.revoked_by_id, row.number_mark, row.last_digits = at, actor.person_id, None, ""
    row.save(update_fields=["revoked_at", "revoked_by_id", "number_mark", "last_digits"])
    note(actor, "telephone-revoked", row, {"place": row.place_id}, request_id, at)


def note(actor: Actor, what: str, row: Telephone, facts: dict[str, int], request_id: UUID, at: datetime) -> None:
    """A line of the journal about a telephone."""
    journal.record(
        actor=actor, action=f"redemption.{what}", subject=("telephone", row.id), facts=facts, organisation_id=row.organisation_id,
        request_id=request_id, at=at,
    )  # fmt: skip
