"""Somebody asks to be reminded: told by text, call or letter, once; the number is erased when it has served, and is then nowhere."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from carnet.distribution import operations, queries
from carnet.distribution.models import Reminder, ReminderContact
from carnet.distribution.rules import FoundBy, HandOverUnknown
from carnet.distribution.rules.reminders import (
    ConsentMissing,
    ContactChannel,
    NothingToRemind,
    ReminderOutcome,
    ReminderUnknown,
)
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.keys import key_ring
from carnet.kernel.identifiers import PhoneNumber
from carnet.kernel.periods import PARIS, start_of_day
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_reads
from carnet.ledger.rules import EndReason
from carnet.notices import operations as notices
from carnet.notices.models import TextNotice
from carnet.parties.rules import NotAllowed
from tests.distribution.conftest import NOW, Desks

PHONE = "06 39 98 00 42"
KEPT = "+33639980042"
ADDRESS = "Mme Le Bihan\n12 rue de la Fosse\n44000 Nantes"


@pytest.fixture(autouse=True)
def with_texts(settings: Any) -> None:
    settings.SMS_GATEWAY = "double"


def paris(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PARIS)


@dataclass
class Told:
    """A desk that gave one booklet, and whoever is reminded."""

    desks: Desks
    hand_over_id: int

    def leave(self, channel: ContactChannel = ContactChannel.TEXT, **more: Any) -> int:
        said = {"phone": PHONE, "address": ADDRESS, "has_consented": True, "actor": self.desks.prescriber} | more
        with acting_as(said["actor"]):
            return operations.leave_contact(hand_over_id=self.hand_over_id, channel=channel, request_id=uuid4(), at=NOW, **said)

    def look(self, at: datetime) -> operations.Looked:
        with acting_as_everything(why="the timer"):
            return operations.look_at_contacts(programme_id=self.desks.programme_id, request_id=uuid4(), at=at)

    def forget(self, at: datetime) -> int:
        with acting_as_everything(why="the timer"):
            return operations.forget_contacts(programme_id=self.desks.programme_id, request_id=uuid4(), at=at)[0]

    def to_make(self) -> list[queries.ReminderToMake]:
        with self.desks.as_desk():
            return queries.reminders_to_make(self.desks.prescriber)

    def note(self, outcome: ReminderOutcome, actor: Any = None) -> None:
        (waiting,) = self.to_make()
        with acting_as(actor or self.desks.prescriber):
            operations.note_reminder(
                reminder_id=waiting.id, outcome=outcome, actor=actor or self.desks.prescriber, request_id=uuid4(), at=NOW
            )

    @property
    def serial(self) -> str:
        return ledger_reads.serial_of_booklet(self.desks.series, self.desks.series.first_booklet_id)


@pytest.fixture
def told(desks: Desks) -> Told:
    with desks.as_desk():
        return Told(desks, operations.hand_over(item=desks.booklet(0), actor=desks.prescriber, at=NOW).id)


IDLE_ON = paris(date(2025, 12, 3))  # thirty days after the hand-over, a Wednesday


def texts() -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []
    notices.send_texts(send=lambda each: sent.append((each.to, each.kind)), at=IDLE_ON)
    return sent


def places_where_it_is(needles: list[bytes]) -> list[str]:
    """Every table of the database that holds the number in any shape: as typed, as kept, or the mark that finds it."""
    found = []
    with acting_as_everything(why="look everywhere"), connection.cursor() as cursor:
        for model in (each for each in apps.get_models() if each._meta.managed):
            table = model._meta.db_table
            for needle in needles:
                try_text = needle.decode("latin-1") if needle.isascii() else needle.hex()
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s /* fan-out: look everywhere */", [f"%{try_text}%"])
                if cursor.fetchone()[0]:
                    found.append(table)
    return found


def shapes() -> list[bytes]:
    return [b"639980042", PHONE.encode(), key_ring().mark("telephone of reminders", KEPT)]


class TestLeaving:
    def test_is_sealed_seen_by_the_desk_alone_and_said_by_nobody(self, told: Told) -> None:
        told.leave()
        assert places_where_it_is([b"639980042", PHONE.encode()]) == [], "kept in clear somewhere"
        assert places_where_it_is(shapes()) == ["distribution_remindercontact"], "the mark, and only there"
        for other in (told.desks.stranger, told.desks.agent):
            with acting_as(other):
                assert ReminderContact.objects.count() == 0
        with told.desks.as_desk():
            seen = queries.contact_of(told.hand_over_id)
        assert seen is not None and seen.channel is ContactChannel.TEXT

    def test_without_consent_by_another_desk_or_for_nothing_it_is_refused(self, told: Told) -> None:
        with pytest.raises(ConsentMissing):
            told.leave(has_consented=False)
        with pytest.raises(HandOverUnknown):
            told.leave(actor=told.desks.stranger)
        with pytest.raises(NotAllowed):
            told.leave(actor=told.desks.mediator)
        with told.desks.as_desk():
            operations.open_replacement(
                hand_over_id=told.hand_over_id, booklet_id=told.desks.series.first_booklet_id, reason=EndReason.LOST,
                found_by=FoundBy.HAND_OVER, actor=told.desks.prescriber, request_id=uuid4(), at=NOW,
            )  # fmt: skip
        with pytest.raises(NothingToRemind):
            told.leave()

    def test_left_again_it_takes_the_earlier_ones_place(self, told: Told) -> None:
        first, second = told.leave(), told.leave(ContactChannel.LETTER)
        with told.desks.as_desk():
            rows = dict(ReminderContact.objects.values_list("id", "ended_for"))
        assert rows == {first: "WITHDRAWN", second: ""}


class TestReminding:
    def test_thirty_idle_days_are_told_by_text_once_by_day(self, told: Told) -> None:
        told.leave()
        assert told.look(IDLE_ON - timedelta(days=1)) == operations.Looked(seen=1)
        assert told.look(IDLE_ON.replace(hour=20)) == operations.Looked(), "at night nothing is even looked at"
        assert told.look(IDLE_ON) == operations.Looked(seen=1, sent=1)
        assert told.look(IDLE_ON) == operations.Looked(), "looked at once a day"
        assert texts() == [(KEPT, "distribution.reminder-idle")]

    def test_what_waits_in_the_outbox_is_not_sent_at_night(self, told: Told) -> None:
        told.leave()
        told.look(IDLE_ON.replace(hour=18))
        sent: list[str] = []
        night = IDLE_ON.replace(hour=23)
        assert notices.send_texts(send=lambda each: sent.append(each.to), at=night) == (0, 0)
        assert (sent, TextNotice.objects.count()) == ([], 1)
        assert notices.send_texts(send=lambda each: sent.append(each.to), at=IDLE_ON + timedelta(hours=23)) == (1, 0)

    def test_a_voucher_used_puts_it_off(self, told: Told) -> None:
        told.leave()
        with acting_as_everything(why="a voucher ends"):
            ledger.void_vouchers(
                series_id=told.desks.series.id, voucher_ids=[told.desks.series.first_voucher_id], reason="LOST",
                holder_id=told.desks.desk_id, actor=told.desks.agent, request_id=uuid4(), at=NOW,
            )  # fmt: skip
        told.look(IDLE_ON - timedelta(days=1))
        assert told.look(IDLE_ON).sent == 0
        assert told.look(IDLE_ON + timedelta(days=30)).sent == 1

    def test_without_a_gateway_the_desk_calls(self, told: Told, settings: Any) -> None:
        settings.SMS_GATEWAY = "none"
        told.leave()
        assert told.look(IDLE_ON).listed == 1
        (call,) = told.to_make()
        assert (call.channel, call.reach, call.serial) == (ContactChannel.CALL, PHONE, told.serial)
        with pytest.raises(ReminderUnknown):
            told.note(ReminderOutcome.TOLD, actor=told.desks.stranger)
        with pytest.raises(ReminderUnknown):
            told.note(ReminderOutcome.POSTED)
        told.note(ReminderOutcome.TOLD)
        assert told.to_make() == []

    def test_nobody_twice_is_dropped_and_a_wrong_number_erased(self, told: Told) -> None:
        told.leave(ContactChannel.CALL)
        told.look(IDLE_ON)
        told.note(ReminderOutcome.NO_ANSWER)
        assert told.to_make()[0].tried_count == 1
        told.note(ReminderOutcome.NO_ANSWER)
        assert told.to_make() == []
        told.look(IDLE_ON + timedelta(days=30))
        told.note(ReminderOutcome.WRONG_NUMBER)
        assert places_where_it_is(shapes()) == []

    def test_a_letter_waits_for_its_envelope(self, told: Told) -> None:
        told.leave(ContactChannel.LETTER)
        told.look(IDLE_ON)
        (letter,) = told.to_make()
        assert letter.reach == ADDRESS
        told.note(ReminderOutcome.POSTED)
        with told.desks.as_desk():
            assert list(Reminder.objects.values_list("outcome", flat=True)) == ["POSTED"]

    def test_what_nobody_did_in_time_is_dropped(self, told: Told) -> None:
        told.leave(ContactChannel.CALL)
        told.look(IDLE_ON)
        told.forget(IDLE_ON + timedelta(days=11))
        assert told.to_make() == []


def end_everything(told: Told) -> None:
    first = told.desks.series.first_voucher_id
    with acting_as_everything(why="all of them end"):
        ledger.void_vouchers(
            series_id=told.desks.series.id, voucher_ids=range(first, first + told.desks.series.booklet_size), reason="LOST",
            holder_id=told.desks.desk_id, actor=told.desks.agent, request_id=uuid4(), at=NOW,
        )  # fmt: skip


def block(told: Told) -> None:
    with told.desks.as_desk():
        operations.open_replacement(
            hand_over_id=told.hand_over_id, booklet_id=told.desks.series.first_booklet_id, reason=EndReason.LOST,
            found_by=FoundBy.NUMBER, actor=told.desks.prescriber, request_id=uuid4(), at=NOW,
        )  # fmt: skip


def by_text(told: Told) -> None:
    assert operations.stop_by_number(number=PhoneNumber.parse(PHONE), request_id=uuid4(), at=NOW) == 1
    assert operations.stop_by_number(number=PhoneNumber.parse(PHONE), request_id=uuid4(), at=NOW) == 0


def at_another_desk(told: Told) -> None:
    with acting_as(told.desks.stranger):
        operations.withdraw_contact(serial=told.serial, actor=told.desks.stranger, request_id=uuid4(), at=NOW)


def by_telephone(told: Told) -> None:
    with acting_as(told.desks.agent):
        operations.withdraw_contact(serial=told.serial, actor=told.desks.agent, request_id=uuid4(), at=NOW)


@pytest.mark.parametrize(
    ("ends", "at", "why"),
    [
        (end_everything, IDLE_ON, "VOID"),
        (block, IDLE_ON, "REPLACED"),
        (lambda _told: None, start_of_day(date(2028, 1, 1)), "LAPSED"),
        (by_text, None, "WITHDRAWN"),
        (at_another_desk, None, "WITHDRAWN"),
        (by_telephone, None, "WITHDRAWN"),
    ],
)
def test_at_the_end_the_number_is_nowhere(told: Told, ends: Any, at: datetime | None, why: str) -> None:
    contact_id = told.leave()
    told.look(IDLE_ON)
    texts()
    assert places_where_it_is(shapes()) != [], "it was somewhere"
    ends(told)
    if at is not None:
        assert told.forget(at) == 1
    with told.desks.as_desk():
        row = ReminderContact.objects.get(id=contact_id)
    assert (row.ended_for, row.sealed, row.number_mark) == (why, None, None)
    assert places_where_it_is(shapes()) == []
    assert told.look(IDLE_ON + timedelta(days=60)) == operations.Looked()


def test_the_search_itself_finds_a_number_that_is_there(told: Told) -> None:
    """The negative control: a number left in clear in a journal would be seen."""
    with acting_as_everything(why="a fault"), connection.cursor() as cursor:
        cursor.execute("UPDATE parties_organisation SET contact_phone = %s WHERE id = %s", [KEPT, told.desks.desk_id])
    assert places_where_it_is(shapes()) == ["parties_organisation"]


def test_the_database_refuses_an_ended_contact_that_holds_something(told: Told) -> None:
    from django.db import IntegrityError, transaction

    contact_id = told.leave()
    with told.desks.as_desk(), pytest.raises(IntegrityError), transaction.atomic():
        ReminderContact.objects.filter(id=contact_id).update(ended_at=NOW, ended_for="USED")
