"""A serial asked with its secret: five wrong secrets lock it until a person unlocks it; the lock tells nothing and takes nothing from anybody."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing.rules import code_at
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped, NirInText, SecretCode, SerialMistyped, VoucherSerial
from carnet.kernel.refusals import Refusal
from carnet.redemption import operations, queries
from carnet.redemption.operations import Answer, Asked, Item, SerialItem
from carnet.redemption.queries import LockedSerial, Redeemed
from carnet.redemption.rules import (
    GUESSES_MAX,
    WRONG_SECRETS_MAX,
    BatchTooLarge,
    HeldBack,
    ReasonMissing,
    SerialHappening,
    SerialLocked,
    SerialNotLocked,
    TooManyAttempts,
    VoucherAlreadyRedeemed,
    VoucherUnknown,
    is_locked,
    locks_now,
    wrong_secrets,
)
from tests.factories.campaign import LATER, SYSTEM, Campaign, campaign, rid

# --- The rule ---------------------------------------------------------------------------------------------------------

happenings = st.lists(
    st.builds(SerialHappening, st.sampled_from(["WRONG", "WRONG", "WRONG", "UNLOCKED"]), st.just(LATER), st.binary(max_size=1)), max_size=20
)


@given(happened=happenings)
def test_only_different_wrong_secrets_since_the_latest_unlocking_count(happened: list[SerialHappening]) -> None:
    since = happened[max((rank for rank, each in enumerate(happened) if each.kind == "UNLOCKED"), default=-1) + 1 :]
    assert wrong_secrets(happened) == len({each.guess for each in since})
    assert locks_now(happened) == (wrong_secrets(happened) >= WRONG_SECRETS_MAX)


def test_the_latest_of_a_lock_and_an_unlocking_holds() -> None:
    locked, unlocked = SerialHappening("LOCKED", LATER), SerialHappening("UNLOCKED", LATER)
    assert [is_locked(each) for each in ([], [locked], [locked, unlocked], [locked, unlocked, locked])] == [False, True, False, True]


# --- The operations ---------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(ready: Campaign) -> Actor:
    programmes = frozenset({ready.programme_id})
    return Actor(
        "person",
        "",
        person_id=900,
        organisation_id=ready.operator_id,
        organisation_ids=frozenset({ready.operator_id}),
        programme_ids=programmes,
    )


def serial(ready: Campaign, rank: int = 0) -> str:
    with acting_as_everything(why="read a serial"):
        first = VoucherSerial.parse(queries.serial_of(ready.series_id, first_voucher(ready)))
    return VoucherSerial(first.prefix, first.number + rank).printed()


def first_voucher(ready: Campaign) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT first_voucher_id FROM ledger_series WHERE id = %s", [ready.series_id])
        return int(cursor.fetchone()[0])


def wrong(number: int) -> str:
    """A code well formed that no voucher has, by its number."""
    return code_at(seed=b"wrong".ljust(32, b"."), rank=number).digits


def together(
    ready: Campaign, *pairs: tuple[str, str], actor: Actor | None = None, all_or_none: bool = False, **changes: Any
) -> list[Answer]:
    who = actor or ready.mediator
    items = [SerialItem(printed, code, "mailbox", **changes) for printed, code in pairs]
    with acting_as(who):
        return operations.redeem_with_serials(items=items, together=all_or_none, actor=who, channel="PAPER", at=LATER)


def kinds(answers: list[Answer]) -> list[type]:
    return [type(each) for each in answers]


def locked(operator: Actor) -> list[LockedSerial]:
    with acting_as(operator):
        return queries.locked_serials()


def hand(ready: Campaign, number: int) -> Actor:
    """One more person at the same place, with guesses of their own."""
    return replace(ready.mediator, person_id=number)


def test_a_serial_with_its_secret_is_spent_like_any_other(ready: Campaign) -> None:
    (answer,) = together(ready, (serial(ready), ready.code(0)))
    assert isinstance(answer, Redeemed) and answer.voucher_serial == serial(ready)
    assert kinds(together(ready, (serial(ready), ready.code(0)))) == [VoucherAlreadyRedeemed]
    assert kinds(together(ready, (serial(ready, 1), ready.token(1)))) == [Redeemed]


def test_whatever_does_not_match_is_unknown_alike(ready: Campaign) -> None:
    with acting_as_everything(why="another programme"):
        foreign = campaign(booklets=1)
    prefix = VoucherSerial.parse(serial(ready)).prefix
    never = VoucherSerial(prefix, 999_999_999).printed()
    answers = together(
        ready,
        (serial(ready), ready.code(1)),  # another voucher's secret
        (serial(ready), wrong(0)),
        (never, ready.code(0)),
        (serial(foreign), foreign.code(0)),
        (serial(foreign), ready.code(0)),
    )
    assert [(type(each), getattr(each, "facts", None)) for each in answers] == [(VoucherUnknown, {})] * 5
    with acting_as_everything(why="count"):
        assert queries.guessing_everywhere(at=LATER).guess_count == 5


def test_five_different_wrong_secrets_lock_it_and_a_person_unlocks_it(ready: Campaign, operator: Actor) -> None:
    printed = serial(ready)
    for number in range(WRONG_SECRETS_MAX):
        assert locked(operator) == []
        assert kinds(together(ready, (printed, wrong(number)))) == [VoucherUnknown]
    (found,) = locked(operator)
    assert (found.serial, found.wrong_count, found.channel, found.organisation_ids) == (printed, 5, "PAPER", (ready.place_organisation_id,))
    # Right or wrong, the answer is the same from now on: nothing more can be learnt.
    assert kinds(together(ready, (printed, ready.code(0)), (printed, wrong(9)))) == [SerialLocked] * 2
    unlock(operator, printed)
    assert locked(operator) == []
    assert kinds(together(ready, (printed, ready.code(0)))) == [Redeemed]


def unlock(operator: Actor, printed: str, **changes: Any) -> None:
    with acting_as(operator):
        operations.unlock_serial(serial=printed, actor=operator, at=LATER, **{"reason": "vu avec le lieu", "request_id": rid(), **changes})


def test_the_code_alone_still_spends_a_locked_voucher_at_a_counter(ready: Campaign, operator: Actor) -> None:
    """Strangers' guesses never take a voucher from whoever holds it."""
    for number in range(WRONG_SECRETS_MAX):
        together(ready, (serial(ready), wrong(number)))
    assert len(locked(operator)) == 1
    with acting_as(ready.mediator):
        (answer,) = operations.redeem_many(asked=[Asked(Item(ready.code(0), "mailbox"), ready.mediator, "SCREEN")], at=LATER)
    assert isinstance(answer, Redeemed)


