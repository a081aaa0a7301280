"""With a person waiting: three questions, what helps, a lesson booked in the same tap; two taps for whoever says nothing."""

import re
from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.distribution import queries as distribution
from carnet.distribution.rules import Help, Reason
from carnet.funding.models import Programme
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.ledger import queries as ledger
from carnet.places.models import Place
from carnet.web.prescriber import near
from carnet.workshops import operations as workshops
from carnet.workshops import queries as lessons
from carnet.workshops.rules import BookingState, Details, Plan
from tests.factories.campaign import rid
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.workshops.conftest import person

NEXT_WEEK = date(2026, 3, 10)


def lesson(season: Season, *, service: str = "mailbox", seats: int = 2, day: date = NEXT_WEEK, vouchers: int = 1) -> int:
    """A lesson of the media library, with a waiting list."""
    place = person(season.campaign.place_organisation_id, "PLACE_MANAGER")
    details = Details(service=service, title=f"Atelier {service}", seats=seats, waiting_seats=2, voucher_count=vouchers)
    with acting_as(place):
        done = workshops.plan_workshop(
            place_id=season.campaign.place_id, plan=Plan(first_on=day, begins=time(14, 0), minutes=90), details=details, actor=place,
            request_id=rid(), at=TODAY,
        )  # fmt: skip
    return done.session_ids[0]


def take_seats(season: Season, session_id: int, count: int) -> None:
    place = person(season.campaign.place_organisation_id, "PLACE_MANAGER")
    with acting_as(place):
        for _ in range(count):
            workshops.book(session_id=session_id, actor=place, request_id=rid(), at=TODAY)


@pytest.fixture
def booklet(season: Season) -> str:
    return f"/prescriber/hand-over/{season.booklet(2)[0]}/"


def voucher_ids(page: Any) -> list[str]:
    return re.findall(r'name="voucher_ids" value="(\d+)"', page.content.decode())


def ticked(page: Any) -> list[str]:
    return re.findall(r'name="voucher_ids" value="(\d+)"[^>]*checked', page.content.decode())


def number_given(desk: Client, answer: Any) -> int:
    assert answer.status_code == 302, answer.content.decode()
    return int(re.search(r"/hand-overs/(\d+)/", answer["Location"])[1])  # type: ignore[index]


