"""Evaluations with a known truth: it is found; nothing is found where there is nothing; no cause is said where the design cannot bear it."""

import hashlib
import json
import math
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import wilcoxon

from carnet.observatory.rules import evaluations as rules
from carnet.observatory.rules.evaluations import Claim, Doubt
from carnet.places.rules.tables import read_table

SEALED = date(2026, 3, 1)


def plan(design: str, units: list[str] | None = None, **more: object) -> rules.Plan:
    said = {"name": "Essai", "question": "Sait-on mieux ?", "design": design, "outcome": "compétences de base", **more}
    lines = [f"{key} = {json.dumps(value)}" for key, value in said.items()]
    if units is not None:
        lines.append(f"seed = 'loterie 2026-02-28 : 4 8 15'\nunits = {json.dumps(units)}")
    return rules.read_plan("\n".join(lines).encode())


def results(lines: list[str]) -> object:
    return read_table("\n".join(lines).encode())


UNITS = [f"P{rank:03d}" for rank in range(120)]


class TestTheDraw:
    def test_anybody_recomputes_it(self) -> None:
        made = plan("waiting_list", UNITS)
        drawn = rules.draw(made)
        ordered = sorted(UNITS, key=lambda unit: hashlib.sha256(f"loterie 2026-02-28 : 4 8 15::{unit}".encode()).hexdigest())
        assert {unit for unit, step in drawn.items() if step == 1} == set(ordered[:60])
        assert rules.draw(plan("waiting_list", UNITS)) == drawn

    def test_each_stratum_keeps_its_part_and_steps_are_even(self) -> None:
        units = [{"id": f"{where}{rank}", "stratum": where} for where in "ABC" for rank in range(7)]
        said = "name='a'\nquestion='b'\ndesign='stepped_wedge'\noutcome='c'\nseed='x'\nsteps=3\nunits=["
        made = rules.read_plan((said + ",".join(f"{{id='{each['id']}',stratum='{each['stratum']}'}}" for each in units) + "]").encode())
        drawn = rules.draw(made)
        for where in "ABC":
            steps = [step for unit, step in drawn.items() if unit.startswith(where)]
            assert sorted(steps) == [1, 1, 1, 2, 2, 3, 3]

    @pytest.mark.parametrize(
        ("wrong", "what"),
        [
            ("seed=''", "seed"),
            ("units=['a','a']", "units"),
            ("treated=0", "treated"),
            ("nothing=1", "nothing"),
            ("design='hope'", "design"),
        ],
    )
    def test_a_wrong_plan_says_what(self, wrong: str, what: str) -> None:
        base = {"name": "'a'", "question": "'b'", "design": "'waiting_list'", "outcome": "'c'", "seed": "'x'", "units": "['a','b','c']"}
        name, value = wrong.split("=", 1)
        with pytest.raises(rules.PlanWrong) as refused:
            rules.read_plan("\n".join(f"{key}={told}" for key, told in {**base, name: value}.items()).encode())
        assert what in refused.value.facts["what"]


def waiting(effect: float, seed: int) -> rules.Result:
    made, rng = plan("waiting_list", UNITS, draws=999), np.random.default_rng(seed)
    drawn = rules.draw(made)
    lines = [f"{unit},{rng.normal(2 + effect * (drawn[unit] == 1), 1):.4f}" for unit in UNITS]
    return rules.result_of(made, results(["unit,outcome", *lines]), sealed_on=SEALED)  # type: ignore[arg-type]


