"""Faire le point: a slip printed at a desk, answered alone on any computer, typed from paper, read as figures by whoever may."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pytest
from django.http import HttpResponse
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.kernel.actors import Actor
from carnet.observatory.models import SelfCheckRound, SelfCheckSlip
from carnet.observatory.operations import selfchecks
from carnet.observatory.operations.selfchecks import PrintedSlip
from carnet.observatory.rules import SKILL_RULES, Edition, Said
from carnet.observatory.rules.selfchecks import Mode
from tests.factories.campaign import SYSTEM
from tests.web.season import TODAY, Season, season

__all__ = ["season"]


@pytest.fixture
def asking(season: Season) -> Season:
    """The programme asks its people."""
    with acting_as_everything(why="tests"):
        selfchecks.decide_self_checks(
            programme_id=season.campaign.programme_id, is_on=True, edition=Edition.FIVE_DOMAINS, actor=SYSTEM, request_id=uuid4(), at=TODAY
        )
    return season


def house(season: Season) -> Actor:
    return replace(SYSTEM, kind="person", roles=frozenset({"PRESCRIBER"}), organisation_id=season.campaign.prescriber_id)


def printed(season: Season, *, request_id: UUID | None = None) -> PrintedSlip:
    """A slip as the desk's printer has it; with a request, the one it made."""
    with acting_as_everything(why="tests"):
        (slip,) = selfchecks.print_slips(
            programme_id=season.campaign.programme_id, count=1, actor=house(season), request_id=request_id or uuid4(), at=TODAY
        )
    return slip


def entered(slip: PrintedSlip) -> Client:
    person = Client()
    done = person.post("/faire-le-point/commencer/", {"number": slip.number.printed(), "code": slip.code.printed().lower()})
    assert done.status_code == 302, done.content.decode()
    return person


