"""The worked example of each definition: the little season of the page is played through the ordinary operations, and counted."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from carnet.distribution import operations as distribution
from carnet.distribution.operations import HandedOver
from carnet.distribution.rules import FoundBy, HandOverItem, Ticks
from carnet.gateways.bank.fake import FakeBank
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_reads
from carnet.ledger.rules import EndReason
from carnet.observatory.operations import figures as counting
from carnet.observatory.queries import figures
from carnet.observatory.rules import DEFINITIONS, STORY, Cut, Measure, Scope, share_of
from carnet.parties.rules import Role
from carnet.redemption import operations as redemption
from tests.distribution.conftest import person
from tests.factories import campaign as make
from tests.factories.campaign import NOW, SYSTEM, Campaign, organisation, rid
from tests.observatory.rolled import count_now
from tests.settlement.conftest import APRIL, FIRST_IBAN, LONG_AFTER, Payday

pytestmark = pytest.mark.django_db


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 10, 0, tzinfo=UTC)


class Story:
    """The season of the page, day by day."""

    def __init__(self) -> None:
        with acting_as_everything(why="a season for the examples"):
            operator_id, desk_id, place_owner = (
                organisation("Opérateur", "OPERATOR"),
                organisation("CCAS", "PRESCRIBER"),
                organisation("Lieu", "PLACE_OPERATOR"),
            )
            funder_ids = (organisation("Métropole", "FUNDER"), organisation("Département", "FUNDER"))
            programme_id = make.programme(operator_id, name=f"Exemple {uuid4().hex[:6]}")
            agreement_id = make.agreement(programme_id, funder_ids)
            series_id = make.series(programme_id, agreement_id, operator_id, booklets=5, size=4)
            place_id = make.place("Médiathèque", place_owner)
            make.accept(place_id, programme_id)
            self.first = ledger_reads.series(series_id).first_booklet_id
            range_ = {"series_id": series_id, "first_booklet_id": self.first, "last_booklet_id": self.first + 4, "actor": SYSTEM, "at": NOW}
            ledger.ship_booklets(from_holder_id=operator_id, to_holder_id=desk_id, request_id=rid(), **range_)
            ledger.receive_booklets(to_holder_id=desk_id, request_id=rid(), **range_)
            distribution.join_programme(programme_id=programme_id, organisation_id=desk_id, actor=SYSTEM, request_id=rid(), at=NOW)
        self.campaign = Campaign(operator_id, funder_ids, desk_id, place_owner, place_id, programme_id, agreement_id, series_id)
        self.payday = Payday(self.campaign, place_id, place_owner, FakeBank(opening_cents=10_000_00))
        self.payday.account(place_owner, FIRST_IBAN)
        self.desk = person(desk_id, Role.PRESCRIBER)

    def give(self, booklet: int, at: datetime, *, came_before: bool | None = None) -> HandedOver:
        number = self.first + booklet
        with acting_as(self.desk):
            return distribution.hand_over(
                item=HandOverItem(rid(), self.campaign.series_id, number, number, ticks=Ticks(came_before=came_before)),
                actor=self.desk,
                at=at,
            )

    def use(self, rank: int, at: datetime) -> str:
        self.payday.next_rank = rank
        return self.payday.spend(1, at=at)[0].number

    def live(self) -> dict[Measure, int | None]:
        """Everything but the end; what is counted then."""
        self.give(0, day(3, 2), came_before=False)
        self.give(1, day(3, 3), came_before=True)
        lost = self.give(2, day(3, 4))
        self.use(0, day(3, 5))
        self.use(1, day(3, 5))
        mistake = self.use(2, day(3, 5))
        mediator = self.campaign.mediator
        with acting_as(mediator):
            redemption.reverse(number=mistake, reason="erreur", actor=mediator, request_id=rid(), at=day(3, 5))
        with acting_as(self.desk):
            owed = distribution.open_replacement(
                hand_over_id=lost.id, booklet_id=self.first + 2, reason=EndReason.LOST, found_by=FoundBy.NUMBER, actor=self.desk,
                request_id=rid(), at=day(3, 12),
            )  # fmt: skip
            distribution.give_replacement(replacement_id=owed, booklet_id=self.first + 3, actor=self.desk, request_id=rid(), at=day(3, 12))
        self.payday.pay(at=APRIL)
        self.use(4, day(4, 10))
        return self.counted(day(4, 11))

    def end(self) -> dict[Measure, int | None]:
        with acting_as_everything(why="the season ends"):
            ledger.lapse_series(series_id=self.campaign.series_id, actor=SYSTEM, request_id=rid(), at=LONG_AFTER)
        return self.counted(LONG_AFTER)

    def counted(self, at: datetime) -> dict[Measure, int | None]:
        count_now(at)
        with acting_as_everything(why="read"):
            assert counting.compare(at=at).faults == ()
            return dict(figures.measured(Scope(programme_ids=(self.campaign.programme_id,)), at=at).values)


@pytest.fixture
def story(tmp_path, settings) -> Story:
    settings.KEYS_DIR = tmp_path / "keys"
    return Story()


def test_every_example_of_the_page_is_what_is_counted(story: Story) -> None:
    lived, ended = story.live(), story.end()
    told = {**ended, Measure.IN_STOCK: lived[Measure.IN_STOCK]}
    assert told == {measure: DEFINITIONS[measure].gives for measure in Measure}
    assert ended[Measure.IN_STOCK] == 0
    assert ended[Measure.ISSUED] == sum(ended[each] or 0 for each in (Measure.USED, Measure.LAPSED, Measure.VOID))


def test_people_are_counted_by_what_was_ticked(story: Story) -> None:
    story.live()
    with acting_as_everything(why="read"):
        scope = Scope(programme_ids=(story.campaign.programme_id,))
        public = figures.cut(Cut.PUBLIC, scope, measures=(Measure.PEOPLE, Measure.FIRST_USE), at=APRIL)
        told = {row.key: (row.values[Measure.PEOPLE], row.values[Measure.FIRST_USE]) for row in public.rows}
    assert told["came_before=no"] == (1, 1)
    assert told["came_before=yes"] == (1, 1)
    assert told["came_before=not_said"] == (1, 0)
    assert told["age_band=NOT_SAID"] == (3, 2)


def test_whoever_was_given_other_vouchers_is_the_same_person(story: Story) -> None:
    """Chantal uses a voucher of the booklet she was given instead: her first use is that of the first hand-over."""
    before = story.live()
    story.use(13, day(4, 12))
    after = story.counted(day(4, 13))
    assert (before[Measure.PEOPLE], after[Measure.PEOPLE]) == (3, 3)
    assert (before[Measure.FIRST_USE], after[Measure.FIRST_USE]) == (2, 3)
    with acting_as_everything(why="read"):
        waited = figures.delays(Scope(programme_ids=(story.campaign.programme_id,)), Measure.DAYS_TO_FIRST_LESSON, at=APRIL)
    assert waited == {3: 1, 38: 1, 39: 1}


def test_the_story_is_short_and_every_measure_has_its_example() -> None:
    assert 5 <= len(STORY) <= 9
    assert set(DEFINITIONS) == set(Measure)
    assert all(each.measure is measure and each.example and each.query and each.source for measure, each in DEFINITIONS.items())


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(1, 2, 50), (1, 3, 33), (2, 3, 67), (1, 200, 1), (None, 3, None), (1, 0, None), (1, None, None)]
)
def test_a_share_is_in_whole_per_cent(part: int | None, whole: int | None, share: int | None) -> None:
    assert share_of(part, whole) == share