class TestAWaitingList:
    def test_all_other_draws_are_told_when_they_are_few(self) -> None:
        outcomes = np.array([5.0, 6.0, 7.0, 1.0, 2.0, 3.5])
        told = rules.randomisation_test([1, 1, 1, 0, 0, 0], [""] * 6, outcomes[:, None], draws=999, seed="x")
        others = [outcomes[list(each)].mean() - np.delete(outcomes, list(each)).mean() for each in combinations(range(6), 3)]
        assert (told.draws, told.is_exact) == (20, True)
        assert told.p_value == sum(abs(other) >= told.effect - 1e-9 for other in others) / 20 == 0.1

    def test_the_lady_tasting_tea(self) -> None:
        """Fisher, 1935: eight cups, four of each, all named rightly: one chance in seventy, two with the other way round."""
        told = rules.randomisation_test([1] * 4 + [0] * 4, [""] * 8, np.array([[1.0]] * 4 + [[0.0]] * 4), draws=999, seed="x")
        assert (told.draws, told.p_value) == (70, 2 / 70)

    def test_the_truth_is_found_and_its_interval_holds_it(self) -> None:
        found = waiting(0.8, 5)
        assert found.claim is Claim.CAUSED
        assert found.low < 0.8 < found.high
        assert found.compared == (60, 60)

    def test_nothing_is_found_where_there_is_nothing(self) -> None:
        """Forty programmes that change nothing: about two in forty look otherwise, by chance."""
        rng = np.random.default_rng(6)
        begins = [1] * 20 + [0] * 20
        wrong = sum(
            rules.randomisation_test(begins, [""] * 40, rng.normal(size=(40, 1)), draws=199, seed=str(rank)).p_value <= 0.05
            for rank in range(40)
        )
        assert wrong <= 6
        assert waiting(0.0, 7).claim is Claim.NOT_SHOWN

    def test_the_interval_is_that_of_the_usual_test_when_the_usual_test_is_right(self) -> None:
        rng = np.random.default_rng(8)
        outcomes = np.concatenate([rng.normal(1, 1, 60), rng.normal(0, 1, 60)])
        told = rules.randomisation_test([1] * 60 + [0] * 60, [""] * 120, outcomes[:, None], draws=1999, seed="y")
        slack = 1.98 * math.sqrt(outcomes[:60].var(ddof=1) / 60 + outcomes[60:].var(ddof=1) / 60)
        assert (told.high - told.low) / 2 == pytest.approx(slack, rel=0.08)

    def test_no_cause_is_said_of_a_plan_not_sealed_or_sealed_after_or_with_people_lost(self) -> None:
        made, rng = plan("waiting_list", UNITS, draws=999), np.random.default_rng(9)
        drawn = rules.draw(made)
        lines = [f"{unit},{rng.normal(9 * (drawn[unit] == 1), 1):.3f},2026-02-01" for unit in UNITS]
        unsealed = rules.result_of(made, results(["unit,outcome,measured_on", *lines]), sealed_on=None)  # type: ignore[arg-type]
        late = rules.result_of(made, results(["unit,outcome,measured_on", *lines]), sealed_on=SEALED)  # type: ignore[arg-type]
        half = [line for line in lines if drawn[line.split(",")[0]] == 1 or rng.random() < 0.3]
        lost = rules.result_of(made, results(["unit,outcome", *[line.rsplit(",", 1)[0] for line in half]]), sealed_on=SEALED)  # type: ignore[arg-type]
        assert [each.claim for each in (unsealed, late, lost)] == [Claim.TOGETHER] * 3
        assert (unsealed.doubts, late.doubts) == ((Doubt.NOT_SEALED,), (Doubt.SEALED_LATE,))
        assert set(lost.doubts) == {Doubt.LOST_MANY, Doubt.LOST_UNEVENLY}

    def test_a_unit_that_was_not_drawn_is_refused_with_its_line(self) -> None:
        with pytest.raises(rules.ResultsWrong) as refused:
            rules.result_of(plan("waiting_list", UNITS), results(["unit,outcome", "P001,2", "X,3"]), sealed_on=SEALED)  # type: ignore[arg-type]
        assert refused.value.facts["what"] == "3 : X"


class TestAStaggeredBeginning:
    @pytest.mark.parametrize(("effect", "claim"), [(1.0, Claim.CAUSED), (0.0, Claim.NOT_SHOWN)])
    def test_the_truth_is_found_under_a_trend_of_time(self, effect: float, claim: Claim) -> None:
        """Everybody progresses with time, and each commune has its own level: neither is taken for the programme."""
        units = [f"44{rank:03d}" for rank in range(30)]
        made, rng = plan("stepped_wedge", units, level="communes", steps=5, draws=999), np.random.default_rng(11)
        drawn = rules.draw(made)
        own = {unit: rng.normal(0, 0.3) for unit in units}
        lines = [
            f"{unit},{period},{own[unit] + 0.7 * period + effect * (drawn[unit] <= period) + rng.normal(0, 0.4):.4f}"
            for unit in units for period in range(6)
        ]  # fmt: skip
        found = rules.result_of(made, results(["unit,period,outcome", *lines]), sealed_on=SEALED)  # type: ignore[arg-type]
        assert found.claim is claim
        assert found.low < effect < found.high


def observed(effect: float, seed: int, *, hidden: float = 0.0) -> list[str]:
    """Older people come more, and know less: compared roughly, the programme seems to harm. `hidden`: something nobody noted."""
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(600):
        age, secret = rng.uniform(20, 90), rng.normal()
        came = rng.random() < 1 / (1 + math.exp(-(age - 60) / 12 - hidden * secret))
        lines.append(f"{int(came)},{8 - 0.08 * age + effect * came + hidden * secret + rng.normal(0, 0.6):.4f},{age:.1f}")
    return ["came,outcome,age", *lines]


