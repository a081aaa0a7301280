"""Stock over HTTP: asked by a desk, proposed to the operator, sent, counted short, explained; a cupboard scanned; a booklet replaced."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.parties import operations as parties
from tests.distribution.conftest import NOW
from tests.distribution.stock import LATER, Cupboards, make_cupboards
from tests.factories.campaign import SYSTEM
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.test_operator_orders import text_of

pytestmark = pytest.mark.django_db


@dataclass
class People:
    cupboards: Cupboards

    def enter(self, role: str, organisation_id: int) -> Client:
        email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
        person_id = parties.enrol_member(
            organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD,
            actor=SYSTEM, request_id=uuid4(), at=NOW,
        )  # fmt: skip
        if role == "OPERATOR_ADMIN":
            parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
        return come_in(Client(), email)

    @property
    def slow(self) -> Client:
        return self.enter("PRESCRIBER_LEAD", self.cupboards.slow_id)

    @property
    def quick(self) -> Client:
        return self.enter("PRESCRIBER_LEAD", self.cupboards.quick_id)

    @property
    def office(self) -> Client:
        return self.enter("OPERATOR_AGENT", self.cupboards.operator_id)


@pytest.fixture
def people(db: None, settings: object) -> People:
    settings.CARNET_CLOCK = LATER  # type: ignore[attr-defined]
    return People(make_cupboards())


def get(client: Client, url: str) -> str:
    answer = client.get(url, follow=True)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def post(client: Client, url: str, status: int = 200, **given: object) -> str:
    answer = client.post(url, {"request_id": str(uuid4())} | given, follow=True)
    assert answer.status_code == status, (url, answer.status_code, text_of(answer.content.decode())[:800])
    return answer.content.decode()


def test_a_desk_asks_the_office_finds_the_other_sends_and_one_is_missing(people: People) -> None:
    cupboards, slow, quick, office = people.cupboards, people.slow, people.quick, people.office
    home = text_of(get(quick, "/prescriber/"))
    assert "votre stock sera vide dans 7 jours" in home
    assert "Votre stock dort : 30 carnets" in text_of(get(slow, "/prescriber/stock/"))
    wanted = {
        "programme_id": cupboards.programme_id,
        "booklet_count": 12,
        "wanted_on": legal_day(LATER + timedelta(days=9)),
        "reason": "EVENT",
    }
    assert "moins ne vaut pas un colis" in text_of(post(quick, "/prescriber/stock/ask/", 422, **wanted | {"booklet_count": 4}))
    assert "Vous demandez 12 carnets" in text_of(post(quick, "/prescriber/stock/ask/", **wanted))

    assert "Mission locale pressée demande 12 carnets" in text_of(get(office, "/operator/"))
    page = get(office, "/operator/stock/")
    assert "12 carnets : Mairie endormie → Mission locale pressée" in text_of(page)
    assert "rien n’a bougé depuis 40 jours" in text_of(page)
    assert "Le stock de Mission locale pressée finit dans 7 jours" in text_of(page)
    url = re.findall(r'href="(/operator/stock/ask-move/\?[^"]*from=[^"]*)"', page)[0].replace("&amp;", "&")
    assert 'value="12"' in get(office, url)
    asked = post(office, url, from_id=cupboards.slow_id, to_id=cupboards.quick_id, booklet_count=12)
    (move_id,) = set(re.findall(r"/operator/stock/moves/(\d+)/decline/", asked))

    assert "12 carnets à envoyer à Mission locale pressée" in text_of(get(slow, "/prescriber/"))
    told = post(slow, f"/prescriber/stock/moves/{move_id}/send/", booklet_count=10)
    assert "10 carnets :" in text_of(told)
    gone = post(slow, f"/prescriber/stock/moves/{move_id}/send/", booklet_count=10, counted=10)
    assert "10 carnets sont en route" in text_of(gone)

    with acting_as_everything(why="what is in the parcel"):
        coming = ledger.to_receive(holder_id=cupboards.quick_id)[0].first_booklet_id
    take = post(quick, "/prescriber/stock/takes/")
    (take_url,) = set(re.findall(r"/prescriber/stock/takes/\d+/", take))
    counted = text_of(post(quick, take_url, serial=cupboards.serial(coming - cupboards.first)))
    assert "Comptez d’abord le colis" in counted
    assert "appelez l’opérateur" not in counted, "a parcel on its way is nobody's mistake"

    page = get(quick, f"/prescriber/stock/moves/{move_id}/")
    first, *_others = re.findall(r'name="missing_ids" value="(\d+)"', page)
    assert "9 carnets reçus" in text_of(post(quick, f"/prescriber/stock/moves/{move_id}/receive/", missing_ids=first))
    assert "1 carnet manque au colis" in text_of(get(slow, "/prescriber/"))
    assert "C’est noté pour 1 carnet" in text_of(post(slow, f"/prescriber/stock/moves/{move_id}/settle/", booklet_ids=first, found="BACK"))
    assert (cupboards.held(cupboards.slow_id), cupboards.held(cupboards.quick_id)) == (21, 11)


def test_a_request_is_refused_with_a_reason_or_withdrawn(people: People) -> None:
    cupboards, quick, office = people.cupboards, people.quick, people.office
    wanted = {"programme_id": cupboards.programme_id, "booklet_count": 12, "wanted_on": legal_day(LATER), "reason": "EVENT"}
    post(quick, "/prescriber/stock/ask/", **wanted)
    (url,) = set(re.findall(r"/operator/stock/requests/\d+/", get(office, "/operator/stock/")))
    assert "Trouver des carnets" in get(office, url)
    assert "prévenu" in post(office, url, refused_for="SEASON_ENDS")
    page = text_of(get(quick, "/prescriber/stock/"))
    assert "Refusée La saison se termine." in page
    post(quick, "/prescriber/stock/ask/", **wanted)
    (withdraw,) = re.findall(r"/prescriber/stock/requests/\d+/withdraw/", get(quick, "/prescriber/stock/"))
    assert "retirée" in post(quick, withdraw)


def test_booklets_go_back_and_the_office_counts_them(people: People) -> None:
    cupboards, slow, office = people.cupboards, people.slow, people.office
    given = {"programme_id": cupboards.programme_id, "booklet_count": 6}
    assert "6 carnets :" in text_of(post(slow, "/prescriber/stock/give-back/", **given))
    post(slow, "/prescriber/stock/give-back/", **given, counted=6)
    assert "6 carnets en route, de Mairie endormie" in text_of(get(office, "/operator/"))
    (move_id,) = set(re.findall(r"/operator/stock/moves/(\d+)/", get(office, "/operator/stock/")))
    assert "6 carnets reçus" in text_of(post(office, f"/operator/stock/moves/{move_id}/receive/"))
    assert cupboards.held(cupboards.operator_id) == 11


def test_a_cupboard_is_scanned_by_piles_and_what_is_missing_explained(people: People) -> None:
    cupboards, desk = people.cupboards, people.slow
    page = post(desk, "/prescriber/stock/takes/")
    (take,) = set(re.findall(r"/prescriber/stock/takes/\d+/", page))
    half = post(desk, take, serial=cupboards.serial(0), pile="on")
    assert "Lisez maintenant le dernier" in half
    done = post(desk, take, serial=cupboards.serial(27), pile="on", first_serial=cupboards.serial(0))
    assert "28 carnets compté" in text_of(done)
    assert "1 carnet déjà compté" in text_of(post(desk, take, serial=cupboards.serial(3)))
    assert "mettez-le à part" in post(desk, take, serial=cupboards.serial(39))
    assert post(desk, take, 422, serial="n’importe quoi")
    closing = get(desk, f"{take}close/")
    assert "Il manque 2 carnets" in text_of(closing)
    (run,) = re.findall(r'name="(run_\d+_\d+)"', closing)
    assert "obligatoire" in post(desk, f"{take}close/", 422)
    assert "Perdu : bloquer : 2" in text_of(post(desk, f"{take}close/", **{run: "LOST"}))
    assert cupboards.held(cupboards.slow_id) == 28
    # Another desk's count does not exist here.
    assert people.quick.get(take).status_code == 404


def test_a_lost_booklet_is_blocked_and_another_given_from_its_number(people: People) -> None:
    cupboards, desk = people.cupboards, people.enter("PRESCRIBER", people.cupboards.quick_id)
    lost = cupboards.serial(30)
    found = desk.get("/prescriber/replace/", {"serial": lost})
    assert found.status_code == 302
    url = found["Location"]
    assert "5 chèques seront bloqués" in text_of(get(desk, url))
    page = post(desk, url, reason="LOST", organisation_id=cupboards.quick_id)
    (number,) = set(re.findall(r"Remplacement R(\d+)", page))
    assert f"Remplacement R{number} : 5 chèques à donner" in text_of(get(desk, "/prescriber/"))
    given = post(desk, f"/prescriber/replacements/{number}/", serial=cupboards.serial(38))
    assert "C’est remis" in given
    assert "déjà été remplacé" in text_of(get(desk, url))
    stranger = people.slow
    assert stranger.get("/prescriber/replace/", {"serial": lost}).status_code == 422
    assert (stranger.get(url).status_code, stranger.get(f"/prescriber/replacements/{number}/").status_code) == (404, 404)
    with acting_as_everything(why="count"):
        assert ledger.verify() == []
        assert ledger.counts(series_id=cupboards.series_id).void == 5


def test_the_office_blocks_by_telephone_for_another_desk_to_give(people: People) -> None:
    cupboards, office = people.cupboards, people.office
    url = office.get("/operator/replace/", {"serial": cupboards.serial(31)})["Location"]
    page = post(office, url, reason="STOLEN", organisation_id=cupboards.slow_id)
    (number,) = set(re.findall(r"Remplacement R(\d+)", page))
    assert "Donner l’autre carnet" not in page
    desk = people.slow
    assert "C’est remis" in post(desk, f"/prescriber/replacements/{number}/", serial=cupboards.serial(0))
    assert f"R{number}" in get(office, "/operator/replace/")
    hand_over = re.findall(r"/prescriber/hand-overs/\d+/", get(desk, "/prescriber/hand-overs/"))[0]
    assert "Remplacer ce carnet" in get(desk, hand_over)
