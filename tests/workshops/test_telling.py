"""Whoever left a telephone is told, by text message or by a call; the number is sealed, seen by the place alone, and erased in time."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import KeysUnreadable
from carnet.gateways.sms import DoubleGateway
from carnet.jobs import texts
from carnet.jobs import workshops as timers
from carnet.journal.models import Line
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.notices.models import TextNotice
from carnet.notices.operations import TEXT_GIVEN_UP
from carnet.workshops import access, operations, queries
from carnet.workshops.models import Contact
from carnet.workshops.rules import BookingEnded, BookingUnknown, News, SessionOver, ToldBy
from tests.factories.campaign import rid
from tests.workshops.conftest import DETAILS, Library

pytestmark = pytest.mark.django_db
PHONE, AS_STORED = "06 39 98 00 42", "+33639980042"
OTHER = "06 39 98 00 43"


@pytest.fixture
def with_texts(settings: object, tmp_path: Path) -> DoubleGateway:
    settings.SMS_GATEWAY, settings.VAR_DIR = "files", tmp_path  # type: ignore[attr-defined]
    return DoubleGateway(tmp_path / "sms")


def book(library: Library, session_id: int, rank: int, phone: str = PHONE, language: str = "fr") -> operations.Booked:
    with acting_as(Actor.anonymous()):
        return operations.book_with_booklet(
            session_id=session_id, serial=library.serials[rank], phone=phone, language=language, actor=Actor.anonymous(),
            request_id=rid(), at=library.at,
        )  # fmt: skip


def leave(library: Library, number: str, phone: str, *, at: datetime | None = None) -> None:
    with acting_as(Actor.anonymous()):
        operations.leave_phone(number=number, phone=phone, actor=Actor.anonymous(), request_id=rid(), at=at or library.at)


def cancel(library: Library, session_id: int) -> None:
    with acting_as(library.manager):
        operations.cancel_session(session_id=session_id, reason="Médiatrice malade", actor=library.manager, request_id=rid(), at=library.at)


def calls(library: Library, session_id: int) -> queries.Calls:
    with acting_as(library.manager):
        return queries.calls_of(library.manager, session_id)


def contacts() -> list[Contact]:
    with acting_as_everything(why="look at what is kept"):
        return list(Contact.objects.select_related("booking").order_by("id"))


class TestByText:
    def test_a_cancelled_lesson_is_told_once_to_whoever_left_a_number(self, library: Library, with_texts: DoubleGateway) -> None:
        (session_id,) = library.plan()
        number = book(library, session_id, 0).number
        book(library, session_id, 1, phone="")
        cancel(library, session_id)
        assert AS_STORED not in str(TextNotice.objects.values())
        for _again in range(2):
            texts.send_texts(at=library.at)
        (text,) = with_texts.to(AS_STORED)
        assert "Ma boite mail" in text and "annulée (Médiatrice malade)" in text and number in text
        assert TextNotice.objects.count() == 0
        told = calls(library, session_id)
        assert [(each.told_by, each.news) for each in told.calls] == [(ToldBy.TEXT, News.CANCELLED)]
        assert told.unreachable_count == 1

    def test_a_seat_found_and_a_lesson_moved_are_told_in_the_persons_language(self, library: Library, with_texts: DoubleGateway) -> None:
        (session_id,) = library.plan()
        first = library.book(session_id)
        library.book(session_id)
        book(library, session_id, 0, language="en")
        library.give_back(first.number)
        texts.send_texts(at=library.at)
        with acting_as(library.manager):
            operations.change_session(
                session_id=session_id, details=DETAILS, day=date(2026, 3, 12), begins=time(10, 0), minutes=90, actor=library.manager,
                request_id=rid(), at=library.at,
            )  # fmt: skip
        texts.send_texts(at=library.at)
        found, moved = with_texts.to(AS_STORED)
        assert "Ma boite mail" in found and "Ma boite mail" in moved
        assert "12" in moved and "10" in moved
        assert found != moved

    def test_what_the_gateway_does_not_take_is_tried_again_then_forgotten(self, library: Library, with_texts: DoubleGateway) -> None:
        (session_id,) = library.plan()
        book(library, session_id, 0)
        cancel(library, session_id)

        def down(_notice: object) -> None:
            raise OSError

        from carnet.notices import operations as notices

        assert notices.send_texts(send=down, at=library.at) == (0, 1)
        assert TextNotice.objects.get().attempts == 1
        assert notices.send_texts(send=down, at=library.at + TEXT_GIVEN_UP) == (0, 1)
        assert TextNotice.objects.count() == 0


@pytest.fixture
def without_texts(settings: object) -> None:
    settings.SMS_GATEWAY = "none"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("without_texts")
class TestByCalling:
    def test_without_a_gateway_the_place_sees_whom_to_call_and_ticks_them(self, library: Library) -> None:
        (session_id,) = library.plan()
        book(library, session_id, 0)
        assert calls(library, session_id).calls == ()
        cancel(library, session_id)
        (call,) = calls(library, session_id).calls
        assert (call.phone, call.told_by) == (AS_STORED, None)
        assert TextNotice.objects.count() == 0
        for _again in range(2):
            with acting_as(library.manager):
                operations.note_called(
                    session_id=session_id, booking_id=call.booking_id, actor=library.manager, request_id=rid(), at=library.at
                )
        assert calls(library, session_id).calls[0].told_by is ToldBy.CALL
        with acting_as(library.manager), pytest.raises(BookingUnknown):
            operations.note_called(session_id=session_id, booking_id=10**9, actor=library.manager, request_id=rid(), at=library.at)

    def test_a_number_given_on_the_telephone_to_the_place(self, library: Library) -> None:
        (session_id,) = library.plan()
        with acting_as(library.manager):
            operations.book(session_id=session_id, phone=PHONE, actor=library.manager, request_id=rid(), at=library.at)
        cancel(library, session_id)
        assert [each.phone for each in calls(library, session_id).calls] == [AS_STORED]


def test_a_landline_is_called_not_written_to(library: Library, with_texts: DoubleGateway) -> None:
    (session_id,) = library.plan()
    book(library, session_id, 0, phone="02 40 41 90 00")
    cancel(library, session_id)
    assert [(each.phone, each.told_by) for each in calls(library, session_id).calls] == [("+33240419000", None)]


class TestConsent:
    def test_a_desk_writes_the_number_of_the_person_in_front_of_it_who_may_take_it_back(self, library: Library) -> None:
        (session_id,) = library.plan()
        number = library.book(session_id).number
        assert contacts() == []
        leave(library, number, PHONE)
        leave(library, number, OTHER)
        with acting_as(Actor.anonymous()):
            assert queries.has_phone(number) is True
        assert [access.phone_of(each) for each in contacts()] == ["+33639980043"]
        leave(library, number, "")
        assert contacts() == []

    @pytest.mark.parametrize("phone", ["3949", "12", "bonjour", "06 39 98 00"])
    def test_what_is_not_a_number_books_nothing_and_keeps_nothing(self, library: Library, phone: str) -> None:
        (session_id,) = library.plan()
        with pytest.raises(PhoneNumberInvalid):
            book(library, session_id, 0, phone=phone)
        assert library.session(session_id).booked_count == 0
        number = library.book(session_id).number
        with pytest.raises(PhoneNumberInvalid):
            leave(library, number, phone)
        assert contacts() == []

    def test_none_is_left_once_the_lesson_begins_or_the_seat_is_given_back(self, library: Library) -> None:
        (session_id,) = library.plan()
        number = library.book(session_id).number
        with pytest.raises(SessionOver):
            leave(library, number, PHONE, at=library.session(session_id).starts_at)
        library.give_back(number)
        with pytest.raises(BookingEnded):
            leave(library, number, PHONE)


class TestKept:
    def test_sealed_for_its_own_booking_and_nowhere_else(self, library: Library) -> None:
        (session_id,) = library.plan()
        book(library, session_id, 0)
        book(library, session_id, 1, phone=OTHER)
        first, second = contacts()
        assert b"639980042" not in bytes(first.sealed_phone)
        first.sealed_phone = second.sealed_phone
        with pytest.raises(KeysUnreadable):
            access.phone_of(first)
        with acting_as_everything(why="look for the number"):
            assert "639980042" not in str(list(Line.objects.values()))

    def test_the_desk_and_strangers_never_see_it(self, library: Library) -> None:
        (session_id,) = library.plan()
        leave(library, library.book(session_id).number, PHONE)
        for actor in (library.desk, library.other_desk, Actor.anonymous()):
            with acting_as(actor):
                assert Contact.objects.count() == 0
        with acting_as(library.manager):
            assert Contact.objects.count() == 1

    def test_erased_with_the_seat(self, library: Library) -> None:
        (session_id,) = library.plan()
        library.give_back(book(library, session_id, 0).number)
        assert contacts() == []

    def test_erased_the_night_after_the_lesson_cancelled_or_not(self, library: Library) -> None:
        held, dropped = library.plan(), library.plan(details=replace(DETAILS, title="Autre"))
        book(library, held[0], 0)
        book(library, dropped[0], 1, phone=OTHER)
        cancel(library, dropped[0])
        ends_at = library.session(held[0]).ends_at
        for moment, kept in ((ends_at - timedelta(minutes=1), 2), (ends_at + timedelta(minutes=1), 0)):
            with time_machine.travel(moment, tick=False):
                timers.forget_booklets(0)
            assert len(contacts()) == kept
