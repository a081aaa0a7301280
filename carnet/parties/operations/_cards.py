"""Cards of one-time codes: brought in from their maker's file, sent to a structure, given to a helper, lost, broken, taken back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from carnet.gateways import code_cards
from carnet.gateways.code_cards import CardFileFault, CardLine
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import access
from carnet.parties.models import CardShipment, CodeCard, Organisation
from carnet.parties.operations import _recoveries
from carnet.parties.operations._card_ends import end, noted_card, sealed_for
from carnet.parties.operations._members import noted
from carnet.parties.rules import (
    CARD_STEP_SECONDS,
    CARDS_FILE_MOST,
    CARDS_SENT_MOST,
    CardAlreadyKnown,
    CardEnd,
    CardFileTooLong,
    CardFileUnreadable,
    CardHeldAlready,
    CardHolderUnknown,
    CardKindInvalid,
    CardNotHere,
    CardsShort,
    CardUnknown,
    OrganisationKind,
    OrganisationUnknown,
    check_allowed_now,
    check_card_kind,
    check_card_serial,
)

_DIGITS, _ALGORITHM = 6, "SHA1"  # what RFC 6238 supposes of a card that says nothing


@dataclass(frozen=True, slots=True)
class CardsLine:
    """What became of one line of the file: brought in, or the refusal that stopped it."""

    number: int
    serial: str
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class CardsReport:
    """The whole import."""

    lines: tuple[CardsLine, ...]

    @property
    def imported(self) -> int:
        return sum(line.refusal is None for line in self.lines)

    @property
    def refused(self) -> tuple[CardsLine, ...]:
        return tuple(line for line in self.lines if line.refusal is not None)


@transaction.atomic
def import_cards(*, content: bytes, step_seconds: int = CARD_STEP_SECONDS, actor: Actor, request_id: UUID, at: datetime) -> CardsReport:
    """Bring in the cards of a maker's file (CSV or PSKC); a wrong line is reported and stops no other. The file is not kept.

    `step_seconds`: how long a code is shown, for a file that does not say. Seeds are sealed before they are written.
    Raises: NotAllowed, SecondFactorNeeded, CardFileUnreadable, CardFileTooLong.
    Repeat: the same request_id brings in nothing twice.
    """
    check_allowed_now(actor, "parties.import-cards", at)
    try:
        lines = code_cards.read_cards(content)
    except CardFileFault as fault:
        raise CardFileUnreadable(missing=fault.missing) from None
    if len(lines) > CARDS_FILE_MOST:
        raise CardFileTooLong(most=CARDS_FILE_MOST)
    operator_id = actor.organisation_id or 0
    Organisation.objects.select_for_update(of=("self",)).get(id=operator_id)  # two files at once: the second sees the first's cards
    known = dict(CodeCard.objects.filter(operator_id=operator_id).values_list("serial", "import_id"))
    done, cards, seen = [], [], set[str]()
    for line in lines:
        try:
            card = _card_of(line, step_seconds, operator_id, request_id, at)
            if card.serial in seen or known.get(card.serial, request_id) != request_id:
                raise CardAlreadyKnown(serial=card.serial)
        except Refusal as refusal:
            done.append(CardsLine(line.number, line.serial.strip()[:40], refusal))
            continue
        seen.add(card.serial)
        if card.serial not in known:
            cards.append(card)
        done.append(CardsLine(line.number, card.serial, None))
    CodeCard.objects.bulk_create(cards, batch_size=500)
    if cards:
        noted(actor, "parties.cards-imported", ("organisation", operator_id), operator_id, request_id, at, cards=len(cards))
    return CardsReport(tuple(done))


@transaction.atomic
def send_cards(*, organisation_id: int, count: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Send so many cards of the stock, the smallest numbers first, to a structure the operator brought in; return the shipment's id.

    Raises: NotAllowed, OrganisationUnknown (also one that helps nobody), CardsShort.
    Repeat: the same request_id returns the first shipment.
    """
    check_allowed_now(actor, "parties.send-cards", at)
    organisation = access.managed_organisation(actor, organisation_id)
    if OrganisationKind.HELPER not in organisation.kinds:
        raise OrganisationUnknown(organisation=organisation_id)
    operator_id = actor.organisation_id or 0
    repeated = CardShipment.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.id
    wanted = max(1, min(count, CARDS_SENT_MOST))
    stock = CodeCard.objects.filter(operator_id=operator_id, organisation=None, ended_at=None)
    chosen = list(stock.select_for_update(of=("self",)).order_by("serial").values_list("id", flat=True)[:wanted])
    if len(chosen) < count:
        raise CardsShort(left=len(chosen))
    shipment = CardShipment.objects.create(
        operator_id=operator_id, organisation_id=organisation_id, card_count=len(chosen), sent_by_id=actor.person_id, sent_at=at,
        request_id=request_id,
    )  # fmt: skip
    CodeCard.objects.filter(id__in=chosen).update(organisation_id=organisation_id, shipment=shipment)
    noted(actor, "parties.cards-sent", ("card-shipment", shipment.id), organisation_id, request_id, at, cards=len(chosen))
    return shipment.id


