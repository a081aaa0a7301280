"""Saved allotment plans: what may be asked, what may be kept, what may become an order. Pure; the sharing itself is `rules.allotment`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from carnet.kernel.refusals import Refusal

NAME_MAX = 120
VERSIONS_MAX = 60
# Communes of one plan: a region. More would not be answered in seconds.
COMMUNES_MAX = 2_000
# Somebody else may take a version over after this long without a sign of whoever computes it.
LEASE = timedelta(minutes=5)


class VersionState(StrEnum):
    """How far the answer to a version is."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


ENDED = frozenset({VersionState.DONE, VersionState.FAILED})


class SavedPlanRefused(Refusal):
    """Base of every refusal of a saved plan."""

    code = "saved-plan-refused"


class PlanUnknown(SavedPlanRefused):
    """No such plan or version, or of a programme that is not the actor's."""

    code = "plan-unknown"


class PlanNameMissing(SavedPlanRefused):
    """A plan is found again by its name."""

    code = "plan-name-missing"


class PlanNowhere(SavedPlanRefused):
    """No commune of the programme's territory is known: there is nobody to share among."""

    code = "plan-nowhere"


class PlanTooWide(SavedPlanRefused):
    """More communes than a plan shares among. Facts: communes, most."""

    code = "plan-too-wide"


class PlanOutside(SavedPlanRefused):
    """A territory that is not within the programme's. Facts: programme."""

    code = "plan-outside"


class PlanWithoutDesks(SavedPlanRefused):
    """No desk of the programme says where it is. Facts: unplaced."""

    code = "plan-without-desks"


class PlanBudgetTooSmall(SavedPlanRefused):
    """The budget does not pay one booklet. Facts: booklet_cents."""

    code = "plan-budget-too-small"


class PlanPriorityUnknown(SavedPlanRefused):
    """A part is asked for publics whose part is known nowhere: it would be a promise nobody could check."""

    code = "plan-priority-unknown"


class PlanMaximumTooSmall(SavedPlanRefused):
    """A desk may not receive less than the least it must receive: it would receive nothing, nor would any other."""

    code = "plan-maximum-too-small"


class PlanAddedElsewhere(SavedPlanRefused):
    """A place is added in a commune the plan does not count: it would be left aside without a word. Facts: commune."""

    code = "plan-added-elsewhere"


class PlanTooManyVersions(SavedPlanRefused):
    """A plan has a maximum of versions. Facts: most."""

    code = "plan-too-many-versions"


class PlanNotDone(SavedPlanRefused):
    """The version has no answer yet, or none at all."""

    code = "plan-not-done"


class PlanNotKept(SavedPlanRefused):
    """Only a kept version becomes an order."""

    code = "plan-not-kept"


class PlanAlreadyOrdered(SavedPlanRefused):
    """An order made from this version still stands. Facts: order."""

    code = "plan-already-ordered"


class PlanOverBudget(SavedPlanRefused):
    """The order would cost more than the plan's budget. Facts: needed_cents, budget_cents."""

    code = "plan-over-budget"


class PlanNothingToOrder(SavedPlanRefused):
    """No desk of this version receives a booklet."""

    code = "plan-nothing-to-order"


@dataclass(frozen=True, slots=True)
class Destination:
    """How many booklets of an order go to one desk, or one of its points."""

    organisation_id: int
    point_id: int | None
    booklet_count: int


def check_name(name: str) -> str:
    """The name, tidied. Raises: PlanNameMissing."""
    said = " ".join(name.split())[:NAME_MAX]
    if not said:
        raise PlanNameMissing()
    return said


def check_another(count: int) -> None:
    """Raises: PlanTooManyVersions when the plan already has `count` versions of the maximum."""
    if count >= VERSIONS_MAX:
        raise PlanTooManyVersions(most=VERSIONS_MAX)


def check_desk_bounds(least: int, most: int | None) -> None:
    """Booklets a desk may receive, None: without limit. Raises: PlanMaximumTooSmall."""
    if most is not None and most < least:
        raise PlanMaximumTooSmall()


def check_added(added: Iterable[str], communes: Collection[str]) -> None:
    """Each commune of an added place is among those of the plan. Raises: PlanAddedElsewhere."""
    for code in added:
        if code not in communes:
            raise PlanAddedElsewhere(commune=code)


def check_answered(state: VersionState) -> None:
    """Raises: PlanNotDone."""
    if state is not VersionState.DONE:
        raise PlanNotDone()


def may_take(state: VersionState, taken_at: datetime | None, at: datetime) -> bool:
    """Whether a process may begin to compute a version: nobody is at it, or whoever was gave no sign for long."""
    return state not in ENDED and (taken_at is None or at - taken_at >= LEASE)


def check_orderable(
    destinations: Sequence[Destination], *, is_kept: bool, booklet_cents: int, budget_cents: int, standing: int | None
) -> int:
    """How many booklets an order made of these destinations has.

    `booklet_cents`: the face value of a booklet; `standing`: an order already made from the version that nobody refused.
    Raises: PlanNotKept, PlanAlreadyOrdered, PlanNothingToOrder, PlanOverBudget.
    """
    if not is_kept:
        raise PlanNotKept()
    if standing is not None:
        raise PlanAlreadyOrdered(order=standing)
    booklets = sum(each.booklet_count for each in destinations)
    if booklets == 0:
        raise PlanNothingToOrder()
    if booklets * booklet_cents > budget_cents:
        raise PlanOverBudget(needed_cents=booklets * booklet_cents, budget_cents=budget_cents)
    return booklets
