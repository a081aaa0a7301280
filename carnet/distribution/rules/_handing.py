"""What a desk may hand over, and the coarse ticks it may note. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from carnet.kernel.refusals import Refusal
from carnet.ledger.rules import EndReason
from carnet.places.rules.procedures import checked_procedures

ITEMS_MAX = 1_000
VOUCHERS_PER_ITEM_MAX = 50
# Missed ones booked again included.
BOOKED_LESSONS_MAX = 10
LOSSES = (EndReason.LOST, EndReason.STOLEN, EndReason.DAMAGED)


class DistributionRefused(Refusal):
    """Base of every refusal at the desk."""


class NotPrescriber(DistributionRefused):
    """The organisation takes no part, or no longer takes part, in this programme's hand-over. Facts: programme."""

    code = "not-prescriber"


class SeriesNotActive(DistributionRefused):
    """The booklets are not activated: a place would refuse them. Facts: series_id."""

    code = "series-not-active"


class HandOversStopped(DistributionRefused):
    """The season ends: these booklets are no longer handed over, and go back or stay in the cupboard. Facts: stop_at."""

    code = "hand-overs-stopped"


class NothingToHandOver(DistributionRefused):
    """No booklet and no voucher was named."""

    code = "nothing-to-hand-over"


class TooManyAtOnce(DistributionRefused):
    """More in one request than it may hold. Facts: count, most."""

    code = "too-many-at-once"


class OutsidePerimeter(DistributionRefused):
    """The person lives outside the programme's territory."""

    code = "outside-perimeter"


class NotYourDesk(DistributionRefused):
    """The actor does not act for the organisation that would hand over."""

    code = "not-your-desk"


class NotAPrescriberOrganisation(DistributionRefused):
    """The organisation is not of the kind that hands vouchers over. Facts: organisation."""

    code = "not-a-prescriber-organisation"


class HandOverUnknown(DistributionRefused):
    """No such hand-over, or another desk's: the same words for both."""

    code = "hand-over-unknown"


class TooManyLessons(DistributionRefused):
    """As many lessons as may be booked on one hand-over already are. Facts: most."""

    code = "too-many-lessons"


class NotALoss(DistributionRefused):
    """A reason that is not a desk's: only the operator recalls booklets."""

    code = "not-a-loss"


class AgeBand(StrEnum):
    """Age, in bands wide enough to name nobody."""

    UNDER_26 = "UNDER_26"
    FROM_26_TO_59 = "FROM_26_TO_59"
    FROM_60_TO_74 = "FROM_60_TO_74"
    FROM_75 = "FROM_75"
    NOT_SAID = "NOT_SAID"


class Reason(StrEnum):
    """What the person wants to be able to do."""

    PROCEDURES = "PROCEDURES"
    WORK = "WORK"
    MESSAGES = "MESSAGES"
    EQUIPMENT = "EQUIPMENT"
    EVERYDAY = "EVERYDAY"
    NOT_SAID = "NOT_SAID"


class Area(StrEnum):
    """Where the person lives, coarsely. OUTSIDE is answered, never kept."""

    PRIORITY_DISTRICT = "PRIORITY_DISTRICT"
    TOWN = "TOWN"
    COUNTRYSIDE = "COUNTRYSIDE"
    OUTSIDE = "OUTSIDE"
    NOT_SAID = "NOT_SAID"


class Kind(StrEnum):
    """What was given: whole booklets, some vouchers, or a range taken out to be given on paper."""

    BOOKLETS = "BOOKLETS"
    VOUCHERS = "VOUCHERS"
    TAKEN_OUT = "TAKEN_OUT"


