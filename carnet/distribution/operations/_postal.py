"""Booklets asked by post: asked, handed over by a desk, sent; the address is sealed, and erased with the sending or three weeks later."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.distribution import access, queries
from carnet.distribution.models import PostalRequest
from carnet.distribution.operations._handing import HandedOver, hand_over
from carnet.distribution.operations._notes import by, note, tell
from carnet.distribution.rules import AgeBand, Area, HandOverItem, OtherProgramme, Reason, Ticks
from carnet.distribution.rules.postal import (
    ADDRESS_KEPT,
    OPEN_STATES,
    PostalAddress,
    PostalBy,
    PostalClosed,
    PostalNotReady,
    PostalNumber,
    PostalOutside,
    PostalReady,
    PostalRefusedFor,
    PostalState,
    check_asked_today,
    check_open,
    checked_address,
    chosen_sender,
)
from carnet.funding.queries import ProgrammeFacts
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import check_may
from carnet.places import queries as places

LETTER_BOX = "letter box of a request"


@dataclass(frozen=True, slots=True)
class AskedByPost:
    """What the person keeps: a number, and nothing of theirs."""

    number: str
    programme_id: int


@transaction.atomic
def ask_by_post(
    *, said: PostalAddress, ticks: Ticks | None = None, organisation_id: int | None = None, actor: Actor, request_id: UUID, at: datetime
) -> AskedByPost:
    """Ask for a booklet by post; it goes to the desk of the person's territory that has some, the nearest. Needs no account.

    Whoever answers the telephone may ask for somebody; a desk may keep the request for itself (`organisation_id`).
    Repeat: the same request_id gives the first number again.
    Raises: NotAllowed, NotYourDesk, PostalAddressIncomplete, PostalTownUnknown, NirInText, IbanInText, PostalOutside, PostalClosed.
    """
    through = PostalBy.TELEPHONE if actor.kind == "person" else PostalBy.PAGE
    if through is PostalBy.TELEPHONE:
        check_may(actor, "distribution.note-postal")
    address, commune_code = checked_address(said, places.gazetteer())
    given = ticks or Ticks()
    programme = _programme(commune_code, given, at)
    with acting_as(actor, programme_ids=[programme.id]):
        repeated = PostalRequest.objects.filter(request_id=request_id).first()
        if repeated is not None:
            return AskedByPost(repeated.number, repeated.programme_id)
        if through is PostalBy.PAGE:
            check_asked_today(queries.postal_asked_today(programme_id=programme.id, at=at))
        desk_id = _desk(programme, commune_code, organisation_id, actor, at)
        row = _created(programme.id, desk_id, address, given, through, actor, request_id, at)
        note("postal-asked", ("postal-request", row.id), programme.id, desk_id, {"through": through.value}, actor, request_id, at)
        tell("distribution.postal-asked", desk_id, programme.id, {"programme": programme.name}, at)
    return AskedByPost(row.number, programme.id)


def _programme(commune_code: str, ticks: Ticks, at: datetime) -> ProgrammeFacts:
    if ticks.area is Area.OUTSIDE:
        raise PostalOutside
    handing = sorted(queries.programmes_handing(at=at), key=lambda each: (each.windows.hand_over_from, each.id), reverse=True)
    for programme in handing:
        if commune_code in places.territory(programme.terms.perimeter):
            return programme
    raise PostalOutside if handing else PostalClosed


def _desk(programme: ProgrammeFacts, commune_code: str, organisation_id: int | None, actor: Actor, at: datetime) -> int:
    if organisation_id is not None:
        desk_id = access.desk(actor, organisation_id)
        access.check_takes_part(organisation_id=desk_id, programme_id=programme.id, programme=programme.name, at=at)
        return desk_id
    commune = places.commune(commune_code)
    near = commune.point if commune else None
    return chosen_sender(queries.postal_senders(programme_id=programme.id, near=near, at=at), near=near)


def _created(
    programme_id: int, desk_id: int, address: PostalAddress, ticks: Ticks, through: PostalBy, actor: Actor, request_id: UUID, at: datetime
) -> PostalRequest:
    number = str(PostalNumber.from_drawn(secrets.randbelow(PostalNumber.DRAWN_MAX)))
    sealed = key_ring().seal_for(access.postal_person(number), access.postal_purpose(number), json.dumps(asdict(address)).encode())
    return PostalRequest.objects.create(
        programme_id=programme_id, organisation_id=desk_id, number=number, state=PostalState.WAITING, sealed_address=sealed,
        address_mark=key_ring().mark(LETTER_BOX, address.told_apart), age_band=ticks.age_band, reason=ticks.reason, area=ticks.area,
        asked_through=through, asked_at=at, asked_by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def see_postal_address(*, postal_id: int, actor: Actor, request_id: UUID, at: datetime) -> PostalAddress:
    """What is to be written on the envelope. Each look is journalled. Raises: NotAllowed, PostalUnknown, PostalEnded."""
    row = _own(actor, postal_id)
    check_open(PostalState(row.state))
    _note("postal-address-seen", row, {}, actor, request_id, at)
    return access.postal_address(row)


@transaction.atomic
def hand_over_for_post(*, postal_id: int, booklet_id: int, actor: Actor, request_id: UUID, at: datetime) -> HandedOver:
    """Hand one booklet of the desk's stock over for a request, with the ticks the person gave. Locks: the request.

    Raises: NotAllowed, PostalUnknown, PostalEnded, PostalReady, BookletUnknown, OtherProgramme, and as `hand_over_many`.
    Repeat: the same request_id gives the first hand-over again.
    """
    row = _own(actor, postal_id, lock=True)
    item_id = uuid5(request_id, "postal")
    if row.hand_over is not None and row.hand_over.request_id == item_id:
        given = row.hand_over
        return HandedOver(given.id, given.request_id, given.voucher_count, given.printed_until)
    check_open(PostalState(row.state))
    if row.state == PostalState.READY:
        raise PostalReady
    first = ledger.vouchers_of_booklet(booklet_id)[0]
    if first.programme_id != row.programme_id:
        raise OtherProgramme
    ticks = Ticks(AgeBand(row.age_band), Reason(row.reason), Area(row.area))
    item = HandOverItem(item_id, first.series_id, booklet_id, booklet_id, ticks=ticks)
    done = hand_over(item=item, organisation_id=row.organisation_id, actor=actor, at=at)
    row.hand_over_id, row.state = done.id, PostalState.READY
    row.save(update_fields=["hand_over", "state"])
    _note("postal-handed-over", row, {"hand_over": done.id, "vouchers": done.voucher_count}, actor, request_id, at)
    return done


@transaction.atomic
def mark_posted(*, postal_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say that the envelope left: the address is erased. Saying it again changes nothing.

    Raises: NotAllowed, PostalUnknown, PostalEnded, PostalNotReady.
    """
    row = _own(actor, postal_id, lock=True)
    if row.state == PostalState.SENT:
        return
    check_open(PostalState(row.state))
    if row.state != PostalState.READY:
        raise PostalNotReady
    _end(row, PostalState.SENT, actor, at)
    _note("postal-sent", row, {}, actor, request_id, at)