class TestPeopleAlike:
    def test_a_rough_comparison_is_wrong_and_matching_mends_it(self) -> None:
        rows = [line.split(",") for line in observed(1.0, 20)[1:]]
        rough = np.mean([float(row[1]) for row in rows if row[0] == "1"]) - np.mean([float(row[1]) for row in rows if row[0] == "0"])
        assert rough < 0.2
        for how in ({"matching": "coarsened", "coarsening": {}}, {"matching": "nearest", "caliper": 0.1}):
            bounds = "\n[coarsening]\nage = [25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85]" if how["matching"] == "coarsened" else ""
            said = f"name='a'\nquestion='b'\ndesign='matched'\noutcome='c'\ncovariates=['age']\nmatching='{how['matching']}'\ncaliper=0.1{bounds}"
            found = rules.result_of(rules.read_plan(said.encode()), results(observed(1.0, 20)), sealed_on=SEALED)  # type: ignore[arg-type]
            balance = found.details["balance"][0]
            assert abs(balance["before"]) > 0.5 > 0.1 > abs(balance["after"])
            assert found.effect == pytest.approx(1.0, abs=0.2)
            assert found.claim is Claim.TOGETHER
            assert Doubt.NOT_DRAWN in found.doubts

    def test_something_hidden_deceives_it_which_is_why_no_cause_is_said(self) -> None:
        said = "name='a'\nquestion='b'\ndesign='matched'\noutcome='c'\ncovariates=['age']\nmatching='nearest'\ncaliper=0.1"
        found = rules.result_of(rules.read_plan(said.encode()), results(observed(0.0, 21, hidden=1.0)), sealed_on=SEALED)  # type: ignore[arg-type]
        assert found.p_value < 0.05  # there is nothing, and it looks like something
        assert found.claim is Claim.TOGETHER

    def test_bounds_at_one_are_the_signed_rank_test_and_the_e_value_is_the_published_one(self) -> None:
        rng = np.random.default_rng(22)
        assert rules.gamma_of(np.tile([1.0, -1.0], 40)) is None
        gaps = rng.normal(0.5, 1, 80)
        gamma = rules.gamma_of(gaps)
        assert wilcoxon(gaps).pvalue < 0.05
        assert gamma is not None and 1.0 < gamma < 6
        assert rules.gamma_of(-gaps) == gamma
        # VanderWeele and Ding, 2017: a ratio of 3.9 asks for 7.26.
        assert round(rules.e_value(3.9), 2) == 7.26
        assert rules.e_value(1 / 3.9) == pytest.approx(rules.e_value(3.9))


def panel(effect: float, seed: int, *, drift: float = 0.0) -> list[str]:
    rng = np.random.default_rng(seed)
    lines = []
    for rank in range(60):
        came, own = rank % 2, rng.normal(0, 2)
        lines += [
            f"C{rank},{came},{2020 + period},{own + period + drift * came * period + effect * came * (period >= 3) + rng.normal(0, 0.5):.4f}"
            for period in range(6)
        ]
    return ["unit,came,period,outcome", *lines]


class TestChangesElsewhere:
    def test_the_truth_is_found_when_both_went_the_same_way(self) -> None:
        made = plan("difference_in_differences", first_period="2023")
        found = rules.result_of(made, results(panel(0.9, 34)), sealed_on=SEALED)  # type: ignore[arg-type]
        assert found.low < 0.9 < found.high
        assert found.claim is Claim.TOGETHER
        assert Doubt.PAST_DIFFERS not in found.doubts
        assert len(found.details["trends"]) == 6
        assert rules.result_of(made, results(panel(0.0, 31)), sealed_on=SEALED).claim is Claim.NOT_TOGETHER  # type: ignore[arg-type]

    def test_two_paths_that_parted_before_are_told(self) -> None:
        found = rules.result_of(
            plan("difference_in_differences", first_period="2023"), results(panel(0.0, 32, drift=0.6)), sealed_on=SEALED
        )  # type: ignore[arg-type]
        assert Doubt.PAST_DIFFERS in found.doubts
        alone = rules.result_of(plan("difference_in_differences", first_period="2021"), results(panel(0.0, 32)), sealed_on=SEALED)  # type: ignore[arg-type]
        assert Doubt.NO_PAST in alone.doubts


class TestWhatMayBeSaid:
    @pytest.mark.parametrize("design", [rules.Design.MATCHED, rules.Design.DIFFERENCES])
    @pytest.mark.parametrize("p_value", [0.0, 1e-9, 0.049, 0.5])
    def test_no_observed_design_ever_says_a_cause(self, design: rules.Design, p_value: float) -> None:
        for doubts in [(), *combinations(Doubt, 1)]:
            assert rules.claim_of(design, p_value, doubts) in (Claim.TOGETHER, Claim.NOT_TOGETHER)

    @pytest.mark.parametrize(
        "text",
        ["Grâce au programme, on sait mieux.", "Le carnet a permis à 40 personnes d’apprendre.", "Un effet de 12 points", "Le programme améliore les choses",
         "cela a fait baisser l’illectronisme", "The vouchers reduced exclusion", "Lessons improved skills", "C’est efficace."],
    )  # fmt: skip
    def test_words_of_a_cause_are_refused_unless_the_design_bears_them(self, text: str) -> None:
        for claim in (Claim.TOGETHER, Claim.NOT_TOGETHER, Claim.NOT_SHOWN):
            with pytest.raises(rules.CausalWordsRefused):
                rules.check_words(text, claim)
        assert rules.check_words(text, Claim.CAUSED) == text

    def test_plain_words_pass(self) -> None:
        said = "Les personnes venues ont plus souvent les compétences de base que d’autres du même âge."
        assert rules.check_words(said, Claim.TOGETHER) == said

    def test_a_result_is_kept_and_read_back(self) -> None:
        found = waiting(0.8, 5)
        assert rules.written(rules.read_result(json.loads(json.dumps(rules.written(found))))) == rules.written(found)
