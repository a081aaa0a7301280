"""The rules of a person's own side: when a visit ends, what is told and when, how an answer is read."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.kernel.identifiers import PhoneNumberInvalid
from carnet.mandates.rules import Duration
from carnet.mandates.rules.consents import (
    ASKED_PER_DAY_MAX,
    PEOPLE_OF_A_NUMBER_MAX,
    Answer,
    ConsentNumberTaken,
    ConsentState,
    RemoteConsentClosed,
    TooManyConsents,
    check_may_ask,
    is_stop,
    read_answer,
    state_at,
)
from carnet.mandates.rules.telling import is_told_of_end, is_told_of_money, mobile, money_day, spoken, told_of_end_from
from carnet.mandates.rules.visits import (
    IDLE,
    VISIT_MAX,
    WRONG_CODES_MAX,
    PaperCodeLocked,
    PaperCodeWrong,
    is_open,
    open_until,
    refusal_of_try,
)

AT = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["Oui", "oui", " OUI ! ", "Oui.", "oui, merci", "D’accord", "d'accord", "Oui, j’accepte", "Je suis d'accord.", "«Oui»", "oui oui"],
)
def test_a_yes_is_a_yes_however_it_is_typed(text: str) -> None:
    assert read_answer(text) is Answer.YES


@pytest.mark.parametrize("text", ["Non", "NON.", "non merci", "Pas d’accord", "je refuse", "STOP", "Arrêt", "Je ne suis pas d'accord"])
def test_a_no_is_a_no(text: str) -> None:
    assert read_answer(text) is Answer.NO


@pytest.mark.parametrize(
    "text", ["", "oui mais pas l'argent", "oui non", "peut-être", "ok", "Qui êtes-vous ?", "ouin", "oui pour les impôts", "1", "👍"]
)
def test_anything_else_is_neither(text: str) -> None:
    assert read_answer(text) is Answer.UNCLEAR


@given(st.text(max_size=300))
def test_whatever_is_written_is_read_as_one_of_three(text: str) -> None:
    answer = read_answer(text)
    assert answer in Answer
    if is_stop(text):
        assert answer is Answer.NO


def test_an_open_question_expires_by_itself_and_a_finished_one_stays() -> None:
    assert state_at(ConsentState.ASKED, expires_at=AT, at=AT - timedelta(seconds=1)) is ConsentState.ASKED
    assert state_at(ConsentState.ASKED, expires_at=AT, at=AT) is ConsentState.EXPIRED
    assert state_at(ConsentState.AGREED, expires_at=AT, at=AT) is ConsentState.EXPIRED
    assert state_at(ConsentState.SIGNED, expires_at=AT, at=AT + timedelta(days=900)) is ConsentState.SIGNED


def test_asking_from_afar_is_off_rare_and_never_for_many_people_of_one_number() -> None:
    check_may_ask(is_turned_on=True, asked_today=ASKED_PER_DAY_MAX - 1, people_of_number=PEOPLE_OF_A_NUMBER_MAX - 1)
    with pytest.raises(RemoteConsentClosed):
        check_may_ask(is_turned_on=False, asked_today=0, people_of_number=0)
    with pytest.raises(TooManyConsents):
        check_may_ask(is_turned_on=True, asked_today=ASKED_PER_DAY_MAX, people_of_number=0)
    with pytest.raises(ConsentNumberTaken):
        check_may_ask(is_turned_on=True, asked_today=0, people_of_number=PEOPLE_OF_A_NUMBER_MAX)


def test_a_visit_ends_when_it_is_left_forgotten_or_too_long() -> None:
    def opened(*, seen: timedelta = timedelta(), at: timedelta = timedelta(), ended: datetime | None = None) -> bool:
        return is_open(opened_at=AT, seen_at=AT + seen, ended_at=ended, at=AT + at)

    assert opened(at=IDLE - timedelta(seconds=1))
    assert not opened(at=IDLE)
    assert opened(seen=VISIT_MAX - timedelta(minutes=1), at=VISIT_MAX - timedelta(seconds=1))
    assert not opened(seen=VISIT_MAX, at=VISIT_MAX)
    assert not opened(ended=AT)
    assert open_until(opened_at=AT, at=AT) == AT + IDLE
    assert open_until(opened_at=AT, at=AT + VISIT_MAX - timedelta(minutes=1)) == AT + VISIT_MAX


def test_a_paper_locks_after_five_wrong_codes_even_for_the_right_one() -> None:
    assert refusal_of_try(is_known=True, wrong_count=WRONG_CODES_MAX - 1, is_right=True) is None
    assert isinstance(refusal_of_try(is_known=True, wrong_count=WRONG_CODES_MAX - 1, is_right=False), PaperCodeWrong)
    assert isinstance(refusal_of_try(is_known=True, wrong_count=WRONG_CODES_MAX, is_right=True), PaperCodeLocked)
    assert isinstance(refusal_of_try(is_known=False, wrong_count=0, is_right=False), PaperCodeWrong)


def test_an_end_is_told_a_month_before_a_week_before_or_never() -> None:
    end = date(2026, 6, 1)
    assert told_of_end_from(duration=Duration.DAY, ends_on=end) is None
    assert told_of_end_from(duration=Duration.MONTH, ends_on=end) == date(2026, 5, 25)
    assert told_of_end_from(duration=Duration.YEAR, ends_on=end) == date(2026, 5, 2)


@pytest.mark.parametrize(
    ("at", "is_told"),
    [
        (datetime(2026, 5, 24, 21, 59, tzinfo=UTC), False),  # 23:59 in Paris, the day before
        (datetime(2026, 5, 24, 22, 0, tzinfo=UTC), True),  # midnight in Paris
        (datetime(2026, 5, 31, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 5, 31, 22, 0, tzinfo=UTC), False),  # it is over
    ],
)
def test_days_are_days_of_paris(at: datetime, is_told: bool) -> None:
    assert is_told_of_end(duration=Duration.MONTH, starts_on=date(2026, 5, 1), ends_on=date(2026, 6, 1), at=at) is is_told


def test_a_use_is_told_within_a_week_and_of_its_own_day() -> None:
    assert is_told_of_money(used_at=AT, at=AT)
    assert not is_told_of_money(used_at=AT, at=AT - timedelta(seconds=1))
    assert not is_told_of_money(used_at=AT, at=AT + timedelta(days=7))
    assert money_day([AT, datetime(2026, 3, 12, 23, 30, tzinfo=UTC)]) == date(2026, 3, 13)


@pytest.mark.parametrize("typed", ["02 40 12 34 56", "3949", "rien", ""])
def test_texts_do_not_reach_every_number(typed: str) -> None:
    with pytest.raises(PhoneNumberInvalid):
        mobile(typed)


def test_a_mobile_is_read_and_a_number_is_spoken() -> None:
    assert str(mobile("06 12 34 56 78")) == "+33612345678"
    assert str(mobile("+32470123456")) == "+32470123456"
    assert spoken("0240123456") == "02 40 12 34 56"
    assert spoken("demander à l'accueil") == "demander à l'accueil"
    assert spoken("") == ""