@transaction.atomic
def refuse_postal(*, postal_id: int, refused_for: PostalRefusedFor, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say why a booklet will not be sent: the address is erased. Saying the same again changes nothing.

    Raises: NotAllowed, PostalUnknown, PostalEnded, PostalReady.
    """
    row = _own(actor, postal_id, lock=True)
    if row.state == PostalState.REFUSED and row.refused_for == refused_for:
        return
    check_open(PostalState(row.state))
    if row.state == PostalState.READY:
        raise PostalReady
    row.refused_for = refused_for
    _end(row, PostalState.REFUSED, actor, at, "refused_for")
    _note("postal-refused", row, {"for": refused_for.value}, actor, request_id, at)


@transaction.atomic
def pass_postal_on(*, postal_id: int, organisation_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Give a request to another desk of its programme, which sends instead; this one sees it no more. Locks: the request.

    Raises: NotAllowed, PostalUnknown, PostalEnded, PostalReady, and as `check_takes_part` when the other desk cannot hand over.
    """
    row = _own(actor, postal_id, lock=True)
    check_open(PostalState(row.state))
    if row.state == PostalState.READY:
        raise PostalReady
    before = row.organisation_id
    with acting_as(actor, programme_ids=[row.programme_id]):
        name = queries.programme_name(row.programme_id)
        access.check_takes_part(organisation_id=organisation_id, programme_id=row.programme_id, programme=name, at=at)
        row.organisation_id = organisation_id
        row.save(update_fields=["organisation"])
        note(
            "postal-passed-on", ("postal-request", row.id), row.programme_id, before, {"to": organisation_id}, actor, request_id, at
        )  # fmt: skip
        tell("distribution.postal-asked", organisation_id, row.programme_id, {"programme": name}, at)


@transaction.atomic
def take_postal_back(*, number: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Take a request back, with its number: the address is erased. Saying it again changes nothing.

    Raises: PostalNumberMistyped, PostalUnknown, PostalReady (the booklet is in its envelope), PostalEnded.
    """
    seen = access.postal_presented(PostalNumber.parse(number))
    with acting_as(organisation_ids=[seen.organisation_id]):
        row = access.postal(seen.id, lock=True)
        if row.state == PostalState.WITHDRAWN:
            return
        check_open(PostalState(row.state))
        if row.state == PostalState.READY:
            raise PostalReady
        _end(row, PostalState.WITHDRAWN, actor, at)
        _note("postal-taken-back", row, {}, actor, request_id, at)


def forget_postal(*, at: datetime, limit: int = 500) -> int:
    """Erase the addresses of requests nobody served within ADDRESS_KEPT; return how many. Call it seeing everything."""
    with transaction.atomic():
        rows = PostalRequest.objects.select_for_update(of=("self",), skip_locked=True)
        old = list(rows.filter(state__in=sorted(OPEN_STATES), asked_at__lte=at - ADDRESS_KEPT).order_by("asked_at")[:limit])
        system = Actor.system("forget postal addresses")
        for row in old:
            _end(row, PostalState.EXPIRED, system, at)
            _note("postal-forgotten", row, {}, system, row.request_id, at)
    return len(old)


def _own(actor: Actor, postal_id: int, *, lock: bool = False) -> PostalRequest:
    access.check_may_hand_over(actor)
    row = access.postal(postal_id, lock=lock)
    access.own_postal(actor, row)
    return row


def _end(row: PostalRequest, state: PostalState, actor: Actor, at: datetime, *more: str) -> None:
    row.state, row.sealed_address, row.address_mark = state, None, None
    row.ended_at, row.ended_by_id = at, by(actor)
    row.save(update_fields=["state", "sealed_address", "address_mark", "ended_at", "ended_by_id", *more])


def _note(what: str, row: PostalRequest, facts: Mapping[str, Any], actor: Actor, request_id: UUID, at: datetime) -> None:
    note(what, ("postal-request", row.id), row.programme_id, row.organisation_id, facts, actor, request_id, at)
