"""Who is far from any place, what is hidden, and where a few more places would bring the most people near."""

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.planning.rules.covering import Candidate, best_places, not_dominated
from carnet.planning.rules.gaps import Holders, SeatUse, gap_of, hidden_codes, matters, ranked
from carnet.planning.rules.travel import Mode, matrix, nearest

counts = st.dictionaries(
    st.sampled_from("ABCDEFGH"), st.integers(0, 30).flatmap(lambda people: st.tuples(st.just(people), st.integers(0, people))), max_size=8
)


def desk(code: str, people: int, minutes: float | None, *, has_places: bool = True) -> Holders:
    return Holders(code, people, people * 4, minutes, "La Médiathèque", has_places)


class TestWhoIsFar:
    def test_people_are_counted_by_commune_the_most_far_first(self) -> None:
        found = gap_of([desk("44109", 100, 12.0), desk("44036", 30, 41.5), desk("44036", 20, 38.0), desk("44055", 60, 30.0)], limit=30)
        assert (found.people, found.far, found.unknown, found.far_vouchers) == (210, 50, 0, 200)
        assert [(each.code, each.people, each.far) for each in found.communes] == [("44036", 50, 50), ("44055", 60, 0), ("44109", 100, 0)]
        assert found.communes[0].minutes == 41.5

    def test_thirty_minutes_is_not_more_than_thirty(self) -> None:
        assert gap_of([desk("44109", 10, 30.0)], limit=30).far == 0
        assert gap_of([desk("44109", 10, 30.01)], limit=30).far == 10

    def test_a_desk_that_is_nowhere_is_unknown_and_never_near(self) -> None:
        found = gap_of([desk("44109", 10, 5.0), desk("", 12, None)], limit=30)
        assert (found.people, found.far, found.unknown) == (22, 0, 12)
        assert [each.code for each in found.communes] == ["44109"]

    def test_with_no_place_at_all_everybody_is_far(self) -> None:
        assert gap_of([desk("44109", 10, None, has_places=False)], limit=60).far == 10

    def test_beyond_a_hundred_kilometres_is_far(self) -> None:
        assert gap_of([desk("44109", 10, math.inf)], limit=60).far == 10


class TestWhatIsHidden:
    def test_fewer_than_five_people_are_hidden_and_never_alone(self) -> None:
        found = gap_of([desk("44109", 100, 12.0), desk("44036", 3, 41.5), desk("44055", 8, 10.0)], limit=30)
        told = {each.code: each.people for each in found.communes}
        assert told == {"44109": 100, "44036": None, "44055": None}
        assert (found.people, found.far, found.hidden) == (111, None, 2)

    def test_a_commune_half_far_does_not_tell_three_people_near(self) -> None:
        assert hidden_codes({"44109": (20, 17), "44036": (30, 0), "44055": (9, 9)}) == {"44109", "44055"}

    @given(counts)
    def test_no_subtraction_gives_back_fewer_than_five(self, given_counts: dict[str, tuple[int, int]]) -> None:
        hidden = hidden_codes(given_counts)
        for code, (people, far) in given_counts.items():
            if code not in hidden:
                assert not any(0 < count < 5 for count in (people, far, people - far))
        rest = sum(given_counts[code][0] for code in hidden)
        everything = sum(1 for people, _far in given_counts.values() if people)
        assert not hidden or rest >= 5 or len(hidden) == everything
        assert len(hidden) != 1 or everything == 1

    def test_the_home_page_says_it_when_fifty_people_or_a_tenth_are_far(self) -> None:
        assert matters(10_000, 50)
        assert matters(60, 6)
        assert not matters(10_000, 49)
        assert not matters(30, 4)
        assert not matters(None, None)


def everything(candidates: list[Candidate], people: list[int], count: int) -> int:
    """The most people any choice brings near, by trying them all."""
    best = 0
    for chosen in combinations(candidates, min(count, len(candidates))):
        reached = frozenset[int]().union(*(each.reaches for each in chosen))
        best = max(best, sum(people[rank] for rank in reached))
    return best


