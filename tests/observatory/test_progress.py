"""Intervals against an independent program, small counts, and what self-checks come to."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from carnet.observatory.rules import Edition, OverallLevel, Said, SkillDomain, assess
from carnet.observatory.rules.intervals import Pairs, exact_mcnemar, paired_change, wilson
from carnet.observatory.rules.progress import Checked, progress_of, shown_share
from carnet.observatory.rules.selfchecks import (
    AgeOfTables,
    Moment,
    SlipCode,
    SlipMistyped,
    SlipNumber,
    closes_on,
    invite_on,
    moment_due,
)

DAY = date(2026, 3, 2)
counts = st.integers(0, 60)
tables = st.builds(Pairs, counts, counts, counts, counts).filter(lambda pairs: pairs.count > 0)


@pytest.mark.parametrize(("yes", "count"), [(0, 7), (1, 10), (5, 10), (37, 41), (200, 1000), (12, 12)])
def test_wilson_is_that_of_an_independent_program(yes: int, count: int) -> None:
    told = wilson(yes, count)
    assert told is not None
    low, high = proportion_confint(yes, count, method="wilson")
    assert (told.value, told.low, told.high) == (yes / count, pytest.approx(max(low, 0), abs=1e-12), pytest.approx(min(high, 1), abs=1e-12))


def test_nobody_has_no_share() -> None:
    assert wilson(0, 0) is None
    assert paired_change(Pairs()) is None


@given(tables)
def test_a_change_lies_in_its_interval_and_turns_round_with_time(pairs: Pairs) -> None:
    told, back = paired_change(pairs), paired_change(Pairs(pairs.both, pairs.gained, pairs.lost, pairs.neither))
    assert told is not None
    assert back is not None
    assert -1 <= told.low <= told.value <= told.high <= 1
    assert (back.low, back.high) == (pytest.approx(-told.high), pytest.approx(-told.low))


@pytest.mark.parametrize("pairs", [Pairs(4, 4, 4, 4), Pairs(20, 10, 10, 5), Pairs(6, 2, 9, 3)])
def test_without_correlation_it_is_the_interval_of_two_groups(pairs: Pairs) -> None:
    assert pairs.both * pairs.neither == pairs.lost * pairs.gained, "no correlation"
    told = paired_change(pairs)
    assert told is not None
    low, high = confint_proportions_2indep(
        pairs.after_count, pairs.count, pairs.before_count, pairs.count, compare="diff", method="newcomb", correction=False
    )
    assert (told.low, told.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_people_who_answer_alike_twice_make_a_narrower_interval() -> None:
    together, apart = paired_change(Pairs(20, 0, 5, 25)), paired_change(Pairs(10, 10, 15, 15))
    assert together is not None
    assert apart is not None
    assert together.value == apart.value == 0.1
    assert together.high - together.low < apart.high - apart.low


@given(tables)
def test_mcnemar_is_that_of_an_independent_program(pairs: Pairs) -> None:
    table = [[pairs.both, pairs.lost], [pairs.gained, pairs.neither]]
    expected = mcnemar(table, exact=True).pvalue if pairs.lost + pairs.gained else 1.0
    assert float(exact_mcnemar(pairs)) == pytest.approx(expected)


def test_mcnemar_worked_by_hand() -> None:
    """Ten changed, one for the worse: 2 * (1 + 10) / 1024."""
    assert exact_mcnemar(Pairs(30, 1, 9, 10)) == Fraction(22, 1024)
    assert exact_mcnemar(Pairs(3, 0, 0, 3)) == 1
    assert exact_mcnemar(Pairs(0, 4, 4, 0)) == 1


@pytest.mark.parametrize(
    ("yes", "count", "is_shown"), [(0, 4, False), (0, 5, True), (1, 9, False), (4, 20, False), (5, 10, True), (16, 20, False)]
)
def test_a_handful_on_either_side_is_hidden(yes: int, count: int, is_shown: bool) -> None:
    assert (shown_share(yes, count) is not None) is is_shown


def checked(slip_id: int, moment: Moment, *done: str, age: AgeOfTables = AgeOfTables.NOT_SAID, used: Said = Said.YES) -> Checked:
    told = assess(Edition.FIVE_DOMAINS, dict.fromkeys(done, Said.YES), used_internet=used)
    return Checked(slip_id, moment, told, age, DAY)


def test_the_same_people_before_and_after() -> None:
    """Twenty people: six write mails before; twelve of eighteen who come back do after; two are not heard again."""
    before = [checked(each, Moment.BEFORE, *(["mail"] if each < 6 else [])) for each in range(20)]
    after = [checked(each, Moment.AFTER, *(["mail"] if each < 12 else [])) for each in range(18)]
    told = progress_of(Edition.FIVE_DOMAINS, [*before, *after, checked(99, Moment.BEFORE, used=Said.UNKNOWN)])
    assert told.asked == {Moment.BEFORE: 20, Moment.AFTER: 18, Moment.LATER: 0}, "of whom nothing is known is left out"
    (line,) = [each for each in told.changes if each.subject is SkillDomain.COMMUNICATION and each.moment is Moment.AFTER]
    assert (line.count, line.before, line.after) == (18, 6 / 18, 12 / 18)
    assert line.change is not None
    assert line.change.value == pytest.approx(6 / 18)
    assert line.chance == Fraction(2, 64), "six gained, none lost"
    assert line.is_clear
    (share,) = [each for each in told.shares if each.subject is SkillDomain.COMMUNICATION and each.moment is Moment.BEFORE]
    assert share.interval == wilson(6, 20)
    assert all(each.change is None for each in told.changes if each.moment is Moment.LATER), "nobody yet"


def test_whoever_used_no_internet_counts_among_everybody() -> None:
    told = progress_of(
        Edition.FIVE_DOMAINS,
        [checked(each, Moment.BEFORE, "mail", age=AgeOfTables.FROM_55_TO_74, used=Said.NO if each < 5 else Said.YES) for each in range(12)],
    )
    (line,) = [each for each in told.ages if each.subject is SkillDomain.COMMUNICATION and each.age is AgeOfTables.FROM_55_TO_74]
    assert line.interval == wilson(7, 12)
    assert [each.interval for each in told.ages if each.age is AgeOfTables.FROM_16_TO_24] == [None] * 6
    assert told.shares[0].subject is None
    assert told.shares[0].interval == wilson(0, 12), "basic in all five"


def test_two_or_three_people_are_not_even_counted() -> None:
    assert progress_of(Edition.FIVE_DOMAINS, [checked(each, Moment.BEFORE) for each in range(3)]).asked[Moment.BEFORE] is None


def test_moments_follow_one_another() -> None:
    first = {Moment.BEFORE: DAY}
    assert moment_due({}, today=DAY) is Moment.BEFORE
    assert moment_due(first, today=DAY) is None, "not twice a day"
    assert moment_due(first, today=date(2026, 3, 3)) is Moment.AFTER
    assert moment_due(first, today=date(2026, 7, 29)) is Moment.AFTER, "149 days"
    assert moment_due(first, today=date(2026, 7, 30)) is Moment.LATER, "150 days"
    both = first | {Moment.AFTER: date(2026, 4, 1)}
    assert moment_due(both, today=date(2026, 8, 28)) is None
    assert moment_due(both, today=date(2026, 8, 29)) is Moment.LATER
    assert moment_due(both | {Moment.LATER: date(2026, 9, 1)}, today=date(2028, 1, 1)) is None
    assert (invite_on(date(2026, 8, 31)), closes_on(DAY)) == (date(2027, 2, 28), date(2027, 5, 2))


def test_numbers_and_codes_are_read_as_people_copy_them() -> None:
    number = SlipNumber.from_drawn(123_456_789)
    assert SlipNumber.parse(number.printed().lower().replace("-", " ")) == number
    code = SlipCode.from_mark(bytes(range(32)))
    assert SlipCode.parse(code.printed().lower()) == code
    for wrong in ("", "A-0000-0000", "A" * 40):
        with pytest.raises(SlipMistyped):
            SlipNumber.parse(wrong)
    with pytest.raises(SlipMistyped):
        SlipCode.parse("TROP COURT?")


def test_levels_are_not_mixed_between_editions() -> None:
    mixed = [checked(each, Moment.BEFORE, "mail") for each in range(6)]
    assert progress_of(Edition.FOUR_DOMAINS, mixed).asked[Moment.BEFORE] == 0
    assert mixed[0].assessment.overall is OverallLevel.NONE
