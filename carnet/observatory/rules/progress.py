"""What self-checks come to: shares by domain before, after and later, changes of the same people, beside national tables. Pure.

Small counts are hidden: a share is said only when nobody, or SMALL_COUNT people at least, stand on each side of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from carnet.observatory.rules._figures import SMALL_COUNT
from carnet.observatory.rules._skills import Assessment, Edition, OverallLevel, SkillDomain, SkillLevel, domains_of
from carnet.observatory.rules.intervals import Interval, Pairs, exact_mcnemar, paired_change, pairs_of, wilson
from carnet.observatory.rules.selfchecks import AgeOfTables, Moment

# Every domain, or at least basic in all of them.
Subject = SkillDomain | None


@dataclass(frozen=True, slots=True)
class Checked:
    """One finished answer: a slip's number in the database, the moment, what it comes to, a coarse age, and the day."""

    slip_id: int
    moment: Moment
    assessment: Assessment
    age: AgeOfTables
    finished_on: date


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A share of those who answered at one moment; `interval` is None when it would point at somebody, or nobody answered."""

    subject: Subject
    moment: Moment
    count: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """The same people at two moments; None when hidden. `chance`: how often chance alone would do as much, exact."""

    subject: Subject
    moment: Moment
    count: int
    before: float | None
    after: float | None
    change: Interval | None
    chance: Fraction | None

    @property
    def is_clear(self) -> bool:
        """Whether the change is not likely to be chance: the interval leaves zero out, and so says the exact test at one in twenty."""
        return self.change is not None and (self.change.low > 0 or self.change.high < 0) and (self.chance or 1) <= Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class AgeLine:
    """Those of one age before any lesson, to be read beside the national table of the same age."""

    subject: Subject
    age: AgeOfTables
    count: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What the answers of one edition come to. `asked`: people by moment; small ones are None."""

    edition: Edition
    asked: Mapping[Moment, int | None]
    shares: tuple[ShareLine, ...]
    changes: tuple[ChangeLine, ...]
    ages: tuple[AgeLine, ...]


def reaches(assessment: Assessment, subject: Subject) -> bool:
    """Whether the basic level is reached, in one domain or in all. Who used no internet reaches none: counted among everybody."""
    if subject is None:
        return assessment.is_basic
    return assessment.domains.get(subject, SkillLevel.NONE) is not SkillLevel.NONE


def shown_share(yes_count: int, count: int) -> Interval | None:
    """A share with its interval, or None when one side of it is a handful of people."""
    if count < SMALL_COUNT or 0 < yes_count < SMALL_COUNT or 0 < count - yes_count < SMALL_COUNT:
        return None
    return wilson(yes_count, count)


def progress_of(edition: Edition, answers: Iterable[Checked]) -> Progress:
    """Shares, changes and ages from the finished answers of one edition; whoever said nothing of internet is left out of all."""
    kept = [each for each in answers if each.assessment.edition is edition and each.assessment.overall is not OverallLevel.UNSAID]
    by_moment = {moment: [each for each in kept if each.moment is moment] for moment in Moment}
    subjects: tuple[Subject, ...] = (None, *domains_of(edition))
    return Progress(
        edition,
        {moment: None if 0 < len(told) < SMALL_COUNT else len(told) for moment, told in by_moment.items()},
        tuple(_share(subject, moment, told) for subject in subjects for moment, told in by_moment.items()),
        tuple(_change(subject, moment, by_moment) for moment in (Moment.AFTER, Moment.LATER) for subject in subjects),
        tuple(_age(subject, age, by_moment[Moment.BEFORE]) for age in _AGES for subject in subjects),
    )


_AGES = (AgeOfTables.FROM_16_TO_24, AgeOfTables.FROM_25_TO_54, AgeOfTables.FROM_55_TO_74)


def _share(subject: Subject, moment: Moment, told: Sequence[Checked]) -> ShareLine:
    interval = shown_share(sum(reaches(each.assessment, subject) for each in told), len(told))
    return ShareLine(subject, moment, len(told), interval)


def _age(subject: Subject, age: AgeOfTables, before: Sequence[Checked]) -> AgeLine:
    told = [each for each in before if each.age is age]
    return AgeLine(subject, age, len(told), shown_share(sum(reaches(each.assessment, subject) for each in told), len(told)))


def _change(subject: Subject, moment: Moment, by_moment: Mapping[Moment, Sequence[Checked]]) -> ChangeLine:
    first = {each.slip_id: reaches(each.assessment, subject) for each in by_moment[Moment.BEFORE]}
    pairs = pairs_of((first[each.slip_id], reaches(each.assessment, subject)) for each in by_moment[moment] if each.slip_id in first)
    if _is_small(pairs):
        return ChangeLine(subject, moment, pairs.count, None, None, None, None)
    before, after = pairs.before_count / pairs.count, pairs.after_count / pairs.count
    return ChangeLine(subject, moment, pairs.count, before, after, paired_change(pairs), exact_mcnemar(pairs))


def _is_small(pairs: Pairs) -> bool:
    sides = (pairs.before_count, pairs.count - pairs.before_count, pairs.after_count, pairs.count - pairs.after_count)
    return pairs.count < SMALL_COUNT or any(0 < side < SMALL_COUNT for side in sides)
