"""A connection over HTTP: asked at the desk in a few gestures, or on the telephone; read, said broken and stopped by its person; told."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carnet.connectivity import operations
from carnet.connectivity.models import Application, Connection, Contact, Home, Residence, Telling
from carnet.connectivity.queries import applying
from carnet.connectivity.rules import ConnectionState, Eligibility, EndReason, Ground, Proof, RefusalReason
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.notices.models import TextNotice
from carnet.web.connections import session
from carnet.web.connections.forms import ApplyForm
from carnet.web.design import formats
from tests.factories.campaign import rid
from tests.factories.homes import SOURCE, Estate, estate
from tests.web.season import TODAY, Season
from tests.web.season import season as season

pytestmark = pytest.mark.django_db
NUMBER, CODE = re.compile(r"I-[2-9A-Z]{4}-[2-9A-Z]{4}"), re.compile(r"secret : ([2-9A-Z]{4}-[2-9A-Z]{4})")


class Town:
    """A season whose landlord has an open offer; each person signed in once."""

    def __init__(self, season: Season, homes: Estate) -> None:
        self.season, self.homes = season, homes

    desk = cached_property(lambda self: self.season.enter("PRESCRIBER", self.season.campaign.prescriber_id))
    line = cached_property(lambda self: self.season.enter("HELPLINE", self.season.campaign.operator_id))

    def apply(self, side: str = "desk", client: Client | None = None, **changed: Any) -> Any:
        sent = {
            "request_id": rid(), "home": "T-001", "grounds": ["NO_CONNECTION", "TOO_DEAR"], "phone": "06 39 98 00 42", "may_text": "on",
            "language": "fr", **changed,
        }  # fmt: skip
        url = reverse(f"connections:{side}-apply", args=[self.homes.residence_id])
        return (client or getattr(self, side)).post(url, {name: value for name, value in sent.items() if value is not None})


@pytest.fixture
def town(season: Season) -> Town:
    cache.clear()
    return Town(season, estate(season.campaign))


def read(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
    return " ".join(answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def latest() -> Connection:
    with acting_as_everything(why="look"):
        return Connection.objects.order_by("-id").first()  # type: ignore[return-value]


def entered(town: Town) -> tuple[Client, str]:
    """The person, in their own browser, and what the desk's page told them."""
    page = read(town.desk.get(town.apply()["Location"]))
    client, code = Client(), CODE.search(page)
    assert code is not None
    sent = {"number": NUMBER.search(page)[0], "code": code[1], "request_id": rid()}  # type: ignore[index]
    answer = client.post(reverse("connections:enter"), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("connections:own"))
    return client, code[1]


def test_a_desk_finds_the_residence_applies_and_prints(town: Town) -> None:
    near = read(town.desk.get(reverse("connections:desk-new")))
    assert "Les Tilleuls" in near and "2,90 € par mois" in near
    assert "Les Tilleuls" in read(town.desk.get(reverse("connections:desk-new"), {"where": "des tilleuls"}))
    assert "Aucune résidence ne répond" in read(town.desk.get(reverse("connections:desk-new"), {"where": "zzzz"}))
    form = read(town.desk.get(reverse("connections:desk-apply", args=[town.homes.residence_id])))
    assert SOURCE in form and "Peu de revenus" in form and "Suit des leçons" not in form
    answer = town.apply()
    assert answer.status_code == 302
    page, made = read(town.desk.get(answer["Location"])), latest()
    assert made.state == ConnectionState.APPLIED and CODE.search(page)
    assert answer["Location"].isascii() and CODE.search(page)[1] not in answer["Location"]  # type: ignore[index]
    paper = town.desk.get(reverse("connections:desk-paper-pdf", args=[made.id]), {"language": "ar"})
    assert paper.content[:5] == b"%PDF-" and paper["Cache-Control"] == "no-store, private"
    assert CODE.search(page)[1] in read(town.desk.get(reverse("connections:desk-paper", args=[made.id])))  # type: ignore[index]
    renewed = town.desk.post(reverse("connections:desk-code", args=[made.id]), {"request_id": rid()}, follow=True)
    again = read(renewed)
    assert CODE.search(again)[1] != CODE.search(page)[1] and "La demande est faite" not in again  # type: ignore[index]
    # Looked at again, the page does not say the code by itself.
    assert CODE.search(read(town.desk.get(reverse("connections:desk-one", args=[made.id])))) is None


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("T-001", True),
        ("t 001", True),
        ("A 1", True),
        ("bâtiment A, 1re porte", False),
        ("Bat A porte 1e", True),
        ("T-009", False),
        ("", False),
    ],
)
def test_a_home_answers_to_its_reference_or_to_the_words_of_its_door(town: Town, typed: str, is_found: bool) -> None:
    found = applying.homes_called(town.homes.residence_id, typed, programme_ids=[town.season.campaign.programme_id])
    assert [each.reference for each in found] == (["T-001"] if is_found else [])


