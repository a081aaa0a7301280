"""Somebody telephones: one box, the story in sentences, and what a call needs in a tap or two. And complaints, on every side."""

import html
import re
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client

from carnet.distribution import operations as distribution
from carnet.distribution.rules import HandOverItem
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.helpline.models import Question
from carnet.helpline.rules import UNKNOWN_MAX
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.places import queries as places
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Item
from carnet.workshops import operations as workshops
from carnet.workshops.rules import Plan
from tests.factories.campaign import accept, organisation, place, programme, rid
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_operator_desks import administrator
from tests.workshops.conftest import DETAILS


def text_of(answer: Any) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(body).replace("\xa0", " ").replace("\u202f", " "))


def line(season: Season, role: str = "HELPLINE", organisation_id: int | None = None) -> Client:
    return season.enter(role, organisation_id or season.campaign.operator_id)


def ask(client: Client, typed: str) -> Any:
    return client.post("/helpline/ask/", {"typed": typed, "request_id": str(uuid4())})


def desk_actor(season: Season) -> Actor:
    who = season.campaign.prescriber_id
    return Actor(
        kind="person", label="desk", person_id=901, organisation_id=who, organisation_ids=frozenset({who}), roles=frozenset({"PRESCRIBER"})
    )


def give(season: Season, rank: int = 2) -> tuple[int, str]:
    """Hand the desk's third booklet over; its id and number."""
    booklet_id, serial = season.booklet(rank)
    actor = desk_actor(season)
    with acting_as(actor):
        item = HandOverItem(
            request_id=uuid4(), series_id=season.campaign.series_id, first_booklet_id=booklet_id, last_booklet_id=booklet_id
        )
        distribution.hand_over(item=item, organisation_id=season.campaign.prescriber_id, actor=actor, at=TODAY - timedelta(hours=2))
    return booklet_id, serial


def spend(season: Season, rank: int, count: int = 1) -> None:
    mediator = season.campaign.mediator
    with acting_as(mediator):
        for each in range(rank * 5, rank * 5 + count):
            item = Item(code=season.campaign.code(each), service="mailbox", key=None)
            redemption.redeem(item=item, actor=mediator, channel="SCREEN", request_id=rid(), at=TODAY - timedelta(hours=1))


def plan_lesson(season: Season) -> int:
    who = season.campaign.place_organisation_id
    manager = Actor(
        kind="person",
        label="manager",
        person_id=902,
        organisation_id=who,
        organisation_ids=frozenset({who}),
        roles=frozenset({"PLACE_MANAGER"}),
    )
    with acting_as(manager):
        plan = Plan((TODAY + timedelta(days=7)).date(), time(14, 0), 90)
        made = workshops.plan_workshop(
            place_id=season.campaign.place_id, plan=plan, details=DETAILS, actor=manager, request_id=rid(), at=TODAY
        )
    return made.session_ids[0]


