"""Self-checks: slips, visits, answers counted once, one invitation by consent, and what is forgotten."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.notices.models import TextNotice
from carnet.observatory.models import SelfCheckInvitation, SelfCheckKeeping, SelfCheckRound, SelfCheckSlip
from carnet.observatory.operations import selfcheck_retention as retention
from carnet.observatory.operations import selfchecks
from carnet.observatory.operations.selfchecks import PrintedSlip
from carnet.observatory.queries import selfchecks as queries
from carnet.observatory.rules import Edition, OverallLevel, Said
from carnet.observatory.rules.selfchecks import (
    AgeOfTables,
    CheckDone,
    CheckEmpty,
    CheckOver,
    ChecksClosed,
    InviteBy,
    Mode,
    Moment,
    SlipLocked,
    SlipUnknown,
    SlipWrong,
)
from tests.distribution.conftest import NOW, Desks
from tests.distribution.conftest import desks as desks


@pytest.fixture
def asking(desks: Desks) -> Desks:
    """A programme that asks, in the edition of five domains."""
    system = Actor.system("tests", programme_ids={desks.series.programme_id})
    with acting_as(system):
        selfchecks.decide_self_checks(
            programme_id=desks.series.programme_id, is_on=True, edition=Edition.FIVE_DOMAINS, actor=system, request_id=uuid4(), at=NOW
        )
    return desks


def slip_of(desks: Desks, *, at: datetime | None = None) -> PrintedSlip:
    with desks.as_desk():
        (slip,) = selfchecks.print_slips(
            programme_id=desks.series.programme_id, count=1, actor=desks.prescriber, request_id=uuid4(), at=at or NOW
        )
    return slip


def answer(slip: PrintedSlip, *done: str, at: datetime) -> None:
    token = selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=at).token
    selfchecks.keep_answers(token=token, used_internet=Said.YES, answers=dict.fromkeys(done, "YES"), is_over=True, at=at)
    selfchecks.leave_check(token=token, at=at)


def rounds() -> list[SelfCheckRound]:
    with acting_as_everything(why="tests"):
        return list(SelfCheckRound.objects.order_by("id"))


def test_nothing_is_printed_for_a_programme_that_does_not_ask(desks: Desks) -> None:
    with pytest.raises(ChecksClosed):
        slip_of(desks)


def test_slips_are_printed_once_for_a_request(asking: Desks) -> None:
    request_id = uuid4()
    facts = {"programme_id": asking.series.programme_id, "count": 3, "actor": asking.prescriber, "request_id": request_id, "at": NOW}
    with asking.as_desk():
        first, again = selfchecks.print_slips(**facts), selfchecks.print_slips(**facts)
    assert [each.number for each in first] == [each.number for each in again]
    assert [each.code for each in first] == [each.code for each in again], "the code follows from the key"
    assert len({each.code.text for each in first}) == 3


def test_a_person_answers_stops_and_takes_it_up_again(asking: Desks) -> None:
    slip, at = slip_of(asking), NOW
    visit = selfchecks.open_check(number=slip.number.printed().lower(), code=slip.code.printed(), at=at)
    assert visit.moment is Moment.BEFORE
    selfchecks.keep_answers(token=visit.token, used_internet=Said.YES, answers={"mail": "YES", "nothing": "YES"}, at=at)
    selfchecks.leave_check(token=visit.token, at=at)
    with pytest.raises(CheckOver):
        selfchecks.visiting(token=visit.token, at=at)
    later = at + timedelta(hours=3)
    again = selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=later)
    said = queries.story(again.slip_id, at=later)
    assert (said.used_internet, said.said) == (Said.YES, {"mail": "YES"}), "what was said is still there, and nothing unknown"
    selfchecks.keep_answers(token=again.token, answers={"copying": "NO"}, is_over=True, at=later)
    told = queries.story(again.slip_id, at=later)
    assert told.told[Moment.BEFORE].overall is OverallLevel.NONE
    with pytest.raises(CheckDone):
        selfchecks.keep_answers(token=again.token, answers={"copying": "YES"}, at=later)


def test_nothing_said_counts_for_nothing(asking: Desks) -> None:
    slip = slip_of(asking)
    token = selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=NOW).token
    with pytest.raises(CheckEmpty):
        selfchecks.keep_answers(token=token, answers={}, is_over=True, at=NOW)


def test_a_visit_ends_by_itself(asking: Desks) -> None:
    slip = slip_of(asking)
    token = selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=NOW).token
    selfchecks.visiting(token=token, at=NOW + timedelta(minutes=9))
    with pytest.raises(CheckOver):
        selfchecks.visiting(token=token, at=NOW + timedelta(minutes=19))
    with pytest.raises(CheckOver):
        selfchecks.visiting(token="", at=NOW)


def test_wrong_codes_are_answered_alike_and_lock_the_slip(asking: Desks) -> None:
    slip = slip_of(asking)
    for number, code in ((str(slip.number), "AAAAAAAA"), ("A-2222-2222", slip.code.text), ("?", "?")):
        with pytest.raises(SlipWrong):
            selfchecks.open_check(number=number, code=code, at=NOW)
    for _each in range(4):
        with pytest.raises(SlipWrong):
            selfchecks.open_check(number=str(slip.number), code="CCCCCCCC", at=NOW)
    with pytest.raises(SlipLocked):
        selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=NOW)


def test_before_after_and_later_each_once(asking: Desks) -> None:
    slip, at = slip_of(asking), NOW
    answer(slip, "mail", at=at)
    with pytest.raises(CheckDone):
        answer(slip, "mail", at=at + timedelta(hours=1))
    answer(slip, "mail", "goods", at=at + timedelta(days=20))
    with pytest.raises(CheckDone):
        answer(slip, "mail", at=at + timedelta(days=60))
    answer(slip, "mail", "goods", "words", at=at + timedelta(days=190))
    assert [each.moment for each in rounds()] == ["BEFORE", "AFTER", "LATER"]


def test_what_was_finished_is_never_changed(asking: Desks) -> None:
    answer(slip_of(asking), "mail", at=NOW)
    with pytest.raises(IntegrityError, match="never changed"), acting_as_everything(why="tests"), transaction.atomic():
        SelfCheckRound.objects.update(answers={})
    with pytest.raises(IntegrityError, match="never changed"), acting_as_everything(why="tests"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM observatory_selfcheckround")


def test_a_sheet_is_typed_by_whoever_gave_it_and_counted_once(asking: Desks) -> None:
    slip, day = slip_of(asking), legal_day(NOW)
    facts = {
        "number": slip.number.printed(), "answered_on": day, "used_internet": Said.YES, "answers": {"mail": "YES"},
        "age": AgeOfTables.FROM_55_TO_74, "mode": Mode.PAPER, "request_id": uuid4(), "at": NOW,
    }  # fmt: skip
    with asking.as_desk():
        first = selfchecks.type_answers(**facts, actor=asking.prescriber)  # type: ignore[arg-type]
        assert selfchecks.type_answers(**facts, actor=asking.prescriber) == first  # type: ignore[arg-type]
        with pytest.raises(CheckDone):
            selfchecks.type_answers(**facts | {"answers": {"mail": "NO"}}, actor=asking.prescriber)  # type: ignore[arg-type]
    stranger = replace(asking.prescriber, organisation_id=asking.desk_id + 1000, organisation_ids=frozenset({asking.desk_id + 1000}))
    with acting_as(stranger), pytest.raises(SlipUnknown):
        selfchecks.type_answers(**facts, actor=stranger)  # type: ignore[arg-type]
    with acting_as_everything(why="tests"):
        assert SelfCheckSlip.objects.get().age == "FROM_55_TO_74"
    assert [(each.mode, each.finished_on) for each in rounds()] == [("PAPER", day)]


def invited(slip: PrintedSlip, channel: InviteBy, *, at: datetime, **kept: str) -> None:
    token = selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=at).token
    selfchecks.ask_again_later(token=token, channel=channel, language="fr", has_agreed=True, request_id=uuid4(), at=at, **kept)


def test_one_text_six_months_later_and_the_number_is_gone(asking: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfchecks.sms, "is_offered", lambda: True)
    slip, at = slip_of(asking), NOW
    answer(slip, "mail", at=at)
    invited(slip, InviteBy.TEXT, phone="06 12 34 56 78", at=at)
    noon = datetime.combine(add_months(legal_day(at), 6), at.timetz()).replace(hour=11)
    while noon.isoweekday() > 5:
        noon += timedelta(days=1)
    sent = []
    for moment in (noon - timedelta(days=10), noon, noon):
        with acting_as_everything(why="tests"):
            sent.append(selfchecks.invite_due(programme_id=asking.series.programme_id, request_id=uuid4(), at=moment))
    assert sent == [0, 1, 0]
    with acting_as_everything(why="tests"):
        row = SelfCheckInvitation.objects.get()
        assert (row.sealed, row.ended_for) == (None, "SENT")
        assert TextNotice.objects.count() == 1


def test_a_letter_waits_for_the_house_that_gave_the_slip(asking: Desks) -> None:
    slip, at = slip_of(asking), NOW
    answer(slip, "mail", at=at)
    invited(slip, InviteBy.LETTER, address="Ana Diallo\n3 rue du Port, Nantes", at=at)
    late = at + timedelta(days=185)
    with asking.as_desk():
        assert queries.letters_to_post(asking.prescriber, at=at) == ()
        (letter,) = queries.letters_to_post(asking.prescriber, at=late)
        assert letter.address.startswith("Ana Diallo")
        selfchecks.note_letter_posted(invitation_id=letter.id, actor=asking.prescriber, request_id=uuid4(), at=late)
        assert queries.letters_to_post(asking.prescriber, at=late) == ()
    with acting_as_everything(why="tests"):
        assert SelfCheckInvitation.objects.get().sealed is None


def test_a_night_forgets_what_is_over_and_writes_it_once(asking: Desks) -> None:
    slip, at = slip_of(asking), NOW
    answer(slip, "mail", at=at)
    invited(slip, InviteBy.LETTER, address="Ana Diallo\n3 rue du Port, Nantes", at=at)
    begun = slip_of(asking)
    token = selfchecks.open_check(number=str(begun.number), code=begun.code.text, at=at).token
    selfchecks.keep_answers(token=token, used_internet=Said.YES, answers={"mail": "YES"}, at=at)
    system, programme_id = Actor.system("tests"), asking.series.programme_id

    def night(days: int) -> tuple[int, int, int, bool]:
        with acting_as_everything(why="tests"):
            done = retention.forget_in_time(programme_id=programme_id, actor=system, at=at + timedelta(days=days))
        return done.closed_count, done.unfinished_count, done.erased_count, done.repeated

    assert night(30) == (0, 0, 0, False)
    assert night(61) == (0, 1, 0, False), "begun and never finished"
    assert night(61) == (0, 1, 0, True)
    assert night(230) == (0, 0, 1, False), "a letter nobody posted"
    assert night(440) == (2, 0, 0, False), "two slips that open nothing any more"
    with pytest.raises(SlipWrong):
        selfchecks.open_check(number=str(slip.number), code=slip.code.text, at=at + timedelta(days=441))
    assert len(rounds()) == 1, "what was counted stays, of a number"
    with acting_as_everything(why="tests"):
        assert SelfCheckKeeping.objects.count() == 4
        with pytest.raises(ProgrammingError), transaction.atomic():
            SelfCheckKeeping.objects.update(closed_count=0)