def test_the_words_of_a_door_are_heard_in_their_order_first(town: Town) -> None:
    with acting_as_everything(why="name two doors"):
        for reference, said in (("T-001", "Tour A, 2e étage, porte 03"), ("T-002", "Tour A, 3e étage, porte 02")):
            Home.objects.filter(reference=reference).update(door=said)
    found = applying.homes_called(town.homes.residence_id, "A 2 03", programme_ids=[town.season.campaign.programme_id])
    assert [each.reference for each in found] == ["T-001"]
    found = applying.homes_called(town.homes.residence_id, "3 A 2", programme_ids=[town.season.campaign.programme_id])
    assert [each.reference for each in found] == ["T-001", "T-002"]


def test_several_doors_are_chosen_from_and_nothing_is_kept_meanwhile(town: Town) -> None:
    answer = town.apply(home="A")
    page = read(answer, 422)
    assert "Lequel" in page and page.count('name="home_id"') == 8 and "n’est pas dans cette résidence" not in page
    chosen = re.search(r'name="home_id" value="(\d+)"', page)
    assert chosen is not None
    with acting_as_everything(why="look"):
        assert not Connection.objects.exists()
    assert town.apply(home="A", home_id=chosen[1]).status_code == 302


def test_each_refusal_comes_back_on_its_field(town: Town) -> None:
    assert "Ce logement n’est pas dans cette résidence" in read(town.apply(home="Z-9"), 422)
    assert "ne donne pas droit" in read(town.apply(grounds=["TOO_DEAR"]), 422)
    assert "numéro" in read(town.apply(phone="zéro six"), 422)
    assert "numéro" in read(town.apply(phone="12"), 422), "a short number is a service's"
    request_id = rid()
    first, again = town.apply(request_id=request_id), town.apply(request_id=request_id)
    assert first["Location"] == again["Location"]
    assert "déjà une demande" in read(town.apply(), 422)


def test_what_is_shown_is_ticked_not_copied(town: Town) -> None:
    offer = applying.open_offers(programme_ids=[town.season.campaign.programme_id], at=TODAY)[0]
    shown = Eligibility(needed=(Ground.LOW_INCOME,), proof=Proof.SHOWN, papers=("energy-cheque",), source=SOURCE)
    strict = replace(offer, terms=replace(offer.terms, eligibility=shown))
    sent = {"request_id": rid(), "home": "T-001", "grounds": ["LOW_INCOME"]}
    assert "shown" in ApplyForm(sent, offer=strict).errors and not ApplyForm(sent | {"shown": "on"}, offer=strict).errors
    assert "chèque énergie" in str(ApplyForm(offer=strict)["shown"].label)


