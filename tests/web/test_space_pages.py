"""A free space over HTTP, without JavaScript: taps at the door, seats by the place, by a desk, by a person with a booklet."""

import re
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from carnet.activities.models import Record, SeatBooking
from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import PARIS
from carnet.places.models import FreeSpace
from carnet.web import lessons
from tests.activities.conftest import open_space
from tests.factories.campaign import rid
from tests.web.season import Season as PlainSeason
from tests.web.season import make_season

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
FOUR = datetime(2026, 3, 3, 16, 0, tzinfo=PARIS)


class Season(PlainSeason):
    """Each person signed in once; the place has a free space of three seats, open this Tuesday from 10 to 12 and from 14 to 18."""

    counter = cached_property(lambda self: self.enter("MEDIATOR", self.campaign.place_organisation_id))
    desk = cached_property(lambda self: self.enter("PRESCRIBER", self.campaign.prescriber_id))

    @property
    def space(self) -> str:
        return f"/places/{self.campaign.place_id}/espace/"

    def seat(self, client: Client, url: str, **more: Any) -> Any:
        form = {"request_id": rid(), "starts_at": FOUR.isoformat(), "minutes": "60", "machine": "", "day": "2026-03-03"}
        return client.post(url, form | more)

    def by_place(self, **more: Any) -> Any:
        return self.seat(self.counter, "/place/space/seat/", **more)

    def visits(self) -> int:
        with acting_as_everything(why="count"):
            return Record.objects.filter(kind="SPACE_VISIT", is_withdrawn=False).count()


@pytest.fixture
def season(db: None, settings: Any, tmp_path: Path) -> Season:
    made = Season(make_season(settings, tmp_path).campaign)
    with acting_as_everything(why="a free space"):
        open_space(made.campaign.place_id)
    cache.clear()
    return made


def test_a_tap_at_the_door_counts_one_and_the_last_can_be_taken_back(season: Season) -> None:
    for age, themes in (("", []), ("soixante_dix_plus", ["email"])):
        answer = season.counter.post("/place/space/visit/", {"age": age, "themes": themes, "request_id": rid()})
        assert answer.status_code == 302
    page = season.counter.get("/place/space/").content.decode()
    assert "visites aujourd’hui" in page
    (latest,) = re.findall(r'name="undo" value="([^"]+)"', page)
    season.counter.post("/place/space/visit/", {"undo": latest, "request_id": rid()})
    with acting_as_everything(why="look"):
        assert [(row.from_70_count, row.is_withdrawn) for row in Record.objects.order_by("id")] == [(0, False), (1, False), (1, True)]


def test_the_same_tap_sent_twice_counts_once(season: Season) -> None:
    request_id = rid()
    for _time in "ab":
        season.counter.post("/place/space/visit/", {"age": "", "request_id": request_id})
    assert season.visits() == 1


def test_a_seat_by_telephone_is_on_the_board_and_who_came_is_a_visit(season: Season, settings: Any) -> None:
    answer = season.by_place()
    page = season.counter.get(answer["Location"]).content.decode()
    number = NUMBER.search(page)
    assert number is not None
    assert "1 personne a réservé" in page
    assert "Venu" not in page  # not yet
    settings.CARNET_CLOCK = FOUR + timedelta(minutes=5)
    page = season.counter.get("/place/space/").content.decode()
    (came,) = re.findall(r'name="came" value="(yes-\d+)"', page)
    season.counter.post("/place/space/note/", {"came": came, "request_id": rid()})
    assert season.visits() == 1
    assert 'aria-pressed="true"' in season.counter.get("/place/space/").content.decode()


def test_full_or_closed_the_form_says_so(season: Season) -> None:
    for _seat in range(3):
        assert season.by_place().status_code == 302
    answer = season.by_place(minutes="30")
    assert answer.status_code == 422
    late = season.by_place(starts_at=(FOUR + timedelta(hours=1, minutes=30)).isoformat())
    assert late.status_code == 422
    assert "L’espace est fermé à cette heure-là" in late.content.decode()


def test_anybody_reads_what_is_free_and_nobody_who_comes(season: Season, settings: Any) -> None:
    season.by_place()
    settings.CARNET_CLOCK = FOUR - timedelta(hours=1)
    page = Client().get(season.space).content.decode()
    assert "3 places libres" in page
    assert re.search(r"16\u00a0h</span> <strong>2 libres", page)
    assert NUMBER.search(page.replace("K7FM-42PX", "")) is None
    sunday = Client().get(season.space + "?day=2026-03-08").content.decode()
    assert "L’espace n’ouvre pas" in sunday
    assert "Il ouvre mardi 10 mars 2026" in sunday


def test_a_person_books_with_a_booklet_reads_the_seat_and_gives_it_back(season: Season) -> None:
    visitor, (_id, serial) = Client(), season.booklet(0)
    answer = season.seat(visitor, season.space, serial=serial)
    assert answer.status_code == 200
    page = answer.content.decode()
    found = NUMBER.search(page)
    assert found is not None
    number = found.group()
    assert "Votre place est réservée" in page
    shown = visitor.post("/reservation/", {"number": number.lower().replace("-", " ")}).content.decode()
    assert "Une place à l’espace numérique" in shown
    given = visitor.post("/reservation/", {"number": number, "give-back": "1"}).content.decode()
    assert "Cette place a été rendue" in given
    with acting_as_everything(why="look"):
        assert SeatBooking.objects.get().ended_by == "PERSON"
    assert visitor.post("/reservation/", {"number": "2222-2222"}).status_code == 422


def test_wrong_booklets_are_refused_and_counted(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "TRIES", 2)
    visitor, (_id, asleep) = Client(), season.booklet(3)
    for serial in (asleep, "NM-C00000000-00"):
        answer = season.seat(visitor, season.space, serial=serial)
        assert answer.status_code == 422
        assert "Ce numéro ne permet pas de réserver" in answer.content.decode()
    assert season.seat(visitor, season.space, serial=season.booklet(0)[1]).status_code == 429


def test_a_desk_books_for_the_person_in_front_of_it(season: Season) -> None:
    assert "Réserver pour la personne" in season.desk.get(season.space).content.decode()
    answer = season.seat(season.desk, f"/prescriber/spaces/{season.campaign.place_id}/book/")
    page = season.desk.get(answer["Location"]).content.decode()
    assert NUMBER.search(page)
    listed = season.desk.get("/prescriber/seats/").content.decode()
    assert "À venir" in listed
    season.desk.post(answer["Location"].split("?")[0])
    assert "Place rendue" in season.desk.get("/prescriber/seats/").content.decode()


def test_a_place_without_a_space_is_told_how_to_have_one(season: Season) -> None:
    FreeSpace.objects.all().delete()
    assert "Aucun de vos lieux n’a d’espace numérique libre" in season.counter.get("/place/space/").content.decode()
    for url in ("visit", "seat", "note"):
        assert season.counter.post(f"/place/space/{url}/", {"age": ""}).status_code == 302
    assert Client().get(season.space).status_code == 404
    assert season.visits() == 0
