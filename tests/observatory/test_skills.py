"""The European indicator of digital skills, in both its editions: small tables whole, worked cases by hand, and what must always hold."""

from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.observatory.rules import (
    SKILL_RULES,
    Assessment,
    Base,
    Edition,
    OverallLevel,
    Said,
    SkillDomain,
    SkillLevel,
    SkillRule,
    assess,
    domains_of,
    is_illectronism,
    items_of,
    least_and_most,
    level_of,
    overall_of,
    share,
)

NONE, BASIC, ABOVE = SkillLevel.NONE, SkillLevel.BASIC, SkillLevel.ABOVE
FOUR, FIVE = Edition.FOUR_DOMAINS, Edition.FIVE_DOMAINS
RANK = {level: rank for rank, level in enumerate(("NONE", "LIMITED", "NARROW", "LOW", "BASIC", "ABOVE"))}
RULES = {(edition, rule.domain): rule for edition, rules in SKILL_RULES.items() for rule in rules}
editions = st.sampled_from(list(Edition))
sayings = st.dictionaries(st.sampled_from(sorted({item.key for one in Edition for item in items_of(one)})), st.sampled_from(list(Said)))


def yes(*keys: str) -> dict[str, Said]:
    return dict.fromkeys(keys, Said.YES)


def test_each_edition_has_its_domains_and_its_activities() -> None:
    assert domains_of(FOUR) == (SkillDomain.INFORMATION, SkillDomain.COMMUNICATION, SkillDomain.PROBLEM_SOLVING, SkillDomain.SOFTWARE)
    assert [len(rule.items) for rule in SKILL_RULES[FOUR]] == [5, 4, 7, 6]
    assert [len(rule.items) for rule in SKILL_RULES[FIVE]] == [4, 6, 7, 6, 7]
    for edition in Edition:
        keys = [item.key for item in items_of(edition)]
        assert len(keys) == len(set(keys)), "an activity belongs to one domain of an edition"


def test_windows_are_three_months_but_for_purchases_and_the_tasks_of_2015() -> None:
    assert {item.key for item in items_of(FIVE) if item.months != 3} == {"buying"}
    twelve = {item.key for item in items_of(FOUR) if item.months == 12}
    assert {"buying", "copying", "transferring", "words", "code", "authorities"} <= twelve
    assert not {"mail", "goods", "health", "selling", "banking"} & twelve


# (edition, domain) -> for each number of activities done, the level: the published thresholds, written out.
COUNTED = {
    (FOUR, SkillDomain.INFORMATION): [NONE, BASIC, ABOVE, ABOVE, ABOVE, ABOVE],
    (FOUR, SkillDomain.COMMUNICATION): [NONE, BASIC, ABOVE, ABOVE, ABOVE],
    (FIVE, SkillDomain.INFORMATION): [NONE, BASIC, ABOVE, ABOVE, ABOVE],
    (FIVE, SkillDomain.COMMUNICATION): [NONE, BASIC, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE],
    (FIVE, SkillDomain.CONTENT): [NONE, BASIC, BASIC, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE],
    (FIVE, SkillDomain.SAFETY): [NONE, BASIC, BASIC, ABOVE, ABOVE, ABOVE, ABOVE],
    (FIVE, SkillDomain.PROBLEM_SOLVING): [NONE, BASIC, BASIC, ABOVE, ABOVE, ABOVE, ABOVE, ABOVE],
}


def every_way(rule: SkillRule) -> list[dict[str, Said]]:
    """Every set of activities done: at most 128 of a domain."""
    keys = [item.key for item in rule.items]
    return [dict(zip(keys, said, strict=True)) for said in product((Said.NO, Said.YES), repeat=len(keys))]


@pytest.mark.parametrize(("key", "levels"), COUNTED.items(), ids=lambda one: "-".join(one) if isinstance(one, tuple) else "")
def test_a_counted_domain_follows_its_thresholds_for_every_set_of_answers(
    key: tuple[Edition, SkillDomain], levels: list[SkillLevel]
) -> None:
    for answers in every_way(RULES[key]):
        assert level_of(RULES[key], answers) is levels[sum(said is Said.YES for said in answers.values())]


def test_problem_solving_of_2015_wants_both_lists_for_every_set_of_answers() -> None:
    rule = RULES[FOUR, SkillDomain.PROBLEM_SOLVING]
    for answers in every_way(rule):
        easier = any(answers[key] is Said.YES for key in ("transferring", "installing", "settings"))
        other = any(answers[key] is Said.YES for key in ("buying", "selling", "learning", "banking"))
        assert level_of(rule, answers) is {0: NONE, 1: BASIC, 2: ABOVE}[easier + other]


