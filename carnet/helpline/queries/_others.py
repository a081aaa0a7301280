"""The stories of a place, a booking, a payment, a hand-over, a replacement, a complaint."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from carnet.connectivity.queries import told as connections
from carnet.distribution import queries as distribution
from carnet.distribution.rules import Kind
from carnet.funding import queries as funding
from carnet.helpline.queries._complaints import complaints, found_by_number
from carnet.helpline.queries._events import Choice, Event, Story, What, in_order
from carnet.helpline.queries._vouchers import NOON, lesson_event, part_story, payment_event
from carnet.helpline.rules import Asked, Reading
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid
from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.settlement import queries as settlement
from carnet.settlement.queries import PaymentStep
from carnet.workshops import queries as workshops
from carnet.workshops.queries import BookingView, SessionView


def place_story(reading: Reading, *, actor: Actor, at: datetime) -> Story | None:
    """A place of the actor's programmes, by its number, its SIRET or RNA, or its whole name; several of one name are given to choose from."""
    ids = [reading.number] if reading.number else list(places.places_called(reading.text))
    found = [each for each in places.summaries(ids, at=at) if _is_theirs(each.place_id, actor)]
    if not found:
        return None
    if len(found) > 1:
        choices = tuple(Choice(f"lieu {each.place_id}", each.name, f"{each.postcode} {each.commune}") for each in found)
        return Story(kind=Asked.PLACE, subject=("place", found[0].place_id), title=reading.text, choices=choices)
    place = found[0]
    events = [
        *_acceptances(place, actor),
        *_next_lesson(place, at),
        *_place_payments(place, actor, at),
        *_place_complaints(place, actor, at),
    ]
    return Story(
        kind=Asked.PLACE,
        subject=("place", place.place_id),
        title=place.name,
        about=", ".join(part for part in (place.address, f"{place.postcode} {place.commune}", _spoken(place.phone)) if part),
        events=in_order(events),
        place_id=place.place_id,
    )


def _spoken(phone: str) -> str:
    """A telephone as it is read aloud, by twos."""
    try:
        return PhoneNumber.parse(phone).printed() if phone else ""
    except PhoneNumberInvalid:
        return phone


def _is_theirs(place_id: int, actor: Actor) -> bool:
    return any(each.programme_id in actor.programme_ids for each in places.acceptances_of(place_id))


def _acceptances(place: PlaceSummary, actor: Actor) -> Iterator[Event]:
    own = [each for each in places.acceptances_of(place.place_id) if each.programme_id in actor.programme_ids]
    names = {each.id: each.name for each in funding.programmes({each.programme_id for each in own})}
    for each in own:
        facts = {"programme": names[each.programme_id], "on": each.from_on}
        yield Event(What.ACCEPTS, start_of_day(each.from_on), facts)
        if each.until_on is not None:
            yield Event(What.ACCEPTED_UNTIL, start_of_day(each.until_on), facts | {"on": each.until_on - timedelta(days=1)})
    if place.ended_on is not None:
        yield Event(What.PLACE_ENDED, start_of_day(place.ended_on), {"on": place.ended_on})


def _next_lesson(place: PlaceSummary, at: datetime) -> Iterator[Event]:
    session = workshops.next_with_seats(place_ids=[place.place_id], at=at).get(place.place_id)
    if session is not None:
        facts = {"day_of_lesson": session.day, "begins": session.begins, "title": session.title, "seats": session.free_seats}
        yield Event(What.NEXT_LESSON, session.starts_at, facts)


def _place_payments(place: PlaceSummary, actor: Actor, at: datetime) -> Iterator[Event]:
    """The latest payment of whoever runs it, and what it waits for: of the actor's programmes, which are all the reader sees."""
    if place.operator_id is None:
        return
    for received in settlement.received_payments(organisation_id=place.operator_id, limit=1):
        yield Event(
            What.PAID, start_of_day(received.paid_on) + NOON, {"place": place.name, "on": received.paid_on, "count": received.voucher_count}
        )
    for each in settlement.expected_payments(organisation_id=place.operator_id, at=at):
        if each.programme_id not in actor.programme_ids:
            continue
        facts = {"place": place.name, "on": each.payable_on, "count": each.voucher_count, "reason": each.reason}
        if each.payable_on is None:
            yield Event(What.CAME_BACK if each.step is PaymentStep.CAME_BACK else What.SET_ASIDE, at, facts)
        else:
            yield Event(What.TO_PAY, start_of_day(each.payable_on) + NOON, facts | {"is_late": each.payable_on < legal_day(at)})


def _place_complaints(place: PlaceSummary, actor: Actor, at: datetime) -> Iterator[Event]:
    for each in complaints(actor=actor, at=at, place_id=place.place_id, most=10):
        facts = {"kind": each.kind, "number": each.number, "due_on": each.due_on, "is_late": each.is_late}
        yield Event(What.COMPLAINED, each.filed_at, facts)
        if each.closed_at is not None:
            yield Event(What.COMPLAINT_CLOSED, each.closed_at, facts | {"decision": each.decision})


