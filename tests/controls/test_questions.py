"""A question asked by consent: of whom, when, how it is answered and stopped, what is left of it, and what nobody can know."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from carnet.controls.models import Question
from carnet.controls.operations import questions as operations
from carnet.controls.queries import questions as queries
from carnet.controls.rules import questions as rules
from carnet.controls.rules.questions import Answer, QuestionOver
from carnet.distribution import operations as distribution
from carnet.distribution.models import ReminderContact
from carnet.distribution.rules.asking import ASKED_APART_DAYS, KEPT_TO_ASK_DAYS, may_be_asked, waits_to_be_asked
from carnet.distribution.rules.reminders import ContactChannel, ContactEnd
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.questions import link_of
from carnet.jobs.texts import text_of
from carnet.kernel.actors import Actor
from carnet.kernel.text_messages import segments
from carnet.notices import operations as notices
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Item
from tests.factories.campaign import NOW, Campaign, rid

PHONE = "+33639980042"
LESSON_AT = NOW + timedelta(days=1)  # a Tuesday
ASKED_AT = LESSON_AT + timedelta(days=2)


class TestRules:
    @given(st.integers(0, 99), st.sampled_from([1, 4, 7, 10]))
    def test_risk_makes_it_likelier_and_never_certain_without_it(self, drawn: int, weight: int) -> None:
        assert rules.is_chosen(drawn, weight=weight) is (drawn < min(100, 20 * weight))
        assert not rules.is_chosen(drawn, weight=weight, of_a_hundred=0)

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("OUI", Answer.YES), (" oui. ", Answer.YES), ("Non", Answer.NO), ("no", Answer.NO), ("Je ne sais pas", Answer.UNKNOWN), ("?", Answer.UNKNOWN),
            ("STOP", None), ("oui mais", None), ("", None), ("482 915 006 731 284 906", None),
        ],
    )  # fmt: skip
    def test_an_answer_is_read_and_nothing_else_is(self, text: str, answer: Answer | None) -> None:
        assert rules.read_answer(text) is answer

    def test_nothing_is_shown_under_five_answers(self) -> None:
        assert [rules.Counted(20, yes, 1, 0).is_shown for yes in (0, 3, 4, 9)] == [False, False, True, True]

    def test_once_in_ninety_days_never_on_a_sunday_nor_without_consent(self) -> None:
        monday = date(2026, 3, 2)
        assert may_be_asked(has_consented=True, asked_on=None, today=monday)
        assert may_be_asked(has_consented=True, asked_on=monday - timedelta(days=ASKED_APART_DAYS), today=monday)
        assert not may_be_asked(has_consented=True, asked_on=monday - timedelta(days=ASKED_APART_DAYS - 1), today=monday)
        assert not may_be_asked(has_consented=False, asked_on=None, today=monday)
        assert not may_be_asked(has_consented=True, asked_on=None, today=monday - timedelta(days=1))

    def test_whoever_used_everything_is_kept_a_fortnight_and_only_if_they_agreed(self) -> None:
        today = date(2026, 3, 20)
        said: dict[str, Any] = {
            "has_consented": True,
            "asked_on": None,
            "moved_on": today - timedelta(days=KEPT_TO_ASK_DAYS),
            "today": today,
        }
        assert waits_to_be_asked(ContactEnd.USED, **said)
        assert not waits_to_be_asked(ContactEnd.LAPSED, **said)
        for changes in ({"has_consented": False}, {"asked_on": today}, {"moved_on": today - timedelta(days=KEPT_TO_ASK_DAYS + 1)}):
            assert not waits_to_be_asked(ContactEnd.USED, **{**said, **changes})


@pytest.fixture
def agreed(ready: Campaign) -> int:
    """Somebody was given a booklet, agreed to be reminded and to be asked, and spent a voucher. The contact's id."""
    return contact(ready)


def contact(ready: Campaign, *, agrees: bool = True, phone: str = PHONE) -> int:
    with acting_as_everything(why="whatever was handed over in this campaign"):
        from carnet.distribution.models import HandOver
        from carnet.ledger import queries as ledger

        series = ledger.series(ready.series_id)
        row, _made = HandOver.objects.get_or_create(
            programme_id=ready.programme_id, organisation_id=ready.prescriber_id, series_id=ready.series_id,
            first_booklet_id=series.first_booklet_id, last_booklet_id=series.first_booklet_id,
            defaults={
                "kind": "BOOKLETS", "voucher_count": 5, "printed_until": series.printed_until, "handed_over_at": NOW, "request_id": rid(),
            },
        )  # fmt: skip
    desk = Actor(
        kind="person", label="desk", person_id=401, organisation_id=ready.prescriber_id, organisation_ids=frozenset({ready.prescriber_id}),
        programme_ids=frozenset({ready.programme_id}), roles=frozenset({"PRESCRIBER"}),
    )  # fmt: skip
    with acting_as(desk):
        return distribution.leave_contact(
            hand_over_id=row.id, channel=ContactChannel.TEXT, phone=phone, has_consented=True, may_be_asked=agrees, actor=desk,
            request_id=uuid4(), at=NOW,
        )  # fmt: skip