def test_software_of_2015_is_above_basic_with_any_harder_task_for_every_set_of_answers() -> None:
    rule = RULES[FOUR, SkillDomain.SOFTWARE]
    for answers in every_way(rule):
        easier = any(answers[key] is Said.YES for key in ("words", "sheets", "pictures"))
        harder = any(answers[key] is Said.YES for key in ("combined", "formulas", "code"))
        assert level_of(rule, answers) is (ABOVE if harder else BASIC if easier else NONE)


def test_the_overall_level_of_2015_for_all_81_combinations() -> None:
    found = Counter(
        overall_of(FOUR, dict(zip(domains_of(FOUR), levels, strict=True))) for levels in product((NONE, BASIC, ABOVE), repeat=4)
    )
    # 1 all above; 2^4 - 1 without a none; 1 of nones only; the rest low.
    assert found == {OverallLevel.ABOVE: 1, OverallLevel.BASIC: 15, OverallLevel.NONE: 1, OverallLevel.LOW: 64}


def test_the_overall_level_of_2021_for_all_243_combinations() -> None:
    found = Counter(
        overall_of(FIVE, dict(zip(domains_of(FIVE), levels, strict=True))) for levels in product((NONE, BASIC, ABOVE), repeat=5)
    )
    # C(5, k) places for k domains reached, 2^k ways: 32 for five (one is above), 80, 80, 40, then 10 + 1.
    assert found == {
        OverallLevel.ABOVE: 1,
        OverallLevel.BASIC: 31,
        OverallLevel.LOW: 80,
        OverallLevel.NARROW: 80,
        OverallLevel.LIMITED: 40,
        OverallLevel.NONE: 11,
    }


