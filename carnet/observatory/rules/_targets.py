"""The part of an agreement's vouchers pledged to a public: how far it is, what is lacking, and who can help. Pure.

Source: docs/sources/public-money.md#states-share: half of the vouchers at least, pledged in the agreement, checked while it runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from carnet.observatory.rules._figures import SMALL_COUNT

BASIS_POINTS = 10_000  # the whole


@dataclass(frozen=True, slots=True)
class PublicProgress:
    """A pledge as it stands, in vouchers. `left_count` may still be handed over; `is_small`: the part would point at somebody, and is not said."""

    target_basis_points: int
    handed_count: int
    yes_count: int
    no_count: int
    left_count: int
    is_small: bool = False

    @property
    def unsaid_count(self) -> int:
        """Handed over without an answer: they prove nothing."""
        return self.handed_count - self.yes_count - self.no_count

    @property
    def basis_points(self) -> int:
        """The part handed over so far to that public, rounded down: a pledge is not kept by rounding."""
        return self.yes_count * BASIS_POINTS // self.handed_count if self.handed_count else 0

    @property
    def needed_count(self) -> int:
        """How many of the vouchers left must go to that public for the pledge to be kept at the end, were all of them handed over."""
        wanted = -(-self.target_basis_points * (self.handed_count + self.left_count) // BASIS_POINTS)
        return max(0, wanted - self.yes_count)

    @property
    def is_within_reach(self) -> bool:
        """Whether enough vouchers are left, to be handed over to that public; when none is left, whether it is kept."""
        return self.needed_count <= self.left_count

    @property
    def is_behind(self) -> bool:
        """Whether the part so far is below the pledge, once something was handed over."""
        return self.handed_count > 0 and self.yes_count * BASIS_POINTS < self.target_basis_points * self.handed_count


@dataclass(frozen=True, slots=True)
class DeskHelp:
    """A desk that has vouchers left, and the part it gave to that public so far: None when it would point at somebody, or gave nothing."""

    organisation_id: int
    left_count: int
    basis_points: int | None


@dataclass(frozen=True, slots=True)
class DeskSoFar:
    """What one desk has left and gave, in vouchers, and to how many people. Never shown as it is."""

    organisation_id: int
    left_count: int
    handed_count: int
    yes_count: int
    people_count: int
    yes_people_count: int


def desks_that_help(desks: Iterable[DeskSoFar]) -> list[DeskHelp]:
    """Desks with vouchers left, those that meet that public most first. Small counts are hidden, never one alone."""
    told = list(desks)
    hidden = {each.organisation_id for each in told if _points_at_somebody(each)}
    shown = sorted((each.people_count, each.organisation_id) for each in told if each.organisation_id not in hidden)
    if len(hidden) == 1 and shown:
        hidden.add(shown[0][1])
    found = [
        DeskHelp(
            each.organisation_id,
            each.left_count,
            None if each.organisation_id in hidden else each.yes_count * BASIS_POINTS // each.handed_count,
        )
        for each in told
        if each.left_count
    ]
    return sorted(found, key=lambda each: (each.basis_points is None, -(each.basis_points or 0), -each.left_count, each.organisation_id))


def is_small(people: int, yes_people: int) -> bool:
    """Whether saying the part of yes among these people would point at somebody: too few of them, of yes, or of the others."""
    return people < SMALL_COUNT or 0 < yes_people < SMALL_COUNT or 0 < people - yes_people < SMALL_COUNT


def _points_at_somebody(desk: DeskSoFar) -> bool:
    # All of them: the part would say it of each person who came to that desk.
    everybody = desk.yes_people_count == desk.people_count
    return desk.handed_count == 0 or everybody or is_small(desk.people_count, desk.yes_people_count)
