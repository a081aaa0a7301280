"""A season lived with the proposals hands more over, turns fewer away, and lets booklets sleep less; nothing is made or lost."""

import dataclasses
from datetime import date

from carnet import scenarios
from carnet.scenarios.sleeping import imagine, live

TODAY = date(2026, 11, 22)
SMALL = dataclasses.replace(scenarios.load("departement"), booklets=600, prescribers=12)


def test_the_proposals_move_what_sleeps_to_where_people_come() -> None:
    found = scenarios.compare_stock(SMALL, today=TODAY)
    before, after = found["before"], found["after"]
    assert before["vouchers_moved"] == before["parcels"] == 0
    assert after["vouchers_moved"] > 0
    assert after["people_turned_away"] < before["people_turned_away"]
    assert after["days_slept_per_booklet"] < before["days_slept_per_booklet"]
    assert after["booklet_days_in_sleeping_desks"] < before["booklet_days_in_sleeping_desks"]
    assert found == scenarios.compare_stock(SMALL, today=TODAY), "the same seed lives the same season"


def test_every_booklet_and_everybody_is_counted_once() -> None:
    season = imagine(SMALL, today=TODAY, seed=3)
    people = sum(len(each) for each in season.people.values())
    for with_moves in (False, True):
        done = live(season, with_moves=with_moves)
        assert done.given + done.left == SMALL.booklets
        assert done.given + done.turned_away == people
