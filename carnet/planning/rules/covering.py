"""Where a few more places would bring the most people within reach: the maximum cover, found exactly, or with its bound said. Pure.

A place opened in a commune brings near the people of every desk from which that commune is within the limit. Choosing k communes that bring
near the most people is the maximum coverage problem. It is solved by branch and bound: the greedy choice first (never under 63 % of the best:
Nemhauser, Wolsey and Fisher, 1978), then every other choice unless its bound says that it cannot do better. A search that is stopped says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_PLACES = 5
# Choices looked at before the search stops and tells its bound: about two seconds.
CHOICES_MAX = 60_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commune that could have a place, and the desks (by rank) from which it would be near enough."""

    code: str
    reaches: frozenset[int]


@dataclass(frozen=True, slots=True)
class Opened:
    """One commune chosen, and the people it brings near that those chosen before did not."""

    code: str
    people: int


@dataclass(frozen=True, slots=True)
class Covering:
    """The communes chosen, how many people they bring near in all, and how many any other choice could at most."""

    opened: tuple[Opened, ...]
    people: int
    bound: int

    @property
    def is_proved(self) -> bool:
        """No other choice brings more people near."""
        return self.people >= self.bound


def best_places(candidates: Iterable[Candidate], people: Sequence[int], *, count: int, choices_max: int = CHOICES_MAX) -> Covering:
    """At most `count` communes that bring the most people near, the one that brings most first. `people`: by rank of desk.

    Same candidates, same answer: of two choices worth the same, the first in the order of codes.
    """
    useful = not_dominated(candidates, people)
    search = _Search(useful, people, choices_max)
    best, bound = search.run(min(count, len(useful)))
    return Covering(_in_order([useful[rank] for rank in best], people), _worth(useful, best, people), bound)


def not_dominated(candidates: Iterable[Candidate], people: Sequence[int]) -> list[Candidate]:
    """The candidates worth looking at, most people first: none whose reach is within another's, none that brings nobody near."""
    ranked = sorted(
        (each for each in candidates if sum(people[desk] for desk in each.reaches)),
        key=lambda each: (-sum(people[desk] for desk in each.reaches), -len(each.reaches), each.code),
    )
    kept: list[Candidate] = []
    for each in ranked:
        if not any(each.reaches <= other.reaches for other in kept):
            kept.append(each)
    return kept


class _Search:
    """Depth first, the best gain first. What is left to choose is worth at most the largest gains that remain, summed."""

    def __init__(self, candidates: Sequence[Candidate], people: Sequence[int], choices_max: int) -> None:
        self.candidates, self.people, self.left = candidates, people, choices_max
        self.best: tuple[int, ...] = ()
        self.worth = 0
        self.open_bound = 0

    def run(self, count: int) -> tuple[tuple[int, ...], int]:
        self._try((), 0, frozenset(), list(range(len(self.candidates))), count)
        return self.best, max(self.worth, self.open_bound)

    def _try(self, chosen: tuple[int, ...], worth: int, covered: frozenset[int], ranks: list[int], count: int) -> None:
        if worth > self.worth:
            self.best, self.worth = chosen, worth
        if count == 0:
            return
        gains = sorted(
            ((gain, rank) for rank in ranks if (gain := self._gain(rank, covered))),
            key=lambda each: (-each[0], each[1]),
        )
        for place in range(len(gains)):
            bound = worth + sum(gain for gain, _rank in gains[place : place + count])
            if bound <= self.worth:
                return
            # The first branch is always followed: it is the greedy choice, and some answer is needed.
            if self.left <= 0 and place:
                self.open_bound = max(self.open_bound, bound)
                return
            self.left -= 1
            gain, rank = gains[place]
            rest = [other for _gain, other in gains[place + 1 :]]
            self._try((*chosen, rank), worth + gain, covered | self.candidates[rank].reaches, rest, count - 1)

    def _gain(self, rank: int, covered: frozenset[int]) -> int:
        return sum(self.people[desk] for desk in self.candidates[rank].reaches - covered)


def _worth(candidates: Sequence[Candidate], chosen: Iterable[int], people: Sequence[int]) -> int:
    return sum(people[desk] for desk in frozenset[int]().union(*(candidates[rank].reaches for rank in chosen)))


def _in_order(chosen: list[Candidate], people: Sequence[int]) -> tuple[Opened, ...]:
    """Each with what it adds to those before it, the greatest first: the order in which to open them."""
    left, covered, told = list(chosen), frozenset[int](), []
    while left:
        gains: Mapping[str, int] = {each.code: sum(people[desk] for desk in each.reaches - covered) for each in left}
        first = min(left, key=lambda each: (-gains[each.code], each.code))
        told.append(Opened(first.code, gains[first.code]))
        covered |= first.reaches
        left.remove(first)
    return tuple(told)
