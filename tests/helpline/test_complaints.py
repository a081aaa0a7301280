"""A complaint from its filing to its answer: who reads what, what is refused, what is forgotten."""

from datetime import date, timedelta
from typing import Any

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.helpline import operations, queries
from carnet.helpline.models import Complaint, ComplaintLine
from carnet.helpline.operations import Filed
from carnet.helpline.rules import (
    WORDS_KEPT,
    WRONG_SECRETS_MAX,
    ComplaintAboutNobody,
    ComplaintClosed,
    ComplaintKind,
    ComplaintLocked,
    ComplaintUnknown,
    Decision,
    Filer,
    HeardAlready,
    PlaceNotNamed,
    Said,
    TooManyComplaints,
)
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.kernel.free_text import CodeInText
from carnet.ledger import queries as ledger
from carnet.notices.models import Notice
from carnet.parties.rules import NotAllowed
from tests.factories.campaign import NOW, rid
from tests.helpline.conftest import Cast

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)
NOBODY = Actor.anonymous()


def file(cast: Cast, **said: Any) -> Filed:
    facts = {
        "kind": ComplaintKind.MONEY, "said": "On m’a demandé 5 euros.", "filed_by": Filer.PERSON, "place_id": cast.ready.place_id,
        "actor": NOBODY, "request_id": rid(), "at": NOW,
    }  # fmt: skip
    return operations.file_complaint(**facts | said)


def ask(cast: Cast, complaint_id: int) -> None:
    with acting_as(cast.agent):
        operations.ask_place(
            complaint_id=complaint_id, question="Un paiement a-t-il été demandé ?", until_on=date(2026, 3, 6), actor=cast.agent,
            request_id=rid(), at=LATER,
        )  # fmt: skip


def close(cast: Cast, complaint_id: int, **said: Any) -> None:
    facts = {"decision": Decision.UPHELD, "answer": "Vous aviez raison.", "actor": cast.agent, "request_id": rid(), "at": LATER}
    with acting_as(cast.agent):
        operations.close_complaint(complaint_id=complaint_id, **facts | said)


def test_a_stranger_files_it_is_heard_answered_and_read_by_its_number(cast: Cast) -> None:
    done = file(cast)
    assert done.due_on == date(2026, 3, 9)
    with acting_as(cast.agent):
        (seen,) = queries.complaints(actor=cast.agent, at=NOW)
        assert (seen.number, seen.place_id, seen.is_late) == (done.number, cast.ready.place_id, False)
        assert seen.programme_id == cast.ready.programme_id
    ask(cast, done.id)
    with acting_as(cast.manager):
        (asked,) = queries.asked_of(organisation_id=cast.ready.place_organisation_id, at=LATER, waiting_only=True)
        told = queries.asked(asked.id, actor=cast.manager, at=LATER)
        assert [line.kind for line in told.lines] == [Said.ASKED], "the place never reads the person's words"
        assert ComplaintLine.objects.filter(kind="FILED").count() == 0, "nor could it, whatever asks"
        operations.tell_our_side(complaint_id=asked.id, said="Une cotisation.", actor=cast.manager, request_id=rid(), at=LATER)
        with pytest.raises(HeardAlready):
            operations.tell_our_side(complaint_id=asked.id, said="Encore.", actor=cast.manager, request_id=rid(), at=LATER)
    with acting_as(cast.agent):
        operations.tell_news(complaint_id=done.id, said="Nous avons appelé le lieu.", actor=cast.agent, request_id=rid(), at=LATER)
        kinds = [line.kind for line in queries.kept(done.id, actor=cast.agent, at=LATER).lines]
    assert kinds == [Said.FILED, Said.ASKED, Said.HEARD, Said.NEWS]
    operations.add_words(number=done.number, secret=done.secret, said="C’était mardi.", actor=NOBODY, request_id=rid(), at=LATER)
    close(cast, done.id)
    told = queries.by_number(done.number.lower(), done.secret, at=LATER)
    assert [line.kind for line in told.lines] == [Said.FILED, Said.NEWS, Said.ADDED, Said.CLOSED]
    assert told.complaint.decision is Decision.UPHELD
    with acting_as(cast.manager):
        told = queries.asked(done.id, actor=cast.manager, at=LATER)
        assert [line.kind for line in told.lines] == [Said.ASKED, Said.HEARD, Said.CLOSED]


