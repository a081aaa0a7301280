"""Lessons over HTTP: a place plans and notes who came, a desk books in one tap, a person books with a booklet, calendars follow."""

import re
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from icalendar import Calendar

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import PARIS
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.web import lessons
from carnet.workshops import queries
from carnet.workshops.models import Booking, Session
from tests.factories.campaign import NOW, SYSTEM, organisation, rid
from tests.web.season import TODAY, make_season
from tests.web.season import Season as PlainSeason

FRIDAY = date(2026, 3, 13)
NUMBER = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


class Season(PlainSeason):
    """Each person signed in once; a third booklet is in somebody's hands."""

    counter = cached_property(lambda self: self.enter("MEDIATOR", self.campaign.place_organisation_id))
    desk = cached_property(lambda self: self.enter("PRESCRIBER", self.campaign.prescriber_id))
    operator = cached_property(lambda self: self.enter("OPERATOR_AGENT", self.campaign.operator_id))


@pytest.fixture
def season(db: None, settings: Any, tmp_path: Path) -> Season:
    made = Season(make_season(settings, tmp_path).campaign)
    with acting_as_everything(why="one more booklet in hands"):
        booklet_id, _serial = made.booklet(2)
        ledger_writes.hand_over_booklets(
            holder_id=made.campaign.prescriber_id, series_id=made.campaign.series_id, first_booklet_id=booklet_id, last_booklet_id=booklet_id,
            actor=SYSTEM, request_id=rid(), at=NOW,
        )  # fmt: skip
    return made


