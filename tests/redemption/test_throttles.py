"""Guessing is slowed by whoever guesses; nothing else is counted, and nobody is closed for what others do. Python and PostgreSQL agree."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import SecretCode
from carnet.kernel.periods import legal_day
from carnet.redemption import operations, queries
from carnet.redemption.operations import Answer, Asked, Item
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import (
    DIMENSION_FACTORS,
    EVERYWHERE_FACTOR,
    GUESS_CODES,
    GUESSES_MAX,
    GUESSES_WINDOW,
    PROGRAMME_FACTOR,
    Hand,
    TooManyAttempts,
    VoucherUnknown,
    is_pressing,
    lowered,
    throttled,
)
from tests.factories.campaign import LATER, Campaign, accept, campaign, organisation, place
from tests.redemption.test_decide import become_the_owner

# --- The rule, alone --------------------------------------------------------------------------------------------------

small = st.integers(1, 3)
hands = st.builds(
    Hand, organisation_id=small, place_id=st.none() | small, person_id=st.none() | small, token_id=st.none() | small,
    instrument=st.none() | st.sampled_from(["device:1", "phone:2"]),
)  # fmt: skip
tries = st.lists(st.tuples(hands, st.booleans()), max_size=60)


@given(tried=tries, guesses_max=st.integers(1, 12))
def test_no_hand_ever_gets_more_than_its_allowance(tried: list[tuple[Hand, bool]], guesses_max: int) -> None:
    verdicts = throttled(tried, counted={}, everywhere=0, guesses_max=guesses_max)
    let_through = Counter(
        subject
        for (hand, is_guess), verdict in zip(tried, verdicts, strict=True)
        if is_guess and verdict is None
        for subject in hand.subjects
    )
    assert all(count <= DIMENSION_FACTORS[dimension] * guesses_max for (dimension, _value), count in let_through.items())


@given(tried=tries)
def test_what_is_not_a_guess_never_counts(tried: list[tuple[Hand, bool]]) -> None:
    assert throttled([(hand, False) for hand, _ in tried] * 50, counted={}, everywhere=0) == [None] * len(tried) * 50


@given(everywhere=st.integers(0, 10_000), hand=hands)
def test_pressure_alone_closes_nobody(everywhere: int, hand: Hand) -> None:
    places = frozenset({hand.place_id}) if hand.place_id else frozenset[int]()
    assert throttled([(hand, False)], counted={}, everywhere=everywhere, pressed_places=places) == [None]


def test_pressure_leaves_each_hand_a_quarter() -> None:
    hand = Hand(1, token_id=5)
    assert lowered() == 5
    for counted, everywhere, verdict in ((4, 300, None), (5, 300, "token"), (5, 299, None), (19, 299, None), (20, 0, "token")):
        assert throttled([(hand, False)], counted={("token", "5"): counted}, everywhere=everywhere) == [verdict]
    assert [is_pressing(over_programme=n, everywhere=0) for n in (99, 100)] == [False, True]
    assert (PROGRAMME_FACTOR * GUESSES_MAX, EVERYWHERE_FACTOR * GUESSES_MAX) == (100, 300)


# --- The rule, in PostgreSQL ------------------------------------------------------------------------------------------

pasts = st.lists(
    st.tuples(
        hands, st.sampled_from([*sorted(GUESS_CODES), "voucher-lapsed", "too-many-attempts"]), st.sampled_from([0, 1, 899, 900, 901, -1])
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(past=pasts, tried=st.lists(st.tuples(hands, st.booleans()), min_size=1, max_size=12), guesses_max=st.integers(1, 6))
def test_python_and_postgresql_slow_alike(
    ready: Campaign, past: list[tuple[Hand, str, int]], tried: list[tuple[Hand, bool]], guesses_max: int
) -> None:
    """Place 1 is one that takes part in a programme, under pressure or not; places 2 and 3 take part in none."""

    def at_places(hand: Hand) -> Hand:
        return hand if hand.place_id is None else replace(hand, place_id=ready.place_id if hand.place_id == 1 else 10**9 + hand.place_id)

    past = [(at_places(hand), reason, ago) for hand, reason, ago in past]
    tried = [(at_places(hand), is_guess) for hand, is_guess in tried]
    over_programme = PROGRAMME_FACTOR * guesses_max * (len(past) % 2)
    recent = [hand for hand, reason, ago in past if reason in GUESS_CODES and 0 <= ago < GUESSES_WINDOW.total_seconds()]
    is_pressed = is_pressing(over_programme=over_programme, everywhere=0, guesses_max=guesses_max)
    expected = throttled(
        tried,
        counted=Counter(subject for hand in recent for subject in hand.subjects),
        everywhere=len(recent),
        pressed_places=frozenset({ready.place_id}) if is_pressed else frozenset(),
        guesses_max=guesses_max,
    )
    with acting_as_everything(why="a past of one's own"):
        become_the_owner()
        forget_the_past()
        with connection.cursor() as cursor:
            for hand, reason, ago in past:
                cursor.execute(
                    "INSERT INTO redemption_attempt (organisation_id, place_id, actor_person_id, token_id, instrument, channel, reason, at)"
                    " VALUES (%s, %s, %s, %s, %s, 'API', %s, %s)",
                    [
                        hand.organisation_id,
                        hand.place_id,
                        hand.person_id,
                        hand.token_id,
                        hand.instrument,
                        reason,
                        LATER - timedelta(seconds=ago),
                    ],
                )
            cursor.execute(
                "INSERT INTO redemption_guess (programme_id, organisation_id, place_id, reason, at)"
                " SELECT %s, 9, 9, 'voucher-unknown', %s FROM generate_series(1, %s)",
                [ready.programme_id, LATER, over_programme],
            )
            cursor.execute(
                "SELECT redemption_throttled(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::boolean[], %s, %s, %s)",
                [
                    [hand.organisation_id for hand, _ in tried],
                    [hand.place_id for hand, _ in tried],
                    [hand.person_id for hand, _ in tried],
                    [hand.token_id for hand, _ in tried],
                    [hand.instrument for hand, _ in tried],
                    [is_guess for _, is_guess in tried],
                    guesses_max,
                    LATER,
                    legal_day(LATER),
                ],
            )
            assert cursor.fetchone()[0] == expected


def forget_the_past() -> None:
    with connection.cursor() as cursor:
        for table in ("redemption_attempt", "redemption_guess"):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            cursor.execute(f"DELETE FROM {table}")


# --- As it is lived ---------------------------------------------------------------------------------------------------


def guess(number: int) -> str:
    return SecretCode.from_random(number).digits


def try_codes(
    ready: Campaign,
    codes: list[str],
    *,
    actor: Actor | None = None,
    at: datetime = LATER,
    place_id: int | None = None,
    together: bool = False,
) -> list[Answer]:
    who = actor or ready.mediator
    asked = [Asked(Item(code, "mailbox", place_id=place_id or ready.place_id), who, "API") for code in codes]
    with acting_as(who):
        return operations.redeem_many(asked=asked, at=at, together=together)


def machine(ready: Campaign, token_id: int | None = None, instrument: str | None = None) -> Actor:
    return replace(ready.mediator, kind="token", person_id=None, token_id=token_id, instrument=instrument)


def dimension(answer: Answer) -> object:
    return answer.facts["dimension"] if isinstance(answer, TooManyAttempts) else type(answer)


@pytest.mark.parametrize("which", ["token", "person", "instrument"])
def test_a_hand_gone_wrong_closes_itself_and_not_its_neighbours(ready: Campaign, which: str) -> None:
    wrong, right = {
        "token": (machine(ready, 1), machine(ready, 2)),
        "person": (ready.mediator, replace(ready.mediator, person_id=502)),
        "instrument": (machine(ready, None, "device:1"), machine(ready, None, "device:2")),
    }[which]
    for number in range(GUESSES_MAX):
        assert dimension(try_codes(ready, [guess(number)], actor=wrong)[0]) is VoucherUnknown
    assert dimension(try_codes(ready, [ready.code(0)], actor=wrong)[0]) == which
    assert dimension(try_codes(ready, ["123"], actor=wrong)[0]) == which
    assert dimension(try_codes(ready, [ready.code(0)], actor=right)[0]) is Redeemed
    assert dimension(try_codes(ready, [ready.code(1)], actor=wrong, at=LATER + GUESSES_WINDOW)[0]) is Redeemed


def test_several_hands_close_their_place_and_not_the_next_one(ready: Campaign) -> None:
    with acting_as_everything(why="a second place"):
        second = place("Annexe", ready.place_organisation_id)
        accept(second, ready.programme_id)
    for number in range(2 * GUESSES_MAX):
        try_codes(ready, [guess(number)], actor=machine(ready, number // 15))
    assert dimension(try_codes(ready, [ready.code(0)], actor=machine(ready, 99))[0]) == "place"
    assert dimension(try_codes(ready, [ready.code(0)], actor=machine(ready, 99), place_id=second)[0]) is Redeemed


def test_a_batch_of_guesses_counts_on_its_way(ready: Campaign) -> None:
    """Five hundred codes in one call are not five hundred guesses for the price of one."""
    codes = [guess(number) for number in range(30)] + [ready.code(0)]
    assert [dimension(each) for each in try_codes(ready, codes)] == [VoucherUnknown] * 20 + ["person"] * 11
    assert [dimension(each) for each in try_codes(ready, [ready.code(1), ready.code(2)], at=LATER + GUESSES_WINDOW)] == [Redeemed] * 2


def test_a_batch_together_teaches_no_more(ready: Campaign) -> None:
    codes = [guess(number) for number in range(30)] + [ready.code(0)]
    assert [dimension(each) for each in try_codes(ready, codes, together=True)] == [VoucherUnknown] * 20 + ["person"] * 11


def test_what_was_answered_before_hides_no_guess(ready: Campaign) -> None:
    """Repeated keys find their vouchers, and do not make room for unknown codes in the same call."""
    who = ready.mediator
    good = [Asked(Item(ready.code(rank), "mailbox", place_id=ready.place_id, key=f"k{rank}"), who, "API") for rank in range(12)]
    bad = [Asked(Item(guess(rank), "mailbox", place_id=ready.place_id), who, "API") for rank in range(24)]
    with acting_as(who):
        operations.redeem_many(asked=good, at=LATER)
        answers = operations.redeem_many(asked=[*good, *bad], at=LATER)
    assert [dimension(each) for each in answers] == [Redeemed] * 12 + [VoucherUnknown] * 20 + ["person"] * 4


def test_the_same_good_code_twice_is_no_guess(ready: Campaign) -> None:
    answers = try_codes(ready, [ready.code(0)] * 40)
    assert isinstance(answers[0], Redeemed)
    assert not any(isinstance(each, TooManyAttempts) for each in answers)
    assert dimension(try_codes(ready, [ready.code(1)])[0]) is Redeemed


def test_pressure_over_a_programme_lowers_allowances_closes_no_honest_counter_and_is_seen(ready: Campaign) -> None:
    with acting_as_everything(why="places that guess, and one that does not"):
        others = []
        for number in range(3):
            organisation_id = organisation(f"Autre {number}", "PLACE_OPERATOR")
            others.append((place("Autre", organisation_id), organisation_id))
            accept(others[-1][0], ready.programme_id)
        foreign = campaign(booklets=1)
    for number in range(PROGRAMME_FACTOR * GUESSES_MAX):
        place_id, organisation_id = others[number % 3]
        actor = Actor("token", "", token_id=number // 15, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}))
        assert dimension(try_codes(ready, [guess(number)], actor=actor, place_id=place_id)[0]) is VoucherUnknown
    # An honest counter goes on; it may still mistype, four times.
    for number in range(5):
        assert dimension(try_codes(ready, [ready.code(number)])[0]) is Redeemed
        assert dimension(try_codes(ready, [guess(1000 + number)])[0]) is VoucherUnknown
    assert dimension(try_codes(ready, [ready.code(6)])[0]) == "person"
    # Another programme's places keep their whole allowance.
    for number in range(lowered() + 1):
        assert dimension(try_codes(foreign, [guess(2000 + number)])[0]) is VoucherUnknown
    operator = Actor("person", "", person_id=1, organisation_id=ready.operator_id, programme_ids=frozenset({ready.programme_id}))
    with acting_as(operator):
        (seen,) = queries.guessing(at=LATER)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM journal_line WHERE action = 'redemption.guessing-pressure'")
            assert cursor.fetchone() == (1,)
    assert (seen.programme_id, seen.is_pressing, seen.noticed_at) == (ready.programme_id, True, LATER)
    assert seen.guess_count == PROGRAMME_FACTOR * GUESSES_MAX + 5
    assert dimension(try_codes(ready, [ready.code(6)], at=LATER + GUESSES_WINDOW)[0]) is Redeemed


def test_each_refused_try_leaves_its_reason_and_its_instrument(ready: Campaign) -> None:
    who = machine(ready, 7, "phone:5")
    try_codes(ready, [guess(0), "123"], actor=who)
    for number in range(1, 19):
        try_codes(ready, [guess(number)], actor=who)
    try_codes(ready, [ready.code(0)], actor=who)
    with acting_as(who), connection.cursor() as cursor:
        cursor.execute("SELECT reason, token_id, instrument, place_id, count(*) FROM redemption_attempt GROUP BY 1, 2, 3, 4 ORDER BY 1")
        assert cursor.fetchall() == [
            ("code-mistyped", 7, "phone:5", ready.place_id, 1),
            ("too-many-attempts", 7, "phone:5", ready.place_id, 1),
            ("voucher-unknown", 7, "phone:5", ready.place_id, 19),
        ]


def test_the_application_writes_no_attempt_by_itself(ready: Campaign) -> None:
    for table in ("redemption_attempt", "redemption_guess", "redemption_pressure"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'INSERT')", [table])
            assert cursor.fetchone() == (False,)


PROBES = {
    "token": "redemption_attempt_by_token",
    "person": "redemption_attempt_by_person",
    "instrument": "redemption_attempt_with",
    "place": "redemption_attempt_at_place",
    "organisation": "redemption_attempt_guess",
    "everywhere": "redemption_attempt_anywhere",
    "programme": "redemption_guess_programme",
}
COLUMNS = {
    "token": "token_id",
    "person": "actor_person_id",
    "instrument": "instrument",
    "place": "place_id",
    "organisation": "organisation_id",
}


@pytest.mark.parametrize("which", PROBES)
def test_each_count_is_one_bounded_probe_of_an_index(ready: Campaign, which: str) -> None:
    """Planned as in service, among many more refusals than guesses."""
    become_the_owner()
    forget_the_past()
    value: Any = "device:1" if which == "instrument" else 1
    condition = f"{COLUMNS[which]} = %s AND" if which in COLUMNS else "programme_id = %s AND" if which == "programme" else ""
    table, guessed = (
        ("redemption_guess", "") if which == "programme" else ("redemption_attempt", " AND reason IN ('code-mistyped', 'voucher-unknown')")
    )
    with connection.cursor() as cursor:
        for filled in ("redemption_attempt", "redemption_guess"):
            more = ("", "") if filled == "redemption_attempt" else (", programme_id", ", n %% 20")
            channel = (", channel, actor_person_id", ", 'API', n %% 700") if filled == "redemption_attempt" else ("", "")
            cursor.execute(
                f"INSERT INTO {filled} (organisation_id, place_id, token_id, instrument, reason, at{more[0]}{channel[0]})"
                f" SELECT n %% 300, n %% 400, n %% 500, 'device:' || n %% 600, CASE WHEN n %% 3 = 0 THEN 'voucher-unknown' ELSE 'voucher-lapsed' END,"
                f" %s - n * interval '5 seconds'{more[1]}{channel[1]} FROM generate_series(1, 30000) AS n",
                [LATER],
            )
            cursor.execute(f"ANALYZE {filled}")
        cursor.execute(
            f"EXPLAIN SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {condition} at > %s AND at <= %s{guessed} LIMIT 20) g",
            [*([value] if condition else []), LATER - GUESSES_WINDOW, LATER],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert PROBES[which] in plan, plan
    assert "Seq Scan" not in plan, plan