class TestTheBox:
    def test_a_booklet_tells_its_story_in_sentences(self, season: Season) -> None:
        _booklet, serial = give(season)
        spend(season, 2, 2)
        page = text_of(ask(line(season), serial))
        desk = page.index("Ce carnet a été remis à une personne le 3 mars 2026 par Association")
        spent = page.index("2 chèques ont été utilisés le 3 mars 2026 : Médiathèque")
        assert desk < spent < page.index("sera payé le") < page.index("Il reste 3 chèques à utiliser jusqu’au")
        assert "Perdu ou volé : bloquer 3 chèques" in page

    def test_a_voucher_tells_its_own(self, season: Season) -> None:
        give(season)
        spend(season, 2)
        with acting_as_everything(why="printed numbers"):
            series = ledger.series(season.campaign.series_id)
        spent, kept = (ledger.serial_of_voucher(series, series.first_voucher_id + each) for each in (10, 11))
        client = line(season)
        assert "Il ne peut plus servir" in text_of(ask(client, spent))
        page = text_of(ask(client, kept.lower().replace("-", " ")))
        assert "Il peut être utilisé jusqu’au" in page
        assert "utilisé le 3 mars" not in page

    def test_the_box_is_ready_to_type_and_enter_is_enough(self, season: Season) -> None:
        page = line(season).get("/helpline/").content.decode()
        assert re.search(r'<input[^>]+name="typed"[^>]*autofocus', page)
        assert len(re.findall(r'<form[^>]+action="/helpline/ask/"', page)) == 1

    def test_a_secret_code_is_refused_never_shown_and_never_kept(self, season: Season) -> None:
        give(season)
        code = season.campaign.code(10)
        spoken = " ".join(code[each : each + 3] for each in range(0, 18, 3))
        client = line(season)
        for typed in (code, spoken, f"son code {spoken}"):
            answer = ask(client, typed)
            assert answer.status_code == 422
            assert "ne jamais dicter ce code" in text_of(answer)
            assert code[:9] not in answer.content.decode()
            assert spoken not in answer.content.decode()
        with acting_as_everything(why="what was kept"):
            assert not Question.objects.exists()

    def test_every_question_is_a_line_of_the_journal_without_what_was_typed(self, season: Season) -> None:
        booklet_id, serial = give(season)
        client = line(season)
        assert ask(client, serial).status_code == 200
        assert ask(client, "TS-000000099-00").status_code == 422
        assert ask(client, "R99").status_code == 422
        with acting_as_everything(why="the journal"):
            told = [each for each in journal.lines(limit=20) if each.action == "helpline.asked"]
        assert [(each.subject_kind, each.facts) for each in told] == [
            ("question", {"kind": "REPLACEMENT", "found": False}),
            ("booklet", {"kind": "BOOKLET", "found": True}),
        ]
        assert told[1].subject_id == str(booklet_id)
        assert told[1].actor_person_id is not None

    def test_what_is_unknown_and_what_is_another_operator_s_look_the_same(self, season: Season) -> None:
        _booklet, serial = give(season)
        with acting_as_everything(why="another operator"):
            stranger_id = organisation("Ailleurs", "OPERATOR")
            programme(stranger_id, name="Ailleurs")
        stranger = line(season, organisation_id=stranger_id)
        session_id = plan_lesson(season)
        actor = desk_actor(season)
        with acting_as(actor):
            booked = workshops.book(session_id=session_id, actor=actor, request_id=rid(), at=TODAY)
        said = set()
        for typed in (serial, booked.number, str(season.campaign.place_id), "H1", "R1", "CARNET-1-1-1", "décompte 1"):
            answer = ask(stranger, typed)
            said.add((answer.status_code, re.search(r"Rien ne porte ce numéro ici\.[^.]*\.", text_of(answer)).group()))  # type: ignore[union-attr]
        assert len(said) == 1

    def test_who_asks_for_what_does_not_exist_is_slowed_down(self, season: Season) -> None:
        _booklet, serial = give(season)
        client = line(season)
        for number in range(UNKNOWN_MAX):
            assert ask(client, f"R{number + 900}").status_code == 422
        assert ask(client, serial).status_code == 429

    def test_no_name_is_completed_and_no_part_is_enough(self, season: Season) -> None:
        with acting_as_everything(why="its name"):
            name = places.names_of([season.campaign.place_id])[season.campaign.place_id]
        client = line(season)
        assert "Ce lieu accepte les chèques" in text_of(ask(client, name.upper()))
        assert "Ce lieu accepte les chèques" in text_of(ask(client, f"lieu {season.campaign.place_id}"))
        for part in ("Médiathèque", name[:-1], "%", "Média*"):
            assert ask(client, part).status_code == 422

    def test_places_of_one_name_are_given_to_choose_from(self, season: Season) -> None:
        with acting_as_everything(why="two places of one name"):
            for _each in range(2):
                accept(place("Maison des Jumeaux", season.campaign.place_organisation_id), season.campaign.programme_id)
        answer = ask(line(season), "maison des jumeaux")
        page = answer.content.decode()
        assert "Plusieurs lieux portent ce nom" in page
        typed = re.findall(r'name="typed" value="(lieu \d+)"', page)
        assert len(typed) == 2
        assert "Ce lieu accepte les chèques" in text_of(ask(line(season), typed[0]))

    def test_a_role_that_sees_nothing_else(self, season: Season) -> None:
        client = line(season)
        assert client.get("/home")["Location"] == "/helpline/"
        for closed in (
            "/operator/",
            "/operator/orders/",
            "/operator/payments/",
            "/operator/organisations/",
            "/operator/places/",
            "/members/",
        ):
            assert client.get(closed).status_code == 403, closed
        assert season.desk.get("/helpline/ask/").status_code == 403