def test_the_same_request_gives_the_same_number_and_secret(cast: Cast) -> None:
    request_id = rid()
    assert file(cast, request_id=request_id) == file(cast, request_id=request_id)
    with acting_as(cast.agent):
        assert len(queries.complaints(actor=cast.agent, at=NOW)) == 1


def test_a_wrong_secret_says_nothing_and_locks(cast: Cast) -> None:
    done = file(cast)
    wrong = f"{(int(done.secret) + 1) % 10**6:06d}"
    for _try in range(WRONG_SECRETS_MAX):
        with pytest.raises(ComplaintUnknown):
            queries.by_number(done.number, wrong, at=NOW)
    with pytest.raises(ComplaintLocked):
        queries.by_number(done.number, done.secret, at=NOW)
    with pytest.raises(ComplaintUnknown):
        queries.by_number("NKZH-282Z", "123456", at=NOW)


def test_nobody_else_sees_it(cast: Cast) -> None:
    done = file(cast)
    for actor in (cast.other_line, cast.manager, cast.other_manager, cast.desk):
        with acting_as(actor):
            assert not Complaint.objects.exists()
            assert not ComplaintLine.objects.exists()
            for reads in (queries.kept, queries.asked, queries.filed):
                with pytest.raises(ComplaintUnknown):
                    reads(done.id, actor=actor, at=NOW)
    ask(cast, done.id)
    with acting_as(cast.other_manager), pytest.raises(ComplaintUnknown):
        queries.asked(done.id, actor=cast.other_manager, at=NOW)


def test_a_booklet_or_the_only_place_says_who_answers(cast: Cast) -> None:
    with acting_as_everything(why="a printed number"):
        series = ledger.series(cast.ready.series_id)
    serial = ledger.serial_of_booklet(series, series.first_booklet_id)
    done = file(cast, place_id=None, serial=serial, kind=ComplaintKind.NO_LESSON)
    with acting_as(cast.agent):
        (found,) = queries.complaints(actor=cast.agent, at=NOW, booklet_id=series.first_booklet_id)
    assert found.id == done.id
    with pytest.raises(ComplaintAboutNobody):
        file(cast, place_id=None)


def test_a_page_nobody_can_use_is_every_operators_and_has_one_week(cast: Cast) -> None:
    done = file(cast, kind=ComplaintKind.ACCESSIBILITY, place_id=None)
    assert done.due_on == date(2026, 3, 9)
    for operator in (cast.agent, cast.other_line):
        with acting_as(operator):
            assert [each.id for each in queries.complaints(actor=operator, at=NOW)] == [done.id]


def test_the_line_and_the_desk_file_for_a_person_and_follow_it(cast: Cast) -> None:
    with acting_as(cast.line):
        by_phone = file(cast, filed_by=Filer.LINE, actor=cast.line, place_id=None)
    with acting_as(cast.desk):
        at_desk = file(cast, filed_by=Filer.DESK, actor=cast.desk)
        (seen,) = queries.filed_of(organisation_id=cast.ready.prescriber_id, at=NOW)
        assert seen.id == at_desk.id
        assert queries.secret_of_filed(at_desk.id, actor=cast.desk) == at_desk.secret
        with pytest.raises(NotAllowed):
            close(cast, at_desk.id, actor=cast.desk)
    with acting_as(cast.line), pytest.raises(NotAllowed):
        close(cast, by_phone.id, actor=cast.line)
    with pytest.raises(NotAllowed):
        file(cast, filed_by=Filer.DESK)
    with acting_as(cast.other_line), pytest.raises(ComplaintAboutNobody):
        file(cast, filed_by=Filer.LINE, actor=cast.other_line)


def test_a_place_complains_of_its_operator_and_nobody_asks_it_for_its_side(cast: Cast) -> None:
    with acting_as(cast.manager):
        done = file(cast, filed_by=Filer.PLACE, actor=cast.manager, kind=ComplaintKind.LATE_PAYMENT, said="Toujours rien.")
    with acting_as(cast.agent):
        assert queries.complaints_on([cast.ready.place_id], actor=cast.agent, at=NOW) == {}
        with pytest.raises(PlaceNotNamed):
            ask(cast, done.id)
    close(cast, done.id)
    with acting_as(cast.manager):
        lines = queries.filed(done.id, actor=cast.manager, at=LATER).lines
        assert [line.kind for line in lines] == [Said.FILED, Said.CLOSED]


