"""A whole workshop over HTTP, without JavaScript: one field, a list that grows, one confirmation."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_counter_pages import take
from tests.web.test_scanning import picture

HIDDEN = re.compile(r'<input type="hidden" name="(lines|request_id)" value="([^"]*)"')


class List:
    """The page as a browser holds it: what it shows, and what it sends back."""

    def __init__(self, season: Season, who: Any = None) -> None:
        self.season, self.who = season, who or season.counter
        self.status, self.page, self.hidden = 200, "", {"lines": ""}
        self._shown(self.who.get("/place/workshop/"))

    def send(self, **fields: Any) -> "List":
        form = {"code": "", "place_id": self.season.campaign.place_id} | self.hidden | fields
        return self._shown(self.who.post("/place/workshop/", form))

    def add(self, *ranks: int) -> "List":
        for rank in ranks:
            self.send(code=self.season.campaign.code(rank), add="1")
        return self

    def confirm(self, **fields: Any) -> "List":
        return self.send(**({"confirm": "1", "service": "mailbox", "attended_on": "2026-03-03", "together": "each"} | fields))

    def _shown(self, answer: Any) -> "List":
        self.status, self.page = answer.status_code, answer.content.decode()
        self.hidden = dict(HIDDEN.findall(self.page)) or self.hidden
        return self

    @property
    def serials(self) -> list[str]:
        return re.findall(r'name="remove" value="([^"]+)"', self.page)


def spent(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(programme_id=season.campaign.programme_id).redeemed


def test_scanned_one_after_the_other_then_accepted_at_once(season: Season) -> None:
    listed = List(season).add(0, 1, 2)
    assert (listed.status, len(listed.serials)) == (200, 3)
    assert "3 chèques bons, 30\u00a0€" in listed.page
    assert spent(season) == 0
    done = listed.confirm()
    assert done.status == 200
    assert "3 chèques acceptés" in done.page
    assert "Vous serez payé le" in done.page
    assert spent(season) == 3


def test_duplicates_and_bad_ones_are_said_at_once_and_taken_off(season: Season) -> None:
    take(season.counter, season, season.campaign.code(3))
    listed = List(season).add(0)
    serial = listed.serials[0]
    listed.add(0)
    assert (listed.status, len(listed.serials)) == (422, 1)
    assert f"Le chèque {serial} est déjà dans la liste, à la ligne 1" in listed.page
    listed.add(3)
    assert len(listed.serials) == 2
    assert "Déjà utilisé" in listed.page
    assert "1 chèque ne sera pas pris" in listed.page
    listed.send(code="123456789012345678", add="1")
    assert "Code mal tapé" in listed.page
    assert len(listed.serials) == 2
    listed.send(remove=listed.serials[1])
    assert listed.serials == [serial]
    assert "ne sera pas pris" not in listed.page
    listed.confirm()
    assert spent(season) == 2


def test_the_same_confirmation_twice_spends_once(season: Season) -> None:
    listed = List(season).add(0, 1)
    sent = dict(listed.hidden)
    first = listed.confirm().page
    listed.hidden = sent
    again = listed.confirm()
    assert "2 chèques acceptés" in again.page
    assert re.findall(r"/place/redemptions/[^/]+/", again.page) == re.findall(r"/place/redemptions/[^/]+/", first)
    assert spent(season) == 2


@pytest.mark.parametrize(("together", "taken"), [("each", 2), ("all", 0)])
def test_one_that_was_spent_meanwhile(season: Season, together: str, taken: int) -> None:
    listed = List(season).add(0, 1, 2)
    take(season.counter, season, season.campaign.code(1))
    done = listed.confirm(together=together)
    assert spent(season) == 1 + taken
    assert "Déjà utilisé" in done.page
    if together == "each":
        assert "2 chèques acceptés" in done.page
        assert "1 chèque n’a pas été pris" in done.page
        return
    assert done.status == 422
    assert "Aucun chèque n’a été pris" in done.page
    assert len(done.serials) == 3
    assert "2 chèques bons" in done.page
    done.confirm(together="all")
    assert spent(season) == 3


def test_a_photo_of_a_whole_table_adds_each_voucher(season: Season) -> None:
    codes = [f"HTTPS://CARNET.EXEMPLE.FR/V/{season.campaign.token(rank)}" for rank in (0, 1, 2)]
    listed = List(season).send(add="1", photo=SimpleUploadedFile("table.png", picture(*codes), "image/png"))
    assert len(listed.serials) == 3


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"service": ""}, "Choisissez le service rendu"),
        ({"attended_on": "demain"}, "Écrivez un jour"),
        ({"together": "some"}, "Sélectionnez un choix valide"),
    ],
)
def test_a_confirmation_filled_wrongly_comes_back_with_its_list(season: Season, fields: dict[str, str], words: str) -> None:
    listed = List(season).add(0, 1).confirm(**fields)
    assert listed.status == 422
    assert words in listed.page
    assert len(listed.serials) == 2
    assert spent(season) == 0


def test_an_empty_list_accepts_nothing(season: Season) -> None:
    listed = List(season).confirm()
    assert (listed.status, spent(season)) == (422, 0)
    assert "Aucun chèque de la liste" in listed.page


def test_what_was_chosen_stays_chosen_while_vouchers_are_added(season: Season) -> None:
    listed = List(season).add(0)
    listed.send(code=season.campaign.code(1), add="1", attended_on="2026-03-01", together="all")
    assert 'value="2026-03-01"' in listed.page
    assert re.search(r'value="all"[^>]*checked', listed.page)


def test_a_list_shows_no_code_and_opens_for_its_own_counter_only(season: Season, settings: Any) -> None:
    listed = List(season).add(0, 1)
    kept = dict(listed.hidden)
    for rank in (0, 1):
        assert season.campaign.code(rank) not in listed.page
    assert season.campaign.code(0) not in "".join(str(each.get_decoded()) for each in Session.objects.all())
    # Another person of the same house, a touched list, tomorrow's: none is read.
    others = List(season, season.manager)
    others.hidden = dict(kept)
    assert "La liste n’a pas pu être relue" in others.confirm().page
    touched = List(season, listed.who)
    touched.hidden = kept | {"lines": kept["lines"][:-8] + "AAAAAAA="}
    assert "La liste n’a pas pu être relue" in touched.confirm().page
    touched.hidden = kept | {"lines": "é"}
    assert "La liste n’a pas pu être relue" in touched.confirm().page
    settings.CARNET_CLOCK = TODAY + timedelta(hours=12)
    listed.hidden = kept
    late = listed.confirm()
    assert late.status == 422
    assert "La liste n’a pas pu être relue" in late.page
    assert spent(season) == 0


def test_guessing_is_slowed_down_there_too(season: Season) -> None:
    listed = List(season)
    for _number in range(20):
        listed.send(code="123456789012345678", add="1")
    assert "Attendez un quart d’heure" in listed.add(0).page
    assert listed.serials == []


def test_a_list_has_an_end(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carnet.web.place.workshop.LINES_MOST", 2)
    listed = List(season).add(0, 1, 2)
    assert len(listed.serials) == 2
    assert "La liste est pleine" in listed.page