@transaction.atomic
def receive_cards(*, shipment_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that the cards arrived. Saying it again changes nothing. Raises: NotAllowed, SecondFactorNeeded, CardUnknown."""
    check_allowed_now(actor, "parties.assign-card", at)
    own = CardShipment.objects.select_for_update(of=("self",))
    shipment = own.filter(id=shipment_id, organisation_id=actor.organisation_id or 0).first()
    if shipment is None:
        raise CardUnknown
    _received(shipment, actor, request_id, at)


@transaction.atomic
def assign_card(*, serial: str, person_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Give a card of one's structure, by the number printed on it, to a helper of it; return the card's id.

    It opens nothing before its holder has typed a code of it. Its shipment has then arrived, said or not.
    Raises: NotAllowed, SecondFactorNeeded, CardSerialInvalid, CardUnknown, CardNotHere, CardHolderUnknown, CardHeldAlready.
    """
    check_allowed_now(actor, "parties.assign-card", at)
    organisation_id = actor.organisation_id or 0
    written = check_card_serial(serial)
    card = CodeCard.objects.select_for_update(of=("self",)).filter(organisation_id=organisation_id, serial=written).first()
    if card is None:
        raise CardUnknown
    if card.holder_id == person_id and card.ended_at is None:
        return card.id
    if card.holder_id is not None or card.ended_at is not None:
        raise CardNotHere(serial=card.serial)
    if not access.helpers(organisation_id, at).filter(person_id=person_id).exists():
        raise CardHolderUnknown
    with access.recognised(person_id):
        if access.held_card(person_id) is not None:
            raise CardHeldAlready
    card.holder_id, card.assigned_by_id, card.assigned_at = person_id, actor.person_id, at
    card.save(update_fields=["holder", "assigned_by_id", "assigned_at"])
    if card.shipment is not None:
        _received(card.shipment, actor, uuid5(request_id, "arrived"), at)
    noted_card("card-assigned", card, actor, request_id, at, person_id=person_id)
    return card.id


@transaction.atomic
def take_card_back(*, card_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """A helper gives a card back: it opens nothing for them from now on, and can be given to somebody else.

    Raises: NotAllowed, SecondFactorNeeded, CardUnknown, CardNotHere (nobody holds it).
    """
    check_allowed_now(actor, "parties.assign-card", at)
    card = access.stock_card(actor, card_id)
    if card.holder_id is None or card.ended_at is not None:
        raise CardNotHere(serial=card.serial)
    person_id, was_proved = card.holder_id, card.validated_at is not None
    card.holder = card.assigned_by_id = card.assigned_at = card.validated_at = None
    card.wrong_count, card.rests_until = 0, None
    card.save(update_fields=["holder", "assigned_by_id", "assigned_at", "validated_at", "wrong_count", "rests_until"])
    noted_card("card-taken-back", card, actor, request_id, at, person_id=person_id)
    if was_proved:
        _recoveries.after_loss(person_id, card.organisation_id, actor, uuid5(request_id, "recovery"), at)


@transaction.atomic
def end_card(*, card_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that a card is lost or broken: dead from this moment, its seed erased. Saying it again changes nothing.

    If its holder has nothing else left to prove who they are, a recovery begins: opened by the lead at once, asked by one person of the
    operator and agreed by another.
    Raises: NotAllowed, CardUnknown, ValueError (a reason that is not one).
    """
    check_allowed_now(actor, "parties.end-card", at)
    why = CardEnd(reason)
    card = access.stock_card(actor, card_id)
    if card.ended_at is not None:
        return
    was_proved = card.validated_at is not None
    end(card, why, actor, request_id, at)
    if card.holder_id is not None and was_proved:
        _recoveries.after_loss(card.holder_id, card.organisation_id, actor, uuid5(request_id, "recovery"), at)


def _card_of(line: CardLine, step_seconds: int, operator_id: int, request_id: UUID, at: datetime) -> CodeCard:
    serial = check_card_serial(line.serial)
    step = line.step_seconds if line.step_seconds is not None else step_seconds
    digits = line.digits if line.digits is not None else _DIGITS
    algorithm = line.algorithm or _ALGORITHM
    if line.seed is None:
        raise CardKindInvalid(about="seed")
    check_card_kind(seed_bytes=len(line.seed), step_seconds=step, digits=digits, algorithm=algorithm)
    return CodeCard(
        operator_id=operator_id,
        serial=serial,
        sealed_seed=key_ring().seal(sealed_for(operator_id, serial), line.seed),
        step_seconds=step,
        digits=digits,
        algorithm=algorithm,
        imported_at=at,
        import_id=request_id,
    )


def _received(shipment: CardShipment, actor: Actor, request_id: UUID, at: datetime) -> None:
    if shipment.received_at is not None:
        return
    shipment.received_at, shipment.received_by_id = at, actor.person_id
    shipment.save(update_fields=["received_at", "received_by_id"])
    noted(
        actor, "parties.cards-received", ("card-shipment", shipment.id), shipment.organisation_id, request_id, at, cards=shipment.card_count
    )
