"""What a person takes away: the slip on a page, as a PDF, by text message, as a letter; the leaflet; in four languages, marked until read."""

import io
import json
import re
from typing import Any
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from carnet.distribution.models import HandOver
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.texts import text_of as written
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.web.slips.languages import translations
from carnet.workshops import queries as workshops
from carnet.workshops.models import Booking, Session
from tests.activities.conftest import open_space
from tests.factories.campaign import organisation, rid
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_places_pages import text_of

LANGUAGES = ("fr", "en", "ar", "uk")
PLAN = {
    "service": "mailbox", "title": "", "day": "2026-03-13", "begins": "14h30", "minutes": "90", "rhythm": "ONCE", "seats": "2",
    "waiting_seats": "1", "voucher_count": "2", "taught_by": "VOLUNTEER", "languages": ["fr"], "note": "Entrée par la cour", "is_online": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_tried(db: None) -> None:
    cache.clear()


def given(desk: Client, season: Season) -> int:
    """A whole booklet handed over at the desk; the number of the hand-over."""
    booklet_id, _serial = season.booklet(2)
    with acting_as_everything(why="read the vouchers of a booklet"):
        vouchers = [each.id for each in ledger.vouchers_of_booklet(booklet_id)]
    answer = desk.post(f"/prescriber/hand-over/{booklet_id}/", {"request_id": str(uuid4()), "voucher_ids": vouchers})
    assert answer.status_code == 302, text_of(answer)[:500]
    with acting_as_everything(why="the latest hand-over"):
        return int(HandOver.objects.order_by("-id").values_list("id", flat=True)[0])


def booked(desk: Client, season: Season) -> int:
    """A lesson booked by the desk; the number of the booking."""
    planned = season.counter.post("/place/sessions/new/", PLAN | {"request_id": str(rid()), "place_id": season.campaign.place_id})
    assert planned.status_code == 302, text_of(planned)[:500]
    session_id = Session.objects.order_by("-id").values_list("id", flat=True)[0]
    assert desk.post(f"/prescriber/lessons/{session_id}/book/", {"request_id": str(rid())}).status_code == 302
    with acting_as_everything(why="the latest booking"):
        return int(Booking.objects.order_by("-id").values_list("id", flat=True)[0])


def said_in(pdf: bytes) -> str:
    """Every word of a PDF of one page that says its language and its structure."""
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        assert "/StructTreeRoot" in paper.Root and paper.Root.MarkInfo.Marked
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1, "one page"
        return " ".join(document[0].get_textpage().get_text_range().split())


def secrets(season: Season) -> list[str]:
    return [season.campaign.code(rank) for rank in range(10, 15)]


class TestTheSlip:
    def test_of_vouchers_says_how_many_until_when_and_where_and_never_a_code(self, season: Season) -> None:
        desk = season.desk
        number = given(desk, season)
        page = desk.get(f"/prescriber/slips/{number}/")
        said = text_of(page)
        for words in ("Vos chèques", "Chèques reçus : 5", "Utilisez-les jusqu’au", season.booklet(2)[1], "Où aller", "avec quelqu’un"):
            assert words in said, words
        assert page["Cache-Control"] == "no-store, private"
        assert len(page.content) < 60_000
        pdf = desk.get(f"/prescriber/slips/{number}/fiche.pdf")
        paper = said_in(pdf.content)
        assert "Chèques reçus : 5" in paper and "Ne donnez jamais le code" in paper
        for code in secrets(season):
            assert code not in said.replace(" ", "") and code not in paper.replace(" ", "")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_of_a_lesson_is_one_page_in_each_language(self, season: Season, language: str) -> None:
        desk = season.desk
        number = booked(desk, season)
        page = desk.get(f"/prescriber/slips/lessons/{number}/?language={language}").content.decode()
        direction = "rtl" if language == "ar" else "ltr"
        assert f'lang="{language}" dir="{direction}"' in page
        assert ('class="slip-mark"' in page) is (language in ("ar", "uk"))
        paper = said_in(desk.get(f"/prescriber/slips/lessons/{number}/fiche.pdf?language={language}").content)
        when = {"fr": "vendredi 13 mars 2026", "en": "Friday 13 March 2026", "ar": "2026", "uk": "13 березня 2026"}[language]
        # PDFium reads a line from the right word by word: French words in it come in another order.
        assert when in paper and "14" in paper and all(word in paper for word in ("Entrée", "par", "cour"))
        assert not any(each in paper for each in "٠١٢٣٤٥٦٧٨٩"), "digits stay those of the voucher"

    def test_of_vouchers_with_a_lesson_says_both_and_what_to_give(self, season: Season) -> None:
        desk = season.desk
        number, lesson = given(desk, season), booked(desk, season)
        assert "Où aller" in text_of(desk.get(f"/prescriber/slips/{number}/")), "a lesson booked apart is of somebody else"
        session_id = Session.objects.order_by("-id").values_list("id", flat=True)[0]
        done = desk.post(f"/prescriber/hand-overs/{number}/lessons/", {"request_id": str(rid()), "session": session_id})
        assert done.status_code == 302, text_of(done)[:400]
        said = text_of(desk.get(f"/prescriber/slips/{number}/"))
        for words in ("Votre leçon", "vendredi 13 mars 2026", "Un bénévole vous attend", "Chèques à donner : 2", "Chèques reçus : 5"):
            assert words in said.replace("\u00a0", " "), words
        assert said_in(desk.get(f"/prescriber/slips/{number}/fiche.pdf").content)
        assert "Chèques reçus" not in text_of(desk.get(f"/prescriber/slips/lessons/{lesson}/"))

    def test_of_a_seat_asks_for_no_voucher_and_ends_with_it(self, season: Season) -> None:
        desk = season.desk
        open_space(season.campaign.place_id)
        page = Client().get(f"/places/{season.campaign.place_id}/espace/?day=2026-03-04").content.decode()
        hour = re.findall(r'<option value="(2026-03-04T[^"]+)"', page)[0]
        form = {"request_id": str(rid()), "day": "2026-03-04", "starts_at": hour, "minutes": "60", "machine": ""}
        where = desk.post(f"/prescriber/spaces/{season.campaign.place_id}/book/", form)["Location"]
        seat = re.findall(r"/seats/(\d+)/", where)[0]
        said = text_of(desk.get(f"/prescriber/slips/seats/{seat}/"))
        assert "Votre place à l’ordinateur" in said and "mercredi 4 mars 2026" in said and "Chèques" not in said
        desk.post(f"/prescriber/seats/{seat}/")
        assert desk.get(f"/prescriber/slips/seats/{seat}/").status_code == 404, "a seat given back is printed no more"

    def test_is_of_ones_own_desk_only(self, season: Season) -> None:
        number, lesson = given(season.desk, season), booked(season.desk, season)
        with acting_as_everything(why="another desk"):
            other = organisation("Autre guichet", "PRESCRIBER")
        stranger = season.enter("PRESCRIBER_LEAD", other)
        for where in (f"slips/{number}/", f"slips/{number}/fiche.pdf", f"slips/{number}/letter/", f"slips/lessons/{lesson}/"):
            assert stranger.get(f"/prescriber/{where}").status_code == 404, where
        assert stranger.post(f"/prescriber/slips/{number}/text/", {"request_id": str(uuid4()), "phone": "0639980042"}).status_code == 404
        assert season.enter("OPERATOR_AGENT", season.campaign.operator_id).get(f"/prescriber/slips/{number}/").status_code == 403

    def test_goes_by_text_message_once_and_the_number_is_not_kept(self, season: Season, settings: Any) -> None:
        settings.SMS_GATEWAY = "double"
        desk = season.desk
        number = given(desk, season)
        form = {"request_id": str(uuid4()), "phone": "06 39 98 00 42"}
        for _again in range(2):
            assert desk.post(f"/prescriber/slips/{number}/text/?language=uk", form).status_code == 302
        sent: list[Any] = []
        with acting_as_everything(why="send what waits"):
            assert notices.send_texts(send=sent.append, at=TODAY) == (1, 0)
        assert (sent[0].to, sent[0].language) == ("+33639980042", "uk")
        assert "Отримано ваучерів: 5" in written(sent[0])
        with acting_as_everything(why="look for the number"), connection.cursor() as cursor:
            cursor.execute("SELECT facts::text FROM journal_line WHERE action = 'distribution.slip-sent'")
            assert cursor.fetchall() == [('{"language": "uk"}',)]
            cursor.execute("SELECT count(*) FROM notices_textnotice")
            assert cursor.fetchone() == (0,)
        wrong = desk.post(f"/prescriber/slips/{number}/text/", form | {"phone": "02 40 00 00 00", "request_id": str(uuid4())})
        assert (wrong.status_code, "ne reçoit pas de SMS" in text_of(wrong)) == (422, True)

    def test_without_a_gateway_no_text_is_offered(self, season: Season, settings: Any) -> None:
        settings.SMS_GATEWAY = "none"
        desk = season.desk
        number = given(desk, season)
        assert "par SMS" not in text_of(desk.get(f"/prescriber/slips/{number}/"))
        refused = desk.post(f"/prescriber/slips/{number}/text/", {"request_id": str(uuid4()), "phone": "0639980042"})
        assert refused.status_code == 422

    def test_as_a_letter_prints_the_address_in_the_window_and_forgets_it(self, season: Season) -> None:
        desk = season.desk
        number = given(desk, season)
        lines = ["Mme Jeanne Martin", "12 rue des Olivettes", "44000 NANTES"]
        with acting_as_everything(why="count"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM journal_line")
            before = cursor.fetchone()
        answer = desk.post(f"/prescriber/slips/{number}/letter/", {"address": "\r\n".join(lines)})
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store, private")
        with pypdfium2.PdfDocument(answer.content) as document:
            page = document[0].get_textpage()
            spot = page.search("Jeanne Martin").get_next()
            assert spot is not None
            left, bottom, _right, _top = page.get_charbox(spot[0])
        # The window of a DL envelope on a page folded in three, in points from the corner at the bottom left.
        assert 100 < left / 72 * 25.4 < 130 and 45 < 297 - bottom / 72 * 25.4 < 75
        with acting_as_everything(why="count"), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM journal_line")
            assert cursor.fetchone() == before
        long = desk.post(f"/prescriber/slips/{number}/letter/", {"address": "x" * 60})
        assert long.status_code == 422

    def test_is_printed_again_by_whoever_holds_the_number_and_guesses_are_slowed(self, season: Season) -> None:
        number = booked(season.desk, season)
        with acting_as(organisation_ids=[season.campaign.prescriber_id]):
            view, _session = workshops.booking_of_desk(organisation_id=season.campaign.prescriber_id, booking_id=number, at=TODAY)
        page = Client().post("/fiche/", {"number": view.number.lower(), "language": "ar"})
        assert page.status_code == 200 and 'dir="rtl"' in page.content.decode() and view.number in page.content.decode()
        assert page["Cache-Control"] == "no-store, private"
        assert Client().post("/fiche/", {"number": view.number, "language": "uk", "pdf": "1"})["Content-Type"] == "application/pdf"
        for _try in range(20):
            assert Client().post("/fiche/", {"number": "K7FM-42PX"}).status_code == 422
        assert Client().post("/fiche/", {"number": view.number}).status_code == 429


class TestTheLeaflet:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_public_in_each_language_on_one_page(self, season: Season, language: str) -> None:
        page = Client().get(f"/carnet/mode-d-emploi/?language={language}")
        assert page.status_code == 200 and f'lang="{language}"' in page.content.decode()
        answer = Client().get(f"/carnet/mode-d-emploi.pdf?language={language}")
        assert "places" in said_in(answer.content)

    def test_speaks_the_language_of_the_site_when_none_is_asked(self, season: Season) -> None:
        assert "comment ça marche" in text_of(Client().get("/carnet/mode-d-emploi/?language=xx"))


class TestAPersonReadsATranslation:
    def test_the_mark_goes_when_every_sentence_was_read_and_comes_back_when_one_changes(self, season: Season, monkeypatch: Any) -> None:
        office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        here = "/operator/translations/uk/"
        shown = [f"{each.key}:{each.digest}" for each in translations("uk").values()]
        assert "Цей переклад ще не перевірила людина" in Client().get("/carnet/mode-d-emploi/?language=uk").content.decode()
        office.post(here, {"checked": shown[:3]})
        assert f"{len(shown) - 3} phrases à relire" in text_of(office.get("/operator/translations/"))
        for part in ("", "?part=mandats"):
            page = office.get(here + part)
            assert len(page.content) < 100_000 and "phrases à relire" in text_of(page)
        assert "La personne signe ici" in text_of(page) and "Vos chèques" not in text_of(page)
        office.post(here, {"shown": shown, "all": "1"})
        assert "slip-mark" not in Client().get("/carnet/mode-d-emploi/?language=uk").content.decode()
        assert "slip-mark" in Client().get("/carnet/mode-d-emploi/?language=ar").content.decode(), "each language by itself"
        with acting_as_everything(why="read the journal"), connection.cursor() as cursor:
            cursor.execute("SELECT facts FROM journal_line WHERE action = 'distribution.translation-validated' ORDER BY id")
            told = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
        assert [len(each["sentences"]) for each in told] == [3, len(shown) - 3]
        changed = dict(translations("uk"))
        first = changed["leaflet"]
        changed["leaflet"] = type(first)(first.key, first.source + " !", first.text, "")
        monkeypatch.setattr("carnet.web.slips.languages.translations", lambda language: changed)
        assert "slip-mark" in Client().get("/carnet/mode-d-emploi/?language=uk").content.decode()

    def test_one_sentence_is_found_wrong_after_all(self, season: Season) -> None:
        office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        here = "/operator/translations/ar/"
        shown = [f"{each.key}:{each.digest}" for each in translations("ar").values()]
        office.post(here, {"shown": shown, "all": "1"})
        office.post(here, {"withdraw": next(each for each in shown if each.startswith("secret:"))})
        assert "slip-mark" in Client().get("/carnet/mode-d-emploi/?language=ar").content.decode()
        assert "1 phrase à relire" in text_of(office.get(here))

    def test_what_is_not_what_was_shown_validates_nothing(self, season: Season) -> None:
        office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        answer = office.post("/operator/translations/uk/", {"checked": [f"leaflet:{'0' * 64}"]}, follow=True)
        assert "Le texte a changé" in text_of(answer)
        assert "slip-mark" in Client().get("/carnet/mode-d-emploi/?language=uk").content.decode()
        assert season.desk.post("/operator/translations/uk/", {"all": "1"}).status_code == 403
