"""A desk's sheets of paper over HTTP: printed, typed line by line, mended, each line once; booklets taken out before are only noted."""

from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client

from carnet.distribution import queries as distribution
from carnet.distribution.models import HandOver, PaperSheetLine, Plan
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.factories.campaign import organisation
from tests.web.season import Season
from tests.web.season import season as season
from tests.web.test_places_pages import text_of

DAY = "2026-03-02"


def opened(client: Client, **more: Any) -> Any:
    answer = client.post("/prescriber/papers/open/", {"request_id": uuid4(), "count": 1} | more)
    return answer if "print" in more else answer["Location"]


def line(position: int, serial: str, **changes: Any) -> dict[str, Any]:
    given = {"given_on": DAY, "serial": serial} | changes
    return {f"line-{position}-{name}": value for name, value in given.items()}


def voucher(season: Season, rank: int) -> str:
    with acting_as_everything(why="read a serial"):
        series = ledger.series(season.campaign.series_id)
        return ledger.serial_of_voucher(series, series.first_voucher_id + rank)


def rows(model: Any) -> list[Any]:
    with acting_as_everything(why="look"):
        return list(model.objects.order_by("id"))


def test_the_sheet_to_print_says_its_questions_and_its_numbers(season: Season) -> None:
    answer = opened(season.desk, count=2, **{"print": "yes"})
    assert answer["Content-Type"] == "application/pdf" and b"/StructTreeRoot" in answer.content
    with pypdfium2.PdfDocument(answer.content) as document:
        assert len(document) == 2
        said = " ".join(document[1].get_textpage().get_text_range().split())
    for words in ("Feuille de remise n° 2", "Aucun nom", "Faire un CV", "Quartier prioritaire", "75 ans et plus", "Pas d’internet"):
        assert words in said, words


def test_each_line_has_its_answer_and_what_was_typed_stays(season: Season) -> None:
    desk, (_id, serial) = season.desk, season.booklet(2)
    where = opened(desk)
    form = (
        line(1, voucher(season, 10), voucher_count="2", wants="2 1", sends_mail="no", moves_files="yes", age_band="FROM_75", area="TOWN")
        | line(2, serial, given_on="", seeker="yes", lacks=["no_equipment", "too_costly"])
        | line(3, "NM-C00000001-00")
        | line(4, voucher(season, 0), given_on="2026-03-25")
        | line(5, serial, wants="12")
    )
    answer = desk.post(where, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "5 chèques notés comme remis" in page
    for words in ("Ligne 3", "Ligne 4", "Ce jour n’est pas encore venu", "Ligne 5", "Des nombres de 1 à"):
        assert words in page, words
    assert 'value="NM-C00000001-00"' in page, "what was typed is still there"
    first, second = rows(HandOver)
    assert (first.kind, first.voucher_count, first.age_band, first.reason, first.area) == ("VOUCHERS", 2, "FROM_75", "WORK", "TOWN")
    assert (second.kind, second.voucher_count, second.low_qualified_job_seeker) == ("BOOKLETS", 3, True), "the rest of the booklet"
    told, other = rows(Plan)
    assert (sorted(told.wants), told.sends_mail, told.moves_files) == (["cv", "register-job-seeker"], False, True)
    assert (other.no_equipment, other.too_costly, other.no_connection) == (True, True, False)
    assert [str(each.given_on) for each in rows(PaperSheetLine)] == [DAY, DAY], "the day left empty is that of the line above"
    assert "1 feuille de papier commencée" in text_of(desk.get("/prescriber/"))
    again = desk.post(where, form)
    assert again.status_code == 422 and len(rows(HandOver)) == 2, "a line is accepted once"


def test_a_booklet_taken_out_before_is_noted_and_counts_in_the_figures(season: Season) -> None:
    desk, (booklet_id, serial) = season.desk, season.booklet(2)
    out = {"request_id": str(uuid4()), "first_serial": serial, "last_serial": serial, "counted": 1}
    assert desk.post("/prescriber/take-out/", out).status_code == 302
    where = opened(desk)
    assert (
        desk.post(
            where, line(1, serial, voucher_count="2", age_band="UNDER_26") | line(2, serial, seeker="yes", came_before="no")
        ).status_code
        == 302
    )
    assert [each.kind for each in rows(HandOver)] == ["TAKEN_OUT"], "nothing is handed over twice"
    noted = rows(PaperSheetLine)
    assert [(each.voucher_count, each.was_taken_out, each.booklet_id) for each in noted] == [(2, True, booklet_id), (3, True, booklet_id)]
    third = desk.post(where, line(3, serial))
    assert (third.status_code, "déjà noté sur une autre ligne" in text_of(third)) == (422, True)
    with acting_as_everything(why="figures"):
        ticks = distribution.ticks_of_programme(programme_id=season.campaign.programme_id)
    assert ticks["age_band"] == {"UNDER_26": 1, "NOT_SAID": 1}
    assert ticks["low_qualified_job_seeker"]["True"] == 1
    assert ticks["came_before"] == {"False": 1, "None": 1}, "never came before; not asked"


def test_a_finished_sheet_takes_nothing_more_and_is_of_its_desk_only(season: Season) -> None:
    desk, (_id, serial) = season.desk, season.booklet(2)
    where = opened(desk)
    with acting_as_everything(why="another desk"):
        other = organisation("Autre guichet", "PRESCRIBER")
    stranger = season.enter("PRESCRIBER_LEAD", other)
    assert stranger.get(where).status_code == 404
    assert stranger.post(f"{where}finish/").status_code == 404
    assert desk.post(f"{where}finish/").status_code == 302
    assert "Terminée le" in desk.post(where, line(1, serial)).content.decode()
    assert rows(PaperSheetLine) == []


@pytest.mark.parametrize("form", [{}, {"line-1-age_band": "UNDER_26"}], ids=["nothing", "no number"])
def test_nothing_is_lost_by_saying_nothing(season: Season, form: dict[str, str]) -> None:
    desk = season.desk
    where = opened(desk)
    answer = desk.post(where, form, follow=True)
    assert ("rien n’a été saisi" if not form else "Écrivez le numéro du carnet") in answer.content.decode()
    assert len(answer.content) < 90_000
