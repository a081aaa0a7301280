"""A telephone left to be told of a change, whom to call, a seat given on the day, and the month on a door: over HTTP."""

import io
import re
from datetime import date
from typing import Any

import pikepdf
import pytest
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.workshops.models import Booking, Contact
from tests.factories.campaign import rid
from tests.web.test_lessons_pages import FRIDAY, Season, book_online, number_in, paris, planned, season, serial
from tests.web.test_places_pages import text_of

__all__ = ["season"]
PHONE, READ = "0639980042", "06 39 98 00 42"


@pytest.fixture(autouse=True)
def without_texts(settings: Any) -> None:
    settings.SMS_GATEWAY = "none"


def contacts() -> int:
    with acting_as_everything(why="count what is kept"):
        return Contact.objects.count()


def session_page(season: Season, session_id: int) -> Any:
    return season.counter.get(f"/place/sessions/{session_id}/")


def booking_ids(session_id: int, state: str) -> list[int]:
    with acting_as_everything(why="find the buttons"):
        return list(Booking.objects.filter(session_id=session_id, state=state).order_by("id").values_list("id", flat=True))


def test_a_person_leaves_a_telephone_with_the_seat_and_is_called_when_it_is_cancelled(season: Season) -> None:
    (session_id, *_rest) = planned(season)
    answer = Client().post(f"/agenda/{session_id}/", {"serial": serial(season), "phone": PHONE, "request_id": str(rid())})
    number = number_in(answer)
    assert READ not in text_of(session_page(season, session_id)), "nobody sees it while there is nothing to tell"
    said = text_of(season.counter.post(f"/place/sessions/{session_id}/cancel/", {"request_id": str(rid()), "reason": "Panne"}, follow=True))
    assert "Qui prévenir" in said and READ in said and number in said
    (booking_id,) = booking_ids(session_id, "ENDED")
    assert season.counter.post(f"/place/sessions/{session_id}/note/", {"called": booking_id, "request_id": str(rid())}).status_code == 302
    assert "appelé" in text_of(session_page(season, session_id))


def test_the_telephone_is_refused_on_its_field_and_no_seat_is_taken(season: Season) -> None:
    (session_id, *_rest) = planned(season)
    answer = Client().post(f"/agenda/{session_id}/", {"serial": serial(season), "phone": "0639", "request_id": str(rid())})
    assert (answer.status_code, "n’est pas un numéro de téléphone" in text_of(answer)) == (422, True)
    assert booking_ids(session_id, "BOOKED") == []


def test_with_the_number_of_the_slip_it_is_left_seen_and_erased(season: Season) -> None:
    (session_id, *_rest) = planned(season)
    number = number_in(book_online(session_id, serial(season)))
    visitor = Client()
    assert "Laisser ce téléphone" in text_of(visitor.post("/reservation/", {"number": number}))
    wrong = visitor.post("/reservation/", {"number": number, "phone": "12", "leave-phone": "1"})
    assert (wrong.status_code, contacts()) == (422, 0)
    left = visitor.post("/reservation/", {"number": number, "phone": PHONE, "leave-phone": "1"})
    assert "Effacer mon téléphone" in text_of(left) and READ not in text_of(left)
    visitor.post("/reservation/", {"number": number, "forget-phone": "1"})
    assert contacts() == 0


def test_a_desk_notes_it_for_the_person_in_front_of_it(season: Season) -> None:
    (session_id, *_rest) = planned(season)
    slip = season.desk.post(f"/prescriber/lessons/{session_id}/book/", {"request_id": str(rid())}, follow=True)
    address = slip.redirect_chain[-1][0].split("?")[0]
    assert season.desk.post(address, {"phone": "x", "leave-phone": "1"}).status_code == 422
    said = text_of(season.desk.post(address, {"phone": PHONE, "leave-phone": "1"}, follow=True))
    assert "le lieu la préviendra d’un changement" in said and READ not in said
    assert contacts() == 1


def test_a_place_notes_the_number_of_whoever_calls(season: Season) -> None:
    (session_id, *_rest) = planned(season)
    season.counter.post(f"/place/sessions/{session_id}/add/", {"request_id": str(rid()), "phone": PHONE})
    bad = season.counter.post(f"/place/sessions/{session_id}/add/", {"request_id": str(rid()), "phone": "12"}, follow=True)
    assert "n’est pas un numéro de téléphone" in text_of(bad)
    assert (contacts(), len(booking_ids(session_id, "BOOKED"))) == (1, 1)


def test_on_the_day_the_seat_of_an_absent_person_is_given(season: Season, settings: Any) -> None:
    (session_id, *_rest) = planned(season)
    for _each in range(3):
        season.counter.post(f"/place/sessions/{session_id}/add/", {"request_id": str(rid())})
    assert "Lui donner une place" not in text_of(session_page(season, session_id))
    settings.CARNET_CLOCK = paris(FRIDAY, 14, 40)
    (waiting,), absent = booking_ids(session_id, "WAITING"), booking_ids(session_id, "BOOKED")[0]
    address = f"/place/sessions/{session_id}/note/"
    refused = season.counter.post(address, {"seat": waiting, "request_id": str(rid())}, follow=True)
    assert "Notez d’abord qui est absent" in text_of(refused)
    season.counter.post(address, {"came": f"no-{absent}", "request_id": str(rid())})
    said = text_of(season.counter.post(address, {"seat": waiting, "request_id": str(rid())}, follow=True))
    assert "La personne a une place." in said and "place donnée" in said
    for rubbish in ({"seat": "x"}, {"called": "9" * 30}, {"seat": str(10**15)}, {"came": "yes-"}):
        assert season.counter.post(address, {**rubbish, "request_id": "x"}).status_code == 302


def words_of(answer: Any) -> str:
    """What a reader of PDF finds: its title and how many pages; the text itself is drawn in glyphs."""
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        return f"{pdf.docinfo.get('/Title')} {len(pdf.pages)}"


@pytest.mark.parametrize("month", ["2026-03", "2026-12", "rubbish", ""])
def test_the_month_is_a_sheet_of_paper(season: Season, month: str) -> None:
    planned(season)
    answer = Client().get(f"/agenda/lieu/{season.campaign.place_id}/mois.pdf?month={month}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    said = words_of(answer)
    assert "Agenda" in said and re.search(r" 1$", said)


def test_a_networks_month_and_that_of_a_place_that_does_not_exist(season: Season) -> None:
    planned(season)
    assert Client().get(f"/agenda/reseau/{season.campaign.place_organisation_id}/mois.pdf").status_code == 200
    assert Client().get("/agenda/lieu/999999/mois.pdf").status_code == 404
    assert "mois.pdf" in Client().get(f"/agenda/lieu/{season.campaign.place_id}/").content.decode()
    assert f"mois.pdf?month={date(2026, 3, 1):%Y-%m}" in season.counter.get("/place/sessions/?month=2026-03").content.decode()
