"""What a territory lacks, what INSEE's files say, who is in need, what an objective is likely to become. Pure."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.observatory.queries.objectives import national_figures
from carnet.observatory.rules.indicators import (
    Fault,
    Indicator,
    IndicatorsUnreadable,
    IndicatorsWithoutColumn,
    Known,
    column,
    read,
)
from carnet.observatory.rules.objectives import ObjectiveDaysWrong, ObjectiveTooLow, Standing, check_objective, outlook
from carnet.observatory.rules.reach import Band, Estimate, Method, people_in_need, per_thousand, rounded_part, together
from carnet.observatory.rules.territories import (
    CommuneOutside,
    Need,
    Promise,
    TerritoryEmpty,
    checked_codes,
    checked_part,
    gaps,
    is_late,
    slug_of,
)

TODAY = date(2026, 11, 22)
PEOPLE = {"44109": 300_000, "44162": 46_000, "44020": 20_000}


def commune_of(code: str) -> str | None:
    return code if code in {*PEOPLE, "2A004"} else None


class TestGaps:
    def test_a_need_nobody_answers_is_missing_everywhere_and_comes_first(self) -> None:
        found = gaps(PEOPLE, [(1, Promise(Need.LEARN, frozenset()))])
        assert {gap.need for gap in found if gap.is_covered} == {Need.LEARN}
        assert found[0].missing == ("44109", "44162", "44020")
        assert (found[0].missing_people, found[0].people, found[0].actors) == (366_000, 366_000, 0)

    def test_two_actors_cover_together_what_neither_covers_alone(self) -> None:
        promised = [(1, Promise(Need.WORK, frozenset({"44109"}))), (2, Promise(Need.WORK, frozenset({"44162"})))]
        (work,) = [gap for gap in gaps(PEOPLE, promised) if gap.need is Need.WORK]
        assert (work.missing, work.missing_people, work.actors) == (("44020",), 20_000, 2)

    def test_a_commune_of_elsewhere_covers_nothing(self) -> None:
        (work,) = [gap for gap in gaps(PEOPLE, [(1, Promise(Need.WORK, frozenset({"75056"})))]) if gap.need is Need.WORK]
        assert len(work.missing) == 3

    def test_the_whole_territory_named_commune_by_commune_is_the_whole_territory(self) -> None:
        assert checked_part(["44109", "44162"], ["44162", "44109"]) == ()
        assert checked_part(["44162"], ["44162", "44109"]) == ("44162",)
        with pytest.raises(CommuneOutside):
            checked_part(["75056"], ["44109"])
        with pytest.raises(TerritoryEmpty):
            checked_codes(["99999"], PEOPLE)

    def test_a_step_is_late_the_day_after_its_day_and_never_once_closed(self) -> None:
        assert not is_late(TODAY, None, None, on=TODAY)
        assert is_late(date(2026, 11, 21), None, None, on=TODAY)
        assert not is_late(date(2026, 1, 1), TODAY, None, on=TODAY)
        assert not is_late(date(2026, 1, 1), None, TODAY, on=TODAY)

    def test_an_address_is_made_of_a_name(self) -> None:
        assert slug_of("Nantes Métropole & l’Erdre") == "nantes-metropole-l-erdre"


class TestReadingInsee:
    def test_names_change_with_the_vintage(self) -> None:
        assert column("P19_POP65P") == (Indicator.POP65P, 2019)
        assert column("p20_nscol15p_diplmin") == (Indicator.NSCOL15P_DIPLMIN, 2020)
        assert column("C16_MENPSEUL") == (Indicator.MENPSEUL, 2016)
        assert column("TP6021") == (Indicator.TP60, 2021)
        assert column("P99_POP") == (Indicator.POP, 1999)
        assert column("LIBGEO") is None
        assert column("P19_POPX") is None

    def test_a_base_cc_file_with_secrets_and_decimal_commas(self) -> None:
        content = "CODGEO;LIBGEO;P19_POP;P19_POP65P;TP6021\r\n44109;Nantes;318808,256;47000;15,0\r\n44162;Saint-Herblain;46603;s;nd\r\n"
        found = read(content.encode("cp1252"), commune_of=commune_of)
        told = {(each.commune, each.indicator): (each.value, each.known) for each in found.figures}
        assert told["44109", Indicator.POP] == (Decimal("318808.256"), Known.VALUE)
        assert told["44109", Indicator.TP60] == (Decimal("15.000"), Known.VALUE)
        assert told["44162", Indicator.POP65P] == (None, Known.SECRET)
        assert told["44162", Indicator.TP60] == (None, Known.MISSING)
        assert (found.communes, found.fault_count, found.is_summed) == (2, 0, False)

    def test_each_wrong_line_is_told_by_its_number_and_the_others_are_kept(self) -> None:
        lines = [
            "CODGEO,P19_POP,P19_POP65P,TP6021", "44109,300000,47000,15", "99999,1,1,1", "44109,2,1,1", "44162,abc,1,1", "44020,-4,1,1",
            "44020,10,11.5,1", "44020,20", "44020,20000,3000,101", "",
        ]  # fmt: skip
        found = read("\n".join(lines).encode(), commune_of=commune_of)
        assert found.faults == (
            Fault(3, "commune-unknown", "99999"), Fault(4, "commune-twice", "44109"), Fault(5, "not-a-number", "abc"), Fault(6, "below-zero", "-4"),
            Fault(7, "part-over-whole", "POP65P 11.500"), Fault(8, "too-short", "2"), Fault(9, "over-hundred", "101"),
        )  # fmt: skip
        assert {each.commune for each in found.figures} == {"44109"}

    def test_a_base_ic_file_is_summed_and_a_secret_part_makes_a_secret_whole(self) -> None:
        content = "IRIS;COM;P19_POP;P19_POP75P;TP6021\n441090101;44109;1000;80;12\n441090102;44109;500;s;20\n441620000;44162;30;3;s\n"
        found = read(content.encode(), commune_of=commune_of)
        told = {(each.commune, each.indicator): (each.value, each.known) for each in found.figures}
        assert found.is_summed
        assert told["44109", Indicator.POP] == (Decimal("1500.000"), Known.VALUE)
        assert told["44109", Indicator.POP75P] == (None, Known.SECRET)
        assert told["44109", Indicator.TP60] == (None, Known.MISSING), "the rate of a whole is no sum of rates"
        assert told["44162", Indicator.TP60] == (None, Known.SECRET)

    def test_lines_above_the_names_are_passed_over_and_corsica_keeps_its_letter(self) -> None:
        found = read(b"Source : INSEE\n\nCODGEO\tP20_POP\n2A004\t71000\n1001\t5\n", commune_of=commune_of)
        assert [(each.commune, each.vintage) for each in found.figures] == [("2A004", 2020)]
        assert found.faults == (Fault(5, "commune-unknown", "01001"),)

    @pytest.mark.parametrize("content", [b"", b"hello", b"a;b\n1;2\n", b"\xff\xfe\x00"])
    def test_what_is_no_table_of_communes_is_refused(self, content: bytes) -> None:
        with pytest.raises(IndicatorsUnreadable):
            read(content, commune_of=commune_of)

    def test_a_table_without_a_known_column_is_refused(self) -> None:
        with pytest.raises(IndicatorsWithoutColumn):
            read(b"CODGEO;LIBGEO\n44109;Nantes\n", commune_of=commune_of)

    @given(st.binary(max_size=200))
    def test_no_file_breaks_it(self, content: bytes) -> None:
        with pytest.raises((IndicatorsUnreadable, IndicatorsWithoutColumn)):
            read(content, commune_of=commune_of)


class TestPeopleInNeed:
    def test_with_ages_each_band_has_its_national_part(self) -> None:
        told = {
            Indicator.POP1529: Decimal(1000), Indicator.POP3044: Decimal(1000), Indicator.POP4559: Decimal(1000), Indicator.POP6074: Decimal(1000),
            Indicator.POP7589: Decimal(800), Indicator.POP90P: Decimal(200),
        }  # fmt: skip
        found = people_in_need(told, population=7000, vintage=2019)
        assert found.method is Method.AGES
        assert {band: round(each.middle) for band, each in found.by_band.items()} == {Band.ADULT: 150, Band.SIXTIES: 270, Band.OLDER: 670}
        assert round(found.whole.middle) == 1090
        assert (round(found.whole.low), round(found.whole.high)) == (872, 1308)

    def test_the_nation_s_ages_give_the_part_that_was_published(self) -> None:
        # Shares of the population of 15 and over, 2019, rounded: what the method must give back is INSEE's 16,5 %.
        told = {
            Indicator.POP1529: Decimal(21), Indicator.POP3044: Decimal(23), Indicator.POP4559: Decimal(24), Indicator.POP6074: Decimal(21),
            Indicator.POP75P: Decimal(11),
        }  # fmt: skip
        assert people_in_need(told, population=0, vintage=2019).whole.middle == pytest.approx(16.5, abs=0.7)

    def test_a_secret_band_falls_back_and_says_so(self) -> None:
        told = {Indicator.POP1529: None, Indicator.POP: Decimal(10_000), Indicator.POP65P: Decimal(2_000)}
        found = people_in_need(told, population=9_000, vintage=2019)
        assert found.method is Method.SENIORS
        assert found.whole.low < found.whole.middle < found.whole.high
        assert not found.by_band

    def test_without_any_file_it_is_an_estimate_with_wide_bounds(self) -> None:
        found = people_in_need({}, population=320_000, vintage=None)
        assert (found.method, found.vintage) == (Method.POPULATION, None)
        assert found.whole.shown() == (32_000, 43_000, 66_000)

    def test_a_rate_keeps_two_digits_and_is_not_said_of_too_few(self) -> None:
        need = Estimate(3200.0, 4300.0, 6600.0)
        rate = per_thousand(1234, need)
        assert rate is not None
        assert (rate.low, rate.middle, rate.high) == (190.0, 290.0, 390.0)
        assert per_thousand(None, need) is None
        assert per_thousand(3, Estimate(10.0, 40.0, 90.0)) is None
        assert [rounded_part(each) for each in (0, 0.04, 0.26, 3.46, 12.7, 1234)] == [0, 0, 0.3, 3.5, 13, 1200]

    def test_bands_are_summed_only_when_every_commune_has_them(self) -> None:
        ages = dict.fromkeys((Indicator.POP1529, Indicator.POP3044, Indicator.POP4559, Indicator.POP6074, Indicator.POP75P), Decimal(100))
        with_ages, without = people_in_need(ages, population=500, vintage=2019), people_in_need({}, population=500, vintage=None)
        assert set(together([with_ages, with_ages])[1]) == set(Band)
        whole, bands, methods = together([with_ages, without])
        assert not bands
        assert methods == {Method.AGES, Method.POPULATION}
        assert whole.middle == pytest.approx(with_ages.whole.middle + without.whole.middle)


class TestObjectives:
    def test_a_steady_pace_is_said_with_narrow_bounds(self) -> None:
        found = outlook([1000] * 12, so_far=12_000, target=18_000, due_on=date(2027, 5, 22), as_of=TODAY)
        assert found.expected is not None and abs(found.expected - 17_950) < 100
        assert (found.low, found.high) == (found.expected, found.expected)
        assert found.standing is Standing.UNLIKELY
        assert found.needed_pace == 1000
        assert found.reached_on is not None and found.reached_on > date(2027, 5, 22)

    def test_a_changing_pace_is_said_with_wide_bounds_and_the_same_each_time(self) -> None:
        asked = {"so_far": 5000, "target": 6200, "due_on": date(2027, 5, 22), "as_of": TODAY}
        found = outlook([100, 400, 50, 300, 20, 250, 180, 90], **asked)
        assert found == outlook([100, 400, 50, 300, 20, 250, 180, 90], **asked)
        assert found.low is not None and found.expected is not None and found.high is not None
        assert found.low < found.expected < found.high
        assert found.standing is Standing.OPEN

    def test_two_months_are_no_pace(self) -> None:
        found = outlook([500, 700], so_far=1200, target=9000, due_on=date(2027, 5, 22), as_of=TODAY)
        assert (found.standing, found.expected, found.pace) == (Standing.TOO_SOON, None, None)
        assert found.needed_pace == 1300

    def test_what_is_reached_or_past_is_no_forecast(self) -> None:
        assert outlook([10] * 6, so_far=100, target=100, due_on=date(2027, 1, 1), as_of=TODAY).standing is Standing.REACHED
        assert outlook([10] * 6, so_far=99, target=100, due_on=TODAY, as_of=TODAY).standing is Standing.MISSED

    def test_what_stands_still_is_never_reached(self) -> None:
        found = outlook([0, 0, 0, 0], so_far=50_000, target=1_000_000, due_on=date(2027, 12, 31), as_of=TODAY)
        assert (found.expected, found.reached_on, found.standing) == (50_000, None, Standing.UNLIKELY)

    @given(st.lists(st.integers(0, 10_000), min_size=3, max_size=24), st.integers(0, 50_000), st.integers(1, 1500))
    def test_bounds_hold_the_middle_and_nothing_goes_back(self, months: list[int], so_far: int, days: int) -> None:
        due_on = date.fromordinal(TODAY.toordinal() + days)
        found = outlook(months, so_far=so_far, target=so_far + 1, due_on=due_on, as_of=TODAY)
        assert found.low is not None and found.expected is not None and found.high is not None
        assert so_far <= found.low <= found.expected <= found.high

    def test_an_objective_is_above_its_start_and_after_it(self) -> None:
        check_objective(starting_count=330, starting_on=date(2020, 2, 1), target_count=1000, due_on=date(2020, 12, 31))
        with pytest.raises(ObjectiveTooLow):
            check_objective(starting_count=330, starting_on=TODAY, target_count=330, due_on=date(2027, 1, 1))
        with pytest.raises(ObjectiveDaysWrong):
            check_objective(starting_count=1, starting_on=TODAY, target_count=2, due_on=TODAY)


def test_the_national_figures_say_of_whom_of_when_and_by_whom() -> None:
    told = {each.key: (each.value, each.unit, each.year) for each in national_figures()}
    assert told["non-users-2019"] == ("15", "%", 2019)
    assert told["one-skill-2019"] == ("38", "%", 2019)
    assert told["never-connected-2017"] == ("6,7", "people", 2017)
    assert (told["ill-at-ease"][0], told["without-access"][0]) == ("7", "6,8")
    assert all(each.population and each.source and each.published and each.wording for each in national_figures())
    (smallest,) = [each.said("en") for each in national_figures() if each.key == "illectronism-2019"]
    assert (smallest.value, smallest.unit, smallest.year) == ("16.5", "%", 2019) and smallest.wording.startswith("of people")
    assert all(each.said("fr") is each and bool(each.said("en").doubt) == bool(each.doubt) for each in national_figures())
    assert all(each.doubt for each in national_figures() if not each.address), "a figure without an address says how it was read"
