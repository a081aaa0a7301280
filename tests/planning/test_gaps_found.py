"""Gaps as they are read from the site: who holds vouchers, where their desk is, what more places would change, what a week keeps."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from carnet.distribution import operations as distribution
from carnet.distribution.queries.holders import holders_by_desk
from carnet.distribution.rules import HandOverItem
from carnet.distribution.rules.points import PointSaid
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as reads
from carnet.places import queries as places
from carnet.places.models import Place
from carnet.planning.models import GapWeek
from carnet.planning.operations.gaps import look_at_gaps
from carnet.planning.queries import gaps as queries
from carnet.planning.queries.gap_weeks import gap_weeks, latest_by_commune
from carnet.planning.rules.travel import Mode
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Asked, Item
from carnet.redemption.queries import Redeemed
from tests.factories.campaign import accept, place
from tests.factories.far import CHATEAUBRIANT, NANTES, PEOPLE_FAR, PEOPLE_NEAR, TODAY, Far, make_far
from tests.lasting import held

pytestmark = pytest.mark.django_db
EVERYBODY = PEOPLE_NEAR + PEOPLE_FAR


@pytest.fixture(scope="module")
def lasting_far(django_db_setup: None, django_db_blocker: Any) -> Iterator[Far]:
    with held(django_db_blocker):
        made = make_far()
        with django_db_blocker.block():
            yield made


@pytest.fixture
def far(db: None, lasting_far: Far) -> Iterator[Far]:
    with acting_as(programme_ids=[lasting_far.programme_id]):
        yield lasting_far


def gap(far: Far, *, limit: int = 30, mode: Mode = Mode.CAR, communes: list[str] | None = None) -> Any:
    return queries.gap(queries.ground_of([far.programme_id], communes=communes, at=TODAY), limit=limit, mode=mode)


class TestWhoHoldsVouchers:
    def test_one_person_a_hand_over_by_desk(self, far: Far) -> None:
        found = {each.organisation_id: (each.people, each.vouchers) for each in holders_by_desk(programme_ids=[far.programme_id], at=TODAY)}
        assert found == {far.near_id: (PEOPLE_NEAR, PEOPLE_NEAR * 5), far.far_id: (PEOPLE_FAR, PEOPLE_FAR * 5)}

    def test_a_voucher_used_is_held_no_more_and_a_booklet_used_up_counts_nobody(self, far: Far) -> None:
        ready = far.campaign
        asked = [Asked(Item(ready.code(rank), "mailbox", ready.place_id, key=f"gap-{rank}"), ready.mediator) for rank in range(6)]
        with acting_as(ready.mediator):
            answers = redemption.redeem_many(asked=asked, at=TODAY)
        assert all(isinstance(each, Redeemed) for each in answers)
        (near, _far) = holders_by_desk(programme_ids=[far.programme_id], at=TODAY)
        # The first booklet is used up, one voucher of the second is.
        assert (near.people, near.vouchers) == (PEOPLE_NEAR - 1, (PEOPLE_NEAR - 1) * 5 - 1)

    def test_once_vouchers_are_past_their_last_day_nobody_holds_any(self, far: Far) -> None:
        assert holders_by_desk(programme_ids=[far.programme_id], at=TODAY.replace(year=2030)) == ()
        assert holders_by_desk(programme_ids=[], at=TODAY) == ()

    def test_vouchers_given_one_by_one_are_of_whoever_had_them_and_of_nobody_else(self, far: Far) -> None:
        opened = far.first + PEOPLE_NEAR
        row = reads.series(far.campaign.series_id)
        first = row.first_voucher_id + (opened - row.first_booklet_id) * row.booklet_size
        actor = far.desk(far.near_id)
        with acting_as(actor):
            for vouchers in ((first, first + 1), (first + 2,)):
                distribution.hand_over(item=HandOverItem(uuid4(), row.id, voucher_ids=vouchers), actor=actor, at=TODAY)
            distribution.hand_over(item=HandOverItem(uuid4(), row.id, opened, opened), actor=actor, at=TODAY)
        (near, _far) = holders_by_desk(programme_ids=[far.programme_id], at=TODAY)
        assert (near.people, near.vouchers) == (PEOPLE_NEAR + 3, (PEOPLE_NEAR + 1) * 5)


class TestWhoIsFar:
    def test_the_people_of_chateaubriant_are_an_hour_away(self, far: Far) -> None:
        found = gap(far)
        assert (found.people, found.far, found.unknown) == (EVERYBODY, PEOPLE_FAR, 0)
        assert [(each.code, each.far) for each in found.communes] == [(CHATEAUBRIANT, PEOPLE_FAR), (NANTES, 0)]
        assert 60 < found.communes[0].minutes < 90
        assert found.communes[0].place.startswith("Médiathèque")
        assert gap(far, limit=60).far == PEOPLE_FAR

    def test_a_place_there_and_nobody_is_far(self, far: Far) -> None:
        added = place("Relais de Châteaubriant", None)
        assert gap(far).far == PEOPLE_FAR  # it does not take the vouchers
        found = places.commune(CHATEAUBRIANT)
        assert found is not None and found.point is not None
        # The factory puts every place in Nantes.
        Place.objects.filter(id=added).update(latitude=found.point[0], longitude=found.point[1], commune_code=CHATEAUBRIANT)
        accept(added, far.programme_id)
        assert gap(far).far == 0

    def test_a_territory_keeps_its_own_desks_and_everybodys_places(self, far: Far) -> None:
        found = gap(far, communes=[CHATEAUBRIANT])
        assert (found.people, found.far) == (PEOPLE_FAR, PEOPLE_FAR)
        assert gap(far, communes=["44020"]).people == 0

    def test_a_desk_is_where_its_first_point_is(self, far: Far) -> None:
        actor = far.desk(far.far_id)
        with acting_as(actor):
            distribution.open_point(
                programme_id=far.programme_id, organisation_id=far.far_id, actor=actor, request_id=uuid4(), at=TODAY,
                said=PointSaid(name="Permanence", street="2 rue de Strasbourg", postcode="44000", commune="Nantes"),
            )  # fmt: skip
        assert gap(far).far == 0

    def test_without_a_car_it_is_never_nearer(self, far: Far) -> None:
        by_car, without = (
            queries.holders_in(queries.ground_of([far.programme_id], at=TODAY), mode=mode) for mode in (Mode.CAR, Mode.NO_CAR)
        )
        assert all((each.minutes or 0) >= (other.minutes or 0) for each, other in zip(without, by_car, strict=True))

    def test_the_cost_does_not_follow_the_people(self, far: Far) -> None:
        with CaptureQueriesContext(connection) as sent:
            gap(far)
        assert len(sent) <= 8

    def test_nobody_else_sees_a_row(self, far: Far) -> None:
        with acting_as(far.campaign.mediator):
            assert gap(far).people == 0


class TestOneMorePlace:
    def test_it_goes_where_people_are_far_and_names_who_to_invite(self, far: Far) -> None:
        added = place("Relais à inviter", None)
        Place.objects.filter(id=added).update(commune_code=CHATEAUBRIANT)
        ground = queries.ground_of([far.programme_id], at=TODAY)
        found = queries.new_places(ground, count=3, limit=30, at=TODAY)
        assert (found.covering.people, found.far, found.covering.is_proved) == (PEOPLE_FAR, PEOPLE_FAR, True)
        (opened,) = found.covering.opened
        assert places.commune(opened.code) is not None
        within = queries.new_places(queries.ground_of([far.programme_id], communes=[CHATEAUBRIANT], at=TODAY), count=1, limit=15, at=TODAY)
        assert [each.code for each in within.covering.opened] == [CHATEAUBRIANT]
        assert within.in_directory == {CHATEAUBRIANT: ("Relais à inviter",)}

    def test_nobody_far_nothing_to_open(self, far: Far) -> None:
        ground = queries.ground_of([far.programme_id], communes=[NANTES], at=TODAY)
        found = queries.new_places(ground, count=1, limit=30, at=TODAY)
        assert (found.far, found.covering.opened) == (0, ())


class TestWeeks:
    def test_a_week_is_kept_once_and_read_in_one_statement(self, far: Far) -> None:
        assert look_at_gaps(programme_id=far.programme_id, at=TODAY) == PEOPLE_FAR
        assert look_at_gaps(programme_id=far.programme_id, at=TODAY) == PEOPLE_FAR
        assert GapWeek.objects.count() == 2
        with CaptureQueriesContext(connection) as sent:
            (found,) = gap_weeks([far.programme_id])
        assert len(sent) == 1
        assert (found.people, found.far, found.week_on.isoweekday()) == (EVERYBODY, PEOPLE_FAR, 1)
        assert gap_weeks([far.programme_id], communes=[NANTES])[0].far == 0

    def test_a_week_when_nobody_holds_anything_is_kept_too(self, far: Far) -> None:
        assert look_at_gaps(programme_id=far.programme_id, at=TODAY.replace(year=2030)) == 0
        (found,) = gap_weeks([far.programme_id])
        assert (found.people, found.far) == (0, 0)

    def test_it_is_never_changed(self, far: Far) -> None:
        look_at_gaps(programme_id=far.programme_id, at=TODAY)
        with pytest.raises(DatabaseError), transaction.atomic():
            GapWeek.objects.update(far=0)

    def test_the_latest_of_each_programme_is_summed(self, far: Far) -> None:
        look_at_gaps(programme_id=far.programme_id, at=TODAY)
        with acting_as_everything(why="what local actors are told"):
            found = latest_by_commune(since=legal_day(TODAY) - timedelta(weeks=1))
        assert found[CHATEAUBRIANT] == (PEOPLE_FAR, PEOPLE_FAR)
        with acting_as(far.campaign.mediator):
            assert latest_by_commune(since=legal_day(TODAY) - timedelta(weeks=1)) == {}


def test_how_far_each_commune_is_from_any_place(far: Far) -> None:
    found = queries.distance_to_place([NANTES, CHATEAUBRIANT, "00000"], at=TODAY)
    assert found["00000"] is None
    assert found[NANTES] is not None and found[CHATEAUBRIANT] is not None
    assert found[NANTES][0] < 3
    assert 45 < found[CHATEAUBRIANT][0] < 65