class TestFromTheStory:
    def test_lost_is_blocked_in_two_taps_and_the_number_says_where_to_go(self, season: Season) -> None:
        _booklet, serial = give(season)
        client = line(season)
        page = ask(client, serial).content.decode()
        block = re.search(r'href="(/helpline/replace/\d+/\d+/)"', page)
        assert block
        form = client.get(block[1])
        assert form.status_code == 200
        done = client.post(
            block[1], {"reason": "LOST", "organisation_id": season.campaign.prescriber_id, "request_id": str(uuid4())}, follow=True
        )
        assert "Dites ce numéro à la personne" in text_of(done)
        number = re.search(r"/helpline/replacements/(\d+)/", done.request["PATH_INFO"])
        assert number
        told = text_of(ask(client, f"R{number[1]}"))
        assert f"avec le numéro R{number[1]}" in told
        page = text_of(ask(client, serial))
        assert "Ce carnet a été dit perdu le 3 mars 2026. À remplacer : 5 chèques" in page
        assert "Perdu ou volé" not in page

    def test_a_place_is_found_booked_in_one_tap_told_and_given_back(self, season: Season) -> None:
        session_id = plan_lesson(season)
        client = line(season)
        found = client.get("/helpline/find/", {"where": "Nantes"})
        assert DETAILS.title in text_of(found)
        booked = client.post(f"/helpline/book/{session_id}/", {"request_id": str(uuid4())})
        number = re.search(r'class="number">([A-Z0-9]{4}-[A-Z0-9]{4})<', booked.content.decode())
        assert number
        page = ask(client, number[1])
        assert "Une leçon est réservée" in text_of(page)
        assert number[1] not in page.request["PATH_INFO"]
        gone = client.post("/helpline/give-back/", {"number": number[1], "request_id": str(uuid4())}, follow=True)
        assert "La place est rendue" in text_of(gone)
        assert "a été rendue" in text_of(ask(client, number[1]))
        assert client.get("/helpline/find/", {"where": "Nulle-Part-sur-Rien"}).status_code == 422
        refused = client.post("/helpline/book/999999/?where=Nantes", {"request_id": str(uuid4())})
        assert refused["Location"] == "/helpline/find/?where=Nantes"
        assert "La ligne" in text_of(client.get("/obtenir/par-la-poste/"))
        assert "La ligne" not in text_of(Client().get("/obtenir/par-la-poste/"))

    def test_a_slip_is_sent_again_by_text_message(self, season: Season) -> None:
        session_id, actor = plan_lesson(season), desk_actor(season)
        with acting_as(actor):
            booked = workshops.book(session_id=session_id, actor=actor, request_id=rid(), at=TODAY)
        client = line(season)
        assert "Renvoyer la fiche par SMS" in text_of(ask(client, booked.number))
        for typed in ("", "06 39"):
            wrong = client.post("/helpline/send-slip/", {"number": booked.number, "phone": typed, "request_id": str(uuid4())})
            assert (wrong.status_code, "Une leçon est réservée" in text_of(wrong)) == (422, True)
        form = {"number": booked.number, "phone": "06 39 98 00 42", "request_id": str(uuid4())}
        assert "La fiche part par SMS" in text_of(client.post("/helpline/send-slip/", form, follow=True))
        sent: list[Any] = []
        with acting_as_everything(why="the outbox"):
            notices.send_texts(send=sent.append, at=TODAY)
        assert [(each.to, each.kind) for each in sent] == [("+33639980042", "distribution.slip")]


