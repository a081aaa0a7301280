"""The story of a booklet, or of one voucher in it: received, given, booked with, spent, paid; and what is left."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from carnet.distribution import queries as distribution
from carnet.distribution.queries import HandOverView
from carnet.distribution.rules import Kind
from carnet.helpline.queries._complaints import complaints
from carnet.helpline.queries._events import Event, Left, Story, What, in_order
from carnet.helpline.rules import Asked
from carnet.kernel.actors import Actor
from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView, VoucherView
from carnet.ledger.rules import PassageKind, State
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.redemption.queries import Spent
from carnet.settlement import queries as settlement
from carnet.settlement.queries import Payment, PaymentStep
from carnet.workshops import queries as workshops
from carnet.workshops.queries import BookingView, SessionView
from carnet.workshops.rules import BookingState, EndedBy

NOON = timedelta(hours=12)
_GIVEN = {PassageKind.HANDED_OVER: What.HANDED_OVER, PassageKind.TAKEN_OUT: What.TAKEN_OUT}
_PASSAGES = {PassageKind.RECEIVED: What.RECEIVED, PassageKind.ACTIVATED: What.ACTIVATED, PassageKind.LAPSED: What.LAPSED}


def voucher_story(serial: str, *, actor: Actor, at: datetime) -> Story | None:
    """The story of one voucher; None when it is unknown, or of another programme."""
    try:
        found = ledger.voucher_by_serial(serial)
    except Refusal:
        return None
    return _story(found.series_id, found.booklet_id, [found], Asked.VOUCHER, actor=actor, at=at)


def booklet_story(serial: str, *, actor: Actor, at: datetime) -> Story | None:
    """The story of one booklet; None when it is unknown, or of another programme."""
    try:
        found = ledger.booklet(serial)
    except Refusal:
        return None
    return _story(found.series_id, found.id, ledger.vouchers_of_booklet(found.id), Asked.BOOKLET, actor=actor, at=at)


def part_story(series_id: int, booklet_id: int, voucher_ids: Collection[int], *, actor: Actor, at: datetime) -> Story | None:
    """The story of what one person was given of a booklet."""
    vouchers = [each for each in ledger.vouchers_of_booklet(booklet_id) if not voucher_ids or each.id in voucher_ids]
    return _story(series_id, booklet_id, vouchers, Asked.BOOKLET, actor=actor, at=at)


def _story(series_id: int, booklet_id: int, vouchers: Sequence[VoucherView], kind: Asked, *, actor: Actor, at: datetime) -> Story | None:
    series = ledger.series(series_id)
    if series.programme_id not in actor.programme_ids:
        return None
    ids = [each.id for each in vouchers]
    given = [each for each in distribution.hand_overs_of_booklet(series_id=series_id, booklet_id=booklet_id) if _touches(each, ids)]
    events = [
        *_custody(series, booklet_id, vouchers, is_told=bool(given)),
        *_given(given, ids),
        *_replaced(booklet_id),
        *_lessons(booklet_id, given, at),
        *_spent(series, ids, at),
        *_complained(booklet_id, actor, at),
        *_left(series, given, vouchers, at),
    ]
    cover = ledger.serial_of_booklet(series, booklet_id)
    is_voucher = kind is Asked.VOUCHER
    return Story(
        kind=kind,
        subject=("voucher", ids[0]) if is_voucher else ("booklet", booklet_id),
        title=vouchers[0].serial if is_voucher else cover,
        about=cover if is_voucher else "",
        events=in_order(events),
        programme_id=series.programme_id,
        serial=cover,
        left=_replaceable(given, booklet_id),
    )


def _touches(given: HandOverView, ids: Sequence[int]) -> bool:
    return given.kind is not Kind.VOUCHERS or not set(ids).isdisjoint(given.voucher_ids)


def _replaceable(given: Sequence[HandOverView], booklet_id: int) -> tuple[Left, ...]:
    found = []
    for each in given:
        left = distribution.replaceable(hand_over_id=each.id, booklet_id=booklet_id)
        if left.voucher_ids and left.replaced_at is None:
            found.append(Left(each.id, booklet_id, len(left.voucher_ids)))
    return tuple(found)


def _custody(series: SeriesView, booklet_id: int, vouchers: Sequence[VoucherView], *, is_told: bool) -> Iterator[Event]:
    """Where the paper was: received by whom, put in circulation, ended; and where it lies, if nobody was given it.

    `is_told`: the desk's own note of the hand-over is told; without it, the ledger's passage is.
    """
    first, last = vouchers[0].id, vouchers[-1].id
    passed = ledger.passages(series_id=series.id, first_voucher_id=first, last_voucher_id=last)
    names = parties.organisations({each for line in passed for each in (line.from_holder_id, line.to_holder_id) if each is not None})
    by_replacement = {each.opened_at for each in distribution.replacements_of_booklet(booklet_id)}
    for each in passed:
        to, giver = (names[each_id].name if each_id in names else "" for each_id in (each.to_holder_id, each.from_holder_id))
        count = min(last, each.last_voucher_id) - max(first, each.first_voucher_id) + 1
        if each.kind is PassageKind.VOIDED and each.at not in by_replacement:
            yield Event(What.ENDED, each.at, {"reason": each.reason, "count": count})
        elif each.kind in _PASSAGES:
            yield Event(_PASSAGES[each.kind], each.at, {"organisation": to})
        elif each.kind in _GIVEN and not is_told:
            yield Event(_GIVEN[each.kind], each.at, {"organisation": giver, "count": count, "of": len(vouchers)})
    since = passed[-1].at if passed else series.printed_until
    if series.activated_at is None:
        yield Event(What.NOT_ACTIVE, since)
    if all(each.state is State.IN_STOCK for each in vouchers):
        lying = ledger.booklet(ledger.serial_of_booklet(series, booklet_id))
        what = What.ON_THE_WAY if lying.in_transit_to_id else What.IN_STOCK
        yield Event(what, since, {"organisation": parties.organisation_name(lying.in_transit_to_id or lying.holder_id)})


def _given(given: Sequence[HandOverView], ids: Sequence[int]) -> Iterator[Event]:
    names = parties.organisations({each.organisation_id for each in given})
    for each in given:
        count = len(set(ids) & set(each.voucher_ids)) if each.kind is Kind.VOUCHERS else len(ids)
        what = What.TAKEN_OUT if each.kind is Kind.TAKEN_OUT else What.HANDED_OVER
        yield Event(what, each.handed_over_at, {"organisation": names[each.organisation_id].name, "count": count, "of": len(ids)})


def _replaced(booklet_id: int) -> Iterator[Event]:
    found = distribution.replacements_of_booklet(booklet_id)
    names = parties.organisations({each.organisation_id for each in found})
    for each in found:
        facts = {
            "reason": each.reason.value,
            "count": each.voucher_count,
            "number": each.id,
            "organisation": names[each.organisation_id].name,
        }
        yield Event(What.BLOCKED, each.opened_at, facts)
        yield Event(What.REPLACED, each.given_at, facts) if each.given_at else Event(What.TO_REPLACE, each.opened_at, facts)


def _lessons(booklet_id: int, given: Sequence[HandOverView], at: datetime) -> Iterator[Event]:
    """Lessons booked with the booklet's number, or by the desk that gave it."""
    planned = distribution.bookings_planned([each.id for each in given])
    for booking, session in workshops.bookings_told(booklet_id=booklet_id, booking_ids=planned, at=at):
        yield lesson_event(booking, session, at=at)


