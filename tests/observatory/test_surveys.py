"""Indicators from weighted answers: shares held to closed forms, to statsmodels, to a published example and to simulation; files as they come."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.proportion import proportion_confint

from carnet.observatory.rules import surveys
from carnet.observatory.rules._skills import Edition
from carnet.places.rules.tables import read_table

DATA = Path(surveys.__file__).parents[2] / "data" / "surveys"


def numbers(values: list[bool] | np.ndarray) -> np.ndarray:
    return np.array(values, dtype=np.bool_)


def everybody(count: int) -> np.ndarray:
    return np.ones(count, dtype=np.bool_)


class TestShares:
    def test_a_published_example(self) -> None:
        """Stata's `sysuse auto; svyset, srs; svymean foreign`: .2972973, standard error .0534958, deff 1 (Statalist, 27 August 2004)."""
        cases = numbers([rank < 22 for rank in range(74)])
        found = surveys.share(surveys.sample_of([1.0] * 74, [""] * 74, [""] * 74), everybody(74), cases)
        assert found is not None
        assert f"{found.value:.7f} {found.error:.7f}" == "0.2972973 0.0534958"
        assert found.design_effect == pytest.approx(74 / 73)  # ours is over p(1-p)/n

    def test_strata_of_equal_weights_follow_the_textbook_and_a_census_has_no_error(self) -> None:
        rng = np.random.default_rng(1)
        strata = np.repeat(["a", "b", "c"], [40, 60, 30])
        sizes = {"a": 400.0, "b": 3000.0, "c": 30.0}
        drawn = {"a": 40, "b": 60, "c": 30}
        cases = rng.random(130) < 0.3
        weights = [sizes[each] / drawn[each] for each in strata]
        found = surveys.share(surveys.sample_of(weights, list(strata), [""] * 130, sizes), everybody(130), cases)
        assert found is not None
        whole, variance = sum(sizes.values()), 0.0
        for each in "abc":
            seen = cases[strata == each].astype(float)
            variance += (sizes[each] / whole) ** 2 * (1 - drawn[each] / sizes[each]) * seen.var(ddof=1) / drawn[each]
        assert found.error == pytest.approx(math.sqrt(variance), rel=1e-12)

    @pytest.mark.parametrize("inside", [1.0, 0.4])
    def test_weights_and_clusters_are_those_of_an_independent_program(self, inside: float) -> None:
        """statsmodels: a weighted mean is a regression on a constant, its sandwich is the linearised variance."""
        rng = np.random.default_rng(2)
        clusters = np.repeat(np.arange(30), 12)
        cases = rng.random(360) < np.repeat(rng.beta(2, 5, 30), 12)
        weights, among = rng.uniform(1, 9, 360), rng.random(360) < inside
        found = surveys.share(surveys.sample_of(list(weights), [""] * 360, [str(each) for each in clusters]), among, cases)
        assert found is not None
        kept = WLS(cases.astype(float), np.ones(360), weights=weights * among)
        said = kept.fit(cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False})
        assert found.value == pytest.approx(said.params[0], rel=1e-12)
        assert found.error == pytest.approx(said.bse[0] * math.sqrt(30 / 29), rel=1e-10)

    def test_few_cases_take_the_exact_interval_and_none_still_says_something(self) -> None:
        sample = surveys.sample_of([1.0] * 60, [""] * 60, [""] * 60)
        low, high = proportion_confint(3, 60, method="beta")
        assert surveys.exact(3 / 60, 60) == pytest.approx((low, high), abs=1e-12)
        few = surveys.share(sample, everybody(60), numbers([rank < 3 for rank in range(60)]))
        none = surveys.share(sample, everybody(60), numbers([False] * 60))
        assert few is not None and none is not None
        assert (few.low, few.high) == pytest.approx((low, high), abs=0.003)
        assert none.value == none.low == 0.0
        assert 0.04 < none.high < 0.07

    def test_a_lonely_stratum_widens_and_is_counted(self) -> None:
        cases = numbers([True, False, True, False, True])
        lonely = surveys.sample_of([1.0] * 5, ["a", "a", "a", "a", "b"], [""] * 5)
        found, merged = (
            surveys.share(lonely, everybody(5), cases),
            surveys.share(surveys.sample_of([1.0] * 5, ["a"] * 5, [""] * 5), everybody(5), cases),
        )
        assert lonely.lonely_count == 1
        assert found is not None and merged is not None
        assert found.error == pytest.approx(math.sqrt(4 / 3 * 1.0 / 25 + (0.4 / 5) ** 2))

    def test_nobody_has_no_share(self) -> None:
        assert surveys.share(surveys.sample_of([1.0], [""], [""]), numbers([False]), numbers([True])) is None

    @pytest.mark.parametrize("true", [0.05, 0.3])
    def test_ninety_five_intervals_in_a_hundred_hold_the_truth(self, true: float) -> None:
        """A small sample of `make bench`-sized runs: two strata, 40 clusters of 8, unequal weights, 300 draws."""
        rng = np.random.default_rng(3)
        strata, clusters = ["a"] * 160 + ["b"] * 160, [str(each) for each in np.repeat(np.arange(40), 8)]
        sample = surveys.sample_of(list(np.tile([1.0, 2.0], 160)), strata, clusters)
        held = 0
        for _ in range(300):
            chances = np.repeat(rng.beta(true * 20, (1 - true) * 20, 40), 8)
            found = surveys.share(sample, everybody(320), rng.random(320) < chances)
            assert found is not None
            held += found.low <= true <= found.high
        assert 0.92 <= held / 300 <= 0.995


