"""What is proposed to whom: a table of people, then what holds for anybody."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.distribution.rules import LESSONS_MAX, Advice, Answers, Help, Reason, Why, advise, reason_of
from carnet.places.rules import PROCEDURES, SERVICE_BY_CODE, ProcedureUnknown

PAID = ("mailbox", "files", "computer", "online-procedures", "cv", "smartphone", "rights", "job-search")
L, A, M, P, C = Help.LESSONS, Help.ACCOMPANIMENT, Help.MANDATE, Help.COMPUTER, Help.CONNECTION

PEOPLE: dict[str, tuple[Answers, tuple[Help, ...], tuple[str, ...], int, tuple[Why, ...]]] = {
    "says nothing": (Answers(), (), (), 5, (Why.NOTHING_SAID,)),
    "at ease on a telephone, never sent a mail nor a file, must register": (
        Answers(("register-job-seeker",), sends_mail=False, moves_files=False),
        (L, A), ("mailbox", "files", "job-search"), 3, (Why.BASICS_FIRST, Why.TODAY_WITH_SOMEBODY),
    ),
    "sends mails, never attached a paper": (
        Answers(("taxes",), sends_mail=True, moves_files=False),
        (L, A), ("files", "online-procedures"), 2, (Why.ONE_STEP_AWAY, Why.TODAY_WITH_SOMEBODY),
    ),
    "at ease, one procedure": (
        Answers(("driving-licence",), sends_mail=True, moves_files=True), (L,), ("online-procedures",), 1, (Why.THE_TASK_ITSELF,),
    ),
    "two procedures taught by one lesson": (
        Answers(("registration-certificate", "driving-licence"), sends_mail=True, moves_files=True),
        (L,), ("online-procedures",), 1, (Why.THE_TASK_ITSELF,),
    ),
    "did not say what they can do": (
        Answers(("family-benefits",)), (L, A), ("rights",), 1, (Why.THE_TASK_ITSELF, Why.TODAY_WITH_SOMEBODY),
    ),
    "would rather have it done": (Answers(("taxes",), prefers_somebody=True), (M,), (), 0, (Why.WISHES_SOMEBODY,)),
    "would rather have taxes done, and learn to make a CV": (
        Answers(("cv", "taxes"), sends_mail=False, prefers_somebody=True), (L, M), ("cv",), 1,
        (Why.THE_TASK_ITSELF, Why.WISHES_SOMEBODY),
    ),
    "wants a CV with somebody beside": (
        Answers(("cv",), prefers_somebody=True), (L, A), ("cv",), 1, (Why.THE_TASK_ITSELF, Why.TODAY_WITH_SOMEBODY),
    ),
    "nothing at home, never began, a procedure to do": (
        Answers(("health",), sends_mail=False, moves_files=False, no_equipment=True, no_connection=True),
        (L, M, P, C), ("computer", "mailbox", "files"), 3, (Why.FROM_THE_START, Why.NOTHING_TO_DO_IT_WITH),
    ),
    "finds the connection too dear": (Answers(too_costly=True), (C,), (), 5, (Why.TO_BE_TALKED_OVER,)),
    "something else": (Answers(("other",)), (), (), 5, (Why.TO_BE_TALKED_OVER,)),
    "wants to write to the grandchildren": (Answers(("messages",)), (L,), ("mailbox",), 1, (Why.THE_TASK_ITSELF,)),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_proposed_to(who: str) -> None:
    answers, helps, lessons, vouchers, why = PEOPLE[who]
    assert advise(answers, payable=PAID, left=5) == Advice(helps, lessons, vouchers, why)


def test_what_vouchers_do_not_pay_is_taught_by_its_nearest_or_not_at_all() -> None:
    health = Answers(("health",), sends_mail=True, moves_files=False)
    assert advise(health, payable=("online-procedures", "mailbox"), left=5).lessons == ("online-procedures",)
    assert advise(health, payable=("printer",), left=5).lessons == ()


@pytest.mark.parametrize(
    ("wants", "reason"),
    [
        ((), Reason.NOT_SAID), (("cv",), Reason.WORK), (("taxes", "register-job-seeker"), Reason.WORK), (("health",), Reason.PROCEDURES),
        (("messages",), Reason.MESSAGES), (("other",), Reason.EVERYDAY),
    ],
)  # fmt: skip
def test_the_coarse_reason_follows_from_what_is_wanted(wants: tuple[str, ...], reason: Reason) -> None:
    assert reason_of(Answers(wants)) is reason
    assert reason_of(Answers(no_equipment=True)) is Reason.EQUIPMENT


def test_a_code_of_nothing_is_refused() -> None:
    with pytest.raises(ProcedureUnknown):
        advise(Answers(("gardening",)), payable=PAID, left=5)


def test_every_procedure_is_taught_by_a_service_of_the_catalogue() -> None:
    assert {each.service for each in PROCEDURES if each.service} <= SERVICE_BY_CODE.keys()
    assert [each.code for each in PROCEDURES if not each.service] == ["other"]


anybody = st.builds(
    Answers,
    wants=st.lists(st.sampled_from([each.code for each in PROCEDURES]), max_size=9).map(tuple),
    sends_mail=st.sampled_from([None, True, False]),
    moves_files=st.sampled_from([None, True, False]),
    no_equipment=st.booleans(),
    no_connection=st.booleans(),
    too_costly=st.booleans(),
    prefers_somebody=st.booleans(),
)
anything_paid = st.sets(st.sampled_from(sorted(SERVICE_BY_CODE)), min_size=1)


@given(answers=anybody, payable=anything_paid, left=st.integers(1, 10))
def test_whoever_it_is(answers: Answers, payable: set[str], left: int) -> None:
    advice = advise(answers, payable=payable, left=left)
    assert 0 <= advice.voucher_count <= left
    assert len(set(advice.lessons)) == len(advice.lessons) <= LESSONS_MAX
    assert set(advice.lessons) <= payable
    assert (Help.LESSONS in advice.helps) == bool(advice.lessons)
    assert not {Help.ACCOMPANIMENT, Help.MANDATE} <= set(advice.helps)
    assert advice.why, "nothing is proposed without a reason"
    assert (Help.CONNECTION in advice.helps) == (answers.no_connection or answers.too_costly)
    # No voucher is proposed only when somebody does it all for nothing; an empty page gives the whole booklet.
    assert advice.voucher_count or Help.MANDATE in advice.helps
    assert answers.is_blank == (advice.why == (Why.NOTHING_SAID,))
    # Somebody acts in a person's name only when the person asks, or has neither the tool nor the first steps.
    if Help.MANDATE in advice.helps:
        assert answers.prefers_somebody or (answers.no_equipment and answers.sends_mail is False)


@given(answers=anybody, left=st.integers(3, 10))
def test_who_knows_less_is_never_offered_fewer_lessons(answers: Answers, left: int) -> None:
    more, less = replace(answers, sends_mail=True, moves_files=True), replace(answers, sends_mail=False, moves_files=False)
    assert len(advise(less, payable=PAID, left=left).lessons) >= len(advise(more, payable=PAID, left=left).lessons)
