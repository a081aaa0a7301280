"""The million, small: two operators, their authorities, places that take the vouchers of both; one summary, exact for each funder."""

import dataclasses
import multiprocessing
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from carnet import scenarios
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.scenarios import behaviour, cast, national
from carnet.scenarios.plan import Scenario, ScenarioUnreadable, closed_season
from carnet.scenarios.play import Codes, dice_of

TODAY = date(2026, 11, 22)


def small(**changes: object) -> scenarios.NationalScenario:
    """Forty booklets, in a département whose places import quickly."""
    shipped = scenarios.open_scenario("national")
    assert isinstance(shipped, scenarios.NationalScenario)
    of_each = {"booklets": 20, "prescribers": 3, "places": 5, "departments": ("44",), **changes}
    programmes = tuple(dataclasses.replace(each, **of_each) for each in shipped.programmes)  # type: ignore[arg-type]
    return dataclasses.replace(shipped, programmes=programmes, shared_places=2)


def test_the_shipped_one_is_the_million() -> None:
    shipped = scenarios.open_scenario("national")
    assert isinstance(shipped, scenarios.NationalScenario)
    assert sum(each.voucher_count for each in shipped.programmes) == 1_000_000
    assert sum(each.places for each in shipped.programmes) - shipped.shared_places == 1_000
    assert len({each.operator for each in shipped.programmes}) == 2
    first, second = ({*each.departments} for each in shipped.programmes)
    assert not first & second
    everywhere = places.territory(["FR"])
    assert places.territory(sorted(first | second)) >= {code for code in everywhere if code[:2] not in ("2A", "2B", "97", "98")}, (
        "the mainland"
    )


@pytest.mark.django_db
def test_two_operators_close_and_their_sum_is_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cast, "PLACES_FILE", "conseillers-numeriques-44-2022.v1.0.2.csv")
    heard: list[tuple[str, int, int]] = []
    played = scenarios.play_nation(small(), today=TODAY, out=tmp_path, progress=lambda *said: heard.append(said))
    summary = scenarios.summarise(played, seconds=1)
    vouchers, money = summary["vouchers"], summary["money_cents"]
    assert summary["ledger_verified"]
    assert vouchers["issued"] == 200 == sum(vouchers[name] for name in vouchers if name != "issued")
    assert money["funded"] == 200_000 == sum(money[name] for name in money if name != "funded")
    assert money["paid"] == vouchers["redeemed"] * 1000 > 0
    by_name = {funder.pop("name"): funder for funder in summary["by_funder"]}
    assert len(by_name) == 5 + 5 - 2, "the State and the family fund pay in both: one line each"
    assert all(money[name] == sum(funder[name] for funder in by_name.values()) for name in money)
    assert by_name["État"]["paid"] == by_name["État"]["funded"] == money["paid"] // 2
    assert (summary["prescribers"], summary["scenario"]) == (6, "national")

    first, second = played.programmes
    shared = set(first.cast.place_ids) & set(second.cast.place_ids)
    assert len(shared) == 2
    with acting_as_everything(why="who is who"):
        accepted = places.accepted_by(shared, at=first.season_closed_at)
        of_each = [ledger.money(programme_id=each.programme_id).total.funded for each in played.programmes]
        operators = parties.organisations([each.cast.operator_id for each in played.programmes])
    assert all({each.programme_id for each in found} == {first.programme_id, second.programme_id} for found in accepted.values())
    assert of_each == [100_000, 100_000]
    assert len({each.name for each in operators.values()}) == 2
    assert all((tmp_path / name).is_file() for name in summary["files"])
    assert {Path(name).parts[0] for name in summary["files"]} == {"national-ouest", "national-est"}
    assert ("draw", 200, 200) in heard, "what both say is told as one"


def test_a_play_that_cannot_hold_together_is_refused() -> None:
    values = {"name": "x", "title": "x", "programmes": []}
    with pytest.raises(ScenarioUnreadable):
        scenarios.national_scenario(values)
    with pytest.raises(ScenarioUnreadable):
        scenarios.national_scenario({"name": "x", "title": "x", "programmes": [{"name": "y"}]})


def dies(_end: Connection, _told: bytes) -> None:
    """A process that ends before it said anything."""


def test_a_programme_that_stops_beside_is_named() -> None:
    sums = national._Sum(1, lambda _what, _done, _total: None)
    with pytest.raises(scenarios.PlayInterrupted, match="national-ouest"):
        national._beside([Told(small().programmes[0])], 1, "none", sums, dies)  # type: ignore[list-item]
    assert not multiprocessing.active_children()


@dataclasses.dataclass
class Told:
    """What of a stage is said when it stops."""

    scenario: Scenario
    progress: object = None


def test_booklets_leave_from_the_top_of_the_pile_on_one_day_in_four_weeks() -> None:
    scenario = dataclasses.replace(small().programmes[0], booklets=300, prescribers=3)
    season = closed_season(scenario, TODAY)
    dice = dice_of(scenario, 1)
    shares = behaviour.desk_shares(scenario, dice)
    given = behaviour.hand_overs(scenario, season, shares, dice, until=season.last_day)
    for desk in range(3):
        own = [each for each in given if each.desk == desk]
        assert [each.booklet for each in own] == list(range(sum(shares[:desk]), sum(shares[:desk]) + len(own)))
        days = sorted({each.day for each in own})
        assert {(day - days[0]).days % 28 for day in days} == {0}
        assert all(set(each.ranks) <= set(range(each.booklet * 5, each.booklet * 5 + 5)) for each in own)
    near = [[0, 1], [2], [3, 4]]
    taught = behaviour.lessons(scenario, season, given, dice, until=behaviour.datetime.max.replace(tzinfo=behaviour.PARIS), near=near)
    desk_of = {rank: each.desk for each in given for rank in each.ranks}
    assert taught and all(lesson.place in near[desk_of[lesson.rank]] for lesson in taught)


def test_codes_are_kept_as_numbers_and_read_as_digits() -> None:
    codes = Codes([["000000000000000001", "999999999999999999"], ["123456789012345678"]])
    assert (len(codes), codes[0], codes[1], codes[-1]) == (3, "000000000000000001", "999999999999999999", "123456789012345678")
    assert codes[1:] == ["999999999999999999", "123456789012345678"]
