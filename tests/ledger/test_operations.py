"""A series from its numbering to its money given back, and each refusal once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import operations as ledger
from carnet.ledger import queries
from carnet.ledger.models import Voucher
from carnet.ledger.rules import (
    AlreadyActivated,
    AlreadyHandedOver,
    AlreadyLapsed,
    AmountNotPositive,
    Counts,
    Money,
    MoneyNotThere,
    NotCovered,
    NothingOwed,
    NotHolder,
    RangeReversed,
    SeriesNotEnded,
    SeriesNotLapsed,
    SeriesUnknown,
    SharesDoNotMakeFace,
    Weight,
)
from tests.factories.ledger import NOW, SYSTEM, Setting, active_series, drawn_series, fund, in_hands, rid

pytestmark = pytest.mark.django_db
SETTING = Setting()


@pytest.fixture(autouse=True)
def tenant():
    with acting_as_everything(why="tests of the ledger itself"):
        yield


def test_a_drawn_series_is_in_stock_and_numbered_in_a_row() -> None:
    first, second = (queries.series(drawn_series(SETTING, booklets=3)) for _ in range(2))
    assert queries.counts(series_id=first.id) == Counts(issued=15, in_stock=15)
    assert second.first_serial == first.first_serial + 15
    assert second.first_booklet_serial == first.first_booklet_serial + 3
    assert second.first_voucher_id == first.first_voucher_id + 15


def test_drawing_the_same_chunk_again_writes_nothing() -> None:
    series_id = drawn_series(SETTING, booklets=2)
    row = queries.series(series_id)
    hashes = [bytes(code) for code in Voucher.objects.filter(series_id=series_id).order_by("id").values_list("code_hash", flat=True)]
    assert ledger.draw_vouchers(series_id=series_id, first_rank=0, code_hashes=hashes, actor=SYSTEM) == 0
    assert queries.counts(series_id=series_id).issued == row.voucher_count


def test_activation_is_refused_until_the_face_value_is_covered_and_says_what_is_missing() -> None:
    series_id = drawn_series(SETTING, booklets=4)
    fund(SETTING, {10: 10_000, 11: 9_999})
    with pytest.raises(NotCovered) as refused:
        ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=NOW)
    assert refused.value.facts == {"missing_cents": 1, "by_funder": {11: 1}}
    assert queries.series(series_id).activated_at is None
    fund(SETTING, {11: 1})
    ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=NOW)
    assert queries.money(agreement_id=1).total == Money(funded=20_000, in_circulation=20_000)


def test_activating_twice_is_refused_and_repeating_the_request_is_not() -> None:
    series_id = drawn_series(SETTING)
    fund(SETTING, {10: 10_000, 11: 10_000})
    request_id = rid()
    ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=request_id, at=NOW)
    ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=request_id, at=NOW)
    with pytest.raises(AlreadyActivated):
        ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=NOW)
    assert queries.money(agreement_id=1).total.in_circulation == 20_000


def test_receiving_the_same_request_twice_counts_once() -> None:
    request_id = rid()
    ledger.open_agreement_accounts(programme_id=1, agreement_id=1, funder_ids=[10])
    for _ in range(2):
        ledger.receive_money(programme_id=1, agreement_id=1, funder_id=10, cents=500, actor=SYSTEM, request_id=request_id, at=NOW)
    assert queries.unissued(1) == {10: 500}


@pytest.mark.parametrize("cents", [0, -1])
def test_an_amount_of_nothing_is_refused(cents: int) -> None:
    with pytest.raises(AmountNotPositive):
        ledger.receive_money(programme_id=1, agreement_id=1, funder_id=10, cents=cents, actor=SYSTEM, request_id=rid(), at=NOW)


def test_money_that_is_not_there_is_not_repaid() -> None:
    fund(SETTING, {10: 500, 11: 0})
    with pytest.raises(MoneyNotThere):
        ledger.repay_unissued(programme_id=1, agreement_id=1, funder_id=10, cents=501, actor=SYSTEM, request_id=rid(), at=NOW)
    ledger.repay_unissued(programme_id=1, agreement_id=1, funder_id=10, cents=500, actor=SYSTEM, request_id=rid(), at=NOW)
    assert queries.money(agreement_id=1).by_funder[10] == Money(funded=500, returned=500)


def test_weights_that_do_not_make_the_face_value_are_refused() -> None:
    with pytest.raises(SharesDoNotMakeFace):
        drawn_series(SETTING, booklets=1, weights=[Weight(10, 4999, 5000)])


def test_a_range_is_shipped_received_and_handed_over() -> None:
    series_id = in_hands(SETTING, booklets=4)
    assert queries.counts(series_id=series_id) == Counts(issued=20, handed_over=20)
    assert queries.counts_by_holder(programme_id=1) == {SETTING.prescriber_id: Counts(issued=20, handed_over=20)}


def test_booklets_on_the_road_count_at_the_sender_until_received() -> None:
    series_id = active_series(SETTING, booklets=2)
    row = queries.series(series_id)
    ledger.ship_booklets(
        series_id=series_id, first_booklet_id=row.first_booklet_id, last_booklet_id=row.last_booklet_id,
        from_holder_id=100, to_holder_id=200, actor=SYSTEM, request_id=rid(), at=NOW,
    )  # fmt: skip
    assert queries.counts_by_holder(programme_id=1) == {100: Counts(issued=10, in_stock=10)}
    assert [line.booklet_count for line in queries.to_receive(holder_id=200)] == [2]
    with pytest.raises(NotHolder):
        ledger.hand_over_booklets(
            series_id=series_id, first_booklet_id=row.first_booklet_id, last_booklet_id=row.first_booklet_id,
            holder_id=100, actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip


def test_a_range_that_leaves_its_series_is_refused() -> None:
    row = queries.series(active_series(SETTING))
    for first, last in ((row.last_booklet_id, row.first_booklet_id), (row.first_booklet_id, row.last_booklet_id + 1)):
        with pytest.raises(RangeReversed):
            ledger.hand_over_booklets(
                series_id=row.id, first_booklet_id=first, last_booklet_id=last, holder_id=100, actor=SYSTEM, request_id=rid(), at=NOW
            )


def test_some_vouchers_of_a_booklet_then_the_rest() -> None:
    row = queries.series(active_series(SETTING, booklets=1))
    some = [row.first_voucher_id, row.first_voucher_id + 1, row.first_voucher_id + 3]
    assert ledger.hand_over_vouchers(series_id=row.id, voucher_ids=some, holder_id=100, actor=SYSTEM, request_id=rid(), at=NOW) == 3
    assert queries.counts(series_id=row.id) == Counts(issued=5, handed_over=3, in_stock=2)
    with pytest.raises(AlreadyHandedOver):
        ledger.hand_over_vouchers(series_id=row.id, voucher_ids=some[:1], holder_id=100, actor=SYSTEM, request_id=rid(), at=NOW)
    with pytest.raises(NotHolder):
        ledger.hand_over_vouchers(
            series_id=row.id, voucher_ids=[row.first_voucher_id + 2], holder_id=999, actor=SYSTEM, request_id=rid(), at=NOW
        )
    ends = {"first_booklet_id": row.first_booklet_id, "last_booklet_id": row.first_booklet_id}
    ledger.hand_over_booklets(series_id=row.id, holder_id=100, actor=SYSTEM, request_id=rid(), at=NOW, **ends)
    with pytest.raises(AlreadyHandedOver):
        ledger.hand_over_booklets(series_id=row.id, holder_id=100, actor=SYSTEM, request_id=rid(), at=NOW, **ends)
    assert queries.counts(series_id=row.id) == Counts(issued=5, handed_over=5)
    assert queries.verify.__module__.startswith("carnet.ledger") and queries.verify() == []


def test_an_opened_booklet_stays_where_its_vouchers_were_given() -> None:
    row = queries.series(active_series(SETTING, booklets=2))
    facts = {"series_id": row.id, "actor": SYSTEM, "at": NOW}
    ledger.hand_over_vouchers(voucher_ids=[row.first_voucher_id], holder_id=100, request_id=rid(), **facts)
    opened = {"first_booklet_id": row.first_booklet_id, "last_booklet_id": row.first_booklet_id, "from_holder_id": 100, "to_holder_id": 200}
    for move in (ledger.ship_booklets, ledger.return_booklets):
        with pytest.raises(NotHolder):
            move(request_id=rid(), **opened, **facts)
    assert queries.counts(holder_id=100).handed_over == 1
    closed = opened | {"first_booklet_id": row.last_booklet_id, "last_booklet_id": row.last_booklet_id}
    assert ledger.ship_booklets(request_id=rid(), **closed, **facts) == 1


def test_a_lapsed_series_is_not_activated_any_more() -> None:
    series_id = drawn_series(SETTING, booklets=1)
    fund(SETTING, {10: 10_000, 11: 10_000})
    ends_at = queries.series(series_id).accepted_until
    ledger.lapse_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=ends_at)
    with pytest.raises(AlreadyLapsed):
        ledger.activate_series(series_id=series_id, actor=SYSTEM, request_id=rid(), at=ends_at)
    assert queries.money(agreement_id=1).total.in_circulation == 0


def test_no_voucher_lapses_before_its_own_end() -> None:
    row = queries.series(active_series(SETTING, booklets=1))
    own_end = row.accepted_until + timedelta(days=3)
    ledger.hand_over_vouchers(
        series_id=row.id, voucher_ids=[row.first_voucher_id], holder_id=100, accepted_until=own_end, actor=SYSTEM, request_id=rid(), at=NOW
    )
    with pytest.raises(SeriesNotEnded) as refused:
        ledger.lapse_series(series_id=row.id, actor=SYSTEM, request_id=rid(), at=row.accepted_until)
    assert refused.value.facts == {"accepted_until": own_end}
    ledger.lapse_series(series_id=row.id, actor=SYSTEM, request_id=rid(), at=own_end)
    assert queries.counts(series_id=row.id) == Counts(issued=5, lapsed=5)
    assert queries.verify() == []


def test_a_lost_booklet_is_void_and_its_money_comes_back_at_the_end() -> None:
    row = queries.series(in_hands(SETTING, booklets=2))
    ledger.void_booklets(
        series_id=row.id,
        first_booklet_id=row.first_booklet_id,
        last_booklet_id=row.first_booklet_id,
        reason="lost",
        actor=SYSTEM,
        request_id=rid(),
        at=NOW,
    )
    assert queries.counts(series_id=row.id) == Counts(issued=10, handed_over=5, void=5)
    with pytest.raises(SeriesNotEnded):
        ledger.lapse_series(series_id=row.id, actor=SYSTEM, request_id=rid(), at=row.accepted_until - timedelta(seconds=1))
    with pytest.raises(SeriesNotLapsed):
        ledger.return_circulation(series_id=row.id, actor=SYSTEM, request_id=rid(), at=row.accepted_until)
    ledger.lapse_series(series_id=row.id, actor=SYSTEM, request_id=rid(), at=row.accepted_until)
    request_id = rid()
    for _ in range(2):
        assert ledger.return_circulation(series_id=row.id, actor=SYSTEM, request_id=request_id, at=row.accepted_until) == {
            10: 5000,
            11: 5000,
        }
    assert queries.counts(series_id=row.id) == Counts(issued=10, lapsed=5, void=5)
    assert queries.money(agreement_id=1).total == Money(funded=10_000, returned=10_000)
    assert queries.verify() == []


def test_nothing_is_paid_that_is_not_owed() -> None:
    row = queries.series(in_hands(SETTING))
    with pytest.raises(NothingOwed):
        ledger.pay_owed(series_id=row.id, organisation_id=300, pattern=0, quantity=1, actor=SYSTEM, request_id=rid(), at=NOW)


def test_a_stranger_sees_no_series_money_booklet_or_voucher() -> None:
    row = queries.series(in_hands(SETTING))
    with acting_as(programme_ids=[99], organisation_ids=[98]):
        assert queries.counts() == Counts()
        assert queries.money().total == Money()
        assert Voucher.objects.count() == 0
        assert ledger.lapse_series.__name__
        with pytest.raises(NotHolder):
            ledger.hand_over_booklets(
                series_id=row.id, first_booklet_id=row.first_booklet_id, last_booklet_id=row.first_booklet_id, holder_id=200, actor=SYSTEM, request_id=rid(), at=NOW
            )  # fmt: skip
        with pytest.raises(SeriesUnknown):
            queries.series(10**9)


def test_a_holder_sees_its_own_booklets_only() -> None:
    row = queries.series(active_series(SETTING, booklets=2))
    ends = {"series_id": row.id, "first_booklet_id": row.first_booklet_id, "last_booklet_id": row.first_booklet_id}
    ledger.ship_booklets(from_holder_id=100, to_holder_id=200, actor=SYSTEM, request_id=rid(), at=NOW, **ends)
    ledger.receive_booklets(to_holder_id=200, actor=SYSTEM, request_id=rid(), at=NOW, **ends)
    with acting_as(organisation_ids=[200]):
        assert queries.counts() == Counts(issued=5, in_stock=5)
        assert Voucher.objects.count() == 5


REFUSED_BY_THE_DATABASE = {
    "an update of a movement": "UPDATE ledger_movement SET cents = cents + 1 /* series_id */",
    "a deletion of a movement": "DELETE FROM ledger_movement /* series_id */",
    "a truncation": "TRUNCATE ledger_movement /* series_id */",
    "a change of a passage": "UPDATE ledger_passage SET kind = 'DRAWN'",
    "a change of a share": "UPDATE ledger_sharepattern SET number = 9",
    "a share that does not make the face value": (
        "INSERT INTO ledger_sharepattern (series_id, programme_id, number, funder_ids, held_cents, borne_cents, face_value_cents, voucher_count)"
        " VALUES (1, 1, 77, '{10,11}', '{500,499}', '{500,500}', 1000, 1)"
    ),
    "a movement of nothing": (
        "INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, funder_id, quantity, request_id, at)"
        " SELECT 'RECEIVE', 0, 1, max(id), min(id), 0, 10, 0, gen_random_uuid(), now() FROM ledger_account"
    ),
    "a movement that goes nowhere": (
        "INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, funder_id, quantity, request_id, at)"
        " SELECT 'RECEIVE', 0, 1, min(id), min(id), 5, 10, 0, gen_random_uuid(), now() FROM ledger_account"
    ),
    "a redemption's money written by the application": (
        "INSERT INTO ledger_movement (kind, series_id, programme_id, debit_account_id, credit_account_id, cents, pattern, quantity, request_id, at)"
        " SELECT 'REDEEM', 1, 1, max(id), min(id), 1000, 0, 1, gen_random_uuid(), now() FROM ledger_account"
    ),
    "a voucher marked spent by the application": "UPDATE ledger_voucher SET mark = 2 /* series_id */",
    "a voucher's code changed": "UPDATE ledger_voucher SET code_hash = '' /* series_id */",
    "a voucher deleted": "DELETE FROM ledger_voucher /* series_id */",
}


@pytest.mark.parametrize("statement", REFUSED_BY_THE_DATABASE.values(), ids=REFUSED_BY_THE_DATABASE.keys())
def test_postgresql_itself_refuses(statement: str) -> None:
    in_hands(SETTING)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