def paris(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def _nobody_tried(db: None) -> None:
    cache.clear()


def planned(season: Season, **more: Any) -> list[int]:
    """Sessions planned through the form; the first is ten days ahead."""
    form = {
        "request_id": str(rid()), "place_id": season.campaign.place_id, "service": "mailbox", "title": "", "day": "2026-03-13",
        "begins": "14h30", "minutes": "90", "rhythm": "WEEKLY", "until_on": "2026-04-10", "except_on": "27/03/2026", "skips_holidays": "on",
        "seats": "2", "waiting_seats": "1", "voucher_count": "1", "taught_by": "TEAM", "languages": ["fr", "fsl"], "needs": ["reading"],
        "note": "Entrée par la cour", "is_online": "on",
    } | more  # fmt: skip
    answer = season.counter.post("/place/sessions/new/", {name: value for name, value in form.items() if value is not None})
    assert answer.status_code == 302, answer.content.decode()
    return list(Session.objects.order_by("starts_at").values_list("id", flat=True))


def serial(season: Season, rank: int = 0) -> str:
    with acting_as_everything(why="read a cover"):
        series = ledger.series(season.campaign.series_id)
        return ledger.serial_of_booklet(series, series.first_booklet_id + rank)


def book_online(session_id: int, typed: str) -> Any:
    return Client().post(f"/agenda/{session_id}/", {"serial": typed, "request_id": str(rid())})


def number_in(answer: Any) -> str:
    found = NUMBER.search(answer.content.decode())
    assert found is not None, answer.content.decode()
    return found.group()


class TestThePlace:
    def test_plans_a_month_of_fridays_and_everybody_sees_it(self, season: Season) -> None:
        ids = planned(season)
        assert len(ids) == 4, "four Fridays, less one"
        month = season.counter.get("/place/sessions/?month=2026-03").content.decode()
        assert month.count("Ouvrir et utiliser une boîte mail") == 2
        page = Client().get("/agenda/?where=Nantes&service=mailbox").content.decode()
        assert "4 séances près de Nantes" in page and "de 14\u00a0h\u00a030 à 16\u00a0h" in page
        shown = Client().get(f"/agenda/{ids[0]}/").content.decode()
        assert "Langue des signes" in shown and "Entrée par la cour" in shown and "Réserver avec mon carnet" in shown

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("begins", "5h", "Une séance commence après 6 h"),
            ("begins", "midi", "Écrivez une heure"),
            ("day", "2026-03-01", "Choisissez un jour et une heure à venir"),
            ("until_on", "", "Dites jusqu’à quel jour"),
            ("except_on", "Noël", "n’est pas un jour"),
            ("except_on", "31/02/2026", "n’est pas un jour"),
            ("seats", "0", "id_seats"),
            ("service", "cv", "n’accepte pas de chèques pour ce service"),
            ("note", "pour le 2 69 05 49 588 157 80", "sécurité sociale"),
        ],
    )
    def test_what_is_filled_wrongly_comes_back_with_what_to_do(self, season: Season, field: str, value: str, said: str) -> None:
        with pytest.raises(AssertionError) as shown:
            planned(season, **{field: value})
        assert said in str(shown.value)
        assert not Session.objects.exists()

    def test_takes_a_booking_by_telephone_and_gives_it_back(self, season: Season) -> None:
        (session_id, *_rest) = planned(season)
        url = f"/place/sessions/{session_id}/"
        request_id = str(rid())
        for _ in range(2):
            season.counter.post(f"{url}add/", {"request_id": request_id})
        page = season.counter.get(url)
        assert "1 personne attendue" in page.content.decode() and "par vous" in page.content.decode()
        season.counter.post(f"{url}note/", {"give-back": number_in(page)})
        assert "Personne n’a encore réservé." in season.counter.get(url).content.decode()

    def test_says_who_came_in_one_tap_and_takes_it_back(self, season: Season, settings: Any) -> None:
        (session_id, *_rest) = planned(season, voucher_count="0")
        url = f"/place/sessions/{session_id}/"
        season.counter.post(f"{url}add/", {})
        assert "Venu" not in season.counter.get(url).content.decode(), "not before the day"
        settings.CARNET_CLOCK = paris(FRIDAY, 15)
        (booking,) = re.findall(r'value="yes-(\d+)"', season.counter.get(url).content.decode())
        season.counter.post(f"{url}note/", {"came": f"yes-{booking}"})
        assert "1 personne venue" in season.counter.get(url).content.decode()
        season.counter.post(f"{url}note/", {"came": f"unknown-{booking}"})
        assert "1 personne venue" not in season.counter.get(url).content.decode()
        for wrong in ("yes-999999999", "maybe-1", "yes-x", "yes-" + "9" * 40, ""):
            assert season.counter.post(f"{url}note/", {"came": wrong}).status_code == 302

    def test_scans_the_vouchers_of_a_lesson(self, season: Season, settings: Any) -> None:
        (session_id, *_rest) = planned(season, day=f"{TODAY:%Y-%m-%d}", begins="18:00", rhythm="ONCE", until_on="", except_on="")
        book_online(session_id, serial(season))
        settings.CARNET_CLOCK = paris(TODAY.date(), 18, 30)
        counter = season.counter
        counter.get(f"/place/workshop/?session={session_id}")
        page = counter.post(
            "/place/workshop/", {"code": season.campaign.code(0), "place_id": season.campaign.place_id, "lines": "", "add": "1"}
        )
        text = page.content.decode()
        assert f'<option value="{session_id}" selected>' in text
        hidden = dict(re.findall(r'<input type="hidden" name="(lines|request_id)" value="([^"]*)"', text))
        told = {
            "place_id": season.campaign.place_id,
            "confirm": "1",
            "service": "mailbox",
            "attended_on": f"{TODAY:%Y-%m-%d}",
            "together": "each",
        }
        done = counter.post("/place/workshop/", hidden | told | {"session": session_id})
        assert "1 chèque accepté" in done.content.decode()
        listed = counter.get(f"/place/sessions/{session_id}/").content.decode()
        assert "chèque donné" in listed and "1 personne venue" in listed

    def test_moves_and_cancels_and_the_number_says_it(self, season: Season) -> None:
        ids = planned(season)
        number = number_in(book_online(ids[0], serial(season)))
        change = f"/place/sessions/{ids[0]}/change/"
        page = season.counter.get(change).content.decode()
        assert 'value="2026-03-13"' in page and 'value="14:30"' in page
        told = {
            "request_id": str(rid()), "service": "mailbox", "title": "Autre", "day": "2026-03-14", "begins": "10:00", "minutes": "60", "seats": "3",
            "waiting_seats": "1", "voucher_count": "1", "taught_by": "VOLUNTEER", "note": "",
        }  # fmt: skip
        assert season.counter.post(change, told).status_code == 302
        moved = Client().post("/reservation/", {"number": number.lower()}).content.decode()
        assert "samedi 14 mars 2026" in moved and "Votre place est réservée." in moved
        cancelled = season.counter.post(
            f"/place/sessions/{ids[0]}/cancel/", {"request_id": str(rid()), "reason": "Fermeture", "and_later": "on"}
        )
        assert cancelled.status_code == 302
        assert "La séance est annulée : Fermeture." in Client().post("/reservation/", {"number": number}).content.decode()
        assert "Aucune séance trouvée" in Client().get("/agenda/").content.decode()

    def test_prints_a_certificate_and_keeps_the_name_nowhere(self, season: Season, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
        (session_id, *_rest) = planned(season)
        url = f"/place/sessions/{session_id}/certificate/"
        assert "à partir du jour de la séance" in season.counter.get(url).content.decode()
        settings.CARNET_CLOCK = paris(FRIDAY, 17)
        name = "Zélie Quenouille-Essai"
        answer = season.counter.post(url, {"name": name})
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        assert answer["Cache-Control"] == "no-store"
        assert name not in caplog.text
        with acting_as_everything(why="look for the name"), connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            for table in tables:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s /* fan-out: everywhere */', ["%Quenouille%"])
                assert cursor.fetchone() == (0,), table

    def test_sees_no_other_places_lessons(self, season: Season) -> None:
        (session_id, *_rest) = planned(season)
        stranger = season.enter("PLACE_MANAGER", organisation("Autre lieu", "PLACE_OPERATOR"))
        for tail in ("", "change/", "cancel/", "certificate/"):
            assert stranger.get(f"/place/sessions/{session_id}/{tail}").status_code == 404
        assert stranger.post(f"/place/sessions/{session_id}/note/", {"came": "yes-1"}).status_code == 404
        assert stranger.post(f"/place/sessions/{session_id}/add/").status_code == 404


class TestTheDesk:
    def test_books_the_next_lesson_in_one_tap_and_prints_the_slip(self, season: Season) -> None:
        ids = planned(season)
        page = season.desk.get("/prescriber/lessons/?where=Saint-Herblain&service=mailbox&seats=on").content.decode()
        assert "4 séances près de Saint-Herblain" in page
        (action, request_id), *_more = re.findall(
            r'action="(/prescriber/lessons/\d+/book/)"><input[^>]*><input type="hidden" name="request_id" value="([^"]+)"', page
        )
        assert action == f"/prescriber/lessons/{ids[0]}/book/"
        for _ in range(2):
            slip = season.desk.post(action, {"request_id": request_id}, follow=True)
        assert "C’est réservé" in slip.content.decode()
        number_in(slip)
        with acting_as_everything(why="count"):
            assert Booking.objects.count() == 1, "sent twice, booked once"

    def test_sees_what_became_of_it(self, season: Season, settings: Any) -> None:
        ids = planned(season)
        season.desk.post(f"/prescriber/lessons/{ids[0]}/book/", {"request_id": str(rid())})
        settings.CARNET_CLOCK = paris(FRIDAY, 15)
        url = f"/place/sessions/{ids[0]}/"
        (booking,) = re.findall(r'value="no-(\d+)"', season.counter.get(url).content.decode())
        season.counter.post(f"{url}note/", {"came": f"no-{booking}"})
        settings.CARNET_CLOCK = paris(FRIDAY + timedelta(days=1), 15)
        page = season.desk.get("/prescriber/bookings/").content.decode()
        assert "Pas venu" in page
        assert season.desk.get(f"/prescriber/bookings/{booking}/").status_code == 200
        assert season.desk.get("/prescriber/bookings/999999/").status_code == 404

    def test_gives_a_seat_back(self, season: Season) -> None:
        ids = planned(season)
        slip = season.desk.post(f"/prescriber/lessons/{ids[0]}/book/", {"request_id": str(rid())})
        season.desk.post(slip["Location"].split("?")[0])
        assert queries.session(ids[0], at=TODAY).booked_count == 0

    def test_an_unknown_town_is_said_on_its_field(self, season: Season) -> None:
        answer = season.desk.get("/prescriber/lessons/?where=Xyzzy")
        assert answer.status_code == 422 and "has-error" in answer.content.decode()


class TestAnybody:
    def test_books_with_the_number_of_a_booklet_and_gives_the_seat_back(self, season: Season) -> None:
        (session_id, *_rest) = planned(season)
        done = book_online(session_id, serial(season).lower())
        assert done.status_code == 200 and "Votre place est réservée" in done.content.decode()
        number = number_in(done)
        again = book_online(session_id, serial(season))
        assert again.status_code == 422 and "déjà une place" in again.content.decode()
        book_online(session_id, serial(season, 1))
        waits = book_online(session_id, serial(season, 2))
        assert "Vous êtes sur la liste d’attente" in waits.content.decode()
        assert "rang 1" in Client().post("/reservation/", {"number": number_in(waits)}).content.decode()
        full = season.desk.post(f"/prescriber/lessons/{session_id}/book/", {}, follow=True)
        assert "Cette séance est complète" in full.content.decode()
        back = Client().post("/reservation/", {"number": number, "give-back": "1"})
        assert "Cette place a été rendue." in back.content.decode()
        assert "Votre place est réservée." in Client().post("/reservation/", {"number": number_in(waits)}).content.decode()

    def test_whoever_tries_numbers_is_stopped_and_a_right_one_is_not_counted(self, season: Season) -> None:
        (session_id, *_rest) = planned(season)
        for _ in range(3):
            book_online(session_id, serial(season))
        answers = [book_online(session_id, f"TS-C0000{rank:04d}-00").status_code for rank in range(lessons.TRIES)]
        assert set(answers) == {422}
        assert book_online(session_id, serial(season, 1)).status_code == 429
        assert Client().post("/reservation/", {"number": "2222-2222"}).status_code == 429

    @pytest.mark.parametrize(
        "query", ["?page=9999999999", "?page=-1", "?day=hier", "?radius=9999", "?service=nothing", "?need=x", "?language=xx", "?where=%00"]
    )
    def test_any_address_has_an_answer(self, season: Season, query: str) -> None:
        planned(season)
        assert Client().get(f"/agenda/{query}").status_code in (200, 422)

    def test_unknown_things_are_not_there(self, season: Season) -> None:
        for path in (
            "/agenda/999999/",
            "/agenda/999999.ics",
            "/agenda/lieu/999999/",
            "/agenda/reseau/999999.ics",
            "/agenda/programme/rien.ics",
        ):
            assert Client().get(path).status_code == 404, path

    def test_the_filters_of_the_agenda(self, season: Season) -> None:
        planned(season)
        pages = {
            query: Client().get(f"/agenda/?{query}").content.decode()
            for query in ("language=fsl", "language=uk", "need=reading", "free=on", "day=2026-04-01", "seats=on")
        }
        counts = {query: re.search(r"(\d+) séances?", page).group(1) for query, page in pages.items()}  # type: ignore[union-attr]
        assert counts == {
            "language=fsl": "4",
            "language=uk": "0",
            "need=reading": "4",
            "free=on": "0",
            "day=2026-04-01": "2",
            "seats=on": "4",
        }


class TestCalendars:
    def test_a_places_calendar_is_read_back_by_another_program_and_asked_only_for_what_changed(self, season: Season) -> None:
        ids = planned(season)
        path = f"/agenda/lieu/{season.campaign.place_id}.ics"
        first = Client().get(path)
        events = list(Calendar.from_ical(first.content).walk("VEVENT"))
        assert [event["STATUS"] for event in events] == ["CONFIRMED"] * 4
        assert f"{events[0].decoded('DTSTART'):%Y%m%dT%H%M%SZ}" == "20260313T133000Z"
        assert f"{events[2].decoded('DTSTART'):%Y%m%dT%H%M%SZ}" == "20260403T123000Z", "the same hour on the wall, after the change of time"
        assert b"\r\n" in first.content and max(len(line) for line in first.content.split(b"\r\n")) <= 75
        again = Client().get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        season.counter.post(f"/place/sessions/{ids[0]}/cancel/", {"request_id": str(rid()), "reason": "Fermeture"})
        changed = Client().get(path, headers={"if-none-match": first["ETag"]})
        assert changed.status_code == 200
        event = next(iter(Calendar.from_ical(changed.content).walk("VEVENT")))
        assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 1, events[0]["UID"])

    def test_a_networks_and_a_programmes(self, season: Season) -> None:
        planned(season)
        slug = funding.programme(season.campaign.programme_id).slug
        for tail in (f"reseau/{season.campaign.place_organisation_id}", f"programme/{slug}"):
            assert len(list(Calendar.from_ical(Client().get(f"/agenda/{tail}.ics").content).walk("VEVENT"))) == 4
            assert "4 séances" in Client().get(f"/agenda/{tail}/").content.decode()

    def test_one_session(self, season: Season) -> None:
        (session_id, *_rest) = planned(season)
        (event,) = Calendar.from_ical(Client().get(f"/agenda/{session_id}.ics").content).walk("VEVENT")
        assert event["URL"].endswith(f"/agenda/{session_id}/")


def test_an_operator_sees_counts_and_no_booking(season: Season, signed_in: Any) -> None:
    (session_id, *_rest) = planned(season)
    number = number_in(book_online(session_id, serial(season)))
    page = season.operator.get("/operator/lessons/?month=2026-03").content.decode()
    assert "Médiathèque" in page and number not in page
    for month in ("", "x", "2026-13", "0000-01", "99999-01"):
        assert season.operator.get(f"/operator/lessons/?month={month}").status_code == 200


def test_the_day_is_the_places_own() -> None:
    assert lessons.month_of("2026-03", date(2026, 1, 1)) == date(2026, 3, 1)
