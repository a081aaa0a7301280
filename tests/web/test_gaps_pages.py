"""Who is far from any place, on the screen: what each role sees, what is asked in the address, files that say what the page says, home pages."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs.gaps import look_at_gaps as weekly
from carnet.observatory.operations import territories
from carnet.parties import operations as parties
from carnet.planning.operations.gaps import look_at_gaps
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.factories.far import CHATEAUBRIANT, NANTES, PEOPLE_FAR, PEOPLE_NEAR, TODAY, Far, make_far
from tests.factories.territories import somebody
from tests.lasting import held
from tests.web.conftest import PASSWORD, come_in

EVERYBODY = PEOPLE_NEAR + PEOPLE_FAR
GAPS = "/need/gaps/"


@pytest.fixture(scope="module")
def lasting_far(django_db_setup: None, django_db_blocker: Any) -> Iterator[Far]:
    with held(django_db_blocker):
        made = make_far()
        with acting_as(programme_ids=[made.programme_id]):
            look_at_gaps(programme_id=made.programme_id, at=TODAY)
        with django_db_blocker.block():
            yield made


@pytest.fixture
def far(db: None, lasting_far: Far, settings: Any) -> Far:
    settings.CARNET_CLOCK = TODAY
    return lasting_far


def enter(role: str, organisation_id: int) -> Client:
    email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
    parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    return come_in(Client(), email)


def text(client: Client, url: str, *, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def shared(far: Far, codes: tuple[str, ...]) -> tuple[int, int]:
    """A territory of some communes, led by a local actor: (its id, the organisation)."""
    leader_id = parties.create_organisation(
        name=f"Réseau {uuid4().hex[:6]}", kinds=["FUNDER", "LOCAL_ACTOR"], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
    )
    leader = somebody(leader_id, "FUNDER")
    with acting_as(leader):
        made = territories.make_territory(name=f"Pays {uuid4().hex[:4]}", commune_codes=codes, actor=leader, request_id=rid(), at=NOW)
    return made, leader_id


class TestThePage:
    def test_who_is_far_where_and_what_a_place_would_change(self, far: Far) -> None:
        page = text(enter("OPERATOR_AGENT", far.campaign.operator_id), GAPS)
        assert f"{PEOPLE_FAR} personnes ont des chèques et aucun lieu à moins de 30 minutes, en voiture. D’abord à Châteaubriant." in page
        assert f"1 lieu de plus mettrait {PEOPLE_FAR} personnes, sur {PEOPLE_FAR}, à 30 minutes ou moins." in page
        assert "Aucun autre choix n’en rapproche davantage" in page
        assert f"Châteaubriant {PEOPLE_FAR} {PEOPLE_FAR} {PEOPLE_FAR * 5}" in page
        assert f"Nantes {PEOPLE_NEAR} 0 0" in page
        assert "Personne ne sait où chacun habite" in page

    def test_a_funder_reads_the_same_and_a_desk_is_not_let_in(self, far: Far) -> None:
        page = text(enter("FUNDER", far.campaign.funder_ids[0]), GAPS)
        assert f"{PEOPLE_FAR} personnes ont des chèques" in page
        assert "Guichets qui dorment" not in page
        text(enter("PRESCRIBER_LEAD", far.far_id), GAPS, status=403)

    def test_the_address_says_what_is_asked_and_nothing_else_is_followed(self, far: Far) -> None:
        client = enter("OPERATOR_AGENT", far.campaign.operator_id)
        assert "aucun lieu à moins de 60 minutes" in text(client, f"{GAPS}?limit=60")
        assert "aucun lieu à moins de 30 minutes" in text(client, f"{GAPS}?limit=1&mode=plane&more=99")
        assert "sans voiture" in text(client, f"{GAPS}?mode=no-car")
        text(client, f"{GAPS}?whose=p999999", status=404)
        text(client, f"{GAPS}?whose=t1", status=404)
        text(client, "/need/gaps/people.csv", status=404)
        text(client, "/need/gaps/communes.exe", status=404)

    def test_a_local_actor_reads_its_territory_and_no_small_count(self, far: Far) -> None:
        territory_id, leader_id = shared(far, (NANTES, CHATEAUBRIANT))
        client = enter("LOCAL_ACTOR", leader_id)
        page = text(client, GAPS)
        assert f"Châteaubriant {PEOPLE_FAR} {PEOPLE_FAR}" in page
        assert "Guichets qui dorment" not in page
        text(client, f"{GAPS}?whose=p{far.programme_id}", status=404)
        home = text(client, "/local/")
        assert f"{PEOPLE_FAR} personnes ont des chèques à plus de 30 minutes d’un lieu" in home
        assert f"whose=t{territory_id}" in client.get("/local/").content.decode()

    def test_nothing_to_read_says_so(self, far: Far) -> None:
        alone = parties.create_organisation(
            name="Seule", kinds=["LOCAL_ACTOR"], is_simulated=True, actor=SYSTEM, request_id=uuid4(), at=NOW
        )
        assert "Vous n’avez ni programme en cours, ni territoire." in text(enter("LOCAL_ACTOR", alone), GAPS)


class TestFilesAndHomes:
    def test_the_file_says_what_the_page_says(self, far: Far) -> None:
        client = enter("FUNDER", far.campaign.funder_ids[0])
        sent = b"".join(client.get("/need/gaps/communes.csv?limit=30").streaming_content).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(sent), delimiter=";"))
        assert [row[:4] for row in rows[1:]] == [
            [CHATEAUBRIANT, "Châteaubriant", str(PEOPLE_FAR), str(PEOPLE_FAR)],
            [NANTES, "Nantes", str(PEOPLE_NEAR), "0"],
        ]
        assert client.get("/need/gaps/communes.ods").status_code == 200
        seats = b"".join(client.get("/need/gaps/seats.csv").streaming_content).decode("utf-8-sig")
        assert seats.startswith("Lieu;Commune")

    def test_home_pages_say_it_from_the_weekly_look(self, far: Far) -> None:
        told = f"{PEOPLE_FAR} personnes ont des chèques à plus de 30 minutes d’un lieu"
        assert told in text(enter("OPERATOR_AGENT", far.campaign.operator_id), "/operator/")
        assert told in text(enter("FUNDER", far.campaign.funder_ids[0]), "/funder/")

    def test_a_look_nobody_followed_says_nothing_of_today(self, far: Far, settings: Any) -> None:
        settings.CARNET_CLOCK = TODAY.replace(month=5)
        assert "minutes d’un lieu" not in text(enter("FUNDER", far.campaign.funder_ids[0]), "/funder/")

    def test_the_job_looks_at_every_programme_once(self, far: Far) -> None:
        from carnet.planning.models import GapWeek

        with acting_as_everything(why="count"):
            before = GapWeek.objects.count()
        weekly(timestamp=0)
        weekly(timestamp=1)
        with acting_as_everything(why="count"):
            assert GapWeek.objects.filter(programme_id=far.programme_id).values("week_on").distinct().count() == 2
            assert GapWeek.objects.count() > before