@dataclass(frozen=True, slots=True)
class Ticks:
    """The coarse answers noted at the desk. Each may be left unsaid.

    `came_before`: whether the person had ever been to a place of digital help; None: not asked, or not said.
    """

    age_band: AgeBand = AgeBand.NOT_SAID
    reason: Reason = Reason.NOT_SAID
    area: Area = Area.NOT_SAID
    low_qualified_job_seeker: bool | None = None
    came_before: bool | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person said of what they want and of what stands in the way: codes and ticks, no word of theirs.

    `wants`: codes of the places' list of procedures. `sends_mail`, `moves_files`: done in the last three months; None when not said.
    """

    wants: tuple[str, ...] = ()
    sends_mail: bool | None = None
    moves_files: bool | None = None
    no_equipment: bool = False
    no_connection: bool = False
    too_costly: bool = False
    prefers_somebody: bool = False

    @property
    def is_blank(self) -> bool:
        """Nothing was said, or nothing was asked."""
        return self == Answers()


@dataclass(frozen=True, slots=True)
class HandOverItem:
    """One thing given to one person: a range of whole booklets of a series, or some of its vouchers. `answers`: what was said, if it was."""

    request_id: UUID
    series_id: int
    first_booklet_id: int = 0
    last_booklet_id: int = 0
    voucher_ids: tuple[int, ...] = ()
    ticks: Ticks = field(default_factory=Ticks)
    answers: Answers = field(default_factory=Answers)

    @property
    def kind(self) -> Kind:
        return Kind.VOUCHERS if self.voucher_ids else Kind.BOOKLETS


@dataclass(frozen=True, slots=True)
class Run:
    """Adjacent whole booklets of one series, given at the same moment: one passage in the ledger."""

    series_id: int
    first_booklet_id: int
    last_booklet_id: int


def check_items(items: Sequence[HandOverItem]) -> None:
    """Refuse what cannot be handed over, before anything is locked.

    Raises: NothingToHandOver, TooManyAtOnce, OutsidePerimeter, ProcedureUnknown.
    """
    if not items:
        raise NothingToHandOver
    if len(items) > ITEMS_MAX:
        raise TooManyAtOnce(count=len(items), most=ITEMS_MAX)
    for item in items:
        if not item.voucher_ids and not 0 < item.first_booklet_id <= item.last_booklet_id:
            raise NothingToHandOver
        if len(item.voucher_ids) > VOUCHERS_PER_ITEM_MAX:
            raise TooManyAtOnce(count=len(item.voucher_ids), most=VOUCHERS_PER_ITEM_MAX)
        if item.ticks.area == Area.OUTSIDE:
            raise OutsidePerimeter
        checked_procedures(item.answers.wants)


def check_loss(reason: EndReason) -> None:
    """A desk declares what happened to booklets; it recalls none. Raises: NotALoss."""
    if reason not in LOSSES:
        raise NotALoss


def check_series_active(*, series_id: int, activated_at: datetime | None) -> None:
    """Refuse booklets whose money is not there yet. Raises: SeriesNotActive."""
    if activated_at is None:
        raise SeriesNotActive(series_id=series_id)


def check_not_stopped(*, stop_at: datetime | None, at: datetime) -> None:
    """Refuse booklets whose hand-overs were stopped, from that instant. Raises: HandOversStopped."""
    if stop_at is not None and at >= stop_at:
        raise HandOversStopped(stop_at=stop_at)


def check_participation(*, programme: str, joined_at: datetime | None, left_at: datetime | None, at: datetime) -> None:
    """Refuse an organisation that takes no part in the programme at that moment. Raises: NotPrescriber."""
    if joined_at is None or at < joined_at or (left_at is not None and at >= left_at):
        raise NotPrescriber(programme=programme)


def runs_of(items: Sequence[HandOverItem]) -> list[Run]:
    """Whole booklets gathered into the fewest runs, in the order of series and numbers.

    Booklets named twice stay in two runs, so that the ledger refuses the second.
    """
    runs: list[Run] = []
    whole = sorted((item.series_id, item.first_booklet_id, item.last_booklet_id) for item in items if not item.voucher_ids)
    for series_id, first, last in whole:
        if runs and runs[-1].series_id == series_id and runs[-1].last_booklet_id + 1 == first:
            runs[-1] = Run(series_id, runs[-1].first_booklet_id, last)
        else:
            runs.append(Run(series_id, first, last))
    return runs
