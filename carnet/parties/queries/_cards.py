"""Cards of one-time codes as their stock, their structure and their holder see them; recoveries as they wait."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from carnet.kernel.actors import Actor
from carnet.parties import access
from carnet.parties.models import CardShipment, CodeCard, FactorRecovery, Person
from carnet.parties.rules import CardUnknown, RecoveryState, check_may

# A page that a thumb reads to its end: a card is several lines on a telephone.
CARDS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class CardView:
    """One card, without its secret."""

    id: int
    serial: str
    step_seconds: int
    digits: int
    organisation_id: int | None
    organisation: str
    shipment_id: int | None
    received_at: datetime | None
    holder_id: int | None
    holder: str
    assigned_at: datetime | None
    validated_at: datetime | None
    latest_at: datetime | None
    drift_seconds: int
    rests_until: datetime | None
    ended_at: datetime | None
    ended_reason: str | None


@dataclass(frozen=True, slots=True)
class CardsPage:
    """Some cards of a long list. `pages` counts from 1."""

    cards: tuple[CardView, ...]
    page: int
    pages: int
    found: int


@dataclass(frozen=True, slots=True)
class CardCounts:
    """How many cards are where."""

    in_stock: int
    at_structures: int
    given: int
    ended: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """Cards on their way to a structure, or arrived."""

    id: int
    card_count: int
    sent_at: datetime
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecoveryView:
    """One recovery as it waits."""

    id: int
    organisation_id: int
    organisation: str
    person_id: int
    person: str
    way: str
    state: str
    reason: str
    asked_by: int | None
    asked_at: datetime
    opens_at: datetime | None
    expires_at: datetime | None


def cards(*, actor: Actor, search: str = "", page: int = 1) -> CardsPage:
    """The operator's cards, by number, a page at a time; `search` is the beginning of a number. Raises: NotAllowed."""
    check_may(actor, "parties.see-cards")
    rows = CodeCard.objects.filter(operator_id=actor.organisation_id or 0)
    return _page(_numbered(rows, search), page)


def _numbered(rows: QuerySet[CodeCard], search: str) -> QuerySet[CodeCard]:
    # As it is read aloud, in groups: the spaces are not of the number.
    beginning = "".join(search.split()).upper()
    return rows.filter(serial__startswith=beginning) if beginning else rows


def card_counts(*, actor: Actor) -> CardCounts:
    """Where the operator's cards are. Raises: NotAllowed."""
    check_may(actor, "parties.see-cards")
    living = Q(ended_at__isnull=True)
    told = CodeCard.objects.filter(operator_id=actor.organisation_id or 0).aggregate(
        in_stock=Count("id", filter=living & Q(organisation=None)),
        at_structures=Count("id", filter=living & Q(organisation__isnull=False, holder=None)),
        given=Count("id", filter=living & Q(holder__isnull=False)),
        ended=Count("id", filter=~living),
    )
    return CardCounts(**told)


def card(*, actor: Actor, card_id: int) -> CardView:
    """One card of the operator, or of the structure, acted for. Raises: NotAllowed, CardUnknown."""
    own = Q(operator_id=actor.organisation_id or 0) | Q(organisation_id=actor.organisation_id or 0)
    found = _shown(CodeCard.objects.filter(own, id=card_id)).first()
    if found is None:
        raise CardUnknown
    return _views([found])[0]


def own_cards(*, actor: Actor, search: str = "", page: int = 1) -> CardsPage:
    """The cards sent to one's structure, by number, a page at a time. Raises: NotAllowed."""
    check_may(actor, "parties.see-own-cards")
    rows = CodeCard.objects.filter(organisation_id=actor.organisation_id or 0)
    return _page(_numbered(rows, search), page)


def parcels(*, actor: Actor) -> list[Parcel]:
    """The cards sent to one's structure, parcel by parcel, the latest first. Raises: NotAllowed."""
    check_may(actor, "parties.see-own-cards")
    rows = CardShipment.objects.filter(organisation_id=actor.organisation_id or 0).order_by("-sent_at", "-id")
    return [Parcel(row.id, row.card_count, row.sent_at, row.received_at) for row in rows]


@dataclass(frozen=True, slots=True)
class CardHolder:
    """Somebody who helps in the structure, and the card they hold, if any."""

    person_id: int
    display_name: str
    role: str
    card_id: int | None
    serial: str
    is_proved: bool