def text_of(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_person_answers_alone_and_leaves_the_computer(asking: Season) -> None:
    request_id = uuid4()
    form = {"request_id": request_id, "programme": asking.campaign.programme_id, "count": 1}
    done = asking.desk.post("/self-checks/print/", form)
    with pikepdf.open(io.BytesIO(done.content)) as paper:
        assert 1 <= len(paper.pages) <= 3
    slip = printed(asking, request_id=request_id)
    person = entered(slip)
    first = person.get("/faire-le-point/", follow=True)
    assert "avez-vous utilisé internet" in text_of(first)
    assert first.content.decode().index("tel:") < first.content.decode().index("avez-vous utilisé"), "the telephone first"
    assert person.post("/faire-le-point/internet/", {"used_internet": "YES", "age": "FROM_55_TO_74"})["Location"].endswith("/1/")
    steps = len(SKILL_RULES[Edition.FIVE_DOMAINS])
    for step in range(1, steps + 1):
        where = f"/faire-le-point/questions/{step}/"
        page = text_of(person.get(where))
        assert f"Partie {step} sur {steps}" in page
        assert "Je ne sais pas" in page
        done = person.post(where, {"mail": "YES", "news": "YES"})
    assert done["Location"] == "/faire-le-point/resultat/"
    told = text_of(person.get("/faire-le-point/resultat/"))
    assert "Vos réponses sont comptées, sans votre nom" in told
    assert "Vous avez commencé." in told
    assert "À découvrir avec quelqu’un." in told
    assert "Trouver une leçon" in told
    assert slip.code.printed() not in told
    assert person.post("/faire-le-point/fini/")["Clear-Site-Data"] == '"cache"'
    assert person.get("/faire-le-point/resultat/")["Location"] == "/faire-le-point/"
    with acting_as_everything(why="tests"):
        row = SelfCheckRound.objects.get()
        assert (row.mode, row.answers, row.moment) == ("ALONE", {"mail": "YES", "news": "YES"}, "BEFORE")
        assert SelfCheckSlip.objects.get(id=slip.id).age == "FROM_55_TO_74"


def test_no_internet_ends_it_kindly(asking: Season) -> None:
    person = entered(printed(asking))
    assert person.post("/faire-le-point/internet/", {"used_internet": "NO"})["Location"] == "/faire-le-point/resultat/"
    assert "Beaucoup de gens commencent comme vous" in text_of(person.get("/faire-le-point/resultat/"))


def test_what_was_answered_is_still_there_another_day(asking: Season) -> None:
    slip = printed(asking)
    person = entered(slip)
    person.post("/faire-le-point/internet/", {"used_internet": "YES"})
    person.post("/faire-le-point/questions/1/", {"health": "YES"})
    page = entered(slip).get("/faire-le-point/questions/1/").content.decode()
    assert re.search(r'name="health"[^>]*value="YES"[^>]*checked', page)
    assert person.get("/faire-le-point/questions/2/")["Location"] == "/faire-le-point/", "one visit at a time"


def test_wrong_codes_look_alike_and_are_slowed(asking: Season) -> None:
    slip = printed(asking)
    person = Client()
    answers = [
        person.post("/faire-le-point/commencer/", {"number": number, "code": code}, REMOTE_ADDR="10.9.8.7")
        for number, code in ((slip.number.printed(), "AAAA AAAA"), ("A-2222-2222", slip.code.printed()))
    ]
    assert [each.status_code for each in answers] == [422, 422]
    assert all("Ce numéro et ce code ne vont pas ensemble" in text_of(each) for each in answers)
    assert person.get("/faire-le-point/commencer/")["Location"] == "/faire-le-point/", "nothing of it in an address"


def test_somebody_agrees_to_be_asked_again_and_changes_their_mind(asking: Season) -> None:
    person = entered(printed(asking))
    person.post("/faire-le-point/internet/", {"used_internet": "NO"})
    form = {"request_id": uuid4(), "channel": "TEXT", "phone": "06 12 34 56 78"}
    refused = person.post("/faire-le-point/plus-tard/", form)
    assert refused.status_code == 422, "no yes, no number"
    assert "Si vous êtes d’accord, cochez cette case." in text_of(refused)
    assert "la personne" not in text_of(refused), "said to the person, not to a desk"
    assert person.post("/faire-le-point/plus-tard/", form | {"agreed": "on"}).status_code == 302
    page = text_of(person.get("/faire-le-point/resultat/"))
    assert "On vous écrira une fois" in page
    assert "06 12 34 56 78" not in page
    person.post("/faire-le-point/plus-tard/", {"erase": "1"})
    assert "Vous écrire dans six mois" in text_of(person.get("/faire-le-point/resultat/"))


def test_a_sheet_is_typed_at_the_desk_and_not_at_another_house(asking: Season) -> None:
    slip, desk = printed(asking), asking.desk
    where = f"/self-checks/sheet/?number={slip.number.printed()}"
    page = text_of(desk.get(where))
    assert page.count("<fieldset") >= 30
    form = {
        "request_id": uuid4(), "number": slip.number.printed(), "mode": "TOGETHER", "answered_on": TODAY.date().isoformat(),
        "used_internet": "YES", "age": "OLDER", "mail": "YES", "words": "NO",
    }  # fmt: skip
    done = text_of(desk.post("/self-checks/sheet/", form))
    assert "Lisez-le avec la personne" in done
    assert "Vous avez commencé." in done
    assert "Aucun papier de votre structure" in text_of(asking.counter.get(where))
    empty = text_of(desk.get("/self-checks/sheet/?number="))
    assert "Ce champ est obligatoire" in empty
    assert "mal recopié" not in empty
    home = text_of(desk.get("/self-checks/"))
    assert "papiers donnés" in home
    with acting_as_everything(why="tests"):
        assert list(SelfCheckRound.objects.values_list("mode", "answers")) == [(Mode.TOGETHER, {"mail": "YES", "words": "NO"})]


def fill(season: Season, count: int) -> None:
    """As many people before and after, half of whom learnt to write a mail."""
    desk = house(season)
    with acting_as_everything(why="tests"):
        slips = selfchecks.print_slips(programme_id=season.campaign.programme_id, count=count, actor=desk, request_id=uuid4(), at=TODAY)
        for rank, slip in enumerate(slips):
            for days, done in ((0, {}), (20, {"mail": "YES"} if rank % 2 else {})):
                selfchecks.type_answers(
                    number=str(slip.number), answered_on=(TODAY + timedelta(days=days)).date(), used_internet=Said.YES, answers=done,
                    mode=Mode.PAPER, actor=desk, request_id=uuid4(), at=TODAY + timedelta(days=days),
                )  # fmt: skip


def test_the_operator_asks_reads_and_takes_away_what_it_comes_to(asking: Season, settings: Any) -> None:
    fill(asking, 20)
    settings.CARNET_CLOCK = TODAY + timedelta(days=45)
    office = asking.enter("OPERATOR_AGENT", asking.campaign.operator_id)
    where = f"/self-checks/results/{asking.campaign.programme_id}/"
    assert where in office.get("/self-checks/results/").content.decode()
    page = text_of(office.get(where))
    assert "Parmi 20 personnes qui ont répondu deux fois, le changement peut venir du hasard" in page, "nobody has the basics everywhere"
    assert "+50 points" in page
    assert "Ce n’est pas un échantillon de la France" in page
    assert "93,67" not in page
    assert "94" in page, "the national table beside"
    file = b"".join(office.get(f"{where}faire-le-point.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Communiquer" in file
    assert ";50,0;" in file
    assert not re.search(r";'-\d", file), "a negative change is a number, for a spreadsheet too"
    public = text_of(Client().get("/chiffres/faire-le-point/"))
    assert "Ce n’est pas un échantillon" in public
    off = {"request_id": uuid4(), "edition": "2021", "off": "1"}
    assert office.post(f"{where}decide/", off).status_code == 302
    assert "ne propose pas de faire le point" in text_of(office.get(where))
    assert "Aucun de vos programmes" in text_of(asking.desk.get("/self-checks/"))