def test_a_hand_over_proposes_it_and_ticks_what_was_said(town: Town) -> None:
    booklet_id, _serial = town.season.booklet(2)
    page = town.desk.post(
        reverse("prescriber:hand-over", args=[booklet_id]),
        {"request_id": rid(), "wants": [], "blocks": ["no_connection", "too_costly"], "voucher_ids": _vouchers(town, booklet_id)},
    )
    assert page.status_code == 302, page.content.decode()[:500]
    given = read(town.desk.get(page["Location"]))
    link = re.search(r'href="([^"]*connections/new/\?from=\d+)"', given)
    assert link is not None
    where = read(town.desk.get(link[1]))
    form = read(town.desk.get(_address(where)))
    ticked = re.findall(r'name="grounds" value="(\w+)"[^>]*checked', form)
    assert ticked == ["NO_CONNECTION", "TOO_DEAR"]
    assert link[1] in form, "another residence keeps what was said"
    # The fourth and last gesture: the link, the residence, the door, the button.
    sent = {"request_id": rid(), "home": "P-001", "grounds": ticked, "phone": "", "language": "fr"}
    assert town.desk.post(_address(where), sent).status_code == 302
    with acting_as_everything(why="look"):
        assert Application.objects.get().at_hand_over


def test_each_page_of_an_application_costs_few_statements(town: Town) -> None:
    asked, most = reverse("connections:desk-new"), {"where": 28, "form": 25, "sent": 50, "done": 28}
    town.desk.get(asked)  # the permissions of a first page are read once
    spent = {}
    for name, act in (
        ("where", lambda: town.desk.get(asked)),
        ("form", lambda: town.desk.get(reverse("connections:desk-apply", args=[town.homes.residence_id]))),
        ("sent", town.apply),
        ("done", lambda: town.desk.get(reverse("connections:desk-one", args=[latest().id]))),
    ):
        with CaptureQueriesContext(connection) as seen:
            act()
        spent[name] = len(seen)
    assert all(spent[name] <= most[name] for name in most), spent


def _address(page: str) -> str:
    found = re.search(r'href="([^"]*/new/\d+/\?from=\d+)"', page)
    assert found is not None
    return found[1]


def _vouchers(town: Town, booklet_id: int) -> list[int]:
    with acting_as_everything(why="read a booklet"):
        return [each.id for each in ledger.vouchers_of_booklet(booklet_id)]


def test_the_line_applies_for_whoever_telephones_and_finds_by_number(town: Town) -> None:
    answer = town.apply("line")
    page = read(town.line.get(answer["Location"]))
    assert "Lisez-le lentement" in page and CODE.search(page)
    with acting_as_everything(why="look"):
        assert Application.objects.get().channel == "PHONE"
    asked = town.apply(home="T-002")
    number = NUMBER.search(read(town.desk.get(asked["Location"])))
    assert number is not None
    found = town.line.post(reverse("connections:line-find"), {"number": number[0]})
    story = read(town.line.get(found["Location"]))
    boxed = town.line.post(reverse("helpline:ask"), {"typed": number[0], "request_id": rid()})
    assert boxed["Location"] == found["Location"]
    # The line tells where it is; the code of a desk's paper is the desk's.
    assert "doit répondre" in story and CODE.search(story) is None
    assert town.line.get(reverse("connections:line-paper", args=[latest().id])).status_code == 404
    # A desk finds its own only: another's is as unknown as none.
    other = town.desk.post(reverse("connections:desk-find"), {"number": number_said(answer, town)})
    assert "Aucune connexion ne correspond" in read(town.desk.get(other["Location"]))


def number_said(answer: Any, town: Town) -> str:
    found = NUMBER.search(read(town.line.get(answer["Location"])))
    assert found is not None
    return found[0]