def booking_story(number: str, *, actor: Actor, at: datetime) -> Story | None:
    """A booking at a place of the actor's programmes; None when unknown, or at a place that is not."""
    try:
        booking, session = workshops.booking(number, at=at)
    except Refusal:
        return None
    if not _is_theirs(session.place_id, actor):
        return None
    return Story(
        kind=Asked.BOOKING,
        subject=("booking", booking.id),
        title=booking.number,
        about=f"{session.place_name}, {session.address}",
        events=in_order(list(_booking(booking, session, at))),
        place_id=session.place_id,
        booking=booking.number if booking.is_standing and session.starts_at > at else "",
        session_id=session.id,
    )


def _booking(booking: BookingView, session: SessionView, at: datetime) -> Iterator[Event]:
    facts = {"place": session.place_name, "organisation": parties.organisation_name(booking.desk_id), "channel": booking.channel}
    yield Event(What.BOOKED, booking.booked_at, facts)
    told = lesson_event(booking, session, at=at)
    if told.what is not What.BOOKED:
        yield told


def payment_story(reading: Reading, *, actor: Actor, at: datetime) -> Story | None:
    """A payment of the actor's programmes, by what the bank calls it or the number of its claim."""
    told = settlement.payment_told(claim_id=reading.number) if reading.number else settlement.payment_told(reference=reading.text)
    if told is None or told[0].programme_id not in actor.programme_ids:
        return None
    payment, organisation_id = told
    name = parties.organisation_name(organisation_id)
    facts = {"organisation": name, "count": payment.voucher_count, "cents": payment.cents, "until": payment.until}
    events = [Event(What.CLAIMED, payment.until, facts), payment_event(payment, place=name, at=payment.until)]
    return Story(
        kind=Asked.PAYMENT,
        subject=("claim", payment.claim_id),
        title=payment.references[-1] if payment.references else str(payment.claim_id),
        about=name,
        events=tuple(events),
        programme_id=payment.programme_id,
    )


def hand_over_story(number: int, *, actor: Actor, at: datetime) -> Story | None:
    """What one person was given: the story of the booklet, less what others had of it."""
    try:
        given = distribution.hand_over(number)
    except Refusal:
        return None
    if given.programme_id not in actor.programme_ids:
        return None
    ids = given.voucher_ids if given.kind is Kind.VOUCHERS else ()
    story = part_story(given.series_id, given.first_booklet_id, ids, actor=actor, at=at)
    if story is None:
        return None
    left = tuple(each for each in story.left if each.hand_over_id == given.id)
    return Story(
        kind=Asked.HAND_OVER, subject=("hand-over", given.id), title=f"H{given.id}", about=story.title, events=story.events,
        programme_id=given.programme_id, serial=story.serial, hand_over_id=given.id, left=left,
    )  # fmt: skip


def replacement_story(number: int, *, actor: Actor, at: datetime) -> Story | None:
    """A booklet blocked, and the one given for it: where, when, or still owed."""
    try:
        found = distribution.replacement(number)
    except Refusal:
        return None
    if found.programme_id not in actor.programme_ids:
        return None
    name = parties.organisation_name(found.organisation_id)
    facts = {"reason": found.reason.value, "count": found.voucher_count, "number": found.id, "organisation": name}
    events = [Event(What.BLOCKED, found.opened_at, facts)]
    events.append(Event(What.REPLACED, found.given_at, facts) if found.given_at else Event(What.TO_REPLACE, at, facts))
    return Story(
        kind=Asked.REPLACEMENT, subject=("replacement", found.id), title=f"R{found.id}", about=found.serial, events=tuple(events),
        programme_id=found.programme_id,
    )  # fmt: skip


def connection_story(number: str, *, actor: Actor) -> Story | None:
    """A solidarity connection of the actor's programmes: its own page tells the rest."""
    try:
        found = connections.numbered_connection(actor, number)
    except Refusal:
        return None
    return Story(
        kind=Asked.CONNECTION, subject=("connection", found.id), title=found.printed, about=f"{found.residence}, {found.door}",
        programme_id=found.programme_id,
    )  # fmt: skip


def complaint_story(number: str, *, actor: Actor, at: datetime) -> Story | None:
    """A complaint the actor's operator answers: filed, asked of its place, closed."""
    try:
        found = found_by_number(number, actor=actor, at=at)
    except Refusal:
        return None
    if found is None:
        return None
    facts = {"kind": found.kind, "number": found.number, "due_on": found.due_on, "is_late": found.is_late}
    events = [Event(What.COMPLAINED, found.filed_at, facts)]
    if found.closed_at is not None:
        events.append(Event(What.COMPLAINT_CLOSED, found.closed_at, facts | {"decision": found.decision}))
    else:
        events.append(Event(What.COMPLAINT_WAITS, end_of_day(found.due_on), facts))
    return Story(
        kind=Asked.COMPLAINT, subject=("complaint", found.id), title=found.number, about=found.place, events=tuple(events),
        programme_id=found.programme_id, complaint_id=found.id,
    )  # fmt: skip