def handed_over(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(holder_id=season.campaign.prescriber_id).handed_over


def test_whoever_refuses_everything_is_served_in_two_taps(season: Season) -> None:
    """Scan (the scanner's Enter sends the form of the home page), then one button: no other page, no other question."""
    desk, taps = season.desk, 0
    _booklet_id, serial = season.booklet(2)
    home = desk.get("/prescriber/").content.decode()
    assert re.search(r'<form[^>]* method="get" action="/prescriber/hand-over/"', home)
    opened = desk.get("/prescriber/hand-over/", {"serial": serial}, follow=True)
    taps += 1
    (form,) = re.findall(r'<form method="post" class="row at-once">.*?</form>', opened.content.decode(), re.DOTALL)
    assert len(re.findall(r"<button", form)) == 1
    request_id = re.search(r'name="request_id" value="([^"]+)"', form)[1]  # type: ignore[index]
    given = desk.post(opened.request["PATH_INFO"], {"request_id": request_id, "whole": "1"})
    taps += 1
    assert taps == 2
    hand_over_id = number_given(desk, given)
    assert handed_over(season) == 15
    with acting_as_everything(why="nothing was asked, nothing is kept"):
        assert distribution.plan_of(hand_over_id) is None
        assert distribution.hand_over(hand_over_id).ticks.reason is Reason.NOT_SAID
    again = desk.post(opened.request["PATH_INFO"], {"request_id": request_id, "whole": "1"})
    assert again["Location"] == given["Location"], "sent twice, given once"


def test_a_number_scanned_on_the_wrong_keyboard_opens_its_booklet(season: Season) -> None:
    booklet_id, serial = season.booklet(2)
    french = serial.translate(str.maketrans("1234567890-AQZWM", "&é\"'(-è_çà)QAWZ?"))
    answer = season.desk.get("/prescriber/hand-over/", {"serial": french})
    assert answer["Location"] == f"/prescriber/hand-over/{booklet_id}/"


def test_the_questions_lead_to_a_proposal_and_nothing_is_written(season: Season, booklet: str) -> None:
    mail, _other = lesson(season), lesson(season, service="printer", day=date(2026, 3, 9))
    desk = season.desk
    blank = desk.get(booklet)
    assert len(ticked(blank)) == 5, "nothing said: the whole booklet"
    said = {"request_id": uuid4(), "wants": ["messages"], "sends_mail": "no", "blocks": ["too_costly"], "voucher_ids": voucher_ids(blank)}
    page = desk.post(booklet, said | {"suggested": "5", "propose": "1"})
    words = page.content.decode()
    assert page.status_code == 200
    assert len(ticked(page)) == 1
    assert "Il ne manque qu’un pas" in words
    assert "Le bailleur social peut en proposer une" in words
    assert re.findall(r'name="book" value="(\d+)"', words) == [str(mail)], "the lesson of what was asked, not the soonest of all"
    assert re.search(r'name="wants" value="messages"[^>]*checked', words)
    assert re.search(r'name="sends_mail" value="no"[^>]*checked', words)
    assert handed_over(season) == 10
    # Chosen by hand, the vouchers stay as they are.
    chosen = desk.post(booklet, said | {"voucher_ids": voucher_ids(blank)[:2], "suggested": "5", "propose": "1"})
    assert ticked(chosen) == voucher_ids(blank)[:2]


def test_one_tap_gives_what_is_proposed_and_books_the_lesson(season: Season, booklet: str) -> None:
    session_id, desk = lesson(season), season.desk
    ids = voucher_ids(desk.get(booklet))
    form = {
        "request_id": uuid4(), "wants": ["messages"], "sends_mail": "no", "moves_files": "yes", "voucher_ids": ids[:1], "age_band": "UNDER_26",
        "book": str(session_id), "phone": "06 39 98 00 41",
    }  # fmt: skip
    answer = desk.post(booklet, form)
    hand_over_id = number_given(desk, answer)
    page = " ".join(desk.get(answer["Location"]).content.decode().split())
    assert "Vous avez une leçon : mardi 10 mars 2026, de 14 h à 15 h 30, à Médiathèque" in page
    assert "Atelier mailbox" in page
    with acting_as_everything(why="look at what was kept"):
        plan = distribution.plan_of(hand_over_id)
        ((booked, _view),) = distribution.lessons_of(hand_over_id, at=TODAY)
        assert distribution.hand_over_of_booking(booked.id) == hand_over_id
        asked = distribution.ticks_of_programme(programme_id=season.campaign.programme_id)
        assert (asked["wants"], asked["sends_mail"]) == ({"messages": 1}, {"False": 1})
        assert lessons.has_phone(booked.number)
    assert plan is not None
    assert (plan.answers.wants, plan.answers.sends_mail, plan.helps, plan.lessons) == (("messages",), False, (Help.LESSONS,), ("mailbox",))
    assert booked.state is BookingState.BOOKED
    assert "A envoyé un mail" in page
    desk.post(booklet, form)
    assert lessons.session(session_id, at=TODAY).booked_count == 1, "sent twice, booked once"
    assert handed_over(season) == 11


def test_a_plan_goes_on_with_what_no_booked_lesson_teaches(season: Season, booklet: str) -> None:
    Programme.objects.filter(id=season.campaign.programme_id).update(service_codes=["mailbox", "printer", "cv", "online-procedures"])
    mail, desk = lesson(season), season.desk
    cv = lesson(season, service="cv", day=date(2026, 3, 17), vouchers=0)
    ids = voucher_ids(desk.get(booklet))
    said = {"request_id": uuid4(), "wants": ["cv", "taxes"], "sends_mail": "no", "moves_files": "no", "voucher_ids": ids[:3]}
    first = desk.post(booklet, said | {"book": str(mail)})
    hand_over_id = number_given(desk, first)
    with acting_as_everything(why="what was planned"):
        plan = distribution.plan_of(hand_over_id)
    assert plan is not None
    assert plan.lessons[:2] == ("mailbox", "cv"), plan.lessons
    page = desk.get(first["Location"]).content.decode()
    assert re.findall(r'name="session" value="(\d+)"', page) == [str(cv)]
    (address,) = set(re.findall(rf"/prescriber/hand-overs/{hand_over_id}/lessons?/[a-z/-]*", page))
    again = " ".join(desk.post(address, {"request_id": str(uuid4()), "session": str(cv)}, follow=True).content.decode().split())
    assert "Pas encore de séance ouverte près d’ici pour : Faire une démarche administrative en ligne." in again
    assert "CV" not in again.split("Pas encore de séance")[1].split("</p>")[0], "what is booked is not asked for again"


def test_a_lesson_that_fills_meanwhile_leaves_the_hand_over_and_offers_the_next(season: Season, booklet: str) -> None:
    full, later = lesson(season, seats=1), lesson(season, day=date(2026, 3, 17))
    desk = season.desk
    ids = voucher_ids(desk.get(booklet))
    take_seats(season, full, 1)
    answer = desk.post(booklet, {"request_id": uuid4(), "voucher_ids": ids, "book": str(full)}, follow=True)
    page = answer.content.decode()
    assert "C’est remis" in page
    assert "la dernière place de cette leçon vient d’être prise" in page
    assert handed_over(season) == 15
    assert lessons.session(full, at=TODAY).waiting_count == 0, "a seat, never a rank on a list"
    (url, request_id, session_id) = re.search(
        r'action="(/prescriber/hand-overs/\d+/lessons/)">.*?name="request_id" value="([^"]+)".*?name="session" value="(\d+)"',
        page,
        re.DOTALL,
    ).groups()  # type: ignore[union-attr]
    assert int(session_id) == later
    booked = desk.post(url, {"request_id": request_id, "session": session_id}, follow=True).content.decode()
    assert "mardi 17 mars 2026" in booked
    assert lessons.session(later, at=TODAY).booked_count == 1
    stranger = season.counter
    assert stranger.post(url, {"request_id": uuid4(), "session": session_id}).status_code in (403, 404)


def test_a_wrong_telephone_gives_nothing_and_says_so(season: Season, booklet: str) -> None:
    session_id, desk = lesson(season), season.desk
    ids = voucher_ids(desk.get(booklet))
    answer = desk.post(booklet, {"request_id": uuid4(), "voucher_ids": ids, "book": str(session_id), "phone": "15"})
    assert answer.status_code == 422
    assert re.search(r'name="phone" value="15"', answer.content.decode())
    assert handed_over(season) == 10


def test_somebody_who_wants_it_done_is_told_where_and_needs_no_voucher(season: Season, booklet: str) -> None:
    kept = {"services": [near.PROCEDURES], "national_programmes": ["Aidants Connect"]}
    Place.objects.filter(id=season.campaign.place_id).update(**kept)
    page = season.desk.post(booklet, {"request_id": uuid4(), "wants": ["taxes"], "blocks": ["prefers_somebody"], "propose": "1"})
    words = page.content.decode()
    assert ticked(page) == []
    assert "Aucun chèque n’est nécessaire" in words
    assert "Où quelqu’un peut le faire à sa place" in words
    assert "Aidants Connect" in words


@pytest.mark.parametrize("wrong", [{"wants": ["gardening"]}, {"blocks": ["x"]}, {"sends_mail": "perhaps"}, {"book": "nowhere"}])
def test_any_form_has_an_answer(season: Season, booklet: str, wrong: dict[str, Any]) -> None:
    desk = season.desk
    form = {"request_id": uuid4(), "voucher_ids": voucher_ids(desk.get(booklet))} | wrong
    assert desk.post(booklet, form | {"propose": "1"}).status_code == 200
    assert desk.post(booklet, form).status_code in (302, 422)
