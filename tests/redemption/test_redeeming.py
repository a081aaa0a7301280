"""A voucher is spent once, at a place that may, for a service it may; each refusal once."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal.rules import IdempotencyMismatch
from carnet.kernel.identifiers import CodeMistyped, SecretCode
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_queries
from carnet.ledger.rules import Counts, Money
from carnet.redemption import operations, queries
from carnet.redemption.operations import Asked, Item
from carnet.redemption.rules import (
    GUESSES_MAX,
    AlreadyReversed,
    AttendedInvalid,
    HeldBack,
    PlaceNotAccepted,
    PlaceRequired,
    ReasonMissing,
    RedemptionUnknown,
    ServiceNotAccepted,
    TooManyAttempts,
    UndoWindowClosed,
    VoucherAlreadyRedeemed,
    VoucherLapsed,
    VoucherNotActive,
    VoucherReserved,
    VoucherUnknown,
)
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, accept, campaign, organisation, place, programme, rid

pytestmark = pytest.mark.django_db


def spend(ready: Campaign, rank: int = 0, **changes: object) -> queries.Redeemed:
    facts: dict[str, object] = {"code": ready.code(rank), "service": "mailbox", "key": None}
    at = changes.pop("at", LATER)
    actor = changes.pop("actor", ready.mediator)
    facts.update(changes)
    with acting_as(actor):  # type: ignore[arg-type]
        # As the doors do: the refusal is raised once the transaction that noted the attempt is over.
        (answer,) = operations.redeem_many(asked=[Asked(Item(**facts), actor, "SCREEN")], at=at)  # type: ignore[arg-type]
    if isinstance(answer, Refusal):
        raise answer
    return answer


def everything_adds_up() -> None:
    with acting_as_everything(why="verify"):
        assert ledger_queries.verify() == []
        assert queries.verify() == []


def test_a_voucher_is_spent_and_its_money_is_owed_to_the_place(ready: Campaign) -> None:
    answer = spend(ready)
    assert (answer.value_cents, answer.place_id, answer.redeemed_at) == (1000, ready.place_id, LATER)
    with acting_as_everything(why="look"):
        assert ledger_queries.money(agreement_id=ready.agreement_id).total == Money(funded=20_000, in_circulation=19_000, owed=1_000)
        assert ledger_queries.counts(series_id=ready.series_id) == Counts(issued=20, handed_over=19, redeemed=1)
    everything_adds_up()


def test_the_receipt_is_signed_and_a_changed_one_is_not(ready: Campaign) -> None:
    receipt = spend(ready).receipt
    facts = queries.receipt_holds(receipt)
    assert facts is not None and facts["value_cents"] == 1000 and facts["place"] == ready.place_id
    payload, signature = receipt.split(".")
    assert queries.receipt_holds(payload[:-2] + "AA." + signature) is None
    assert queries.receipt_holds("nonsense") is None


@pytest.mark.parametrize("form", ["digits", "spaced", "token", "url"])
def test_the_code_may_be_typed_or_scanned(ready: Campaign, form: str) -> None:
    forms = {
        "digits": ready.code(3),
        "spaced": SecretCode(ready.code(3)).printed().replace(" ", ". "),
        "token": ready.token(3),
        "url": f"HTTPS://CARNET.EXAMPLE/V/{ready.token(3)}",
    }
    assert spend(ready, code=forms[form]).voucher_serial == ledger_serial(ready, 3)


def ledger_serial(ready: Campaign, rank: int) -> str:
    with acting_as_everything(why="read a serial"):
        row = ledger_queries.series(ready.series_id)
        return ledger_queries.serial_of_voucher(row, row.first_voucher_id + rank)


def test_the_second_counter_is_told_when_and_the_same_place_is_told_where(ready: Campaign) -> None:
    spend(ready)
    with pytest.raises(VoucherAlreadyRedeemed) as refused:
        spend(ready, at=LATER + timedelta(hours=1))
    assert refused.value.facts == {"redeemed_at": LATER, "place_id": ready.place_id}
    with acting_as_everything(why="another counter"):
        other_organisation = organisation("Autre", "PLACE_OPERATOR")
        other = place("Autre lieu", other_organisation)
        accept(other, ready.programme_id)
    stranger = ready.mediator.__class__(
        kind="person", label="", person_id=9, organisation_id=other_organisation, organisation_ids=frozenset({other_organisation})
    )
    with pytest.raises(VoucherAlreadyRedeemed) as refused:
        spend(ready, actor=stranger, at=LATER + timedelta(hours=1))
    assert refused.value.facts == {"redeemed_at": LATER, "place_id": None}
    everything_adds_up()


def test_the_same_key_gives_the_first_answer_and_takes_nothing_more(ready: Campaign) -> None:
    key = str(uuid4())
    first = spend(ready, key=key)
    again = spend(ready, key=key, at=LATER + timedelta(days=3))
    assert again.repeated and (again.number, again.receipt) == (first.number, first.receipt)
    with pytest.raises(IdempotencyMismatch):
        spend(ready, 1, key=key)
    with acting_as_everything(why="count"):
        assert ledger_queries.counts(series_id=ready.series_id).redeemed == 1


def test_an_unknown_code_and_a_foreign_one_are_refused_alike(ready: Campaign) -> None:
    with acting_as_everything(why="another programme"):
        foreign = campaign(booklets=1)
    unknown = SecretCode.from_random(4829150067312849).digits
    answers = []
    for code in (unknown, foreign.code(0), foreign.token(0)):
        with pytest.raises(VoucherUnknown) as refused:
            spend(ready, code=code)
        answers.append((refused.value.code, refused.value.facts))
    assert answers == [("voucher-unknown", {})] * 3


def test_a_mistyped_code_is_refused_before_any_look_up(ready: Campaign) -> None:
    wrong = ready.code(0)[:-1] + str((int(ready.code(0)[-1]) + 1) % 10)
    with pytest.raises(CodeMistyped):
        spend(ready, code=wrong)


def test_guessing_is_slowed_and_ordinary_refusals_do_not_count(ready: Campaign) -> None:
    spend(ready)
    for _ in range(GUESSES_MAX + 2):
        with pytest.raises(VoucherAlreadyRedeemed):
            spend(ready)
    for number in range(GUESSES_MAX):
        with pytest.raises(VoucherUnknown):
            spend(ready, code=SecretCode.from_random(number).digits)
    with pytest.raises(TooManyAttempts):
        spend(ready, 1)
    with pytest.raises(TooManyAttempts):
        spend(ready, code="123")
    assert spend(ready, 1, at=LATER + timedelta(minutes=16)).value_cents == 1000


def test_a_voucher_not_handed_over_or_not_activated_is_not_active() -> None:
    with acting_as_everything(why="prepare"):
        ready = campaign(handed_over=False)
    with pytest.raises(VoucherNotActive):
        spend(ready)


def test_a_void_voucher_is_not_active(ready: Campaign) -> None:
    with acting_as_everything(why="void"):
        row = ledger_queries.series(ready.series_id)
        ledger.void_vouchers(series_id=row.id, voucher_ids=[row.first_voucher_id], reason="lost", actor=SYSTEM, request_id=rid(), at=NOW)
        ledger.void_booklets(
            series_id=row.id, first_booklet_id=row.first_booklet_id + 1, last_booklet_id=row.first_booklet_id + 1, reason="stolen",
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip
    for rank in (0, 5):
        with pytest.raises(VoucherNotActive):
            spend(ready, rank)
    assert spend(ready, 1).value_cents == 1000


def test_the_last_instant_of_grace_is_accepted_and_the_next_is_not(ready: Campaign) -> None:
    with acting_as_everything(why="dates"):
        ends_at = ledger_queries.series(ready.series_id).accepted_until
    assert spend(ready, 0, at=ends_at - timedelta(microseconds=1), attended_on=None).value_cents == 1000
    with pytest.raises(VoucherLapsed) as refused:
        spend(ready, 1, at=ends_at)
    assert refused.value.facts == {"accepted_until": ends_at}


def test_a_voucher_reserved_elsewhere_waits_and_the_reserving_place_takes_it(ready: Campaign) -> None:
    until = LATER + timedelta(hours=2)
    with acting_as_everything(why="reserve"):
        row = ledger_queries.series(ready.series_id)
        reserve(ready.series_id, row.first_voucher_id, ready.place_id + 1, until)
        reserve(ready.series_id, row.first_voucher_id + 1, ready.place_id, until)
    with pytest.raises(VoucherReserved):
        spend(ready, 0)
    assert spend(ready, 1).value_cents == 1000
    assert spend(ready, 0, at=until).value_cents == 1000  # a reservation ends by its time, without a sweeper


def reserve(series_id: int, voucher_id: int, place_id: int, until: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_voucher SET reserved_by_id = %s, reserved_until = %s WHERE series_id = %s AND id = %s",
            [place_id, until, series_id, voucher_id],
        )


def test_a_place_that_may_not_is_refused(ready: Campaign) -> None:
    with acting_as_everything(why="other places"):
        foreign = place("Un autre", organisation("Un autre", "PLACE_OPERATOR"))
    for place_id in (foreign, 10**12):
        with pytest.raises(PlaceNotAccepted):
            spend(ready, place_id=place_id)
    with pytest.raises(PlaceNotAccepted):
        spend(ready, actor=SYSTEM)


def test_several_places_must_be_told_apart(ready: Campaign) -> None:
    with acting_as_everything(why="a second place"):
        second = place("Annexe", ready.place_organisation_id)
        accept(second, ready.programme_id, services=("printer",))
    with pytest.raises(PlaceRequired):
        spend(ready)
    with pytest.raises(ServiceNotAccepted):
        spend(ready, place_id=second)
    assert spend(ready, place_id=second, service="printer").place_id == second


def test_a_service_outside_the_programme_is_refused(ready: Campaign) -> None:
    with pytest.raises(ServiceNotAccepted):
        spend(ready, service="cv")


@pytest.mark.parametrize("day", [date(2026, 3, 4), date(2025, 3, 1)])
def test_a_lesson_tomorrow_or_more_than_a_year_ago_is_refused(ready: Campaign, day: date) -> None:
    with pytest.raises(AttendedInvalid):
        spend(ready, attended_on=day)


def test_a_batch_answers_each_and_together_takes_all_or_none(ready: Campaign) -> None:
    spend(ready, 0)
    items = [Item(code=ready.code(rank), service="mailbox", key=f"k{rank}") for rank in (0, 1, 2, 2)]
    with acting_as(ready.mediator):
        held = operations.redeem_batch(items=items[:3], together=True, actor=ready.mediator, channel="BATCH", at=LATER)
        assert [type(answer) for answer in held] == [VoucherAlreadyRedeemed, HeldBack, HeldBack]
        twice = [Item(code=ready.code(2), service="mailbox", key=key) for key in ("a", "b")]
        assert [type(a) for a in operations.redeem_batch(items=twice, together=True, actor=ready.mediator, channel="BATCH", at=LATER)] == [
            HeldBack
        ] * 2
        apart = operations.redeem_batch(items=items[:3], together=False, actor=ready.mediator, channel="BATCH", at=LATER)
        assert [type(answer) for answer in apart] == [VoucherAlreadyRedeemed, queries.Redeemed, queries.Redeemed]
        whole = [Item(code=ready.code(rank), service="mailbox", key=f"w{rank}") for rank in (5, 6, 7)]
        answers = operations.redeem_batch(items=whole, together=True, actor=ready.mediator, channel="BATCH", at=LATER)
        assert [type(answer) for answer in answers] == [queries.Redeemed] * 3
        again = operations.redeem_batch(items=whole, together=True, actor=ready.mediator, channel="BATCH", at=LATER)
        assert [answer.repeated for answer in again if isinstance(answer, queries.Redeemed)] == [True] * 3
    everything_adds_up()


def test_a_mistake_is_undone_inside_the_window_and_the_voucher_lives_again(ready: Campaign) -> None:
    answer = spend(ready)
    request_id = rid()
    with acting_as(ready.mediator):
        for _ in range(2):
            operations.reverse(
                number=answer.number, reason="mauvais chèque", actor=ready.mediator, request_id=request_id, at=LATER + timedelta(minutes=59)
            )
        with pytest.raises(AlreadyReversed):
            operations.reverse(
                number=answer.number, reason="encore", actor=ready.mediator, request_id=rid(), at=LATER + timedelta(minutes=59)
            )
        lines = queries.redemptions_of(organisation_id=ready.place_organisation_id)
        assert [line.reversed for line in lines] == [True]
    second = spend(ready, at=LATER + timedelta(hours=3))
    assert second.number != answer.number
    everything_adds_up()
    with acting_as_everything(why="money"):
        assert ledger_queries.money(agreement_id=ready.agreement_id).total.owed == 1000


def test_an_undoing_is_refused_too_late_to_a_stranger_and_without_a_reason(ready: Campaign) -> None:
    answer = spend(ready)
    stranger = ready.mediator.__class__(kind="person", label="", person_id=9, organisation_id=10**9, organisation_ids=frozenset({10**9}))
    cases = [
        (UndoWindowClosed, ready.mediator, answer.number, "trop tard", LATER + timedelta(minutes=60)),
        (RedemptionUnknown, stranger, answer.number, "pas à moi", LATER),
        (RedemptionUnknown, ready.mediator, "1-2", "rien", LATER),
        (ReasonMissing, ready.mediator, answer.number, "  ", LATER),
    ]
    for refusal, actor, number, reason, at in cases:
        with acting_as(actor), pytest.raises(refusal):
            operations.reverse(number=number, reason=reason, actor=actor, request_id=rid(), at=at)


def test_testing_is_not_spending(ready: Campaign) -> None:
    with acting_as(ready.mediator):
        seen = operations.check(code=ready.code(0), actor=ready.mediator, at=LATER)
        assert (seen.outcome, seen.value_cents, seen.programme_id) == ("redeemable", 1000, ready.programme_id)
        with pytest.raises(VoucherUnknown):
            operations.check(code=SecretCode.from_random(1).digits, actor=ready.mediator, at=LATER)
        assert queries.guessing_everywhere(at=LATER).guess_count == 1
    spend(ready)
    with acting_as(ready.mediator):
        assert operations.check(code=ready.code(0), actor=ready.mediator, at=LATER).outcome == "voucher-already-redeemed"


def test_a_place_sees_its_redemptions_and_no_voucher(ready: Campaign) -> None:
    spend(ready)
    with acting_as(ready.mediator):
        assert len(queries.redemptions_of(organisation_id=ready.place_organisation_id)) == 1
        assert ledger_queries.counts() == Counts()
    with acting_as(organisation_ids=[10**9]):
        assert queries.redemptions_of(organisation_id=ready.place_organisation_id) == []


def test_a_programme_the_place_leaves_is_unknown_there(ready: Campaign) -> None:
    with acting_as_everything(why="leave"):
        other = programme(ready.operator_id, name="Autre programme")
        from carnet.places.models import PlaceAcceptance

        PlaceAcceptance.objects.filter(place_id=ready.place_id).update(until_on=date(2026, 3, 3))
        accept(ready.place_id, other)
    with pytest.raises(VoucherUnknown):
        spend(ready)
