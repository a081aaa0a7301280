"""Codes typed from a card: the first one proves it, the others sign in. Each is accepted once: the database sees to it."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.gateways.code_cards import CardSecret, matching_step
from carnet.gateways.keys import key_ring
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.notices import operations as notices
from carnet.parties import access
from carnet.parties.models import CardCode, CodeCard
from carnet.parties.operations import _recoveries
from carnet.parties.operations._card_ends import sealed_for
from carnet.parties.operations._members import noted
from carnet.parties.rules import (
    ERRORS_FREE,
    FIRST_REACH,
    PAIR_REACH,
    CardClock,
    CardCodeWrong,
    CardResting,
    CardUnknown,
    PartiesRefused,
    learned,
    person_of,
    split_codes,
    step_of,
    steps_to_look_at,
    wait_after,
)


@transaction.atomic
def validate_card(*, code: str, actor: Actor, request_id: UUID, at: datetime) -> PartiesRefused | None:
    """The holder types the first code of the card they were given: from now on it proves who they are. A wrong one is counted, not raised.

    Raises: PersonNeeded, CardUnknown (no card waits for a first code).
    """
    person_id = person_of(actor, "account.manage")
    with access.recognised(person_id):
        card = access.held_card(person_id, lock=True)
        if card is None or card.validated_at is not None:
            raise CardUnknown
        refusal = _try(card, code, CardClock(card.drift, FIRST_REACH), at)
        if refusal is not None:
            return refusal
        card.validated_at = at
        card.save(update_fields=["validated_at"])
        noted(actor, "parties.card-validated", ("card", card.id), card.organisation_id, request_id, at, person_id=person_id)
        _recoveries.finish(person_id, actor, request_id, at)
    return None


@transaction.atomic
def accept_card_code(*, person_id: int, code: str, at: datetime) -> PartiesRefused | None:
    """Whether this code of this person's card lets them in at the real moment `at`: None is yes. A wrong one is counted, not raised.

    Two codes in a row find a clock that wandered. Raises: CardUnknown (no card, or one that no code was typed of yet).
    """
    with access.recognised(person_id):
        card = access.held_card(person_id, lock=True)
        if card is None or card.validated_at is None:
            raise CardUnknown
        return _try(card, code, CardClock(card.drift, card.reach), at)


def forget_card_codes(*, before: datetime) -> int:
    """Forget the codes accepted before `before`; return how many. What they refused is refused by the last step of each card.

    Call it seeing everything.
    """
    gone, _by_table = CardCode.objects.filter(accepted_at__lt=before).delete()
    return gone


def _try(card: CodeCard, typed: str, clock: CardClock, at: datetime) -> PartiesRefused | None:
    if card.rests_until is not None and at < card.rests_until:
        return CardResting(until=card.rests_until)
    step = _step_of_codes(card, split_codes(typed, card.digits), clock, at)
    if step is None or not _kept_once(card, step, at):
        return _counted(card, at)
    seen = learned(now=step_of(at, card.step_seconds), matched=step, clock=CardClock(card.drift, card.reach))
    card.drift, card.reach, card.latest_step, card.latest_at = seen.drift, seen.reach, step, at
    card.wrong_count, card.rests_until = 0, None
    card.save(update_fields=["drift", "reach", "latest_step", "latest_at", "wrong_count", "rests_until"])
    return None


def _step_of_codes(card: CodeCard, codes: tuple[str, ...], clock: CardClock, at: datetime) -> int | None:
    """The step of the code typed, or of the second of two in a row."""
    if not codes:
        return None
    seed = key_ring().unseal(sealed_for(card.operator_id, card.serial), bytes(card.sealed_seed or b""))
    secret = CardSecret(seed, card.step_seconds, card.digits, card.algorithm)
    now = step_of(at, card.step_seconds)
    if len(codes) == 1:
        return matching_step(secret, codes[0], steps_to_look_at(now=now, clock=clock, after=card.latest_step))
    wide = CardClock(0, PAIR_REACH)
    for first in steps_to_look_at(now=now, clock=wide, after=card.latest_step):
        if matching_step(secret, codes[0], [first]) is not None and matching_step(secret, codes[1], [first + 1]) is not None:
            return first + 1 if abs(first + 1 - now) <= PAIR_REACH else None
    return None


def _kept_once(card: CodeCard, step: int, at: datetime) -> bool:
    """Write the code down; False when it was written before: the table is unique, whoever comes at the same instant."""
    assert card.holder_id is not None, "its holder types it"
    try:
        with transaction.atomic():
            CardCode.objects.create(card=card, person_id=card.holder_id, step=step, accepted_at=at)
    except IntegrityError:
        return False
    return True


def _counted(card: CodeCard, at: datetime) -> PartiesRefused:
    """One more wrong code in a row: after five the card rests, longer each time, and its holder is told that somebody tries."""
    card.wrong_count += 1
    wait = wait_after(card.wrong_count)
    card.rests_until = at + wait if wait else None
    card.save(update_fields=["wrong_count", "rests_until"])
    if card.wrong_count == ERRORS_FREE and card.holder is not None and card.holder.email:
        notices.post(kind="parties.card-guessed", to_email=card.holder.email, context={}, language=card.holder.language, at=at)
        journal.record(
            actor=Actor.anonymous(), action="parties.card-guessed", subject=("card", card.id), organisation_id=card.organisation_id, at=at
        )
    return CardResting(until=card.rests_until) if card.rests_until is not None else CardCodeWrong()