def lesson_event(booking: BookingView, session: SessionView, *, at: datetime) -> Event:
    """How a booked lesson stands: it came, did not, was given back or cancelled; else it is to come."""
    facts = {
        "place": session.place_name,
        "starts_at": session.starts_at,
        "day_of_lesson": session.day,
        "begins": session.begins,
        "title": session.title,
    }
    if session.cancelled_at is not None or booking.ended_by is EndedBy.SESSION:
        return Event(What.SESSION_CANCELLED, session.cancelled_at or booking.ended_at or session.starts_at, facts)
    if booking.state is BookingState.ENDED:
        return Event(What.GIVEN_BACK, booking.ended_at or booking.booked_at, facts)
    if booking.came is not None:
        return Event(What.CAME if booking.came else What.ABSENT, session.starts_at, facts)
    if booking.state is BookingState.WAITING:
        return Event(What.WAITING, session.starts_at, facts | {"place_in_line": booking.place_in_line})
    return Event(What.LESSON_TO_COME if session.starts_at > at else What.BOOKED, session.starts_at, facts)


def _spent(series: SeriesView, ids: Sequence[int], at: datetime) -> Iterator[Event]:
    """Where they were spent, in one sentence a day and place; then how far the money of it is."""
    spent = redemption.redemptions_of_vouchers(series_id=series.id, voucher_ids=ids)
    paid = settlement.payments_of_vouchers(series_id=series.id, voucher_ids=ids)
    names = places.names_of({each.place_id for each in spent})
    visits: dict[tuple[object, int, str], list[Spent]] = {}
    for each in spent:
        visits.setdefault((legal_day(each.at), each.place_id, each.service), []).append(each)
    for (_day, place_id, service), group in visits.items():
        facts = {"place": names.get(place_id, ""), "place_id": place_id, "service": service, "count": len(group), "of": len(ids)}
        yield Event(What.SPENT, group[0].at, facts)
        undone = [each for each in group if each.reversed_at is not None]
        if undone:
            yield Event(What.UNDONE, undone[0].reversed_at or group[0].at, facts | {"count": len(undone)})
        standing = [each for each in group if each.reversed_at is None]
        if any(each.is_disputed for each in standing):
            yield Event(What.DISPUTED, group[0].at, facts)
        yield from _payments(series.programme_id, standing, paid, facts["place"])