def test_the_person_reads_says_broken_and_stops(town: Town) -> None:
    client, code = entered(town)
    page = read(client.get(reverse("connections:own")))
    assert "Habitat doit répondre" in page and "2,90 € par mois" in page and code not in page
    assert page.index('class="phone"') < page.index("Habitat doit répondre")
    made = latest()
    with acting_as(town.homes.landlord):
        operations.accept(connection_id=made.id, actor=town.homes.landlord, request_id=rid(), at=TODAY)
    with acting_as(town.homes.provider):
        operations.activate(connection_id=made.id, day=TODAY.date(), actor=town.homes.provider, request_id=rid(), at=TODAY)
    assert "Internet est branché chez vous" in read(client.get(reverse("connections:own")))
    assert "Choisissez ce qui ne marche pas" in read(client.post(reverse("connections:report"), {"request_id": rid()}), 422)
    assert client.post(reverse("connections:report"), {"request_id": rid(), "kind": "SLOW"}).status_code == 302
    broken = read(client.get(reverse("connections:own")))
    assert "Internet est trop lent. Vous l’avez dit le" in broken and "marche-pas" not in broken
    assert "Internet est trop lent" in read(town.desk.get(reverse("connections:desk-list")))
    assert "C’est tout de suite" in read(client.get(reverse("connections:stop")))
    assert client.post(reverse("connections:stop"), {"request_id": rid()})["Location"] == reverse("connections:stopped")
    assert latest().state == ConnectionState.ENDED
    assert "Recopiez deux choses" in read(client.get(reverse("connections:own")))


def test_a_wrong_code_says_nothing_and_five_close_the_page(town: Town) -> None:
    town.apply()
    number = f"I-{latest().number[:4]}-{latest().number[4:]}"
    client = Client()
    told = [
        read(client.post(reverse("connections:enter"), {"number": each, "code": "2222-2222", "request_id": rid()}), 422)
        for each in (number, "I-2222-2222", "nothing")
    ]
    said = [re.search(r'class="error-summary".*?</div>', each)[0] for each in told]  # type: ignore[index]
    assert said[0] == said[1] == said[2]
    assert "2222-2222" not in told[0].replace('value="2222-2222"', "")


def test_leaving_forgets_and_a_page_left_alone_ends(town: Town) -> None:
    client, _code = entered(town)
    assert session.COOKIE.full_name() in client.cookies
    assert client.post(reverse("connections:leave"))["Location"] == reverse("connections:left")
    assert "Recopiez deux choses" in read(client.get(reverse("connections:own")))
    assert 'http-equiv="refresh"' in read(entered_again(town).get(reverse("connections:own")))


def entered_again(town: Town) -> Client:
    made, client = latest(), Client()
    with acting_as(town.homes.desk):
        paper = operations.paper_of(connection_id=made.id, actor=town.homes.desk)
    client.post(reverse("connections:enter"), {"number": paper.number.printed(), "code": paper.code.printed(), "request_id": rid()})
    return client


def test_a_mobile_is_written_to_and_a_door_gets_a_letter(town: Town, settings: Any, tmp_path: Path) -> None:
    settings.SMS_GATEWAY = "double"
    town.apply()
    with acting_as(town.homes.landlord):
        operations.refuse(connection_id=latest().id, reason=RefusalReason.NOT_TENANT, actor=town.homes.landlord, request_id=rid(), at=TODAY)
    with acting_as_everything(why="look"):
        # The text was posted before the number was erased.
        assert (TextNotice.objects.count(), Contact.objects.filter(erased_at=None).count()) == (1, 0)
    town.apply(home="T-002", phone="", may_text=None)
    with acting_as(town.homes.landlord):
        operations.refuse(connection_id=latest().id, reason=RefusalReason.NOT_TENANT, actor=town.homes.landlord, request_id=rid(), at=TODAY)
    page = read(town.desk.get(reverse("connections:desk-letters")))
    assert "n’a pas pu être acceptée" in page and "2e porte" in page and "T-001" not in page
    with acting_as_everything(why="look"):
        assert sorted(Telling.objects.values_list("told_by", flat=True)) == ["LETTER", "TEXT"]
        letter = Telling.objects.get(told_by="LETTER")
    town.desk.post(reverse("connections:desk-letter-done", args=[letter.id]), {"request_id": rid(), "posted": "1"})
    assert "Aucune lettre" in read(town.desk.get(reverse("connections:desk-letters")))


