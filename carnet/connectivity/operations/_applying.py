"""An application, made at a desk in two minutes: a home, an offer, what the person says, and nothing to show but what the offer may ask."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from carnet.connectivity import access
from carnet.connectivity.models import Application, Connection, Contact, Home, Offer
from carnet.connectivity.operations._notes import note
from carnet.connectivity.operations._steps import is_repeated, keep_step, move
from carnet.connectivity.rules import (
    LIVE,
    Channel,
    ConnectionCode,
    ConnectionNumber,
    ConnectionState,
    Ground,
    HomeTaken,
    OfferFull,
    OfferState,
    OfferUnknown,
    check_eligible,
    check_takes_applications,
)
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.periods import legal_day
from carnet.parties.rules import check_may


@dataclass(frozen=True, slots=True)
class Applied:
    """An application as its paper says it: the number, and the code that opens the person's page."""

    id: int
    number: ConnectionNumber
    code: ConnectionCode = field(repr=False)
    offer_id: int
    residence_id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person says. `phone`: to be called for the appointment, "" for none; `may_text`: and to be written to by text message."""

    grounds: Collection[Ground]
    channel: Channel = Channel.DESK
    wants_computer: bool = False
    phone: str = ""
    may_text: bool = False
    language: str = "fr"
    at_hand_over: bool = False


@transaction.atomic
def apply(*, offer_id: int, home_id: int, asked: Asked, actor: Actor, request_id: UUID, at: datetime) -> Applied:
    """Apply for a home, with the person beside or on the telephone. Of what was said, only the grounds of the right are kept.

    Lock: the offer (as many homes as it says, never one more). Repeat: the same request_id gives the first application again.
    Raises: NotAllowed, OfferUnknown, HomeUnknown, OfferNotOpen, OfferElsewhere, OfferFull, NotEligible, HomeTaken, PhoneNumberInvalid.
    """
    check_may(actor, "connectivity.apply")
    assert actor.organisation_id is not None, "somebody applies at a desk"
    first = Connection.objects.filter(request_id=request_id, desk_id=actor.organisation_id).first()
    if first is not None:
        return _applied(first)
    phone = _called(asked.phone)
    # The desk sees its own connections only: the offer and the home are the landlord's, read for the time of this application.
    with acting_as(actor, programme_ids=access.desk_programmes(actor)):
        offer, home = _checked(offer_id, home_id, actor, at)
        grounds = check_eligible(offer.terms.eligibility, asked.grounds)
        row = _kept(offer, home, asked, actor.organisation_id, request_id, at)
        Application.objects.create(
            connection=row, programme_id=row.programme_id, desk_id=row.desk_id, channel=asked.channel.value,
            grounds=[each.value for each in grounds], at_hand_over=asked.at_hand_over, language=asked.language[:8], applied_at=at,
            applied_by_id=actor.person_id,
        )  # fmt: skip
        if phone:
            Contact.objects.create(
                connection=row, programme_id=row.programme_id, desk_id=row.desk_id, provider_id=row.provider_id,
                sealed_phone=key_ring().seal_for(access.contact_person(row.number), access.contact_purpose(row.number), phone.encode()),
                may_text=asked.may_text, given_at=at,
            )  # fmt: skip
        keep_step(row, "", on=row.applied_on, actor=actor, request_id=request_id, at=at)
        facts = {"offer": offer.id, "channel": asked.channel.value, "at_hand_over": asked.at_hand_over}
        note("applied", ("connection", row.id), row.programme_id, facts, actor=actor, request_id=request_id, at=at)
    return _applied(row)


@transaction.atomic
def withdraw(*, connection_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take an application back before the landlord answers. Its contact is erased at once. Lock: the connection.

    Raises: NotAllowed, ConnectionUnknown, WrongState. Repeat: it changes nothing.
    """
    check_may(actor, "connectivity.apply")
    row = access.seen_connection(actor, connection_id, lock=True, part="DESK")
    if not is_repeated(request_id):
        move(row, ConnectionState.WITHDRAWN, on=legal_day(at), actor=actor, request_id=request_id, at=at)


def paper_of(*, connection_id: int, actor: Actor) -> Applied:
    """The number and the code again, for the desk where the person applied: a paper is lost. Raises: NotAllowed, ConnectionUnknown."""
    check_may(actor, "connectivity.apply")
    return _applied(access.seen_connection(actor, connection_id, part="DESK"))


@transaction.atomic
def renew_code(*, connection_id: int, actor: Actor, request_id: UUID, at: datetime) -> Applied:
    """Another code for a paper that somebody else may have read: the earlier one opens nothing any more. Raises: as `paper_of`."""
    check_may(actor, "connectivity.apply")
    row = access.seen_connection(actor, connection_id, lock=True, part="DESK")
    row.code_version, row.wrong_count = row.code_version + 1, 0
    row.visit_mark, row.visit_opened_at, row.visit_seen_at = None, None, None
    row.save(update_fields=["code_version", "wrong_count", "visit_mark", "visit_opened_at", "visit_seen_at"])
    note("code-renewed", ("connection", row.id), row.programme_id, {}, actor=actor, request_id=request_id, at=at)
    return _applied(row)


def _called(typed: str) -> str:
    """The number a person is called at; "" for none. A short number is a service's, nobody's at home. Raises: PhoneNumberInvalid."""
    if not typed.strip():
        return ""
    phone = str(PhoneNumber.parse(typed))
    if not phone.startswith("+"):
        raise PhoneNumberInvalid(typed=phone)
    return phone


def _checked(offer_id: int, home_id: int, actor: Actor, at: datetime) -> tuple[Offer, Home]:
    offer = access.seen_offer(actor, offer_id, lock=True)
    if offer.programme_id not in access.desk_programmes(actor):
        raise OfferUnknown(offer=offer_id)
    home = access.home_to_connect(home_id, programme_id=offer.programme_id, landlord_id=offer.landlord_id)
    check_takes_applications(offer.terms, OfferState(offer.state), residence_id=home.residence_id, today=legal_day(at))
    live = Connection.objects.filter(state__in=[each.value for each in LIVE])
    if live.filter(offer=offer).count() >= offer.home_limit:
        raise OfferFull(most=offer.home_limit)
    if live.filter(home=home).exists():
        raise HomeTaken
    return offer, home


def _kept(offer: Offer, home: Home, asked: Asked, desk_id: int, request_id: UUID, at: datetime) -> Connection:
    number = ConnectionNumber.from_drawn(secrets.randbelow(ConnectionNumber.DRAWN_MAX))
    row = Connection(
        number=str(number), programme_id=offer.programme_id, landlord_id=offer.landlord_id, provider_id=offer.provider_id,
        desk_id=desk_id, offer=offer, residence_id=home.residence_id, home=home, state=ConnectionState.APPLIED.value,
        wants_computer=asked.wants_computer and offer.lends_computer, applied_on=legal_day(at), changed_at=at, request_id=request_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "one_a_home" in str(error):
            raise HomeTaken from None  # two desks at once, through two offers
        raise
    return row


def _applied(row: Connection) -> Applied:
    return Applied(row.id, ConnectionNumber(row.number), access.code_of(row), row.offer_id, row.residence_id)