def test_a_place_that_is_complained_of_again_is_counted(cast: Cast) -> None:
    for _each in range(2):
        file(cast)
    with acting_as(cast.agent):
        assert queries.complaints_on([cast.ready.place_id], actor=cast.agent, at=NOW) == {cast.ready.place_id: 2}
        assert queries.complaints_on([cast.ready.place_id], actor=cast.agent, at=NOW + timedelta(days=400)) == {}


def test_a_contact_is_used_once_and_erased(cast: Cast) -> None:
    done = file(cast, contact="moi@example.org")
    with acting_as(cast.agent):
        assert queries.kept(done.id, actor=cast.agent, at=NOW).contact == "moi@example.org"
        assert b"example" not in bytes(Complaint.objects.get().sealed_contact), "sealed"
    close(cast, done.id)
    with acting_as(cast.agent):
        assert queries.kept(done.id, actor=cast.agent, at=NOW).contact == ""
    with acting_as_everything(why="the outbox"):
        letter = Notice.objects.get(kind="helpline.complaint-closed")
    assert (letter.to_email, letter.context["answer"]) == ("moi@example.org", "Vous aviez raison.")


def test_what_is_closed_changes_no_more(cast: Cast) -> None:
    done = file(cast)
    request_id = rid()
    close(cast, done.id, request_id=request_id)
    close(cast, done.id, request_id=request_id)
    with pytest.raises(ComplaintClosed):
        close(cast, done.id)
    with pytest.raises(ComplaintClosed):
        ask(cast, done.id)
    with pytest.raises(ComplaintClosed):
        operations.add_words(number=done.number, secret=done.secret, said="Encore.", actor=NOBODY, request_id=rid(), at=LATER)


def test_secrets_floods_and_delays(cast: Cast) -> None:
    with pytest.raises(CodeInText):
        file(cast, said="mon code 482 915 006 731 284 906")
    with pytest.raises(TooManyComplaints):
        file(cast, from_here=10)
    with acting_as(cast.admin):
        operations.set_delays(programme_id=cast.ready.programme_id, days={"MONEY": 2}, actor=cast.admin, request_id=rid(), at=NOW)
    assert file(cast).due_on == date(2026, 3, 4)
    with acting_as(cast.agent), pytest.raises(NotAllowed):
        operations.set_delays(programme_id=cast.ready.programme_id, days={}, actor=cast.agent, request_id=rid(), at=NOW)


def test_the_journal_keeps_what_was_done_and_no_word_number_or_contact(cast: Cast) -> None:
    done = file(cast, contact="moi@example.org")
    ask(cast, done.id)
    close(cast, done.id)
    with acting_as(cast.admin):
        lines = journal.lines(subject=("complaint", done.id))
    assert [line.action for line in lines] == ["helpline.complaint-closed", "helpline.place-asked", "helpline.complaint-filed"]
    written = str([line.facts for line in lines])
    assert not [word for word in (done.number, done.number.replace("-", ""), done.secret, "moi@", "euros") if word in written]


def test_words_are_forgotten_two_years_after_the_answer(cast: Cast) -> None:
    done = file(cast)
    close(cast, done.id)
    with acting_as_everything(why="the nightly work"):
        assert operations.forget(at=LATER + WORDS_KEPT - timedelta(days=1))["words"] == 0
        assert operations.forget(at=LATER + WORDS_KEPT)["words"] == 2
    with acting_as(cast.agent):
        assert [line.said for line in queries.kept(done.id, actor=cast.agent, at=LATER).lines] == ["", ""]


def test_counts_say_how_many_and_how_long(cast: Cast) -> None:
    for at in (NOW + timedelta(days=1), NOW + timedelta(days=20)):
        close(cast, file(cast).id, at=at)
    file(cast, kind=ComplaintKind.REFUSED)
    by_kind = {each.kind: each for each in queries.complaint_counts(at=NOW + timedelta(days=30), programme_id=cast.ready.programme_id)}
    money = by_kind[ComplaintKind.MONEY]
    assert (money.filed, money.closed, money.closed_late, money.upheld, money.days_to_answer) == (2, 2, 1, 2, 11)
    assert (by_kind[ComplaintKind.REFUSED].filed, by_kind[ComplaintKind.REFUSED].days_to_answer) == (1, None)