def test_a_letter_says_where_the_connection_is_now_and_its_own_day(town: Town) -> None:
    def letters() -> str:
        return read(town.desk.get(reverse("connections:desk-letters")))

    town.apply(phone="", may_text=None)
    landlord, provider = town.homes.landlord, town.homes.provider
    about = {"connection_id": latest().id, "at": TODAY}
    with acting_as(landlord):
        operations.accept(actor=landlord, request_id=rid(), **about)
    with acting_as(provider):
        for days in (2, 3):
            operations.give_day(day=TODAY.date() + timedelta(days=days), actor=provider, request_id=rid(), **about)
    assert letters().count("vient brancher internet") == 1, "the day was changed: one letter, the latest"
    assert "1 lettre à poster" in read(town.desk.get(reverse("connections:desk-list")))
    with acting_as(provider):
        operations.activate(day=TODAY.date(), actor=provider, request_id=rid(), **about)
    assert "Aucune lettre" in letters() and "lettre à poster" not in read(town.desk.get(reverse("connections:desk-list")))
    with acting_as(landlord):
        operations.end(reason=EndReason.MOVED_OUT, day=TODAY.date(), actor=landlord, request_id=rid(), **about)
    assert f"Votre connexion est finie : {formats.weekday(TODAY.date())}".replace("\u00a0", " ") in letters()


def test_stopping_what_was_never_connected_promises_nobody_comes(town: Town) -> None:
    client, _code = entered(town)
    page = read(client.get(reverse("connections:stop")))
    assert "Personne ne viendra brancher internet" in page and "Vous n’aurez plus internet" not in page


def test_anybody_reads_who_may_have_it_and_where(town: Town) -> None:
    page = read(Client().get(reverse("connections:public")))
    assert "2,90 € par mois" in page and "Les Tilleuls" in page and "Vous n’avez pas internet chez vous." in page
    assert "Vous n’avez aucun papier à montrer." in page
    assert "Rien près de" in read(Client().get(reverse("connections:public"), {"where": "Marseille"}))
    assert "Nous ne connaissons pas" in read(Client().get(reverse("connections:public"), {"where": "Zzyzx"}))
    poster = Client().get(reverse("connections:leaflet", args=[town.homes.offer_id]), {"language": "uk"})
    assert poster.content[:5] == b"%PDF-"
    assert Client().get(reverse("connections:leaflet", args=[town.homes.offer_id + 999])).status_code == 404


def test_lessons_in_the_residence_are_proposed_first(town: Town) -> None:
    with acting_as_everything(why="a room for lessons"):
        Residence.objects.filter(id=town.homes.residence_id).update(place_id=town.season.campaign.place_id)
    form = {
        "request_id": rid(), "place_id": town.season.campaign.place_id, "service": "mailbox", "title": "", "day": "2026-03-13",
        "begins": "14h30", "minutes": "90", "rhythm": "ONCE", "until_on": "", "except_on": "", "seats": "2", "waiting_seats": "1",
        "voucher_count": "1", "taught_by": "TEAM", "languages": ["fr"], "is_online": "on",
    }  # fmt: skip
    planned = town.season.counter.post("/place/sessions/new/", form)
    assert planned.status_code == 302, planned.content.decode()[:3000]
    page = read(town.desk.get(town.apply()["Location"]))
    assert "Des leçons dans la résidence" in page
    booked = re.search(r'action="([^"]*lessons/\d+/book/)"', page)
    assert booked is not None
    answer = town.desk.post(booked[1], {"request_id": rid()})
    assert answer.status_code == 302 and "bookings/" in answer["Location"]
    with acting_as(town.homes.desk):
        paper = operations.paper_of(connection_id=latest().id, actor=town.homes.desk)
    assert "Apprendre, près de chez vous" in read(town.desk.get(reverse("connections:desk-paper", args=[paper.id])))