def spend(ready: Campaign, *ranks: int) -> None:
    with acting_as(ready.mediator):
        for rank in ranks:
            item = Item(code=ready.code(rank), service="mailbox", place_id=ready.place_id)
            redemption.redeem(item=item, actor=ready.mediator, channel="SCREEN", request_id=rid(), at=LESSON_AT)


def ask(ready: Campaign, *, at=ASKED_AT, of_a_hundred: int = 100) -> list[str]:
    """Ask; the tokens that left."""
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return link_of(token)

    with acting_as_everything(why="the timer"):
        asked = operations.ask_after_lessons(programme_id=ready.programme_id, link=link, request_id=rid(), at=at, of_a_hundred=of_a_hundred)
    return tokens[:asked]


def rows() -> list[Question]:
    with acting_as_everything(why="what is left"):
        return list(Question.objects.order_by("id"))


@pytest.mark.django_db
class TestAsking:
    def test_the_text_says_where_and_when_within_two_messages(self, ready: Campaign, agreed: int) -> None:
        spend(ready, 0)
        (token,) = ask(ready)
        sent = []
        with acting_as_everything(why="the outbox"):
            notices.send_texts(send=sent.append, at=ASKED_AT)
        text = text_of(sent[0])
        assert sent[0].to == PHONE
        assert ("03/03" in text, token in text, "STOP" in text, segments(text) <= 2) == (True, True, True, True), text

    def test_only_whoever_agreed_and_only_about_a_recent_lesson(self, ready: Campaign) -> None:
        contact(ready, agrees=False)
        spend(ready, 0)
        assert ask(ready) == []
        contact(ready)
        assert ask(ready, at=LESSON_AT) == [], "not the same day"
        assert ask(ready, at=LESSON_AT + timedelta(days=9)) == [], "not a week later"
        assert len(ask(ready)) == 1

    def test_never_at_night_nor_on_a_sunday_nor_by_bad_luck_nor_without_a_gateway(
        self, ready: Campaign, agreed: int, settings: Any
    ) -> None:
        spend(ready, 0)
        assert ask(ready, at=ASKED_AT.replace(hour=22)) == []
        assert ask(ready, at=LESSON_AT + timedelta(days=5)) == [], "a Sunday"
        assert ask(ready, of_a_hundred=0) == []
        settings.SMS_GATEWAY = "none"
        assert ask(ready) == []

    def test_once_in_ninety_days_whatever_the_number_of_times_it_looks(self, ready: Campaign, agreed: int) -> None:
        spend(ready, 0)
        assert len(ask(ready)) == 1
        assert ask(ready, at=ASKED_AT + timedelta(days=1)) == []

    def test_whoever_used_all_is_kept_for_the_question_then_erased(self, ready: Campaign, agreed: int) -> None:
        spend(ready, *range(5))
        with acting_as_everything(why="the nights"):
            distribution.look_at_contacts(programme_id=ready.programme_id, request_id=rid(), at=LESSON_AT)
            assert ReminderContact.objects.get(id=agreed).ended_at is None
        assert len(ask(ready)) == 1
        with acting_as_everything(why="the nights"):
            distribution.forget_contacts(programme_id=ready.programme_id, request_id=rid(), at=ASKED_AT + timedelta(days=1))
            row = ReminderContact.objects.get(id=agreed)
        assert (row.ended_for, row.sealed, row.asked_on) == ("USED", None, None)