class TestOneMorePlace:
    @given(st.lists(st.integers(0, 50), min_size=1, max_size=7), st.integers(1, 4), st.data())
    def test_it_is_the_best_of_all_choices(self, people: list[int], count: int, data: st.DataObject) -> None:
        ranks = st.frozensets(st.integers(0, len(people) - 1))
        reaches = data.draw(st.lists(ranks, min_size=1, max_size=7))
        candidates = [Candidate(f"{rank:05d}", each) for rank, each in enumerate(reaches)]
        found = best_places(candidates, people, count=count)
        assert found.people == found.bound == everything(candidates, people, count)
        assert found.is_proved
        assert sum(each.people for each in found.opened) == found.people
        assert len(found.opened) <= count

    def test_where_greed_is_wrong_the_best_is_found(self) -> None:
        # The largest first (0, 1, 2) leaves 2 and 2 apart; the two others together take everything.
        people = [3, 3, 2, 2, 2, 2]
        candidates = [Candidate("A", frozenset({0, 1, 2})), Candidate("B", frozenset({0, 2, 3})), Candidate("C", frozenset({1, 4, 5}))]
        found = best_places(candidates, people, count=2)
        assert found.people == 14
        assert [each.code for each in found.opened] == ["B", "C"]
        assert [each.people for each in found.opened] == [7, 7]

    def test_a_search_that_is_stopped_says_its_bound_and_keeps_an_answer(self) -> None:
        people = [7 + rank % 5 for rank in range(60)]
        candidates = [Candidate(f"{rank:05d}", frozenset((rank * step) % 60 for step in range(1, 9))) for rank in range(1, 60)]
        stopped = best_places(candidates, people, count=5, choices_max=3)
        whole = best_places(candidates, people, count=5)
        assert 0 < stopped.people <= whole.people <= stopped.bound
        assert not stopped.is_proved
        # Greed is never under 1 - 1/e of the best.
        assert stopped.people >= whole.people * (1 - 1 / math.e)

    def test_who_reaches_no_more_than_another_is_not_looked_at(self) -> None:
        found = not_dominated([Candidate("A", frozenset({0})), Candidate("B", frozenset({0, 1})), Candidate("C", frozenset())], [5, 5])
        assert [each.code for each in found] == ["B"]

    def test_nobody_far_asks_for_nothing(self) -> None:
        assert best_places([Candidate("A", frozenset())], [], count=3).opened == ()


class TestSeats:
    def use(self, **given: object) -> SeatUse:
        facts = {"place_id": 1, "name": "A", "commune": "Nantes", "sessions": 4, "seats": 40, "booked": 10, "sessions_ahead": 0,
                 "seats_ahead": 0, "booked_ahead": 0, "has_seats_ahead": False, **given}  # fmt: skip
        return SeatUse(**facts)  # type: ignore[arg-type]

    def test_full_and_empty_are_told_apart(self) -> None:
        assert self.use().is_empty
        assert not self.use(booked=25).is_empty
        assert not self.use(sessions=1).is_empty
        assert self.use(sessions_ahead=2, has_seats_ahead=False).is_full
        assert not self.use(sessions_ahead=2, has_seats_ahead=True).is_full
        assert not self.use().is_full

    def test_full_places_come_first_then_the_emptiest(self) -> None:
        lines = [self.use(place_id=1), self.use(place_id=2, booked=0), self.use(place_id=3, sessions_ahead=1)]
        assert [each.place_id for each in ranked(lines)] == [3, 2, 1]


def test_two_thousand_three_hundred_of_two_hundred_thousand_are_found() -> None:
    """At the size of a country: 900 desks, 4,000 places, 200,000 people. The time is in docs/benchmarks (`make bench BENCH=gaps`)."""
    places = [(47.0 + (rank % 80) * 0.01, -2.0 + (rank // 80) * 0.02) for rank in range(4_000)]
    near = [(47.0 + (rank % 40) * 0.019, -1.99 + (rank // 40) * 0.04) for rank in range(880)]
    lost = [(45.6 + rank * 0.01, -1.5) for rank in range(20)]
    people = [197_700 // 880 + (rank < 197_700 % 880) for rank in range(880)] + [115] * 20
    told = nearest([*near, *lost], places, mode=Mode.CAR)
    holders = [
        Holders(f"{rank:05d}", count, count * 5, each.minutes, "")
        for rank, (count, each) in enumerate(zip(people, told, strict=True))
        if each
    ]
    found = gap_of(holders, limit=30)
    assert (found.people, found.far) == (200_000, 2_300)
    assert sum(1 for each in found.communes if each.far) == 20
    # Every one of them, by the table of all pairs.
    assert (matrix(lost, places).min(axis=1) > 30).all()
    assert (matrix(near, places).min(axis=1) <= 30).all()
    assert pytest.approx(sum(each.people or 0 for each in found.communes)) == 200_000
