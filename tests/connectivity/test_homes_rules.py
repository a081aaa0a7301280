"""What a file of homes may say, who has a right, how a connection lives: rules alone, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.connectivity.rules import (
    FUNDED,
    LIVE,
    NEEDLESS,
    OVER,
    REQUIRED,
    SHOWABLE,
    TRANSITIONS,
    ConnectionCode,
    ConnectionCodeMistyped,
    ConnectionMistyped,
    ConnectionNumber,
    ConnectionState,
    DayInvalid,
    Eligibility,
    EstateColumn,
    EstateEmpty,
    EstateFaultCode,
    EstateFaulty,
    EstateTooLarge,
    Ground,
    NotEligible,
    OfferIncomplete,
    PaperNeedless,
    Proof,
    WrongState,
    check_appointment,
    check_becomes,
    check_done_on,
    check_eligible,
    checked_eligibility,
    is_visit_open,
    missing_grounds,
    read_estate,
)

TODAY = date(2026, 3, 2)
COLUMNS = [each.value for each in EstateColumn]
LINE = dict(
    zip(COLUMNS, ("SAULES", "Les Saules", "3 rue des Saules", "44300", "Nantes", "44109", "20", "oui", "S-001", "porte 1"), strict=True)
)


def faults_of(*lines: dict[str, str], columns: list[str] | None = None) -> list[tuple[int, str, EstateFaultCode]]:
    with pytest.raises(EstateFaulty) as refused:
        read_estate(columns or COLUMNS, enumerate(lines, start=2))
    return [(each.line, each.column, each.code) for each in refused.value.facts["faults"]]


class TestAFileOfHomes:
    def test_one_residence_with_its_homes_in_the_order_of_the_file(self) -> None:
        (found,) = read_estate(COLUMNS, enumerate((LINE, {**LINE, "logement": "S-002", "porte": ""}), start=2))
        assert [(home.reference, home.door) for home in found.homes] == [("S-001", "porte 1"), ("S-002", "")]
        assert (found.dwelling_count, found.has_fibre, found.commune) == (20, True, "44109")

    def test_titles_are_read_whatever_their_capitals_accents_and_usual_names(self) -> None:
        titles = [
            "Réf. résidence",
            "Nom résidence",
            "VOIE",
            "CP",
            "Commune",
            "Code INSEE",
            "Nb logements",
            "FTTH",
            "Réf logement",
            "Localisation",
        ]
        (found,) = read_estate(titles, [(2, dict(zip(titles, LINE.values(), strict=True)))])
        assert found.name == "Les Saules" and found.homes[0].reference == "S-001"

    def test_a_first_zero_lost_by_a_spreadsheet_is_given_back_and_fibre_may_be_unknown(self) -> None:
        (found,) = read_estate(COLUMNS, [(2, {**LINE, "code_postal": "1000", "code_insee": "1004", "fibre": "", "logements": ""})])
        assert (found.postcode, found.commune, found.has_fibre, found.dwelling_count) == ("01000", "01004", None, 1)

    @pytest.mark.parametrize("column", REQUIRED)
    def test_what_must_be_there_is_missed_by_its_line(self, column: EstateColumn) -> None:
        assert (2, column.value, EstateFaultCode.EMPTY) in faults_of({**LINE, column.value: " "})

    def test_each_fault_has_its_line_and_its_column(self) -> None:
        wrong = {**LINE, "logement": "S-002", "code_insee": "nantes", "code_postal": "4430", "logements": "beaucoup", "fibre": "peut-être"}
        assert faults_of(LINE, wrong) == [
            (3, "code_insee", EstateFaultCode.COMMUNE),
            (3, "logements", EstateFaultCode.NUMBER),
            (3, "fibre", EstateFaultCode.YES_OR_NO),
        ]

    def test_two_lines_that_contradict_each_other_are_named_together(self) -> None:
        with pytest.raises(EstateFaulty) as refused:
            read_estate(COLUMNS, enumerate((LINE, LINE, {**LINE, "nom": "Autre", "logement": "S-003"}), start=2))
        assert [(each.line, each.code, each.other_line) for each in refused.value.facts["faults"]] == [
            (3, EstateFaultCode.TWICE, 2),
            (4, EstateFaultCode.OTHER_RESIDENCE, 2),
        ]

    @pytest.mark.parametrize("title", ["Locataire", "PRÉNOM", "téléphone", "Date de naissance", "Revenus", "NIR"])
    def test_a_column_of_people_is_a_fault_of_the_header(self, title: str) -> None:
        assert faults_of({**LINE, title: "x"}, columns=[*COLUMNS, title]) == [(1, title, EstateFaultCode.COLUMN_OF_PEOPLE)]

    def test_a_missing_column_is_said_once_not_at_every_line(self) -> None:
        found = faults_of(LINE, LINE, columns=[each for each in COLUMNS if each != "logement"])
        assert found == [(1, "logement", EstateFaultCode.COLUMN_MISSING)]

    def test_an_empty_file_and_one_too_long_are_refused(self) -> None:
        with pytest.raises(EstateEmpty):
            read_estate(COLUMNS, [])
        with pytest.raises(EstateTooLarge):
            read_estate(COLUMNS, ((rank, {**LINE, "logement": str(rank)}) for rank in range(2, 20_003)))

    @given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=50), min_size=1), min_size=1, max_size=8))
    def test_whatever_the_cells_it_is_taken_whole_or_given_back_with_faults(self, lines: list[dict[str, str]]) -> None:
        homes, faults = 0, 0
        try:
            homes = sum(len(each.homes) for each in read_estate(COLUMNS, enumerate(lines, start=2)))
        except EstateFaulty as faulty:
            faults = faulty.facts["count"]
        assert homes == len(lines) if not faults else not homes


class TestWhoMayHaveOne:
    RULES = Eligibility((Ground.NO_CONNECTION,), (Ground.TOO_DEAR, Ground.LOW_INCOME), source="Convention")

    @given(st.sets(st.sampled_from(Ground)))
    def test_the_right_is_all_of_the_first_and_one_of_the_others(self, said: set[Ground]) -> None:
        has_right = Ground.NO_CONNECTION in said and bool(said & {Ground.TOO_DEAR, Ground.LOW_INCOME})
        assert (not missing_grounds(self.RULES, said)) is has_right
        if has_right:
            assert set(check_eligible(self.RULES, said)) == said & set(self.RULES.asked)
        else:
            with pytest.raises(NotEligible):
                check_eligible(self.RULES, said)

    def test_no_paper_is_both_showable_and_needless(self) -> None:
        assert not {paper for papers in SHOWABLE.values() for paper in papers} & set(NEEDLESS)

    def test_a_paper_is_for_a_ground_that_is_asked(self) -> None:
        shown = replace(self.RULES, proof=Proof.SHOWN, papers=("energy-cheque",))
        assert checked_eligibility(shown) is shown
        with pytest.raises(PaperNeedless):
            checked_eligibility(replace(shown, papers=("job-seeker-card",)))

    def test_rules_say_where_they_come_from_and_survive_their_storage(self) -> None:
        with pytest.raises(OfferIncomplete):
            checked_eligibility(replace(self.RULES, source=" "))
        with pytest.raises(OfferIncomplete):
            checked_eligibility(Eligibility((), (), source="x"))
        assert Eligibility.from_data(self.RULES.as_data()) == self.RULES


class TestItsLife:
    def test_every_state_is_reached_from_an_application_and_what_is_over_stays_so(self) -> None:
        reached, waiting = set(), [ConnectionState.APPLIED]
        while waiting:
            state = waiting.pop()
            if state not in reached:
                reached.add(state)
                waiting += TRANSITIONS[state]
        assert reached == set(ConnectionState)
        assert set(ConnectionState) == LIVE | OVER and not any(TRANSITIONS[each] for each in OVER)
        assert ConnectionState.APPLIED not in FUNDED and FUNDED < LIVE

    @given(st.sampled_from(ConnectionState), st.sampled_from(ConnectionState))
    def test_no_other_way_than_the_table(self, state: ConnectionState, wanted: ConnectionState) -> None:
        if wanted in TRANSITIONS[state]:
            check_becomes(state, wanted)
        else:
            with pytest.raises(WrongState):
                check_becomes(state, wanted)

    def test_days_are_neither_too_far_nor_before(self) -> None:
        check_appointment(TODAY, today=TODAY)
        check_done_on(TODAY - timedelta(days=31), since=TODAY - timedelta(days=40), today=TODAY)
        for wrong in (TODAY - timedelta(days=1), TODAY + timedelta(days=181)):
            with pytest.raises(DayInvalid):
                check_appointment(wrong, today=TODAY)
        for wrong in (TODAY + timedelta(days=1), TODAY - timedelta(days=32)):
            with pytest.raises(DayInvalid):
                check_done_on(wrong, since=date(2025, 1, 1), today=TODAY)

    def test_a_page_left_for_twenty_minutes_is_closed(self) -> None:
        opened = datetime(2026, 3, 2, 9, tzinfo=UTC)
        assert is_visit_open(opened_at=opened, seen_at=opened, at=opened + timedelta(minutes=19))
        assert not is_visit_open(opened_at=opened, seen_at=opened, at=opened + timedelta(minutes=20))
        assert not is_visit_open(opened_at=opened, seen_at=opened + timedelta(minutes=110), at=opened + timedelta(minutes=120))


class TestItsNumber:
    @given(st.integers(0, ConnectionNumber.DRAWN_MAX - 1))
    def test_what_is_printed_is_read_with_or_without_its_letter(self, drawn: int) -> None:
        number = ConnectionNumber.from_drawn(drawn)
        assert ConnectionNumber.parse(number.printed().lower()) == number == ConnectionNumber.parse(str(number))

    def test_a_mistyped_symbol_is_seen(self) -> None:
        number = ConnectionNumber.from_drawn(12345)
        other = "2" if str(number)[0] != "2" else "3"
        with pytest.raises(ConnectionMistyped):
            ConnectionNumber.parse(other + str(number)[1:])

    @given(st.binary(min_size=32, max_size=32))
    def test_a_code_is_read_as_it_is_printed_and_never_shown(self, mark: bytes) -> None:
        code = ConnectionCode.from_mark(mark)
        assert ConnectionCode.parse(code.printed().lower()) == code and code.text not in repr(code)
        with pytest.raises(ConnectionCodeMistyped):
            ConnectionCode.parse(code.text[:-1])
