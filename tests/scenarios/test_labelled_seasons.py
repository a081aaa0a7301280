"""Labelled seasons: written alike from one seed, possible to play, and counted right; one small season is played and looked at."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.scenarios.fraud import HELD_OUT_SEEDS, TUNING_SEEDS, Seen, in_words, seen, watch
from carnet.scenarios.fraud._labels import SCHEMES, Label
from carnet.scenarios.fraud._policy import SEASON
from carnet.scenarios.fraud._report import PlaceSeen, told
from carnet.scenarios.fraud._script import SIZE, Script, script
from drills import DrillFailed
from drills.fraud import judged


def written(seed: int = 1) -> Script:
    return script(SEASON, seed=seed, scale=0.4)


class TestWriting:
    def test_the_same_seed_writes_the_same_season_and_another_another(self) -> None:
        assert written() == written() != written(2)

    def test_seeds_that_are_published_are_not_those_that_thresholds_are_looked_for_on(self) -> None:
        assert not set(HELD_OUT_SEEDS) & set(TUNING_SEEDS)

    def test_there_are_at_least_forty_places_of_every_label(self) -> None:
        counted = Counter(each.label for each in written().places)
        assert counted.total() == sum(each.places for each in SCHEMES) >= 40
        assert counted[Label.FRAUD] >= 10 < counted[Label.HONEST] > counted[Label.SLOPPY] >= 8

    @pytest.mark.parametrize("seed", [1, 2, 3, 9])
    def test_everything_written_may_happen(self, seed: int) -> None:
        found = written(seed)
        assert sum(found.desk_shares) >= len(found.booklets)
        for held in found.booklets:
            standing = Counter(number for visit in held.visits if not (visit.undone_after or visit.is_try) for number in visit.vouchers)
            assert all(times == 1 for times in standing.values()), "a voucher is spent once"
            assert set(standing) <= set(range(SIZE))
            plan = found.places[held.place]
            for visit in held.visits:
                assert visit.is_try or held.day < visit.at.date() < SEASON.grace_ends_on
                assert not visit.is_try or visit.at.date() < held.day, "nobody had it yet"
                assert visit.is_fraud is False or plan.label is Label.FRAUD
                assert plan.opens_on is None or visit.at.date() >= plan.opens_on
                assert visit.undone_after < 60, "within the time to undo"

    def test_who_is_honest_or_sloppy_cashes_nothing_without_a_lesson(self) -> None:
        found = written()
        frauds = {held.place for held in found.booklets for visit in held.visits if visit.is_fraud}
        assert frauds == {each.rank for each in found.places if each.label is Label.FRAUD}, "each fraud defrauds"

    def test_a_box_is_cashed_in_the_order_of_its_numbers(self) -> None:
        found = written()
        box = next(each.rank for each in found.places if each.scheme.code == "box")
        cashed = sorted(
            (visit.at, rank * SIZE + number)
            for rank, held in enumerate(found.booklets) if held.place == box
            for visit in held.visits if visit.is_fraud for number in visit.vouchers
        )  # fmt: skip
        assert [rank for _at, rank in cashed] == sorted(rank for _at, rank in cashed)


def place(label: Label, *rules: str, held: int = 0, fraud: int = 0, before: int = 0) -> PlaceSeen:
    first = {rule: date(2025, 3, 10) for rule in rules}
    return PlaceSeen("ordinary", label, first, fraud, date(2025, 3, 1) if fraud else None, before, held, 16 if held else 0, 10_000 + fraud)


class TestCounting:
    SEASON = (
        place(Label.FRAUD, "a", "b", fraud=5_000, before=1_000, held=4_000),
        place(Label.FRAUD, "a", fraud=3_000, before=3_000, held=3_000),
        place(Label.FRAUD, fraud=2_000, before=2_000),
        place(Label.SLOPPY, "b", held=700),
        place(Label.HONEST, "a", held=500),
        place(Label.HONEST),
    )

    def test_precision_recall_and_what_they_cost(self) -> None:
        report = told({1: Seen(self.SEASON)}, rules=["a", "b", "c"])
        together = report["together"]
        assert (together["fraud"], together["sloppy"], together["honest"]) == (2, 1, 1)
        assert (together["precision"][0], together["worth_asking"][0], together["recall"][0]) == (0.5, 0.75, 0.667)
        assert together["held_in_error"] == {"places": 2, "cents": 1_200, "days_median": 16, "cent_days": 1_200 * 16}
        assert (together["fraud_cents"], together["fraud_cents_never_signalled"]) == (10_000, 2_000)
        assert (together["fraud_cents_before_first_signal"], together["days_to_first_signal_median"]) == (6_000, 9)
        assert report["by_rule"]["a"]["frauds_no_other_rule_saw"] == 1
        assert report["by_rule"]["c"]["precision"] is None, "nothing was signalled: nothing is said"
        assert (report["two_rules"]["signalled"], report["two_rules"]["precision"][0]) == (1, 1.0)
        assert any("precision 0.50 [0.15, 0.85]" in line for line in in_words(report))

    def test_the_drill_fails_when_rules_are_blind_or_hold_everybody(self) -> None:
        blind = told({1: Seen((place(Label.FRAUD, fraud=1), place(Label.FRAUD, fraud=1), place(Label.FRAUD, "a", fraud=1)))}, rules=["a"])
        zealous = told(
            {1: Seen((place(Label.FRAUD, "a"), place(Label.HONEST, "a", held=1), place(Label.HONEST, "a", held=1)))}, rules=["a"]
        )
        for report in (blind, zealous):
            with pytest.raises(DrillFailed):
                judged(report)
        good = told({1: Seen((place(Label.FRAUD, "a"), place(Label.HONEST), place(Label.HONEST)))}, rules=["a"])
        assert judged(good) is good

    def test_what_samples_add_is_counted_apart_and_one_lost_paper_finds_nobody(self) -> None:
        season = (
            replace(place(Label.FRAUD, fraud=1), asked=9, not_proved=2),
            replace(place(Label.FRAUD, "a", fraud=1), asked=9, not_proved=3),
            replace(place(Label.HONEST), asked=5, not_proved=1),
            replace(place(Label.HONEST), asked=2),
            place(Label.HONEST),
        )
        report = told({1: Seen(season, people_asked=7, people_answered=3)}, rules=["a"])
        samples = report["samples"]
        assert (report["together"]["recall"][0], samples["rules_and_samples"]["recall"][0], samples["beyond_rules"]) == (0.5, 1.0, 1)
        assert (samples["found"]["fraud"], samples["found"]["honest"], samples["found_by_one"]["honest"]) == (2, 0, 1)
        assert (
            samples["redemptions_asked"],
            samples["redemptions_asked_of_others"],
            samples["others_asked"],
            samples["others_asked_most"],
        ) == (25, 7, 2, 5)
        assert report["questions"] == {"people_asked": 7, "people_answered": 3}
        assert any("samples: 25 redemptions asked for, 7 of them" in line for line in in_words(report))

    def test_a_season_seen_is_read_again_as_it_was_kept(self) -> None:
        season = Seen(self.SEASON, 7, 3)
        assert Seen.read(json.loads(json.dumps(season.kept(), default=str))) == season


@pytest.mark.django_db
def test_a_small_season_is_played_looked_at_and_decided(settings: Any) -> None:
    settings.SMS_GATEWAY = "files"
    watched = watch(seed=TUNING_SEEDS[0], scale=0.15, every=56)
    season = watched.stage.season
    assert season.refused == 0, "the play spends only what it may"
    expected = script(SEASON, seed=TUNING_SEEDS[0], scale=0.15).scale()
    assert (len(season.cashed), sum(each.is_fraud for each in season.cashed)) == (expected["redemptions"], expected["fraudulent"])
    assert season.tried, "somebody tried what nobody had"
    assert 0 < watched.people_answered < watched.people_asked
    assert sum(watched.asked.values()) > 200
    found = seen(watched).places
    assert sum(each.cents for each in found) == 1000 * len(season.cashed)
    assert any(each.rules and each.label is Label.FRAUD for each in found)
    assert all(each.held_cents <= each.cents for each in found if each.label is not Label.FRAUD)
    assert all(each.on - SEASON.first_day >= timedelta(days=55) for each in watched.noticed)
    with acting_as_everything(why="the ledger of the season"):
        money = ledger.money(programme_id=season.programme_id).total
    assert money.owed == sum(each.cents for each in season.cashed)
