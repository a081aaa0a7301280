"""What is hidden in a release, and the attacker that checks it: by hand where a hand can follow, then on random releases."""

from random import Random

import pytest

from carnet.observatory.rules import SMALL_COUNT
from carnet.observatory.rules.disclosure import (
    Cell,
    Dimension,
    Interval,
    Sum,
    Suppressed,
    Tables,
    Wanted,
    attack,
    faults,
    is_primary,
    merged,
    rolled_up,
    suppress,
    wanted,
)
from carnet.observatory.rules.disclosure._attack import Contradiction
from carnet.observatory.rules.disclosure._trials import trial

TOWNS = Dimension(("Nantes", "Rezé", "Vertou"), {"Métropole": ("Nantes", "Rezé", "Vertou")})
SERVICES = Dimension(("atelier", "seul"), {"": ("atelier", "seul")})


def of(counts: dict[tuple[str, str], int]) -> Tables:
    cells, sums = rolled_up({key: Cell(count, count) for key, count in counts.items()}, (TOWNS, SERVICES))
    return Tables(cells, tuple(sums))


HAND = of(
    {
        ("Nantes", "atelier"): 3,
        ("Nantes", "seul"): 20,
        ("Rezé", "atelier"): 9,
        ("Rezé", "seul"): 12,
        ("Vertou", "atelier"): 7,
        ("Vertou", "seul"): 30,
    }
)


def test_totals_and_sums_follow_from_the_lines() -> None:
    assert HAND.cells["Métropole", ""].value == 81
    assert HAND.cells["Métropole", "atelier"].value == 19
    assert Sum(("Métropole", ""), (("Nantes", ""), ("Rezé", ""), ("Vertou", ""))) in HAND.sums
    assert Sum(("Métropole", ""), (("Métropole", "atelier"), ("Métropole", "seul"))) in HAND.sums
    assert len(HAND.sums) == len(set(HAND.sums)) == 7


def test_one_hidden_cell_alone_is_given_back_by_its_total() -> None:
    alone = suppress(HAND, secondary=False)
    assert alone.hidden == {("Nantes", "atelier")}
    assert faults(HAND, alone) == {("Nantes", "atelier"): Interval(3, 3)}


def test_what_is_hidden_with_it_leaves_the_attacker_between_nothing_and_no_longer_few() -> None:
    found = suppress(HAND)
    assert faults(HAND, found) == {}
    shown = {key: cell.value for key, cell in HAND.cells.items() if key not in found.hidden}
    bounds = attack(shown, found.hidden, HAND.sums)
    assert bounds["Nantes", "atelier"].holds(0, SMALL_COUNT)
    # No more than a square of four: two towns, two services.
    assert len(found.hidden) == 4
    assert ("Métropole", "") not in found.hidden


def test_the_attacker_knows_that_counts_are_whole() -> None:
    # 2x + 2y = 10 through two totals of the same cells: halves are no counts.
    sums = [Sum(("t",), (("x",), ("y",))), Sum(("u",), (("x",), ("z",))), Sum(("v",), (("y",), ("z",)))]
    shown = {("t",): 3, ("u",): 4, ("v",): 5}
    assert attack(shown, [("x",), ("y",), ("z",)], sums) == {("x",): Interval(1, 1), ("y",): Interval(2, 2), ("z",): Interval(3, 3)}
    with pytest.raises(Contradiction):
        attack({**shown, ("v",): 6}, [("x",), ("y",), ("z",)], sums)


def test_a_total_that_nothing_limits_has_no_upper_bound() -> None:
    assert attack({("a",): 4}, [("b",), ("t",)], [Sum(("t",), (("a",), ("b",)))]) == {
        ("b",): Interval(0, None),
        ("t",): Interval(4, None),
    }


@pytest.mark.parametrize(
    ("cell", "hides"),
    [
        (Cell(0, 0), False),
        (Cell(4, 4), True),
        (Cell(5, 5), False),
        (Cell(30, 3), True),  # thirty vouchers, three people
        (Cell(40, 40, largest=40, whole=60), True),  # one only desk
        (Cell(40, 40, largest=37, whole=60), True),  # whoever keeps the large desk reads the small one
        (Cell(40, 40, largest=20, whole=60), False),
        (Cell(40, 40, largest=20, whole=40), True),  # everybody gave that answer
    ],
)
def test_a_count_tells_too_much_by_itself(cell: Cell, hides: bool) -> None:
    assert is_primary(cell) is hides


def test_the_wanted_bounds_leave_room_for_nobody_and_for_many() -> None:
    assert wanted(Cell(3, 3)) == Wanted(0, 5)
    assert wanted(Cell(30, 3)) == Wanted(0, 50)
    assert wanted(Cell(100, 100, largest=100)) == Wanted(90, 110)


def test_the_next_month_and_the_year_do_not_give_back_what_the_month_hid() -> None:
    first = {("m1", *key): cell for key, cell in HAND.cells.items()}
    sums = tuple(Sum(("m1", *each.total), tuple(("m1", *part) for part in each.parts)) for each in HAND.sums)
    january = Tables(first, sums)
    hidden = suppress(merged([january])[0])
    second = {
        ("m2", *key[1:]): Cell(cell.value + 10, cell.people + 10) for key, cell in first.items() if key[1] != "Métropole" and key[2] != ""
    }
    by_town, more = rolled_up({key[1:]: cell for key, cell in second.items()}, (TOWNS, SERVICES))
    cells = {**first, **{("m2", *key): cell for key, cell in by_town.items()}}
    cells |= {("y", *key): first["m1", *key] + cell for key, cell in by_town.items()}
    everything = sums + tuple(
        Sum((period, *each.total), tuple((period, *part) for part in each.parts)) for each in more for period in ("m2", "y")
    )
    everything += tuple(Sum(("y", *key), (("m1", *key), ("m2", *key))) for key in by_town)
    whole, _names = merged([january, Tables(cells, everything)])
    known = merged([january])[0].cells.keys()
    later = suppress(whole, hidden_before=hidden.hidden, shown_before=known - hidden.hidden, wanted_before=hidden.primary)
    assert hidden.hidden <= later.hidden
    assert later.said == frozenset()
    assert faults(whole, later) == {}
    # The year would have: it is hidden where the month was.
    naive = Suppressed(hidden.hidden, later.primary, frozenset())
    assert faults(whole, naive)


@pytest.mark.slow
def test_the_attack_fails_on_random_releases_and_succeeds_as_soon_as_hiding_is_less() -> None:
    seeds = range(2026, 2030)
    tried = [trial(Random(seed)) for seed in seeds]
    assert [each.broken for each in tried] == [{}] * len(tried)
    assert sum(each.said_count for each in tried) == 0
    assert all(each.primary_count for each in tried)
    assert all(trial(Random(seed), secondary=False).broken for seed in seeds), "primary alone is not enough"
    assert all(trial(Random(seed), hide=False).broken for seed in seeds), "nothing hidden"
