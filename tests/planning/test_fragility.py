"""The published index of fragility recomputed from its components; what it says of wealthy centres."""

import gzip
from pathlib import Path

import pytest

from carnet.planning.rules import fragility
from carnet.planning.rules.fragility import ACCESS, OURS, SKILLS, Axis, FragilityUnreadable, own_score, recomputed, reproduce, weights_of
from carnet.planning.rules.need import WeightsEmpty

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "test-only" / "ifn-2020-iris.csv.gz"
HEAD = ",".join(fragility.COLUMNS)
# Three lines as they are published, cited to show the false alarm; and one made up, whose score does not follow from its parts.
CENTRES = """441090103,Nantes,Graslin-Commerce,137.0,104.0,271.0,36.0,126.0,114.0,120.0,4863.5
441090104,Nantes,Guist'hau,150.0,104.0,203.0,65.0,135.0,111.0,123.0,2548.8
441090108,Nantes,Madeleine,184.0,104.0,307.0,31.0,157.0,123.0,140.0,3919.6
"""
WRONG = "999990000,Ailleurs,Ailleurs,100,100,100,100,100,100,104,1000\n"


def test_the_parts_of_each_global_make_a_whole() -> None:
    assert sum(ACCESS.values()) == sum(SKILLS.values()) == 1
    assert sum(OURS.values()) == 100


def test_a_line_is_recomputed_by_hand() -> None:
    access, skills = recomputed({Axis.INFORMATION: 137, Axis.INTERFACES: 104, Axis.ADMINISTRATIVE: 271, Axis.SCHOOL: 36})
    assert access == pytest.approx((2 * 137 + 104) / 3)
    assert skills == pytest.approx((271 + 2 * 36) / 3)


def test_the_three_centres_pass_120_by_who_lives_alone_and_is_young_and_ours_does_not_follow() -> None:
    found = reproduce(f"{HEAD}\n{CENTRES}")
    assert found.is_reproduced
    assert [round(each.row.score) for each in found.rows] == [120, 123, 140]
    assert [round(each.ours) for each in found.rows] == [78, 92, 82]
    assert all(each.is_doubtful for each in found.rows)
    assert (found.alarms, found.doubtful, found.missed) == (3, 3, 0)


def test_a_score_that_does_not_follow_is_found_with_its_place() -> None:
    found = reproduce(f"{HEAD}\n{CENTRES}{WRONG}")
    assert not found.is_reproduced
    assert (found.score.largest, found.score.at) == (pytest.approx(4), "999990000")


def test_a_line_that_is_not_whole_is_told_and_left_out() -> None:
    found = reproduce(f"{HEAD}\n{CENTRES}440000000,Ailleurs,Ailleurs,,100,100,100,100,100,100,10\n")
    assert (found.count, found.faults) == (3, (5,))


def test_weights_of_the_axes_are_four_whole_numbers() -> None:
    assert weights_of("10, 30,5,55") == OURS
    with pytest.raises(FragilityUnreadable):
        weights_of("10,30,5")
    with pytest.raises(WeightsEmpty):
        weights_of("0,0,0,0")
    with pytest.raises(WeightsEmpty):
        own_score(dict.fromkeys(Axis, 100.0), dict.fromkeys(Axis, 0))


def test_another_file_is_refused_with_the_columns_it_should_have() -> None:
    with pytest.raises(FragilityUnreadable) as refused:
        reproduce("a,b\n1,2\n")
    assert "code_iris" in refused.value.facts["wanted"]


def test_the_whole_published_file_is_recomputed() -> None:
    if not FILE.exists():
        pytest.skip("the published index is not beside this checkout: it never ships")
    found = reproduce(gzip.decompress(FILE.read_bytes()).decode("utf-8"))
    assert (found.count, found.faults) == (49_427, ())
    assert found.access.largest == pytest.approx(2 / 3)
    assert found.skills.largest == pytest.approx(2 / 3)
    assert found.score.largest == pytest.approx(0.5)
    assert found.is_reproduced
    # What is written in docs/sources/need.md.
    assert (round(found.agreement, 2), found.alarms, found.doubtful, found.missed) == (0.74, 8610, 1101, 4270)