def card_holders(*, actor: Actor, at: datetime) -> list[CardHolder]:
    """Everybody who helps in one's structure, by name, with their card. Raises: NotAllowed."""
    check_may(actor, "parties.see-own-cards")
    organisation_id = actor.organisation_id or 0
    held = CodeCard.objects.filter(organisation_id=organisation_id, ended_at=None, holder__isnull=False).defer("sealed_seed")
    cards_by_holder = {card.holder_id: card for card in held}
    found = []
    for row in access.helpers(organisation_id, at).order_by("person__display_name", "id"):
        card = cards_by_holder.get(row.person_id)
        found.append(
            CardHolder(
                person_id=row.person_id, display_name=row.person.display_name, role=row.role, card_id=card.id if card else None,
                serial=card.serial if card else "", is_proved=card is not None and card.validated_at is not None,
            )
        )  # fmt: skip
    return found


def my_card(person_id: int) -> CardView | None:
    """The living card one holds, a first code typed or not."""
    with access.recognised(person_id):
        found = access.held_card(person_id)
        return None if found is None else _views([found])[0]


def recovery_waiting_for(person_id: int) -> int | None:
    """The recovery whose e-mail's code must be typed before another factor is set up; None when none is open or asked.

    One that two people of the operator only prepare stops nobody who still has a factor; whoever has none waits for it.
    """
    with access.recognised(person_id):
        found = access.waiting_recovery(person_id)
    return found.id if found is not None else None


def recovery(*, actor: Actor, recovery_id: int) -> RecoveryView:
    """One recovery prepared by the operator acted for. Raises: NotAllowed, RecoveryUnknown."""
    check_may(actor, "parties.see-cards")
    return _recovery_view(access.decidable_recovery(actor, recovery_id))


def recoveries_waiting(*, actor: Actor) -> list[RecoveryView]:
    """The recoveries of the operator acted for that are not over, oldest first. Raises: NotAllowed."""
    check_may(actor, "parties.see-cards")
    waiting = (RecoveryState.ASKED.value, RecoveryState.AGREED.value, RecoveryState.OPEN.value)
    rows = FactorRecovery.objects.filter(operator_id=actor.organisation_id or 0, state__in=waiting)
    return [_recovery_view(row) for row in rows.select_related("organisation").order_by("asked_at", "id")]


def _recovery_view(row: FactorRecovery) -> RecoveryView:
    with access.recognised(row.person_id):  # the operator reads the name of the one person it answers for
        name = Person.objects.filter(id=row.person_id).values_list("display_name", flat=True).first() or ""
    return RecoveryView(
        id=row.id, organisation_id=row.organisation_id, organisation=row.organisation.name, person_id=row.person_id, person=name,
        way=row.way, state=row.state, reason=row.reason, asked_by=row.asked_by_id, asked_at=row.asked_at, opens_at=row.opens_at,
        expires_at=row.expires_at,
    )  # fmt: skip


def _shown(rows: QuerySet[CodeCard]) -> QuerySet[CodeCard]:
    return rows.select_related("organisation", "shipment").defer("sealed_seed")


def _page(rows: QuerySet[CodeCard], page: int) -> CardsPage:
    found = rows.count()
    pages = max(1, -(-found // CARDS_PER_PAGE))
    shown = min(max(1, page), pages)
    begin = (shown - 1) * CARDS_PER_PAGE
    return CardsPage(tuple(_views(list(_shown(rows).order_by("serial")[begin : begin + CARDS_PER_PAGE]))), shown, pages, found)


def _views(rows: list[CodeCard]) -> list[CardView]:
    """Names of holders are read where the tenant may read them: their structure does, the operator's stock does not."""
    holders = {row.holder_id for row in rows if row.holder_id is not None}
    names = dict(Person.objects.filter(id__in=holders).values_list("id", "display_name")) if holders else {}
    return [
        CardView(
            id=row.id, serial=row.serial, step_seconds=row.step_seconds, digits=row.digits, organisation_id=row.organisation_id,
            organisation=row.organisation.name if row.organisation is not None else "", shipment_id=row.shipment_id,
            received_at=row.shipment.received_at if row.shipment is not None else None, holder_id=row.holder_id,
            holder=names.get(row.holder_id or 0, ""), assigned_at=row.assigned_at, validated_at=row.validated_at, latest_at=row.latest_at,
            drift_seconds=row.drift * row.step_seconds, rests_until=row.rests_until, ended_at=row.ended_at, ended_reason=row.ended_reason,
        )
        for row in rows
    ]  # fmt: skip