def read(text: str, mapping: surveys.ColumnMapping = surveys.AS_IS) -> surveys.Answers:
    return surveys.read_answers(read_table(text.encode()), mapping)


class TestFiles:
    def test_a_wrong_line_is_named_and_stops_no_other(self) -> None:
        found = read(
            "weight;latest_use;age;mail\n1,5;3_months;40;oui\n-2;never;40;\n1;sometimes;40;\n1;never;140;\n1;never;80;peut-être\n2;never;;\n"
        )
        assert [answer.weight for answer in found.lines] == [1.5, 2.0]
        assert [(fault.line, fault.column) for fault in found.faults] == [(3, "weight"), (4, "latest_use"), (5, "age"), (6, "mail")]

    def test_another_file_is_read_through_a_mapping(self) -> None:
        mapping = surveys.read_mapping(
            b'[columns]\nweight = "POIDS"\nlatest_use = "IUTIL"\n[values.latest_use]\n"1" = "3_months"\n"4" = "never"\n[values.mail]\n"5"="yes"'
        )
        found = read("POIDS;IUTIL;mail;secret\n2;1;5;x\n1;4;;y\n", mapping)
        assert [answer.latest_use for answer in found.lines] == ["3_months", "never"]
        assert found.unknown == ("secret",)

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"[columns", "Expected"),
            (b'[columns]\nnobody = "X"', "nobody"),
            (b'[values.latest_use]\n"1" = "daily"', "latest_use"),
            (b"[other]", "other"),
        ],
    )
    def test_a_wrong_mapping_is_refused_with_what_is_wrong(self, content: bytes, what: str) -> None:
        with pytest.raises(surveys.MappingWrong) as refused:
            surveys.read_mapping(content)
        assert what in refused.value.facts["what"]

    def test_without_the_question_on_internet_nothing_is_computed(self) -> None:
        with pytest.raises(surveys.ColumnMissing):
            read("weight\n1\n")
        with pytest.raises(surveys.NoAnswers):
            read("latest_use\nsometimes\n")


# Four people: a user with every domain of both editions, one who only writes mails, one of last year, one never.
FULL = ["goods", "mail", "installing", "words", "secure", "buying", "copying", "combined"]


def four() -> surveys.Answers:
    lines = ["weight;latest_use;age;area;" + ";".join(FULL)]
    lines += ["1;3_months;30;A;" + ";".join(["1"] * 8), "2;3_months;50;A;0;1" + ";0" * 6]
    lines += ["3;12_months;65;B" + ";" * 8, "4;never;80;B" + ";" * 8]
    return read("\n".join(lines))


