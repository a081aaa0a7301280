"""The desk against a real database: what is given, what is refused, what is done once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from carnet.distribution import operations, queries
from carnet.distribution.models import HandOver, ProgrammePrescriber
from carnet.distribution.rules import (
    AgeBand,
    Area,
    HandOverItem,
    HandOverUnknown,
    Kind,
    NotAPrescriberOrganisation,
    NothingToHandOver,
    NotPrescriber,
    NotYourDesk,
    OutsidePerimeter,
    Reason,
    SeriesNotActive,
    Ticks,
)
from carnet.funding.rules import HandOverEnded
from carnet.gateways.database import acting_as
from carnet.journal import operations as journal
from carnet.ledger import queries as ledger
from carnet.ledger.rules import AlreadyHandedOver, NotHolder
from carnet.parties.rules import NotAllowed
from tests.distribution.conftest import NOW, Desks


def give(desks: Desks, *items: HandOverItem, **more: object) -> list[operations.HandedOver]:
    facts = {"items": items, "actor": desks.prescriber, "request_id": uuid4(), "at": desks.at} | more
    return operations.hand_over_many(**facts)  # type: ignore[arg-type]


def test_a_whole_booklet_is_given_with_its_ticks(desks: Desks) -> None:
    ticks = Ticks(AgeBand.FROM_75, Reason.PROCEDURES, Area.TOWN, low_qualified_job_seeker=False, came_before=False)
    with desks.as_desk():
        done = operations.hand_over(item=desks.booklet(0, ticks=ticks), actor=desks.prescriber, at=desks.at)
        seen = queries.hand_over(done.id)
        counts = ledger.counts(holder_id=desks.desk_id, series_id=desks.series.id)
    assert (done.voucher_count, seen.kind, seen.ticks) == (5, Kind.BOOKLETS, ticks)
    assert (counts.handed_over, counts.in_stock) == (5, 15)


def test_some_vouchers_of_a_booklet_then_the_rest_of_it(desks: Desks) -> None:
    with desks.as_desk():
        part = give(desks, desks.vouchers(0, 1))[0]
        rest = give(desks, desks.booklet(0))[0]
        counts = ledger.counts(holder_id=desks.desk_id, series_id=desks.series.id)
    assert (part.voucher_count, rest.voucher_count, counts.handed_over) == (2, 3, 5)


def test_nothing_is_left_of_a_booklet_given_voucher_by_voucher(desks: Desks) -> None:
    with desks.as_desk():
        give(desks, desks.vouchers(0, 1, 2, 3, 4))
        with pytest.raises(NothingToHandOver), transaction.atomic():
            give(desks, desks.booklet(0))
        assert ledger.counts(holder_id=desks.desk_id, series_id=desks.series.id).handed_over == 5


def test_many_are_given_together_as_one_passage(desks: Desks) -> None:
    with desks.as_desk():
        done = give(desks, desks.booklet(0), desks.booklet(2), desks.booklet(1), desks.vouchers(15))
        assert [each.voucher_count for each in done] == [5, 5, 5, 1]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_passage WHERE kind = 'HANDED_OVER'")
            assert cursor.fetchone()[0] == 2
        assert queries.totals(organisation_id=desks.desk_id, since=NOW).voucher_count == 16


def test_the_same_request_gives_once(desks: Desks) -> None:
    item = desks.booklet(0)
    with desks.as_desk():
        first = operations.hand_over(item=item, actor=desks.prescriber, at=desks.at)
        again = operations.hand_over(item=item, actor=desks.prescriber, at=desks.at + timedelta(minutes=1))
        assert again == first
        assert ledger.counts(holder_id=desks.desk_id, series_id=desks.series.id).handed_over == 5


def test_a_request_half_done_before_does_only_the_rest(desks: Desks) -> None:
    before, after = desks.booklet(0), desks.booklet(1)
    with desks.as_desk():
        first = give(desks, before)[0]
        both = give(desks, before, after)
    assert both[0] == first
    assert both[1].id != first.id


def test_one_refusal_undoes_all(desks: Desks) -> None:
    with desks.as_desk():
        give(desks, desks.booklet(1))
        with pytest.raises(AlreadyHandedOver), transaction.atomic():
            give(desks, desks.booklet(0), desks.booklet(1))
        assert ledger.counts(holder_id=desks.desk_id, series_id=desks.series.id).handed_over == 5


def test_a_range_taken_out_counts_as_handed_over(desks: Desks) -> None:
    request_id = uuid4()
    first = desks.series.first_booklet_id
    ends = {"first_booklet_id": first, "last_booklet_id": first + 1}
    facts = {"series_id": desks.series.id, "actor": desks.prescriber, "at": desks.at} | ends
    with desks.as_desk():
        done = operations.take_out_range(request_id=request_id, **facts)
        assert operations.take_out_range(request_id=request_id, **facts) == done
        assert queries.hand_over(done.id).kind == Kind.TAKEN_OUT
        assert ledger.counts(holder_id=desks.desk_id, series_id=desks.series.id).handed_over == 10
        assert queries.ticks_of_programme(programme_id=desks.programme_id)["reason"] == {}


def test_a_programme_that_counts_from_the_hand_over_gives_each_booklet_its_own_end(make_desks: Callable[..., Desks]) -> None:
    desks = make_desks("departement")
    with desks.as_desk():
        done = give(desks, desks.booklet(0))[0]
        vouchers = ledger.vouchers_of_booklet(desks.series.first_booklet_id)
    assert vouchers[0].accepted_until == done.printed_until + timedelta(days=31)
    assert vouchers[0].accepted_until < desks.series.accepted_until + timedelta(days=31)


class TestRefusals:
    def test_booklets_not_activated(self, desks: Desks) -> None:
        item = replace(desks.booklet(0), series_id=desks.sleeping.id, first_booklet_id=desks.sleeping.first_booklet_id,
                       last_booklet_id=desks.sleeping.first_booklet_id)  # fmt: skip
        with desks.as_desk(), pytest.raises(SeriesNotActive):
            give(desks, item)

    def test_before_and_after_the_window(self, desks: Desks) -> None:
        with desks.as_desk():
            with pytest.raises(NotPrescriber):
                give(desks, desks.booklet(0), at=NOW - timedelta(days=10))
            with pytest.raises(HandOverEnded):
                give(desks, desks.booklet(0), at=NOW + timedelta(days=400))

    def test_a_desk_that_left_or_never_joined(self, desks: Desks) -> None:
        later = NOW + timedelta(days=1)
        with acting_as(desks.agent):
            ProgrammePrescriber.objects.filter(organisation_id=desks.desk_id).update(left_at=later)
        with desks.as_desk(), pytest.raises(NotPrescriber):
            give(desks, desks.booklet(0), at=later)
        with acting_as(desks.stranger), pytest.raises(NotPrescriber):
            give(desks, desks.booklet(0), actor=desks.stranger)

    def test_somebody_elses_booklets_or_desk(self, desks: Desks) -> None:
        with acting_as(desks.agent):
            operations.join_programme(
                programme_id=desks.programme_id, organisation_id=desks.other_id, actor=desks.agent, request_id=uuid4(), at=NOW
            )
        with acting_as(desks.stranger):
            with pytest.raises(NotHolder):
                give(desks, desks.booklet(0), actor=desks.stranger)
            with pytest.raises(NotYourDesk):
                give(desks, desks.booklet(0), actor=desks.stranger, organisation_id=desks.desk_id)

    def test_roles_that_do_not_stand_at_a_desk(self, desks: Desks) -> None:
        for actor in (desks.mediator, desks.agent):
            with acting_as(actor), pytest.raises(NotAllowed):
                give(desks, desks.booklet(0), actor=actor)

    def test_a_person_from_elsewhere(self, desks: Desks) -> None:
        with desks.as_desk(), pytest.raises(OutsidePerimeter):
            give(desks, desks.booklet(0, ticks=Ticks(area=Area.OUTSIDE)))

    def test_a_voucher_given_twice(self, desks: Desks) -> None:
        with desks.as_desk():
            give(desks, desks.vouchers(0))
            with pytest.raises(AlreadyHandedOver):
                give(desks, desks.vouchers(0))


class TestJoining:
    def test_twice_is_once(self, desks: Desks) -> None:
        with acting_as(desks.agent):
            facts = {"programme_id": desks.programme_id, "organisation_id": desks.other_id, "actor": desks.agent, "at": NOW}
            first = operations.join_programme(request_id=uuid4(), **facts)
            assert operations.join_programme(request_id=uuid4(), **facts) == first
            assert queries.prescriber_count(programme_id=desks.programme_id) == 2

    def test_only_staff_admits_and_only_prescribers(self, desks: Desks) -> None:
        facts = {"programme_id": desks.programme_id, "request_id": uuid4(), "at": NOW}
        with desks.as_desk(), pytest.raises(NotAllowed):
            operations.join_programme(organisation_id=desks.other_id, actor=desks.prescriber, **facts)
        with acting_as(desks.agent), pytest.raises(NotAPrescriberOrganisation):
            operations.join_programme(organisation_id=desks.operator_id, actor=desks.agent, **facts)


class TestWalls:
    def test_a_stranger_sees_no_hand_over(self, desks: Desks) -> None:
        with desks.as_desk():
            done = give(desks, desks.booklet(0))[0]
        with acting_as(desks.stranger):
            assert queries.hand_overs() == []
            assert queries.participations(at=NOW) == []
            with pytest.raises(HandOverUnknown):
                queries.hand_over(done.id)
        with acting_as(desks.agent):
            assert [each.id for each in queries.hand_overs(programme_id=desks.programme_id)] == [done.id]

    def test_a_hand_over_is_never_changed(self, desks: Desks) -> None:
        with desks.as_desk():
            give(desks, desks.booklet(0))
            with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
                HandOver.objects.update(voucher_count=1)

    def test_if_the_journal_fails_nothing_happened(self, desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**_facts: object) -> None:
            raise RuntimeError("journal")

        monkeypatch.setattr(journal, "record", fail)
        with desks.as_desk():
            with pytest.raises(RuntimeError), transaction.atomic():
                give(desks, desks.booklet(0))
            assert queries.hand_overs() == []
            assert ledger.counts(holder_id=desks.desk_id, series_id=desks.series.id).handed_over == 0
