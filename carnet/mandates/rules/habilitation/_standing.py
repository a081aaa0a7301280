"""What may be decided of a structure, when it may be contested, how far a helper is from acting, what a training may be."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carnet.kernel.identifiers import check_free_text
from carnet.mandates.rules.habilitation._refusals import (
    HelperNotActive,
    HelperTermsInvalid,
    HelperTermsNotAccepted,
    SeatAlreadyTaken,
    StructureAppealNeedsAnother,
    StructureAppealNotPossible,
    StructureAppealTooLate,
    StructureDecisionNotNow,
    StructureFileNotWritable,
    StructureSuspended,
    StructureTextMissing,
    TestBeforeTraining,
    TestScoreInvalid,
    TrainingFull,
    TrainingInvalid,
    TrainingNotBegun,
    TrainingOver,
    TrainingSeatsTaken,
)
from carnet.mandates.rules.habilitation._words import (
    ANSWERS_AN_APPEAL,
    APPEAL_DAYS,
    APPEALABLE,
    DECISIONS_OF_STATE,
    SEATS_MAX,
    SMALL_COUNT,
    TERMS_MAX,
    TEST_PASS,
    TEST_TOP,
    TEXT_MAX,
    DecisionKind,
    HelperState,
    Mode,
)
from carnet.parties.rules.applications import NAME_MAX, WRITABLE, FileState


def check_writable(state: FileState) -> None:
    """A structure changes its request before it is sent, and while something is asked of it. Raises: StructureFileNotWritable."""
    if state not in WRITABLE:
        raise StructureFileNotWritable(state=state.value)


def decisions_of(state: FileState, *, has_open_appeal: bool) -> frozenset[DecisionKind]:
    """What may be decided of a structure now. An appeal is answered before anything else."""
    return ANSWERS_AN_APPEAL if has_open_appeal else DECISIONS_OF_STATE.get(state, frozenset())


def check_decision(kind: DecisionKind, state: FileState, *, has_open_appeal: bool) -> None:
    """Raises: StructureDecisionNotNow."""
    if kind not in decisions_of(state, has_open_appeal=has_open_appeal):
        raise StructureDecisionNotNow(kind=kind.value, state=state.value)


def check_text(text: str, *, most: int = TEXT_MAX) -> str:
    """A reason, an appeal or a message: trimmed, neither empty nor long, without a social-security number or an IBAN.

    Raises: StructureTextMissing, NirInText, IbanInText.
    """
    if not 1 <= len(text.strip()) <= most:
        raise StructureTextMissing(most=most)
    return check_free_text(text.strip())


def check_terms(text: str) -> str:
    """The text of the terms, trimmed. Raises: HelperTermsInvalid."""
    if not 1 <= len(text.strip()) <= TERMS_MAX:
        raise HelperTermsInvalid(most=TERMS_MAX)
    return text.strip()


def appeal_until(decided_on: date) -> date:
    """The last day, included, on which a decision may be contested."""
    return decided_on + timedelta(days=APPEAL_DAYS)


def check_appeal(kind: DecisionKind | None, *, decided_on: date | None, today: date, already: bool) -> None:
    """Whether the latest decision may be contested today. Raises: StructureAppealNotPossible, StructureAppealTooLate."""
    if kind not in APPEALABLE or decided_on is None or already:
        raise StructureAppealNotPossible
    if today > appeal_until(decided_on):
        raise StructureAppealTooLate(until_on=appeal_until(decided_on))


def check_answers_appeal(person_id: int | None, *, appealed: Collection[int | None]) -> None:
    """Neither hand of the decision under appeal answers it. Raises: StructureAppealNeedsAnother."""
    if person_id is not None and person_id in appealed:
        raise StructureAppealNeedsAnother


@dataclass(frozen=True, slots=True)
class HelperStanding:
    """All that decides how far a helper is. `terms_version`: the one accepted, 0 when none was."""

    trained: bool = False
    passed: bool = False
    booked: bool = False
    has_account: bool = False
    terms_version: int = 0
    deactivated: bool = False


def helper_state(standing: HelperStanding, *, terms_version: int) -> HelperState:
    """How far a helper is, in one word. `terms_version`: the one in force."""
    if standing.deactivated:
        return HelperState.DEACTIVATED
    if not standing.trained:
        return HelperState.BOOKED if standing.booked else HelperState.TO_TRAIN
    if not standing.passed:
        return HelperState.TO_TEST
    if standing.terms_version >= terms_version:
        return HelperState.ACTIVE
    return HelperState.TO_ACCEPT if standing.has_account else HelperState.INVITED


def check_acts(standing: HelperStanding | None, *, terms_version: int, structure: FileState | None) -> None:
    """Whether a helper may sign a mandate or act under one: the structure stands, trained, tested, terms in force accepted.

    `standing` None: nobody the structure put forward. `terms_version` 0: the programme asks for nothing.
    Raises: StructureSuspended, HelperNotActive, HelperTermsNotAccepted.
    """
    if structure not in (None, FileState.ADMITTED):
        raise StructureSuspended
    if not terms_version:
        return
    if standing is None or standing.deactivated or not (standing.trained and standing.passed):
        raise HelperNotActive
    if standing.terms_version < terms_version:
        raise HelperTermsNotAccepted


@dataclass(frozen=True, slots=True)
class TrainingSaid:
    """A training as it is written. Times are aware."""

    title: str
    mode: Mode
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    note: str = ""


def check_training(said: TrainingSaid, *, at: datetime) -> TrainingSaid:
    """A training to come, of at least one seat. Raises: TrainingInvalid, NirInText, IbanInText."""
    if not 1 <= len(said.title.strip()) <= NAME_MAX:
        raise TrainingInvalid(field="title")
    if not 1 <= len(said.place.strip()) <= NAME_MAX:
        raise TrainingInvalid(field="place")
    if not at < said.starts_at < said.ends_at:
        raise TrainingInvalid(field="starts_at")
    if not 1 <= said.seats <= SEATS_MAX:
        raise TrainingInvalid(field="seats")
    check_free_text(said.note)
    return TrainingSaid(
        said.title.strip(), said.mode, said.place.strip(), said.starts_at, said.ends_at, said.seats, said.note.strip()[:TEXT_MAX]
    )


def seat_of(taken: Iterable[int], *, seats: int) -> int:
    """The lowest seat nobody has, counted from 1. Raises: TrainingFull."""
    held = set(taken)
    for rank in range(1, seats + 1):
        if rank not in held:
            return rank
    raise TrainingFull(seats=seats)


def check_seat_moves(*, starts_at: datetime, is_cancelled: bool, at: datetime) -> None:
    """Seats are taken and given back until the training begins. Raises: TrainingOver."""
    if is_cancelled or at >= starts_at:
        raise TrainingOver(starts_at=starts_at)


def check_takes_seat(standing: HelperStanding) -> None:
    """Somebody who is neither trained nor seated already. Raises: SeatAlreadyTaken, HelperNotActive."""
    if standing.deactivated:
        raise HelperNotActive
    if standing.trained or standing.booked:
        raise SeatAlreadyTaken


def check_fewer_seats(seats: int, *, taken: int) -> None:
    """Raises: TrainingSeatsTaken."""
    if taken > seats:
        raise TrainingSeatsTaken(taken=taken)


def check_begun(*, starts_at: datetime, is_cancelled: bool, at: datetime) -> None:
    """Who came is noted from the beginning on. Raises: TrainingOver, TrainingNotBegun."""
    if is_cancelled:
        raise TrainingOver(starts_at=starts_at)
    if at < starts_at:
        raise TrainingNotBegun(starts_at=starts_at)


def test_passed(score: int, *, trained: bool) -> bool:
    """Whether a score of a hundred points is enough. Raises: TestScoreInvalid, TestBeforeTraining."""
    if not 0 <= score <= TEST_TOP:
        raise TestScoreInvalid(most=TEST_TOP)
    if not trained:
        raise TestBeforeTraining
    return score >= TEST_PASS


test_passed.__test__ = False  # type: ignore[attr-defined]  # not a test


def shown_counts(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Counts with every small one hidden (None); a zero stays. When only one would be hidden, the next smallest is too: the total would tell it."""
    hidden = {name for name, count in counts.items() if 0 < count < SMALL_COUNT}
    if len(hidden) == 1:
        others = sorted((count, name) for name, count in counts.items() if name not in hidden and count)
        hidden |= {others[0][1]} if others else set()
    return {name: None if name in hidden else count for name, count in counts.items()}