def _payments(programme_id: int, standing: Sequence[Spent], paid: dict[tuple[int, int], Payment], place: object) -> Iterator[Event]:
    known = {payment.claim_id: payment for each in standing if (payment := paid.get((each.voucher_id, each.generation)))}
    for payment in known.values():
        yield payment_event(payment, place=str(place), at=standing[0].at)
    if any((each.voucher_id, each.generation) not in paid for each in standing):
        day = settlement.day_of_payment(programme_id=programme_id, redeemed_at=standing[0].at)
        yield Event(What.TO_PAY, start_of_day(day) + NOON, {"place": place, "on": day})


def payment_event(payment: Payment, *, place: str, at: datetime) -> Event:
    """How far a payment is: paid, sent for a day, come back, or waiting for something."""
    if payment.step is PaymentStep.PAID and payment.paid_on is not None:
        return Event(What.PAID, start_of_day(payment.paid_on) + NOON, {"place": place, "on": payment.paid_on})
    if payment.step is PaymentStep.CAME_BACK:
        return Event(What.CAME_BACK, max(at, payment.until), {"place": place, "reason": payment.reason})
    if payment.payable_on is None:
        return Event(What.SET_ASIDE, max(at, payment.until), {"place": place, "reason": payment.reason})
    return Event(What.TO_PAY, start_of_day(payment.payable_on) + NOON, {"place": place, "on": payment.payable_on})


def _complained(booklet_id: int, actor: Actor, at: datetime) -> Iterator[Event]:
    for each in complaints(actor=actor, at=at, booklet_id=booklet_id, most=10):
        facts = {"kind": each.kind, "number": each.number, "due_on": each.due_on, "is_late": each.is_late}
        yield Event(What.COMPLAINED, each.filed_at, facts)
        if each.closed_at is not None:
            yield Event(What.COMPLAINT_CLOSED, each.closed_at, facts | {"decision": each.decision})


def _left(series: SeriesView, given: Sequence[HandOverView], vouchers: Sequence[VoucherView], at: datetime) -> Iterator[Event]:
    """What may still be spent, and until when; last, since it is what the person asks.

    The day said is the printed one, as on the booklet and on the page *what is left?*; once past, the end of its grace.
    """
    states = Counter(each.state for each in vouchers)
    held = [each for each in vouchers if each.reserved_until is not None and each.reserved_until > at]
    for each in held:
        yield Event(What.RESERVED, at, {"serial": each.serial, "until": each.reserved_until})
    usable = [each for each in vouchers if each.state is State.HANDED_OVER and each.active and at < each.accepted_until]
    last = end_of_day(legal_day(at)) + timedelta(days=36_500)
    if states[State.HANDED_OVER]:
        printed_until = min((each.printed_until for each in given), default=series.printed_until)
        accepted_until = min((each.accepted_until for each in usable), default=series.accepted_until)
        until = printed_until if at < printed_until else accepted_until
        yield Event(What.LEFT, last, {"count": len(usable), "of": len(vouchers), "until": until, "value_cents": series.face_value_cents})
    elif not states[State.IN_STOCK]:
        yield Event(What.LEFT, last, {"count": 0, "of": len(vouchers), "until": series.accepted_until, "value_cents": 0})