class TestIndicators:
    def test_each_definition_by_hand(self) -> None:
        table = surveys.compute(four(), least=0)
        told = {key: table.row(key).share for key in surveys.INDICATOR_BY_KEY}
        shares = {key: round(each.value, 6) for key, each in told.items() if each is not None}
        assert shares["no_use_3_months"] == 0.7
        assert shares["no_use_12_months"] == 0.4
        assert shares["lacks_software_2015"] == shares["lacks_one_2015"] == round(2 / 3, 6)
        assert shares["lacks_communication_2015"] == shares["no_skill_2015"] == 0
        assert shares["illectronism_2019"] == 0.4  # the user of last year is not counted, who has one skill neither
        assert shares["illectronism_2021"] == 0.9  # no internet for three months, or four domains of five lacking
        assert shares["weak_2021"] == 0
        assert shares["basic_2015"] == shares["basic_2021"] == 0.1
        assert table.editions == (Edition.FOUR_DOMAINS, Edition.FIVE_DOMAINS)

    def test_cuts_and_crossings_sum_to_the_whole(self) -> None:
        table = surveys.compute(four(), crossed=[("age", "area")], least=0)
        assert table.row("no_use_12_months", ("area",), ("B",)).share.value == pytest.approx(4 / 7)  # type: ignore[union-attr]
        crossed = [row for row in table.rows if row.indicator == "no_use_3_months" and row.cut == ("age", "area")]
        assert sum(row.count for row in crossed) == 4
        for cut in (("age", "income"), ("age",), ("age", "age")):
            with pytest.raises(surveys.CutUnknown):
                surveys.compute(four(), crossed=[cut])

    def test_one_hidden_cell_is_never_alone(self) -> None:
        counts = {("a",): 3, ("b",): 40, ("c",): 25, ("d",): 0}
        assert surveys.hidden_cells(counts, 20) == {("a",), ("c",)}
        assert surveys.hidden_cells({("a",): 30, ("b",): 40}, 20) == set()
        table = surveys.compute(four())
        assert all(row.share is None for row in table.rows if row.cut)

    def test_the_example_shipped_reads_without_a_fault(self) -> None:
        found = surveys.read_answers(read_table((DATA / "example.csv").read_bytes()))
        assert not found.faults and not found.unknown
        assert len(found.editions) == 2
        assert surveys.compute(found).strata > 1


def published() -> surveys.Inputs:
    data = DATA.parent
    names = ("digital_skills_by_age", "digital_skills_above_basic", "digital_skills_by_area", "internet_use_by_age")
    rows = [list(csv.DictReader((data / f"eurostat-{name}.csv").read_text(encoding="utf-8").splitlines())) for name in names]
    return surveys.Inputs(*rows, json.loads((data / "insee-illectronisme-2019-epci-hauts-de-france.json").read_text(encoding="utf-8")))


class TestPublishedFigures:
    def test_each_is_found_again_from_public_inputs(self) -> None:
        found = {each.key: each for each in surveys.reproduce(published())}
        assert [each.key for each in found.values() if not each.is_reproduced] == []
        assert found["epci_sum"].recomputed == 807_840
        assert found["basic_from_ages_fr"].difference == found["above_from_ages_eu27_2020"].difference == 0

    def test_an_input_that_changes_is_seen(self) -> None:
        inputs = published()
        rows = [dict(row) for row in inputs.by_age]
        cell = next(row for row in rows if (row["geo_code"], row["year"], row["age_group"]) == ("FR", "2025", "25-54"))
        cell["pct_basic_or_above_digital_skills"] = "73.41"  # 0.3 more than Eurostat's
        wrong = {each.key for each in surveys.reproduce(replace(inputs, by_age=rows)) if not each.is_reproduced}
        assert {"basic_from_ages_fr", "two_tables"} <= wrong

    def test_the_schema_shipped_is_that_of_the_program(self) -> None:
        assert json.loads((DATA / "schema.json").read_text(encoding="utf-8")) == surveys.table_schema()
        surveys.read_mapping((DATA / "mapping-example.toml").read_bytes())