class TestComplaints:
    SAID = "On m’a demandé cinq euros à l’entrée."

    def numbers(self, answer: Any) -> tuple[str, str]:
        number, secret = re.findall(r'class="number">([^<]+)<', answer.content.decode())
        return number, secret

    def test_filed_without_a_name_heard_answered_and_read(self, season: Season) -> None:
        place_id = season.campaign.place_id
        page = Client().get(f"/reclamation/?lieu={place_id}")
        assert page.status_code == 200
        assert "02 40 00 00 00" in text_of(page)
        filed = Client().post(
            f"/reclamation/?lieu={place_id}",
            {"kind": "MONEY", "said": self.SAID, "serial": "", "contact": "", "request_id": str(uuid4())},
        )
        number, secret = self.numbers(filed)
        agent = line(season, "OPERATOR_AGENT")
        assert "1 réclamation à répondre" in text_of(agent.get("/operator/"))
        listed = agent.get("/helpline/complaints/").content.decode()
        url = re.search(r'href="(/helpline/complaints/\d+/)"', listed)
        assert url
        assert self.SAID in html.unescape(agent.get(url[1]).content.decode())
        asked = agent.post(
            f"{url[1]}ask-place/", {"said": "Que s’est-il passé mardi ?", "until_on": "2026-03-06", "request_id": str(uuid4())}
        )
        assert asked.status_code == 302
        manager = season.manager
        own = manager.get("/place/complaints/").content.decode()
        at_place = re.search(r'href="(/place/complaints/asked/\d+/)"', own)
        assert at_place
        seen = html.unescape(manager.get(at_place[1]).content.decode())
        assert "Que s’est-il passé mardi ?" in seen
        assert "cinq euros" not in seen
        assert manager.post(at_place[1], {"said": "Une erreur de notre part.", "request_id": str(uuid4())}).status_code == 302
        closed = agent.post(
            f"{url[1]}close/", {"decision": "UPHELD", "said": "Vous aviez raison. Le lieu vous rend 5 euros.", "request_id": str(uuid4())}
        )
        assert closed.status_code == 302
        read = text_of(Client().post("/reclamation/suivre/", {"number": number, "secret": secret}))
        assert "Vous aviez raison" in read
        assert "Une erreur de notre part" not in read
        wrong = Client().post("/reclamation/suivre/", {"number": number, "secret": "000000" if secret != "000000" else "111111"})
        assert wrong.status_code == 422

    def test_secret_numbers_are_refused_with_a_sentence(self, season: Season) -> None:
        answer = Client().post(
            f"/reclamation/?lieu={season.campaign.place_id}",
            {"kind": "OTHER", "said": "mon code 482 915 006 731 284 906", "request_id": str(uuid4())},
        )
        assert answer.status_code == 422
        assert "code secret d’un chèque" in text_of(answer)

    def test_late_is_red(self, season: Season, settings: Any) -> None:
        Client().post(f"/reclamation/?lieu={season.campaign.place_id}", {"kind": "MONEY", "said": self.SAID, "request_id": str(uuid4())})
        agent = line(season, "OPERATOR_AGENT")
        settings.CARNET_CLOCK = TODAY + timedelta(days=10)
        page = agent.get("/helpline/complaints/").content.decode()
        assert re.search(r"tone-danger[^<]*<[^>]*>|tone-danger", page)
        assert "En retard" in page
        assert "1 réclamation en retard" in text_of(agent.get("/operator/"))

    def test_a_place_that_comes_again_is_said_on_its_file_and_to_the_line(self, season: Season) -> None:
        place_id = season.campaign.place_id
        for _each in range(2):
            Client().post(f"/reclamation/?lieu={place_id}", {"kind": "MONEY", "said": self.SAID, "request_id": str(uuid4())})
        told = "2 réclamations sur ce lieu depuis un an"
        assert told in text_of(line(season, "OPERATOR_AGENT").get(f"/operator/places/{place_id}/"))
        assert told in text_of(ask(line(season), f"lieu {place_id}"))
        assert told not in text_of(Client().get(f"/places/{place_id}/"))

    def test_the_line_notes_one_and_says_its_number(self, season: Season) -> None:
        client = line(season)
        _booklet, serial = give(season)
        filed = client.post(
            f"/helpline/complaints/new/?serial={serial}",
            {"kind": "NO_LESSON", "said": "Porte fermée mardi.", "serial": serial, "contact": "06 39 98 00 01", "request_id": str(uuid4())},
        )
        number, _secret = self.numbers(filed)
        assert f"Réclamation {number} le 3 mars 2026" in text_of(ask(client, serial))
        assert "La réponse est promise avant le" in text_of(ask(client, number))

    def test_a_desk_files_for_a_person_and_a_place_for_itself(self, season: Season) -> None:
        desk = season.desk
        filed = desk.post(
            "/prescriber/complaints/new/",
            {"kind": "REFUSED", "said": "Refusée hier.", "serial": "", "contact": "", "request_id": str(uuid4())},
        )
        number, _secret = self.numbers(filed)
        assert number in desk.get("/prescriber/complaints/").content.decode()
        manager = season.manager
        filed = manager.post(
            "/place/complaints/new/", {"kind": "LATE_PAYMENT", "said": "Rien depuis trois semaines.", "request_id": str(uuid4())}
        )
        number, _secret = self.numbers(filed)
        own = manager.get("/place/complaints/").content.decode()
        assert number in own
        url = re.search(r'href="(/place/complaints/filed/\d+/)"', own)
        assert url
        assert "Rien depuis trois semaines" in manager.get(url[1]).content.decode()

    def test_the_promise_of_a_programme_is_set_by_its_administrator(self, season: Season) -> None:
        admin = administrator(season, season.campaign.operator_id)
        url = f"/helpline/complaints/delays/{season.campaign.programme_id}/"
        assert admin.get(url).status_code == 200
        days = {"REFUSED": 2, "MONEY": 3, "NO_LESSON": 3, "LATE_PAYMENT": 3, "ACCESSIBILITY": 7, "OTHER": 10}
        assert admin.post(url, days | {"request_id": str(uuid4())}).status_code == 302
        assert admin.post(url, days | {"OTHER": 60, "request_id": str(uuid4())}).status_code == 422


def test_nobody_but_the_operator_opens_a_complaint(season: Season) -> None:
    with acting_as_everything(why="another operator"):
        stranger_id = organisation("Ailleurs", "OPERATOR")
    stranger = line(season, "OPERATOR_AGENT", stranger_id)
    Client().post(f"/reclamation/?lieu={season.campaign.place_id}", {"kind": "MONEY", "said": "Oui.", "request_id": str(uuid4())})
    agent = line(season, "OPERATOR_AGENT")
    url = re.search(r'href="(/helpline/complaints/\d+/)"', agent.get("/helpline/complaints/").content.decode())
    assert url
    for act in ("", "ask-place/", "news/", "close/"):
        assert stranger.get(url[1] + act).status_code == 404