def test_the_same_wrong_secret_counts_once_and_mistyped_ones_not_at_all(ready: Campaign, operator: Actor) -> None:
    printed = serial(ready)
    for number in range(12):
        together(ready, (printed, wrong(0)), actor=hand(ready, 600 + number // 4))
        assert kinds(together(ready, (printed, "1234"), actor=hand(ready, 700 + number // 4))) == [CodeMistyped]
        assert kinds(together(ready, ("TS-1", ready.code(0)))) == [SerialMistyped]
    assert locked(operator) == []


def test_a_place_with_no_part_in_the_programme_locks_nothing(ready: Campaign, operator: Actor) -> None:
    with acting_as_everything(why="a place of another programme"):
        foreign = campaign(booklets=1)
    for number in range(WRONG_SECRETS_MAX + 2):
        assert kinds(together(foreign, (serial(ready), wrong(number)))) == [VoucherUnknown]
    assert locked(operator) == []
    assert kinds(together(ready, (serial(ready), ready.code(0)))) == [Redeemed]


def test_a_hand_that_guessed_too_often_locks_nothing_more(ready: Campaign, operator: Actor) -> None:
    for rank in range(GUESSES_MAX // 4):
        together(ready, *((serial(ready, rank), wrong(4 * rank + each)) for each in range(4)))
    assert locked(operator) == []
    assert kinds(together(ready, (serial(ready), wrong(98)))) == [TooManyAttempts]
    assert kinds(together(ready, (serial(ready, 9), ready.code(9)))) == [TooManyAttempts]
    assert locked(operator) == []


def test_one_sheet_full_of_wrong_secrets_is_stopped_on_the_way(ready: Campaign, operator: Actor) -> None:
    answers = together(ready, *((serial(ready), wrong(number)) for number in range(30)))
    assert kinds(answers) == [VoucherUnknown] * 5 + [SerialLocked] * 15 + [TooManyAttempts] * 10
    assert len(locked(operator)) == 1


def test_together_takes_nothing_beside_a_locked_serial(ready: Campaign) -> None:
    for number in range(WRONG_SECRETS_MAX):
        together(ready, (serial(ready), wrong(number)))
    pairs = ((serial(ready), ready.code(0)), (serial(ready, 1), ready.code(1)))
    assert kinds(together(ready, *pairs, all_or_none=True)) == [SerialLocked, HeldBack]
    assert kinds(together(ready, *pairs)) == [SerialLocked, Redeemed]


def test_the_same_key_gives_the_first_answer(ready: Campaign) -> None:
    first = together(ready, (serial(ready), ready.code(0)), key="line-1")
    for number in range(WRONG_SECRETS_MAX):
        together(ready, (serial(ready), wrong(number)))  # even locked since
    again = together(ready, (serial(ready), ready.code(0)), key="line-1")
    assert isinstance(first[0], Redeemed) and isinstance(again[0], Redeemed)
    assert again[0].repeated and again[0].number == first[0].number


def test_a_test_with_the_serial_answers_like_a_spending(ready: Campaign, operator: Actor) -> None:
    def look(code: str, *, printed: str = "") -> str:
        try:
            with acting_as(ready.mediator):
                return operations.check_with_serial(
                    serial=printed or serial(ready), code=code, actor=ready.mediator, channel="SMS", at=LATER
                ).outcome
        except Refusal as refusal:
            return refusal.code

    assert [look(ready.code(0)), look(ready.code(1)), look("12"), look(ready.code(0), printed="TS-1")] == [
        "redeemable", "voucher-unknown", "code-mistyped", "serial-mistyped",
    ]  # fmt: skip


def test_only_a_locked_serial_of_ones_own_programme_is_unlocked_with_a_reason(ready: Campaign, operator: Actor) -> None:
    with acting_as_everything(why="another operator"):
        foreign = campaign(booklets=1)
    stranger = replace(operator, organisation_id=foreign.operator_id, programme_ids=frozenset({foreign.programme_id}))
    with pytest.raises(SerialNotLocked):
        unlock(operator, serial(ready))
    for number in range(WRONG_SECRETS_MAX):
        together(ready, (serial(ready), wrong(number)))
    assert locked(stranger) == []
    with pytest.raises(SerialNotLocked):
        unlock(stranger, serial(ready))
    for reason, refusal in (("", ReasonMissing), ("x" * 201, ReasonMissing), ("vu avec 2 69 05 49 588 157 80", NirInText)):
        with pytest.raises(refusal):
            unlock(operator, serial(ready), reason=reason)
    with pytest.raises(SerialMistyped):
        unlock(operator, "TS-1")
    request_id = rid()
    unlock(operator, serial(ready), request_id=request_id)
    unlock(operator, serial(ready), request_id=request_id)
    with acting_as(ready.mediator):
        assert queries.locked_serials() == []


def test_a_place_reads_nothing_of_serials_and_writes_nothing(ready: Campaign) -> None:
    for number in range(WRONG_SECRETS_MAX):
        together(ready, (serial(ready), wrong(number)))
    with acting_as(ready.mediator):
        assert queries.locked_serials() == []
        with pytest.raises(SerialNotLocked):
            operations.unlock_serial(serial=serial(ready), reason="moi", actor=ready.mediator, request_id=rid(), at=LATER)


def test_a_sheet_has_a_maximum(ready: Campaign) -> None:
    with pytest.raises(BatchTooLarge):
        together(ready, *[(serial(ready), wrong(0))] * 501)
    assert together(ready) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(digits=st.integers(0, 10**16 - 1))
def test_no_secret_but_its_own_opens_a_serial(ready: Campaign, digits: int) -> None:
    code = SecretCode.from_random(digits).digits
    answers = together(
        ready, (serial(ready), code), actor=replace(SYSTEM, organisation_id=ready.place_organisation_id, place_id=ready.place_id)
    )
    assert not isinstance(answers[0], Redeemed) or code == ready.code(0)