# Worked by hand: what somebody said, and what each edition makes of it.
CASES = {
    "a mail and nothing else": (yes("mail"), OverallLevel.LOW, OverallLevel.NONE),
    "somebody at ease on a telephone": (yes("messages", "networks", "calls", "news", "installing"), OverallLevel.LOW, OverallLevel.NARROW),
    "four domains of five": (yes("goods", "mail", "copying", "banking"), OverallLevel.LOW, OverallLevel.LOW),
    "the least that is basic in both": (yes("goods", "mail", "words", "cookies", "banking"), OverallLevel.BASIC, OverallLevel.BASIC),
    "internet used, nothing done": ({}, OverallLevel.NONE, OverallLevel.NONE),
    "two domains": (yes("health", "networks"), OverallLevel.LOW, OverallLevel.LIMITED),
    "everything of both": (
        yes(*(item.key for one in Edition for item in items_of(one))),
        OverallLevel.ABOVE,
        OverallLevel.ABOVE,
    ),
    "above in 2015, only basic in 2021: two of safety": (
        yes("goods", "health", "mail", "calls", "installing", "banking", "buying", "words", "copying", "combined", "cookies", "secure"),
        OverallLevel.ABOVE,
        OverallLevel.BASIC,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_worked_by_hand(name: str) -> None:
    answers, four, five = CASES[name]
    assert assess(FOUR, answers, used_internet=Said.YES).overall is four
    assert assess(FIVE, answers, used_internet=Said.YES).overall is five


def test_the_domains_of_a_case_worked_by_hand() -> None:
    told = assess(FIVE, yes("mail", "messages", "copying", "words", "cookies"), used_internet=Said.YES)
    assert told.domains == {
        SkillDomain.INFORMATION: NONE,
        SkillDomain.COMMUNICATION: ABOVE,
        SkillDomain.CONTENT: BASIC,
        SkillDomain.SAFETY: BASIC,
        SkillDomain.PROBLEM_SOLVING: NONE,
    }
    assert (told.overall, told.reached_count, told.lacks_one) == (OverallLevel.NARROW, 3, True)
    assert told.lacks(SkillDomain.INFORMATION) is True
    assert told.lacks(SkillDomain.SAFETY) is False


def test_without_internet_for_three_months_nothing_is_assessed_whatever_was_bought_in_the_year() -> None:
    told = assess(FIVE, yes("buying", "mail"), used_internet=Said.NO)
    assert (told.overall, told.is_assessed, told.lacks_one, told.lacks(SkillDomain.SAFETY)) == (
        OverallLevel.NOT_ASSESSED,
        False,
        None,
        None,
    )


@pytest.mark.parametrize("silence", [Said.UNKNOWN, Said.REFUSED])
def test_when_nobody_knows_whether_internet_was_used_an_activity_of_three_months_says_so(silence: Said) -> None:
    assert assess(FIVE, yes("mail"), used_internet=silence).overall is OverallLevel.NONE
    assert assess(FIVE, yes("buying"), used_internet=silence).overall is OverallLevel.UNSAID, "bought, perhaps ten months ago"
    assert assess(FIVE, {}, used_internet=silence).overall is OverallLevel.UNSAID


@given(editions, sayings)
def test_dont_know_and_refused_count_as_not_done(edition: Edition, answers: dict[str, Said]) -> None:
    done = {key: said for key, said in answers.items() if said is Said.YES}
    assert assess(edition, answers, used_internet=Said.YES) == assess(edition, done, used_internet=Said.YES)


@given(editions, sayings, st.data())
def test_doing_one_more_thing_never_lowers_a_level(edition: Edition, answers: dict[str, Said], data: st.DataObject) -> None:
    more = answers | yes(data.draw(st.sampled_from([item.key for item in items_of(edition)])))
    before, after = (assess(edition, one, used_internet=Said.YES) for one in (answers, more))
    assert RANK[after.overall] >= RANK[before.overall]
    assert all(RANK[after.domains[domain]] >= RANK[level] for domain, level in before.domains.items())


@given(editions, sayings)
def test_the_overall_level_says_how_many_domains_are_reached(edition: Edition, answers: dict[str, Said]) -> None:
    told = assess(edition, answers, used_internet=Said.YES)
    assert told.is_basic == (told.reached_count == len(domains_of(edition)))
    assert told.lacks_one == any(told.lacks(domain) for domain in domains_of(edition))
    if edition is FIVE and not told.is_basic:
        assert RANK[told.overall] == max(0, told.reached_count - 1)


@given(editions, sayings, st.sampled_from(list(Said)))
def test_what_was_not_said_lies_between_the_least_and_the_most(edition: Edition, answers: dict[str, Said], used: Said) -> None:
    least, most = least_and_most(edition, answers, used_internet=used)
    assert least == assess(edition, answers, used_internet=used)
    if least.is_assessed:
        assert all(RANK[most.domains[domain]] >= RANK[level] for domain, level in least.domains.items())
        said = {key for key, one in answers.items() if one in (Said.YES, Said.NO)}
        assert least.domains == most.domains or not said >= {item.key for item in items_of(edition)}


def of(overall: OverallLevel, edition: Edition = FIVE) -> Assessment:
    reached = {OverallLevel.NOT_ASSESSED: None, OverallLevel.UNSAID: None}.get(overall, 1)
    return Assessment(edition, overall, {} if reached is None else {SkillDomain.INFORMATION: BASIC})


def test_those_not_assessed_are_of_everybody_and_not_of_users() -> None:
    """Ten answer: six basic or above, two low, one without internet, one of whom nothing is known."""
    ten = [OverallLevel.ABOVE] * 2 + [OverallLevel.BASIC] * 4 + [OverallLevel.LOW] * 2 + [OverallLevel.NOT_ASSESSED, OverallLevel.UNSAID]
    told = [of(level) for level in ten]
    wanted = (OverallLevel.BASIC, OverallLevel.ABOVE)
    assert share(told, *wanted) == Fraction(6, 9)
    assert share(told, *wanted, base=Base.USERS) == Fraction(6, 8)
    assert share(told, OverallLevel.NOT_ASSESSED) == Fraction(1, 9)
    assert share([], *wanted) is None
    assert share([of(OverallLevel.UNSAID)], *wanted) is None


@pytest.mark.parametrize(
    ("edition", "overall", "used_in_year", "expected"),
    [
        (FOUR, OverallLevel.NOT_ASSESSED, False, True),
        (FOUR, OverallLevel.NOT_ASSESSED, True, False),
        (FOUR, OverallLevel.NONE, True, True),
        (FOUR, OverallLevel.LOW, True, False),
        (FIVE, OverallLevel.NOT_ASSESSED, True, True),
        (FIVE, OverallLevel.NOT_ASSESSED, False, True),
        (FIVE, OverallLevel.NONE, True, True),
        (FIVE, OverallLevel.LIMITED, True, False),
        (FIVE, OverallLevel.UNSAID, True, None),
    ],
)
def test_illectronisme_is_counted_as_insee_counts_it(
    edition: Edition, overall: OverallLevel, used_in_year: bool, expected: bool | None
) -> None:
    assert is_illectronism(of(overall, edition), used_in_year=used_in_year) is expected