@pytest.mark.django_db
class TestAnswering:
    def test_the_answer_is_kept_and_whom_it_came_from_is_not(self, ready: Campaign, agreed: int) -> None:
        spend(ready, 0)
        (token,) = ask(ready)
        operations.answer_by_link(token=token, answer=Answer.NO, at=ASKED_AT)
        (row,) = rows()
        assert (row.answer, row.contact_id, row.token_hash, row.closed_on) == ("NO", None, None, ASKED_AT.date())
        with pytest.raises(QuestionOver):
            operations.answer_by_link(token=token, answer=Answer.YES, at=ASKED_AT)
        with acting_as_everything(why="even whoever administers"), pytest.raises(DatabaseError), transaction.atomic():
            Question.objects.update(answer="YES")

    def test_by_text_message_and_only_to_an_open_question(self, ready: Campaign, agreed: int) -> None:
        spend(ready, 0)
        assert not operations.answer_by_text(sender=PHONE, text="oui", at=ASKED_AT), "nothing was asked"
        ask(ready)
        assert not operations.answer_by_text(sender=PHONE, text="STOP", at=ASKED_AT), "STOP is for those who stop reminders"
        assert not operations.answer_by_text(sender="+33639980099", text="oui", at=ASKED_AT)
        assert operations.answer_by_text(sender=PHONE, text="Oui", at=ASKED_AT)
        assert not operations.answer_by_text(sender=PHONE, text="non", at=ASKED_AT)
        assert [row.answer for row in rows()] == ["YES"]

    def test_stop_erases_the_number_at_once(self, ready: Campaign, agreed: int) -> None:
        spend(ready, 0)
        (token,) = ask(ready)
        operations.stop_by_link(token=token, request_id=rid(), at=ASKED_AT)
        with acting_as_everything(why="what is left"):
            kept = ReminderContact.objects.get(id=agreed)
        assert (kept.sealed, kept.number_mark, kept.ended_for) == (None, None, "WITHDRAWN")
        assert [(row.answer, row.contact_id) for row in rows()] == [(None, None)]

    def test_a_week_later_it_forgets_whom_it_was_asked(self, ready: Campaign, agreed: int) -> None:
        spend(ready, 0)
        (token,) = ask(ready)
        late = ASKED_AT + timedelta(days=rules.OPEN_DAYS)
        with pytest.raises(QuestionOver):
            operations.answer_by_link(token=token, answer=Answer.YES, at=late)
        with acting_as_everything(why="the night"):
            assert operations.forget_questions(at=late - timedelta(days=1)) == 0
            assert operations.forget_questions(at=late) == 1
        assert [(row.contact_id, row.token_hash, row.answer) for row in rows()] == [(None, None, None)]

    def test_counts_are_read_from_five_answers_on_by_whoever_runs_the_programme(self, ready: Campaign) -> None:
        agent = Actor(
            kind="person", label="agent", person_id=601, organisation_id=ready.operator_id, organisation_ids=frozenset({ready.operator_id}),
            programme_ids=frozenset({ready.programme_id}), roles=frozenset({"OPERATOR_AGENT"}),
        )  # fmt: skip

        def answered(*said: str) -> None:
            with acting_as_everything(why="answers"):
                Question.objects.bulk_create(
                    Question(
                        programme_id=ready.programme_id, organisation_id=ready.place_organisation_id, place_id=ready.place_id,
                        attended_on=NOW.date(), weight=1, asked_on=NOW.date(), closes_on=NOW.date(), closed_on=NOW.date(), answer=each,
                    )
                    for each in said
                )  # fmt: skip

        answered("YES", "YES", "NO", "UNKNOWN")
        with acting_as(agent):
            (few,) = queries.answers(agent, [ready.programme_id])
        assert (few.asked, few.counted) == (4, None)
        answered("NO")
        with acting_as(agent):
            (told,) = queries.answers(agent, [ready.programme_id])
        assert told.counted == rules.Counted(5, 2, 2, 1)
        with acting_as(ready.mediator):
            assert not Question.objects.exists(), "a place reads none of it"


@pytest.mark.django_db
class TestThePage:
    def test_four_buttons_then_thanks_then_over(self, ready: Campaign, agreed: int, settings: Any) -> None:
        settings.CARNET_CLOCK = ASKED_AT
        spend(ready, 0)
        (token,) = ask(ready)
        browser = Client()
        page = browser.get(f"/q/{token}")
        text = page.content.decode()
        assert (page.status_code, page["Cache-Control"], page["Referrer-Policy"]) == (200, "no-store", "no-referrer")
        assert all(f'value="{each}"' in text for each in ("YES", "NO", "UNKNOWN", "STOP"))
        assert "3 mars 2026" in text
        assert "sans votre nom" in browser.post(f"/q/{token}", {"answer": "YES"}).content.decode()
        assert browser.get(f"/q/{token}").status_code == 404
        assert browser.post("/q/never-asked", {"answer": "NO"}).status_code == 404

    def test_a_text_that_comes_in_is_counted_and_nothing_is_said_back(self, ready: Campaign, agreed: int) -> None:
        from carnet.gateways.sms import Incoming
        from carnet.web.telephones import incoming

        spend(ready, 0)
        ask(ready)
        with patch.object(incoming.operations, "answer_text") as elsewhere:
            assert not incoming._answered(Incoming("delivery-1", PHONE, "NON"), ASKED_AT)
        elsewhere.assert_not_called()
        assert [row.answer for row in rows()] == ["NO"]
