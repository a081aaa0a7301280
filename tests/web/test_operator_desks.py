"""The desks of a programme over HTTP: let in, handing over, ended; and nothing of them for another operator."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from carnet.distribution import queries as distribution
from carnet.distribution.models import ProgrammePrescriber
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.issuing import operations as issuing
from carnet.kernel.actors import Actor
from carnet.ledger import operations as ledger
from carnet.ledger import queries as ledger_reads
from carnet.parties import operations as parties
from carnet.parties import queries as parties_reads
from carnet.parties.models import Person
from carnet.web import clock
from tests.factories.campaign import NOW, SYSTEM
from tests.web.conftest import SECRET, come_in
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_operator_orders import Office, drawn, text_of
from tests.web.test_operator_orders import office as office

DESKS, ADMIT = "/operator/desks/", "/operator/desks/admit/"


def administrator(season: Season, organisation_id: int) -> Client:
    """Signed in with a second factor, in the office of an operator."""
    email = season.enrol("OPERATOR_ADMIN", organisation_id)
    with acting_as_everything(why="a test"):
        person_id = Person.objects.get(email=email).id
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


@pytest.fixture
def admin(season: Season) -> Client:
    return administrator(season, season.campaign.operator_id)


@pytest.fixture
def stranger(season: Season) -> Client:
    other_id = parties.create_organisation(
        name="Autre opérateur", kinds=["OPERATOR"], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
    )
    return administrator(season, other_id)


def register(season: Season, name: str, *, kind: str = "PRESCRIBER") -> int:
    return parties.create_organisation(
        name=name, kinds=[kind], is_simulated=True, registered_by=season.campaign.operator_id, actor=SYSTEM, request_id=uuid4(), at=NOW
    )


def admit(client: Client, season: Season, *organisation_ids: int, request_id: str = "") -> str:
    answer = client.post(
        f"{ADMIT}?programme={season.campaign.programme_id}",
        {"request_id": request_id or str(uuid4()), "organisation_ids": organisation_ids},
        follow=True,
    )
    return text_of(answer.content.decode())


def end_url(season: Season, organisation_id: int) -> str:
    return f"{DESKS}joining/{season.campaign.programme_id}/{organisation_id}/prepare/end/"


def end(client: Client, season: Season, organisation_id: int) -> str:
    """Prepared by one, taken by another."""
    sent = {"request_id": str(uuid4()), "reason": "Le guichet ferme."}
    prepared = client.post(end_url(season, organisation_id), sent, follow=True).content.decode()
    take = re.search(r'href="(/operator/desks/joining/decisions/\d+/)"', prepared)
    if take is None:
        return text_of(prepared)
    second = administrator(season, season.campaign.operator_id)
    return text_of(second.post(f"{take.group(1)}take/", {"request_id": str(uuid4())}, follow=True).content.decode())


def desk_ids(season: Season) -> set[int]:
    with acting_as_everything(why="a test"):
        return {each.organisation_id for each in distribution.participations(programme_id=season.campaign.programme_id, at=clock.now())}


def give(season: Season, organisation_id: int, rank: int) -> None:
    """Put the booklet of that rank, still at the operator's, in an organisation's hands."""
    booklet_id, _serial = season.booklet(rank)
    sent = {
        "series_id": season.campaign.series_id,
        "first_booklet_id": booklet_id,
        "last_booklet_id": booklet_id,
        "actor": SYSTEM,
        "at": NOW,
    }
    with acting_as_everything(why="a test"):
        ledger.ship_booklets(from_holder_id=season.campaign.operator_id, to_holder_id=organisation_id, request_id=uuid4(), **sent)
        ledger.receive_booklets(to_holder_id=organisation_id, request_id=uuid4(), **sent)


def line_of(client: Client, name: str) -> str:
    """The line of one desk, as it is read."""
    page = client.get(DESKS).content.decode()
    return next(text_of(row).strip() for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if name in row)


def hand_over(client: Client, booklet_id: int) -> str:
    address = f"/prescriber/hand-over/{booklet_id}/"
    voucher_ids = re.findall(r'name="voucher_ids" value="(\d+)"', client.get(address).content.decode())
    sent = {"request_id": str(uuid4()), "voucher_ids": voucher_ids}
    return text_of(client.post(address, sent, follow=True).content.decode())


def test_two_desks_are_let_in_and_one_hands_over(season: Season, admin: Client) -> None:
    first, second = register(season, "Mairie annexe"), register(season, "Maison de quartier")
    page = admin.get(ADMIT).content.decode()
    assert "Mairie annexe" in page
    assert "Maison de quartier" in page
    assert "2 guichets peuvent remettre les carnets" in admit(admin, season, first, second)
    assert desk_ids(season) == {season.campaign.prescriber_id, first, second}
    assert "Toutes vos organisations sont déjà des guichets" in admin.get(ADMIT).content.decode()

    give(season, first, 3)
    assert "Mairie annexe 3 mars 2026 1 0" in line_of(admin, "Mairie annexe")
    booklet_id, _serial = season.booklet(3)
    assert "C’est remis" in hand_over(season.enter("PRESCRIBER", first), booklet_id)
    assert "Mairie annexe 3 mars 2026 0 5" in line_of(admin, "Mairie annexe")


def test_an_ended_desk_is_refused_with_its_sentence(season: Season, admin: Client) -> None:
    desk_id = season.campaign.prescriber_id
    booklet_id, serial = season.booklet(2)
    desk = season.desk
    confirmation = text_of(admin.get(end_url(season, desk_id)).content.decode())
    assert "Carnets chez lui ou en route 1" in confirmation
    assert "Ses remises sont refusées aussitôt" in confirmation
    assert "sur le départ" in end(admin, season, desk_id)
    assert "Votre guichet quitte" in hand_over(desk, booklet_id)
    with acting_as_everything(why="a test"):
        assert ledger_reads.booklet(serial).handed_over_at is None
    assert "Cette décision n’est plus possible" in end(admin, season, desk_id)


def test_a_programme_without_a_desk_is_a_task_until_one_is_let_in(season: Season, admin: Client) -> None:
    said, steps = "Aucun guichet ne peut remettre ces carnets", "/setup/steps/"
    assert said not in admin.get("/operator/").content.decode()
    assert "1 guichet remet les carnets" in admin.get(steps).content.decode()
    with acting_as_everything(why="a test"):
        ProgrammePrescriber.objects.filter(organisation_id=season.campaign.prescriber_id).update(left_at=clock.now())
    assert said in admin.get("/operator/").content.decode()
    assert "Sans guichet admis" in admin.get(steps).content.decode()
    assert "Aucune organisation qui distribue" in admin.get(ADMIT).content.decode()
    admit(admin, season, register(season, "Mairie annexe"))
    assert said not in admin.get("/operator/").content.decode()
    assert "1 guichet remet les carnets" in admin.get(steps).content.decode()


def test_sent_twice_it_is_done_once_and_a_part_that_ended_does_not_come_back(season: Season, admin: Client, settings: object) -> None:
    desk_id, request_id = register(season, "Mairie annexe"), str(uuid4())
    for _time in range(2):
        assert "1 guichet peut remettre" in admit(admin, season, desk_id, request_id=request_id)
    with acting_as_everything(why="a test"):
        assert distribution.prescriber_count(programme_id=season.campaign.programme_id) == 2
    settings.CARNET_CLOCK = TODAY + timedelta(minutes=5)  # type: ignore[attr-defined]
    end(admin, season, desk_id)
    assert desk_id in desk_ids(season), "it leaves, once it has nothing left"
    admin.post(f"{DESKS}joining/{season.campaign.programme_id}/{desk_id}/finish/", {"request_id": str(uuid4())})
    admit(admin, season, desk_id, request_id=request_id)
    assert desk_id not in desk_ids(season)
    admit(admin, season, desk_id)
    assert desk_id in desk_ids(season)


def test_nobody_ticked_and_whoever_is_not_proposed_are_refused(season: Season, admin: Client) -> None:
    register(season, "Mairie annexe")
    before = desk_ids(season)
    assert "Cochez au moins une organisation" in admit(admin, season)
    for organisation_id in (register(season, "Médiathèque", kind="PLACE_OPERATOR"), season.campaign.funder_ids[0], 987654321):
        answer = admin.post(
            f"{ADMIT}?programme={season.campaign.programme_id}", {"request_id": str(uuid4()), "organisation_ids": [organisation_id]}
        )
        assert answer.status_code == 422
    assert desk_ids(season) == before


def test_another_operator_sees_and_does_nothing(season: Season, stranger: Client) -> None:
    desk_id, before = season.campaign.prescriber_id, desk_ids(season)
    page = stranger.get(DESKS).content.decode()
    assert "Aucun programme en cours" in page
    assert parties_reads.organisation(desk_id).name not in page
    programme_id = season.campaign.programme_id
    for address, status in ((f"{ADMIT}?programme={programme_id}", 404), (end_url(season, desk_id), 409)):
        assert stranger.get(address).status_code == status
        sent = {"request_id": str(uuid4()), "organisation_ids": [desk_id], "reason": "Rien."}
        assert stranger.post(address, sent).status_code in (404, 409, 422)
    assert desk_ids(season) == before


def test_a_desk_is_shipped_to_and_once_ended_its_booklets_are_taken_back(office: Office) -> None:
    drawn(office)
    office.post("printed/", reference="BL")
    admitted = office.admin.post(
        f"{ADMIT}?programme={office.programme_id}", {"request_id": str(uuid4()), "organisation_ids": [office.prescriber_id]}, follow=True
    ).content.decode()
    ship = f"{office.url('ship/')}?organisation={office.prescriber_id}"
    assert ship in admitted
    assert f'value="{office.prescriber_id}" selected' in office.admin.get(ship).content.decode()
    office.post("ship/", organisation=office.prescriber_id, booklet_count=2)
    system = Actor.system("tests", programme_ids={office.programme_id})
    with acting_as(system):
        issuing.receive_shipment(shipment_id=office.row().shipments.get().id, actor=system, request_id=uuid4(), at=timezone.now())
    back = f"{office.url('take-back/')}?holder={office.prescriber_id}"
    assert "Carnets que leur détenteur" not in office.admin.get(DESKS).content.decode()
    with acting_as_everything(why="its part ended, with booklets left in a drawer"):
        ProgrammePrescriber.objects.filter(organisation_id=office.prescriber_id).update(left_at=timezone.now())
    ended = office.admin.get(DESKS).content.decode()
    assert "Carnets que leur détenteur ne peut pas remettre" in ended
    assert back in ended
    first, last = re.findall(r'name="(?:first|last)" value="([^"]+)"', office.admin.get(back).content.decode())
    assert "2 carnets repris" in office.post("take-back/", first=first, last=last)
    assert "Carnets que leur détenteur" not in office.admin.get(DESKS).content.decode()


def test_each_desk_and_place_finds_its_account(season: Season) -> None:
    assert 'href="/account/"' in season.desk.get("/prescriber/").content.decode()
    assert 'href="/account/"' in season.counter.get("/place/").content.decode()
