"""Sessions planned, booked, given back, changed, cancelled, attended: on PostgreSQL, behind the walls."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed
from carnet.places.rules import PlaceNotYours
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.workshops import operations, queries
from carnet.workshops.models import Booking, Session
from carnet.workshops.rules import (
    AlreadyBooked,
    BookingState,
    BookingUnknown,
    BookletNotGood,
    EndedBy,
    NotHeldYet,
    Rhythm,
    RhythmTooLong,
    SeatsBelowBooked,
    SessionCancelled,
    SessionFull,
    SessionInThePast,
    SessionNotOnline,
    SessionOver,
    TooManyBookings,
    VouchersNotTakenHere,
    WorkshopSessionUnknown,
)
from tests.factories.campaign import rid
from tests.workshops.conftest import DETAILS, Library, counts_hold, person

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)  # two in the afternoon in Paris


def notices() -> list[Notice]:
    with acting_as_everything(why="read the outbox"):
        return list(Notice.objects.order_by("id"))


def change(library: Library, session_id: int, *, actor: Actor | None = None, **more: object) -> int:
    told = {"details": DETAILS, "begins": time(14, 0), "minutes": 90, "request_id": rid(), "at": library.at} | more
    actor = actor or library.manager
    with acting_as(actor):
        return operations.change_session(session_id=session_id, actor=actor, **told)  # type: ignore[arg-type]


def cancel(library: Library, session_id: int, *, and_later: bool = False, actor: Actor | None = None) -> int:
    actor = actor or library.manager
    with acting_as(actor):
        return operations.cancel_session(
            session_id=session_id, reason="Médiatrice malade", and_later=and_later, actor=actor, request_id=rid(), at=library.at
        )


class TestPlanning:
    def test_a_month_of_tuesdays_keeps_its_hour_through_the_change_of_time(self, library: Library) -> None:
        ids = library.plan(rhythm=Rhythm.WEEKLY, until_on=date(2026, 4, 14), except_on=(date(2026, 3, 17),))
        views = [library.session(each) for each in ids]
        assert [f"{view.day:%d/%m}" for view in views] == ["10/03", "24/03", "31/03", "07/04", "14/04"]
        assert {(view.begins, view.finishes) for view in views} == {(time(14, 0), time(15, 30))}
        assert views[0].starts_at.astimezone(UTC).hour == 13 and views[2].starts_at.astimezone(UTC).hour == 12

    def test_planning_twice_is_planning_once(self, library: Library) -> None:
        told = {"place_id": library.campaign.place_id, "details": DETAILS, "actor": library.manager, "request_id": rid(), "at": library.at}
        from carnet.workshops.rules import Plan

        plan = Plan(date(2026, 3, 10), time(14, 0), 90, Rhythm.WEEKLY, date(2026, 4, 14))
        with acting_as(library.manager):
            first, again = (operations.plan_workshop(plan=plan, **told) for _ in range(2))
        assert first == again and Session.objects.count() == 6

    def test_what_cannot_be_planned_is_refused(self, library: Library) -> None:
        with pytest.raises(SessionInThePast):
            library.plan(first_on=date(2026, 3, 2), begins=time(9, 0))
        with pytest.raises(RhythmTooLong):
            library.plan(first_on=date(2028, 3, 2))
        with pytest.raises(VouchersNotTakenHere):
            library.plan(details=replace(DETAILS, service="cv"))
        assert library.plan(details=replace(DETAILS, service="cv", voucher_count=0)), "a free lesson may be about anything"

    def test_only_a_places_own_staff_plans_there(self, library: Library) -> None:
        for actor, refusal in ((person(library.other_desk_id, "PLACE_MANAGER"), PlaceNotYours), (library.desk, NotAllowed)):
            with acting_as(actor), pytest.raises(refusal):
                from carnet.workshops.rules import Plan

                plan = Plan(date(2026, 3, 10), time(14, 0), 90)
                operations.plan_workshop(
                    place_id=library.campaign.place_id, plan=plan, details=DETAILS, actor=actor, request_id=rid(), at=library.at
                )


class TestBooking:
    def test_seats_then_the_waiting_list_then_no_and_the_one_who_waits_first_moves_up(self, library: Library) -> None:
        (session_id,) = library.plan()
        numbers = [library.book(session_id) for _ in range(4)]
        assert [each.state.value for each in numbers] == ["BOOKED", "BOOKED", "WAITING", "WAITING"]
        with pytest.raises(SessionFull):
            library.book(session_id)
        library.give_back(numbers[0].number)
        assert [library.state(each.number).value for each in numbers] == ["ENDED", "BOOKED", "BOOKED", "WAITING"]
        assert counts_hold(session_id)
        (letter,) = [each for each in notices() if each.kind == "workshops.seat-found"]
        assert letter.to_organisation_id == library.campaign.prescriber_id
        assert letter.context["number"] == numbers[2].number

    def test_booking_twice_with_one_request_is_booking_once(self, library: Library) -> None:
        (session_id,) = library.plan()
        request_id = rid()
        with acting_as(library.desk):
            first, again = (
                operations.book(session_id=session_id, actor=library.desk, request_id=request_id, at=library.at) for _ in range(2)
            )
        assert first == again and library.session(session_id).booked_count == 1

    def test_a_person_books_with_the_number_of_a_booklet_and_nothing_else(self, library: Library) -> None:
        (session_id,) = library.plan()
        booked = library.book_online(session_id, library.serials[0])
        assert booked.state is BookingState.BOOKED
        with pytest.raises(AlreadyBooked):
            library.book_online(session_id, library.serials[0])
        library.give_back(booked.number)
        assert library.book_online(session_id, library.serials[0]).state is BookingState.BOOKED, "given back, it may be asked again"

    def test_a_booklet_that_is_not_in_hands_books_nothing(self, library: Library) -> None:
        (session_id,) = library.plan()
        for serial in (library.sleeping_serial, "TS-C99999999-00", "rien"):
            with pytest.raises(BookletNotGood):
                library.book_online(session_id, serial)

    def test_a_booklet_has_three_lessons_to_come_at_most(self, library: Library) -> None:
        ids = library.plan(rhythm=Rhythm.WEEKLY, until_on=date(2026, 4, 14))
        for session_id in ids[:3]:
            library.book_online(session_id, library.serials[0])
        with pytest.raises(TooManyBookings):
            library.book_online(ids[3], library.serials[0])

    def test_a_session_kept_for_the_telephone_is_not_booked_online(self, library: Library) -> None:
        (session_id,) = library.plan(details=replace(DETAILS, is_online=False))
        with pytest.raises(SessionNotOnline):
            library.book_online(session_id, library.serials[0])

    def test_once_begun_only_the_place_adds_whoever_comes_and_nobody_gives_back(self, library: Library) -> None:
        (session_id,) = library.plan()
        number = library.book(session_id).number
        with pytest.raises(SessionOver):
            library.book(session_id, at=DAY)
        assert library.book(session_id, library.manager, at=DAY + timedelta(minutes=5)).state is BookingState.BOOKED
        with pytest.raises(SessionOver):
            library.give_back(number, at=DAY)

    def test_giving_back_twice_changes_nothing_and_says_on_whose_side(self, library: Library) -> None:
        (session_id,) = library.plan()
        sides = {}
        for actor in (library.desk, library.manager, None):
            number = library.book(session_id).number
            library.give_back(number, actor)
            library.give_back(number, actor)
            with acting_as(Actor.anonymous()):
                sides[actor and actor.label] = queries.booking(number, at=library.at)[0].ended_by
        assert sides == {"PRESCRIBER": EndedBy.DESK, "PLACE_MANAGER": EndedBy.PLACE, None: EndedBy.PERSON}
        assert counts_hold(session_id)

    def test_no_visitor_books_as_a_desk(self, library: Library) -> None:
        (session_id,) = library.plan()
        with pytest.raises(NotAllowed):
            library.book(session_id, Actor.anonymous())


class TestWalls:
    def test_a_booking_is_seen_by_its_place_its_desk_and_its_number_alone(self, library: Library) -> None:
        (session_id,) = library.plan()
        number = library.book(session_id).number
        library.book(session_id, library.other_desk)

        def seen(actor: Actor) -> int:
            with acting_as(actor):
                return Booking.objects.count()

        counts = {actor.label: seen(actor) for actor in (library.manager, library.desk, Actor.anonymous())}
        assert counts == {"PLACE_MANAGER": 2, "PRESCRIBER": 1, "public": 0}
        with acting_as(Actor.anonymous()):
            assert queries.booking(number.lower(), at=library.at)[1].id == session_id
            assert Booking.objects.count() == 0, "the key opens one row, for that look alone"

    def test_a_number_nobody_has_and_another_s_list_are_unknown(self, library: Library) -> None:
        (session_id,) = library.plan()
        with acting_as(Actor.anonymous()), pytest.raises(BookingUnknown):
            queries.booking("2222-2222", at=library.at)
        stranger = person(library.other_desk_id, "PLACE_MANAGER")
        with acting_as(stranger), pytest.raises(WorkshopSessionUnknown):
            queries.bookings_of_session(stranger, session_id)
        with pytest.raises(WorkshopSessionUnknown):
            change(library, session_id, actor=stranger)
        with pytest.raises(WorkshopSessionUnknown):
            cancel(library, session_id, actor=stranger)

    def test_without_the_lock_postgresql_still_refuses_the_seat_too_many(self, library: Library) -> None:
        (session_id,) = library.plan(details=replace(DETAILS, seats=1))
        library.book(session_id)
        with pytest.raises(IntegrityError, match="never_overfull"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE workshops_session SET booked_count = booked_count + 1 WHERE id = %s", [session_id])

    def test_the_journal_holds_neither_number_nor_booklet(self, library: Library) -> None:
        (session_id,) = library.plan()
        booked = library.book_online(session_id, library.serials[0])
        with acting_as_everything(why="read the journal"):
            lines = [str(each.facts) for each in Line.objects.filter(action__startswith="workshops.")]
        assert lines and not any(booked.number.replace("-", "") in line or "booklet" in line for line in lines)


class TestChanging:
    def test_a_session_moved_tells_the_desks_once_and_adds_seats_to_those_who_wait(self, library: Library) -> None:
        (session_id,) = library.plan()
        numbers = [library.book(session_id).number for _ in range(3)]
        library.book(session_id, library.other_desk)
        assert change(library, session_id, details=replace(DETAILS, seats=3), day=date(2026, 3, 12), begins=time(10, 0)) == 1
        assert library.state(numbers[2]) is BookingState.BOOKED
        view = library.session(session_id)
        assert (view.day, view.begins, view.booked_count, view.waiting_count, view.revision) == (date(2026, 3, 12), time(10, 0), 3, 1, 1)
        told = [each for each in notices() if each.kind == "workshops.session-changed"]
        assert sorted(each.to_organisation_id or 0 for each in told) == sorted([library.campaign.prescriber_id, library.other_desk_id])
        assert change(library, session_id, details=replace(DETAILS, seats=3), day=date(2026, 3, 12), begins=time(10, 0)) == 0
        assert len([each for each in notices() if each.kind == "workshops.session-changed"]) == 2

    def test_this_one_and_the_later_ones_keep_their_days(self, library: Library) -> None:
        ids = library.plan(rhythm=Rhythm.WEEKLY, until_on=date(2026, 3, 31))
        assert change(library, ids[1], details=replace(DETAILS, title="Autre titre"), begins=time(9, 30), and_later=True) == 3
        views = [library.session(each) for each in ids]
        assert [view.title for view in views] == ["Ma boîte mail"] + ["Autre titre"] * 3
        assert [f"{view.day:%d}" for view in views] == ["10", "17", "24", "31"]

    def test_seats_never_go_below_those_taken(self, library: Library) -> None:
        (session_id,) = library.plan()
        library.book(session_id), library.book(session_id)
        with pytest.raises(SeatsBelowBooked):
            change(library, session_id, details=replace(DETAILS, seats=1))

    def test_a_waiting_list_may_shrink_when_seats_take_up_who_waits(self, library: Library) -> None:
        (session_id,) = library.plan()
        for _ in range(4):
            library.book(session_id)
        assert change(library, session_id, details=replace(DETAILS, seats=4, waiting_seats=0)) == 1
        assert counts_hold(session_id) and library.session(session_id).waiting_count == 0


class TestCancelling:
    def test_everybody_is_told_and_the_number_says_it(self, library: Library) -> None:
        ids = library.plan(rhythm=Rhythm.WEEKLY, until_on=date(2026, 3, 24))
        mine, also_mine = library.book(ids[0]).number, library.book(ids[0]).number
        library.book(ids[0], library.other_desk)
        assert cancel(library, ids[0]) == 1
        assert cancel(library, ids[0]) == 0
        told = {each.to_organisation_id: each.context for each in notices() if each.kind == "workshops.session-cancelled"}
        assert set(told) == {library.campaign.prescriber_id, library.other_desk_id}
        assert told[library.campaign.prescriber_id]["numbers"] == f"{mine}, {also_mine}"
        with acting_as(Actor.anonymous()):
            view, session = queries.booking(mine, at=library.at)
        assert (view.ended_by, session.cancelled_because) == (EndedBy.SESSION, "Médiatrice malade")
        with pytest.raises(SessionCancelled):
            library.book(ids[0])
        assert counts_hold(ids[0])

    def test_the_later_ones_too(self, library: Library) -> None:
        ids = library.plan(rhythm=Rhythm.WEEKLY, until_on=date(2026, 3, 31))
        cancel(library, ids[1])
        assert cancel(library, ids[1], and_later=True) == 2
        assert [library.session(each).cancelled_at is None for each in ids] == [True, False, False, False]


class TestAttendance:
    def test_a_tap_says_who_came_from_the_day_on(self, library: Library) -> None:
        (session_id,) = library.plan(details=replace(DETAILS, voucher_count=0))
        library.book(session_id), library.book(session_id)
        with acting_as(library.manager):
            first, second = queries.bookings_of_session(library.manager, session_id)
            told = {"session_id": session_id, "actor": library.manager, "request_id": rid()}
            with pytest.raises(NotHeldYet):
                operations.note_attendance(booking_id=first.id, came=True, at=library.at, **told)
            operations.note_attendance(booking_id=first.id, came=True, at=DAY, **told)
            operations.note_attendance(booking_id=second.id, came=False, at=DAY, **told)
        assert library.session(session_id).came_count == 1
        with acting_as(library.desk):
            figures = queries.desk_figures(organisation_id=library.campaign.prescriber_id, since=library.at, at=DAY + timedelta(days=1))
        assert (figures.booked, figures.came, figures.absent) == (2, 1, 1)

    def spend(self, library: Library, rank: int, session_id: object, *, key: str | None = None) -> object:
        item = Item(
            code=library.campaign.code(rank),
            service="mailbox",
            place_id=library.campaign.place_id,
            workshop_session=str(session_id),
            key=key,
        )
        with acting_as(library.campaign.mediator):
            (answer,) = redemption.redeem_at_sessions(asked=[Asked(item, library.campaign.mediator)], at=DAY)
        return answer

    def test_a_voucher_spent_at_a_session_is_a_presence_and_whoever_booked_with_its_booklet_came(self, library: Library) -> None:
        (session_id,) = library.plan()
        number = library.book_online(session_id, library.serials[1]).number
        answer = self.spend(library, 5, session_id, key="k")  # the first voucher of the second booklet
        assert isinstance(answer, Redeemed)
        assert self.spend(library, 5, session_id, key="k") == replace(answer, repeated=True)
        self.spend(library, 20, session_id)
        with acting_as(library.manager):
            assert queries.vouchers_at(library.manager, session_id) == 2
            (line,) = queries.bookings_of_session(library.manager, session_id)
        assert (line.number, line.came, line.has_voucher) == (number, True, True)
        assert library.session(session_id).came_count == 2

    def test_undoing_the_voucher_undoes_the_presence(self, library: Library) -> None:
        (session_id,) = library.plan()
        library.book_online(session_id, library.serials[1])
        answer = self.spend(library, 5, session_id)
        assert isinstance(answer, Redeemed)
        with acting_as(library.campaign.mediator):
            redemption.reverse(
                number=answer.number, reason="erreur", actor=library.campaign.mediator, request_id=rid(), at=DAY + timedelta(minutes=1)
            )
            assert queries.vouchers_at(library.campaign.mediator, session_id) == 0
        assert library.session(session_id).came_count == 0

    @pytest.mark.parametrize("named", ["999999", "atelier", "-1", "9" * 30, "١"])
    def test_a_session_that_is_not_the_places_is_refused_and_the_voucher_stays(self, library: Library, named: str) -> None:
        assert isinstance(self.spend(library, 0, named), WorkshopSessionUnknown)
        (session_id,) = library.plan()
        assert isinstance(self.spend(library, 0, session_id), Redeemed)

    def test_a_cancelled_session_takes_no_voucher(self, library: Library) -> None:
        (session_id,) = library.plan()
        cancel(library, session_id)
        assert isinstance(self.spend(library, 0, session_id), WorkshopSessionUnknown)

    def test_which_booklet_it_was_is_forgotten_after_thirty_days(self, library: Library) -> None:
        (session_id,) = library.plan()
        library.book_online(session_id, library.serials[0])
        with acting_as_everything(why="the timer"):
            assert operations.forget_booklets(at=DAY + timedelta(days=30)) == 0
            assert operations.forget_booklets(at=DAY + timedelta(days=31)) == 1
            assert not Booking.objects.filter(booklet_id__isnull=False).exists()


class TestAgenda:
    def test_a_desk_finds_the_next_lesson_with_a_seat_near_a_commune(self, library: Library) -> None:
        ids = library.plan(rhythm=Rhythm.WEEKLY, until_on=date(2026, 3, 24))
        library.book(ids[0]), library.book(ids[0])

        def found(**asked: object) -> list[int]:
            return [each.id for each in queries.agenda(at=library.at, **asked).sessions]  # type: ignore[arg-type]

        assert found(around="44109", with_seats=True) == list(ids[1:])
        assert found(around="44162") == list(ids), "Saint-Herblain is next to it"
        assert found(around="75056") == []
        assert found(service="cv") == [] and found(service="mailbox", from_on=date(2026, 3, 17)) == list(ids[1:])
        assert found(until_on=date(2026, 3, 10)) == [ids[0]]
        assert found(is_free=True) == []
        assert queries.agenda(at=DAY).total == 2, "a session begun is no longer to come"

    def test_questions_do_not_grow_with_the_list(self, library: Library, django_assert_max_num_queries) -> None:
        library.plan(rhythm=Rhythm.WEEKLY, until_on=date(2026, 9, 24))
        with django_assert_max_num_queries(8):
            assert len(queries.agenda(at=library.at, around="44109").sessions) == queries.PER_PAGE
