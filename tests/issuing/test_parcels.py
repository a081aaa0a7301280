"""Boxes packed, sent, counted, short, gone, settled, on PostgreSQL; and where every booklet is at each step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from carnet.distribution import operations as distribution
from carnet.distribution import queries as distribution_queries
from carnet.distribution.queries import custody as story
from carnet.distribution.queries.custody import Place
from carnet.distribution.rules import NotEnoughBooklets
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing import operations, rules
from carnet.issuing.operations import parcels, print_shops
from carnet.issuing.operations.packing import pack_order
from carnet.issuing.queries import parcels as boxes
from carnet.issuing.queries.parcels import ParcelView
from carnet.issuing.rules.packing import BoxSizeWrong, Destination
from carnet.issuing.rules.parcels import (
    BookletsSpoiled,
    EndsDiffer,
    NothingPacked,
    NothingScanned,
    NotInParcel,
    NotMissing,
    Outcome,
    OutcomeUnfit,
    ParcelNotNow,
    ParcelNotYours,
    ParcelState,
    ParcelUnknown,
)
from carnet.journal.models import Line
from carnet.kernel.identifiers import ParcelSerial
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.ledger.rules import EndReason, NotHolder
from carnet.notices.models import Notice
from carnet.parties import operations as parties
from carnet.parties.rules import NotAllowed, OrganisationKind, SecondFactorNeeded
from tests.issuing.conftest import NOW, SYSTEM, Cast, unproved
from tests.issuing.printing import shop_of

pytestmark = pytest.mark.django_db


def sent(cast: Cast, *, booklets: int = 6, per_box: int = 3) -> tuple[int, list[ParcelView]]:
    """An order printed and sent whole to the desk, in boxes."""
    order_id = cast.printed(booklet_count=booklets)
    parcels.pack_count(
        order_id=order_id, to_organisation_id=cast.prescriber_id, booklet_count=booklets, per_box=per_box, **cast.by(cast.agent)
    )
    parcels.send_parcels(
        order_id=order_id, to_organisation_id=cast.prescriber_id, sending=parcels.Sending("La Poste", "8A-1"), **cast.by(cast.agent)
    )
    return order_id, boxes.parcels_of_order(order_id)


def ends(box: ParcelView) -> dict[str, str]:
    return {"first_serial": box.whole.first_serial, "last_serial": box.whole.last_serial}


def whole(cast: Cast, order_id: int) -> dict[Place, int]:
    """Where the booklets are; each in exactly one place, and the ledger and the boxes agree."""
    with acting_as_everything(why="verify"):
        assert story.verify() == []
    found = story.custody(cast.agent, order_id)
    assert found.is_complete, found.holes
    return found.counts()


def scan(cast: Cast, box: ParcelView, first: int, last: int | None = None, **more: object) -> None:
    """Booklets of a box by their place in it, from 1."""
    series = ledger.series(box.series_id)
    serials = [ledger.serial_of_booklet(series, box.whole.first_booklet_id + each - 1) for each in (first, last or first)]
    said = {"parcel_id": box.id, "first_serial": serials[0], "last_serial": serials[1], "actor": cast.prescriber, "at": cast.at}
    with acting_as(cast.prescriber):
        parcels.scan_parcel(**said | more)  # type: ignore[arg-type]


class TestPackingAndSending:
    def test_a_destination_s_boxes_leave_in_one_gesture(self, cast: Cast) -> None:
        order_id, (first, second) = sent(cast)
        assert [(each.position, each.of_count, each.booklet_count, each.state) for each in (first, second)] == [
            (1, 2, 3, ParcelState.SENT),
            (2, 2, 3, ParcelState.SENT),
        ]
        assert first.shipment_id == second.shipment_id
        assert (first.carrier, first.tracking) == ("La Poste", "8A-1")
        assert ParcelSerial.parse(first.number).number == first.id == boxes.parcel_of_number(first.number.lower().replace("-", " "))
        assert whole(cast, order_id) == {Place.IN_BOX: 6}
        notice = Notice.objects.get(kind="issuing.booklets-shipped")
        assert (notice.to_organisation_id, notice.context["booklets"], notice.context["parcels"]) == (cast.prescriber_id, 6, 2)

    def test_packed_boxes_wait_on_the_shelf_and_are_not_packed_twice(self, cast: Cast) -> None:
        order_id, request_id = cast.printed(booklet_count=6), uuid4()
        said = {"order_id": order_id, "to_organisation_id": cast.prescriber_id, "booklet_count": 4, "per_box": 2}
        once = parcels.pack_count(**said, **cast.by(cast.agent, request_id=request_id))  # type: ignore[arg-type]
        assert once == parcels.pack_count(**said, **cast.by(cast.agent, request_id=request_id))  # type: ignore[arg-type]
        assert whole(cast, order_id) == {Place.AT_OPERATOR: 6}
        with pytest.raises(rules.NotEnoughInStock):
            parcels.pack_count(**said, **cast.by(cast.agent))  # type: ignore[arg-type]
        assert parcels.unpack(parcel_ids=once, order_id=order_id, **cast.by(cast.agent)) == 2
        assert parcels.pack_count(**said, **cast.by(cast.agent)) != once  # type: ignore[arg-type]

    def test_the_same_request_sends_once(self, cast: Cast) -> None:
        order_id, request_id = cast.printed(booklet_count=6), uuid4()
        shares = [(cast.prescriber_id, 4)]
        first = parcels.ship_many(order_id=order_id, shares=shares, **cast.by(cast.agent, request_id=request_id))
        assert first == parcels.ship_many(order_id=order_id, shares=shares, **cast.by(cast.agent, request_id=request_id))
        assert whole(cast, order_id) == {Place.AT_OPERATOR: 2, Place.IN_BOX: 4}

    @pytest.mark.parametrize(
        ("more", "refusal"),
        [
            (lambda cast: {"booklet_count": 7}, rules.NotEnoughInStock),
            (lambda cast: {"booklet_count": 0}, rules.NotEnoughInStock),
            (lambda cast: {"per_box": 0}, BoxSizeWrong),
            (lambda cast: {"to_organisation_id": cast.metropolis_id}, rules.RecipientWrong),
            (lambda cast: {"to_organisation_id": cast.operator_id}, rules.RecipientWrong),
            (lambda cast: {"actor": cast.treasurer}, NotAllowed),
            (lambda cast: {"actor": cast.stranger}, rules.OrderUnknown),
        ],
    )
    def test_each_refusal_to_pack(self, cast: Cast, more: Callable[[Cast], dict[str, object]], refusal: type[Exception]) -> None:
        order_id = cast.printed(booklet_count=6)
        said = {"order_id": order_id, "to_organisation_id": cast.prescriber_id, "booklet_count": 3, "per_box": 3} | cast.by(cast.agent)
        with pytest.raises(refusal):
            parcels.pack_count(**said | more(cast))  # type: ignore[arg-type]
        assert boxes.parcels_of_order(order_id) == []

    def test_nothing_leaves_that_is_not_packed_or_not_printed(self, cast: Cast) -> None:
        with pytest.raises(NothingPacked):
            parcels.send_parcels(order_id=cast.printed(), **cast.by(cast.agent))
        order_id = cast.drawn(issuer_prefix="AB")
        with pytest.raises(rules.OrderNotPrinted):
            parcels.send_parcels(order_id=order_id, **cast.by(cast.agent))
        assert whole(cast, order_id) == {Place.AT_PRINT_SHOP: 4}

    def test_a_line_of_the_list_boxed_otherwise_is_passed_over(self, cast: Cast) -> None:
        order_id = cast.drawn(booklet_count=6)
        to = Destination(organisation_id=cast.prescriber_id, name="Guichet", address="1 rue", booklet_count=6)
        pack_order(order_id=order_id, destinations=[to], box_size=3, **cast.by(cast.agent))
        operations.record_printed(order_id=order_id, reference="BL", **cast.by(cast.agent))
        first, _second = parcels.pack_count(
            order_id=order_id, to_organisation_id=cast.prescriber_id, booklet_count=2, per_box=1, **cast.by(cast.agent)
        )
        parcels.unpack(parcel_ids=[first], order_id=order_id, **cast.by(cast.agent))  # the second stays, in the middle of the line
        assert boxes.unboxed_count(cast.agent, order_id) == 1
        (made,) = parcels.pack_from_list(order_id=order_id, **cast.by(cast.agent))
        assert boxes.parcel(made).booklet_count == 3
        assert boxes.unboxed_count(cast.agent, order_id) == 0
        assert parcels.pack_from_list(order_id=order_id, **cast.by(cast.agent)) == []


class TestReceiving:
    def test_a_whole_box_is_confirmed_by_its_first_and_last_booklet(self, cast: Cast) -> None:
        order_id, (first, second) = sent(cast)
        with acting_as(cast.prescriber):
            for _ in range(2):
                assert parcels.receive_parcel(parcel_id=first.id, **ends(first), **cast.by(cast.prescriber)) == 3
            assert ledger.stock(holder_id=cast.prescriber_id)[0].booklet_count == 3
            assert [each.id for each in boxes.parcels_to(cast.prescriber_id, awaited_only=True)] == [second.id]
        assert boxes.parcel(first.id).state is ParcelState.RECEIVED
        assert whole(cast, order_id) == {Place.IN_BOX: 3, Place.AT_POINT: 3}

    def test_a_count_is_interrupted_and_taken_up_again(self, cast: Cast) -> None:
        order_id, (box,) = sent(cast, per_box=6)
        scan(cast, box, 5)
        scan(cast, box, 1, 2)
        scan(cast, box, 2, is_damaged=True)
        found = boxes.parcel(box.id)
        assert [each.booklet_count for each in found.seen] == [2, 1]
        assert [each.booklet_count for each in found.unseen] == [2, 1]
        assert whole(cast, order_id) == {Place.IN_BOX: 6}
        with acting_as(cast.prescriber):
            assert parcels.close_count(parcel_id=box.id, **cast.by(cast.prescriber)) == 2
        found = boxes.parcel(box.id)
        assert (found.state, found.arrived_count, found.open_count) == (ParcelState.SHORT, 2, 4)
        assert sorted((gap.kind.value, gap.run.booklet_count) for gap in found.gaps) == [("DAMAGED", 1), ("MISSING", 1), ("MISSING", 2)]
        assert whole(cast, order_id) == {Place.IN_BOX: 4, Place.AT_POINT: 2}
        notice = Notice.objects.get(kind="issuing.parcel-short")
        assert (notice.to_organisation_id, notice.context["missing"], notice.context["damaged"]) == (cast.operator_id, 3, 1)

    def test_a_booklet_read_again_is_good_after_all_and_a_count_may_start_over(self, cast: Cast) -> None:
        _order_id, (box,) = sent(cast, per_box=6)
        scan(cast, box, 3, is_damaged=True)
        scan(cast, box, 3)
        assert boxes.parcel(box.id).damaged == ()
        with acting_as(cast.prescriber):
            parcels.restart_count(parcel_id=box.id, actor=cast.prescriber, at=cast.at)
            with pytest.raises(NothingScanned):
                parcels.close_count(parcel_id=box.id, **cast.by(cast.prescriber))

    def test_a_box_that_never_came(self, cast: Cast) -> None:
        order_id, (first, second) = sent(cast)
        with acting_as(cast.prescriber):
            parcels.receive_parcel(parcel_id=first.id, **ends(first), **cast.by(cast.prescriber))
            for _ in range(2):
                parcels.report_missing(parcel_id=second.id, **cast.by(cast.prescriber))
        found = boxes.parcel(second.id)
        assert (found.state, found.open_count, found.missing_cents) == (ParcelState.MISSING, 3, 3 * 5 * 1_000)
        assert whole(cast, order_id) == {Place.IN_BOX: 3, Place.AT_POINT: 3}
        assert [each.id for each in boxes.parcels(cast.agent, open_only=True)] == [second.id]

    def test_each_refusal_to_receive(self, cast: Cast) -> None:
        _order_id, (first, second) = sent(cast)
        at_desk = {"parcel_id": first.id} | cast.by(cast.prescriber)
        with acting_as(cast.prescriber):
            with pytest.raises(EndsDiffer):
                parcels.receive_parcel(**at_desk | ends(first) | {"last_serial": first.whole.first_serial})  # type: ignore[arg-type]
            with pytest.raises(NotInParcel):
                parcels.receive_parcel(**at_desk | ends(second))  # type: ignore[arg-type]
            with pytest.raises(NotAllowed):
                parcels.receive_parcel(**at_desk | ends(first) | {"actor": replace(cast.prescriber, roles=frozenset({"PRESCRIBER"}))})  # type: ignore[arg-type]
            parcels.report_missing(parcel_id=second.id, **cast.by(cast.prescriber))
            with pytest.raises(ParcelNotNow):
                parcels.close_count(parcel_id=second.id, **cast.by(cast.prescriber))
        with pytest.raises(ParcelNotYours):
            parcels.receive_parcel(**at_desk | ends(first) | {"actor": cast.agent})  # type: ignore[arg-type]
        with acting_as(cast.stranger):
            with pytest.raises(ParcelUnknown):
                parcels.receive_parcel(**at_desk | ends(first) | {"actor": cast.stranger})  # type: ignore[arg-type]
            with pytest.raises(ParcelUnknown):
                boxes.parcel_of_number(first.number)
        assert boxes.parcel(first.id).state is ParcelState.SENT


class TestSettling:
    def short(self, cast: Cast) -> tuple[int, ParcelView]:
        """Six sent; the first three read, the third of them damaged."""
        order_id, (box,) = sent(cast, per_box=6)
        scan(cast, box, 1, 3)
        scan(cast, box, 3, is_damaged=True)
        with acting_as(cast.prescriber):
            parcels.close_count(parcel_id=box.id, **cast.by(cast.prescriber))
        return order_id, box

    def test_found_back_lost_and_spoiled_one_after_the_other(self, cast: Cast) -> None:
        order_id, box = self.short(cast)
        first = box.whole.first_booklet_id
        steps = [
            (Outcome.ARRIVED, (first + 3, first + 3), {Place.AT_POINT: 3, Place.IN_BOX: 3}),
            (Outcome.BACK, (first + 4, first + 4), {Place.AT_POINT: 3, Place.IN_BOX: 2, Place.AT_OPERATOR: 1}),
            (Outcome.LOST, (first + 5, first + 5), {Place.AT_POINT: 3, Place.IN_BOX: 1, Place.AT_OPERATOR: 1, Place.ENDED: 1}),
            (Outcome.DAMAGED, (first + 2, first + 2), {Place.AT_POINT: 3, Place.AT_OPERATOR: 1, Place.ENDED: 2}),
        ]
        for outcome, run, places in steps:
            request_id = uuid4()
            for _ in range(2):
                said = cast.by(cast.agent, request_id=request_id)
                assert parcels.settle_parcel(parcel_id=box.id, outcome=outcome, runs=[run], **said) == 1
            assert whole(cast, order_id) == places
        assert boxes.parcel(box.id).state is ParcelState.SETTLED
        assert ledger.counts(programme_id=cast.programme_id).void == 10
        assert Line.objects.filter(action="issuing.parcel-settled").count() == 4
        told = story.gaps(cast.agent, cast.programme_id)
        assert [(each.missing, each.explained, each.missing_cents) for each in told] == [(4, 4, 4 * 5_000)]

    def test_the_receiver_says_that_they_came_after_all_and_nothing_else(self, cast: Cast) -> None:
        order_id, box = self.short(cast)
        first = box.whole.first_booklet_id
        with acting_as(cast.prescriber):
            parcels.settle_parcel(parcel_id=box.id, outcome=Outcome.ARRIVED, runs=[(first + 3, first + 5)], **cast.by(cast.prescriber))
            for outcome in (Outcome.BACK, Outcome.LOST, Outcome.DAMAGED):
                with pytest.raises(NotAllowed):
                    parcels.settle_parcel(parcel_id=box.id, outcome=outcome, **cast.by(cast.prescriber))
        assert whole(cast, order_id) == {Place.AT_POINT: 5, Place.IN_BOX: 1}

    def test_ending_booklets_needs_the_proof_of_whoever_voids(self, cast: Cast) -> None:
        order_id, box = self.short(cast)
        said = {"parcel_id": box.id, "runs": [(box.whole.first_booklet_id + 5,) * 2]}
        with pytest.raises(SecondFactorNeeded):
            parcels.settle_parcel(**said, outcome=Outcome.LOST, **cast.by(unproved(cast.agent)))  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            agent = replace(cast.agent, roles=frozenset({"OPERATOR_AGENT"}))
            parcels.settle_parcel(**said, outcome=Outcome.STOLEN, **cast.by(agent))  # type: ignore[arg-type]
        assert whole(cast, order_id) == {Place.AT_POINT: 2, Place.IN_BOX: 4}

    def test_what_is_told_must_be_missing_and_fit(self, cast: Cast) -> None:
        _order_id, box = self.short(cast)
        first = box.whole.first_booklet_id
        with pytest.raises(NotMissing):
            parcels.settle_parcel(parcel_id=box.id, outcome=Outcome.BACK, runs=[(first, first)], **cast.by(cast.agent))
        with pytest.raises(OutcomeUnfit):
            parcels.settle_parcel(parcel_id=box.id, outcome=Outcome.LOST, **cast.by(cast.agent))
        with acting_as(cast.stranger), pytest.raises(ParcelUnknown):
            parcels.settle_parcel(parcel_id=box.id, outcome=Outcome.BACK, **cast.by(cast.stranger))

    @pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.STOLEN])
    def test_a_box_lost_on_its_way_is_blocked_at_once(self, cast: Cast, outcome: Outcome) -> None:
        order_id, (first, second) = sent(cast)
        assert parcels.settle_parcel(parcel_id=second.id, outcome=outcome, **cast.by(cast.agent)) == 3
        assert ledger.counts(programme_id=cast.programme_id).void == 15
        with acting_as(cast.prescriber):
            with pytest.raises(ParcelNotNow):
                parcels.receive_parcel(parcel_id=second.id, **ends(second), **cast.by(cast.prescriber))
            parcels.receive_parcel(parcel_id=first.id, **ends(first), **cast.by(cast.prescriber))
        assert whole(cast, order_id) == {Place.AT_POINT: 3, Place.ENDED: 3}

    def test_a_box_the_carrier_brought_back_is_in_the_depot_again(self, cast: Cast) -> None:
        order_id, (_first, second) = sent(cast)
        agent = replace(cast.agent, roles=frozenset({"OPERATOR_AGENT"}))
        assert parcels.settle_parcel(parcel_id=second.id, outcome=Outcome.BACK, **cast.by(agent)) == 3
        assert whole(cast, order_id) == {Place.AT_OPERATOR: 3, Place.IN_BOX: 3}
        again = parcels.pack_count(
            order_id=order_id, to_organisation_id=cast.prescriber_id, booklet_count=3, per_box=3, **cast.by(cast.agent)
        )
        parcels.send_parcels(order_id=order_id, **cast.by(cast.agent))
        assert boxes.parcel(again[0]).state is ParcelState.SENT
        assert whole(cast, order_id) == {Place.IN_BOX: 6}

    def test_booklets_voided_on_their_way_are_no_fault_and_their_box_is_settled_all_the_same(self, cast: Cast) -> None:
        order_id, (first, second) = sent(cast)
        run = {"first_booklet_id": second.whole.first_booklet_id + 1, "last_booklet_id": second.whole.last_booklet_id}
        operations.void_booklets(order_id=order_id, **run, reason=EndReason.STOLEN, **cast.by(cast.agent))  # type: ignore[arg-type]
        assert whole(cast, order_id) == {Place.IN_BOX: 4, Place.ENDED: 2}
        assert parcels.settle_parcel(parcel_id=second.id, outcome=Outcome.STOLEN, **cast.by(cast.agent)) == 3
        assert boxes.parcel(second.id).state is ParcelState.SETTLED
        assert whole(cast, order_id) == {Place.IN_BOX: 3, Place.ENDED: 3}
        assert ledger.counts(programme_id=cast.programme_id).void == 15
        assert boxes.parcel(first.id).state is ParcelState.SENT

    def test_what_is_explained_after_the_season_is_kept_and_moves_no_money_twice(self, cast: Cast) -> None:
        order_id, box = self.short(cast)
        for funder_id in (cast.metropolis_id, cast.department_id):
            cast.receive(funder_id, 15_000)
        operations.activate_order(order_id=order_id, **cast.by(cast.agent))
        ended_at = ledger.series(box.series_id).accepted_until
        late = {"actor": SYSTEM, "request_id": uuid4(), "at": ended_at}
        ledger_writes.lapse_series(series_id=box.series_id, **late)
        assert sum(ledger_writes.return_circulation(series_id=box.series_id, **late).values()) == 30_000
        money, counts = ledger.money(agreement_id=cast.agreement_id), ledger.counts(series_id=box.series_id)
        first, agent = box.whole.first_booklet_id, replace(cast.agent, proved_at=ended_at)
        for outcome, run in (
            (Outcome.LOST, (first + 4, first + 5)),
            (Outcome.DAMAGED, (first + 2, first + 2)),
            (Outcome.ARRIVED, (first + 3, first + 3)),
        ):
            parcels.settle_parcel(parcel_id=box.id, outcome=outcome, runs=[run], **cast.by(agent, at=ended_at))
        assert boxes.parcel(box.id).state is ParcelState.SETTLED
        assert whole(cast, order_id) == {Place.AT_POINT: 3, Place.ENDED: 3}
        assert (ledger.money(agreement_id=cast.agreement_id), ledger.counts(series_id=box.series_id)) == (money, counts)
        with acting_as_everything(why="verify"):
            assert ledger.verify() == []

    def test_the_desk_is_told_what_became_of_what_it_missed_by_whoever_found_out(self, cast: Cast) -> None:
        _order_id, box = self.short(cast)
        first = box.whole.first_booklet_id
        request_id = uuid4()
        for _ in range(2):
            said = cast.by(cast.agent, request_id=request_id)
            parcels.settle_parcel(parcel_id=box.id, outcome=Outcome.LOST, runs=[(first + 4, first + 5)], **said)
        letter = Notice.objects.get(kind="issuing.parcel-settled")
        assert letter.to_organisation_id == cast.prescriber_id
        assert letter.context == {"parcel": box.number, "outcome": "LOST", "booklets": 2, "left": 2}
        with acting_as(cast.prescriber):
            parcels.settle_parcel(parcel_id=box.id, outcome=Outcome.ARRIVED, runs=[(first + 3, first + 3)], **cast.by(cast.prescriber))
        assert Notice.objects.filter(kind="issuing.parcel-settled").count() == 1, "nobody is told what it said itself"


class TestSpoiledBooklets:
    def test_a_box_that_holds_some_leaves_only_once_they_are_made_again(self, cast: Cast) -> None:
        shop, order_id = shop_of(cast), cast.drawn(booklet_count=6)
        to = Destination(organisation_id=cast.prescriber_id, name="Guichet", address="1 rue", booklet_count=6)
        pack_order(order_id=order_id, destinations=[to], box_size=3, **cast.by(cast.agent))
        cast.run(operations.print_order(order_id=order_id, print_shop_id=shop.id, **cast.by(cast.agent)))
        with acting_as(shop.printer):
            operations.report_spoiled(order_id=order_id, first_rank=2, last_rank=3, **cast.by(shop.printer))
            operations.report_spoiled(order_id=order_id, first_rank=6, last_rank=6, **cast.by(shop.printer))
            operations.prove_printing(order_id=order_id, reference="BL", printed_count=3, **cast.by(shop.printer))
            parcels.pack_from_list(order_id=order_id, **cast.by(shop.printer))
            with pytest.raises(BookletsSpoiled) as refused:
                parcels.send_parcels(order_id=order_id, **cast.by(shop.printer))
        numbers = [ledger.serial_of_booklet(ledger.series_list()[0], ledger.series_list()[0].first_booklet_id + rank) for rank in (1, 2, 5)]
        assert refused.value.facts == {"booklets": 3, "numbers": [f"{numbers[0]} – {numbers[1]}", numbers[2]]}
        late = cast.by(replace(cast.agent, proved_at=NOW + timedelta(hours=1)), at=NOW + timedelta(hours=1))
        for first, last in ((2, 3), (6, 6)):
            again = operations.print_order(
                order_id=order_id, print_shop_id=shop.id, first_rank=first, last_rank=last, **late | {"request_id": uuid4()}
            )
            assert operations.run_job(job_id=again, programme_id=cast.programme_id, at=NOW + timedelta(hours=1)) is rules.JobState.DONE
        with acting_as(shop.printer):
            assert len(parcels.send_parcels(order_id=order_id, **cast.by(shop.printer))) == 1
        assert whole(cast, order_id) == {Place.IN_BOX: 6}

    def test_the_depot_packs_none_of_them(self, cast: Cast) -> None:
        shop, order_id = shop_of(cast), cast.drawn(booklet_count=6)
        cast.run(operations.print_order(order_id=order_id, print_shop_id=shop.id, **cast.by(cast.agent)))
        with acting_as(shop.printer):
            operations.report_spoiled(order_id=order_id, first_rank=2, last_rank=2, **cast.by(shop.printer))
            operations.prove_printing(order_id=order_id, reference="BL", printed_count=5, **cast.by(shop.printer))
        asked = {"order_id": order_id, "to_organisation_id": cast.prescriber_id, "per_box": 6}
        with pytest.raises(rules.NotEnoughInStock) as refused:
            parcels.pack_count(**asked, booklet_count=5, **cast.by(cast.agent))
        assert refused.value.facts["held"] == 4
        (made,) = parcels.pack_count(**asked, booklet_count=4, **cast.by(cast.agent))
        series = ledger.series_list(programme_id=cast.programme_id)[0]
        assert boxes.set_aside(cast.programme_id) == ((series.first_booklet_id + 1, series.first_booklet_id + 5),), (
            "one is spoiled, four stand in a box"
        )
        assert boxes.parcel(made).whole.first_booklet_id == series.first_booklet_id + 2


def test_a_move_from_the_depot_takes_nothing_out_of_a_packed_box(cast: Cast) -> None:
    order_id = cast.printed(booklet_count=12)
    for funder_id in (cast.metropolis_id, cast.department_id):
        cast.receive(funder_id, 30_000)
    operations.activate_order(order_id=order_id, **cast.by(cast.agent))
    distribution.join_programme(programme_id=cast.programme_id, organisation_id=cast.prescriber_id, **cast.by(cast.agent))
    parcels.pack_count(order_id=order_id, to_organisation_id=cast.prescriber_id, booklet_count=6, per_box=6, **cast.by(cast.agent))
    move = {"programme_id": cast.programme_id, "from_organisation_id": cast.operator_id, "to_organisation_id": cast.prescriber_id}
    with pytest.raises(NotEnoughBooklets) as refused:
        distribution.ask_move(**move, booklet_count=8, **cast.by(cast.agent))
    assert refused.value.facts["held"] == 6
    depot = distribution_queries.points(cast.programme_id, at=NOW)[0].point
    assert (depot.is_depot, depot.in_stock, depot.at_hand) == (True, 12, 6)
    move_id = distribution.ask_move(**move, booklet_count=6, **cast.by(cast.agent))
    distribution.send_move(move_id=move_id, **cast.by(cast.agent))
    parcels.send_parcels(order_id=order_id, **cast.by(cast.agent))
    assert whole(cast, order_id) == {Place.IN_BOX: 6, Place.IN_MOVE: 6}


class TestAPressThatLeft:
    def test_its_boxes_are_undone_by_the_operator_and_packed_anew(self, cast: Cast) -> None:
        shop, order_id = shop_of(cast), cast.drawn(booklet_count=6)
        to = Destination(organisation_id=cast.prescriber_id, name="Guichet", address="1 rue", booklet_count=6)
        pack_order(order_id=order_id, destinations=[to], box_size=3, **cast.by(cast.agent))
        cast.run(operations.print_order(order_id=order_id, print_shop_id=shop.id, **cast.by(cast.agent)))
        with acting_as(shop.printer):
            operations.prove_printing(order_id=order_id, reference="BL", printed_count=6, **cast.by(shop.printer))
            made = parcels.pack_from_list(order_id=order_id, **cast.by(shop.printer))
        assert parcels.unpack(parcel_ids=made, order_id=order_id, **cast.by(cast.agent)) == 0, "they are the press's as long as it works"
        print_shops.end_print_shop(print_shop_id=shop.id, **cast.by(cast.agent))
        assert parcels.unpack(parcel_ids=made, order_id=order_id, **cast.by(cast.agent)) == 2
        assert len(parcels.pack_from_list(order_id=order_id, **cast.by(cast.agent))) == 2
        parcels.send_parcels(order_id=order_id, **cast.by(cast.agent))
        assert whole(cast, order_id) == {Place.IN_BOX: 6}


class TestReminding:
    def test_the_receiver_then_the_operator_are_written_to_once_each(self, cast: Cast) -> None:
        _order_id, (first, _second) = sent(cast)
        for days, expected in ((6, 0), (7, 1), (8, 0), (14, 1), (30, 0)):
            said = cast.by(SYSTEM, at=NOW + timedelta(days=days))
            assert parcels.remind_parcels(programme_id=cast.programme_id, **said) == expected, days
        kinds = dict(Notice.objects.filter(kind__startswith="issuing.parcels-").values_list("kind", "to_organisation_id"))
        assert kinds == {"issuing.parcels-awaited": cast.prescriber_id, "issuing.parcels-unconfirmed": cast.operator_id}
        assert boxes.parcel(first.id).is_late(NOW + timedelta(days=7))


class TestHoles:
    def test_booklets_that_travel_in_no_box_are_a_hole(self, cast: Cast) -> None:
        order_id = cast.printed(booklet_count=6)
        series = ledger.series_list(programme_id=cast.programme_id)[0]
        ledger_writes.ship_booklets(
            series_id=series.id, first_booklet_id=series.first_booklet_id, last_booklet_id=series.first_booklet_id + 1,
            from_holder_id=cast.operator_id, to_holder_id=cast.prescriber_id, **cast.by(cast.agent),
        )  # fmt: skip
        found = story.custody(cast.agent, order_id)
        assert not found.is_complete
        assert [(each.first_rank, each.last_rank) for each in found.holes] == [(1, 2)]
        with acting_as_everything(why="verify"):
            (fault,) = story.verify()
        assert fault.what == "on their way, and in no box and no move"

    def test_a_box_taken_from_behind_is_a_hole(self, cast: Cast) -> None:
        order_id, (first, _second) = sent(cast)
        ledger_writes.bring_back_booklets(
            series_id=first.series_id, first_booklet_id=first.whole.first_booklet_id, last_booklet_id=first.whole.first_booklet_id,
            from_holder_id=cast.operator_id, **cast.by(cast.agent),
        )  # fmt: skip
        found = story.custody(cast.agent, order_id)
        assert [(each.first_rank, each.last_rank) for each in found.holes] == [(1, 1)]
        with acting_as_everything(why="verify"):
            (fault,) = story.verify()
        assert (fault.where, fault.what) == (f"parcel {first.id}", "the ledger does not see these booklets on their way to its receiver")

    def test_packed_booklets_that_left_another_way_do_not_leave_again(self, cast: Cast) -> None:
        order_id = cast.printed(booklet_count=6)
        parcels.pack_count(order_id=order_id, to_organisation_id=cast.prescriber_id, booklet_count=3, per_box=3, **cast.by(cast.agent))
        operations.void_booklets(
            order_id=order_id, first_booklet_id=(box := boxes.parcels_of_order(order_id)[0]).whole.first_booklet_id,
            last_booklet_id=box.whole.first_booklet_id, reason=EndReason.LOST, **cast.by(cast.agent),
        )  # fmt: skip
        with pytest.raises(NotHolder):
            parcels.send_parcels(order_id=order_id, **cast.by(cast.agent))
        assert boxes.parcel(box.id).state is ParcelState.PACKED


def test_another_desk_sees_no_box_of_the_first(cast: Cast) -> None:
    _order_id, (first, _second) = sent(cast)
    other_id = parties.create_organisation(
        name="Autre guichet", kinds=[OrganisationKind.PRESCRIBER.value], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
    )
    other = replace(cast.prescriber, organisation_id=other_id, organisation_ids=frozenset({other_id}))
    with acting_as(other):
        assert boxes.parcels_to(cast.prescriber_id) == []
        with pytest.raises(ParcelUnknown):
            boxes.parcel(first.id)
