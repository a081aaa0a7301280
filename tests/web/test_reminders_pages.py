"""Reminded by consent, booked again, first figure, announced, worded, invited: over HTTP."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from carnet.distribution import operations
from carnet.distribution.models import Reminder, ReminderContact, SeasonInvitation
from carnet.distribution.rules import HandOverItem
from carnet.funding import operations as funding
from carnet.funding.rules import template_terms
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.jobs import reminders as timers
from carnet.jobs import texts
from carnet.kernel.actors import Actor
from carnet.notices.models import DigestRefusal, Notice, ProgrammeText
from carnet.redemption import operations as redemption
from carnet.web.telephones import words
from carnet.workshops.models import Booking, Session
from tests.factories.campaign import SERVICES, SYSTEM, organisation, rid
from tests.web.season import TODAY, Season, season
from tests.web.test_lessons_pages import FRIDAY, paris
from tests.web.test_places_pages import text_of

__all__ = ["season"]
PHONE, READ = "0639980042", "06 39 98 00 42"
LATER = TODAY + timedelta(days=31)


@pytest.fixture(autouse=True)
def with_texts(settings: Any) -> None:
    settings.SMS_GATEWAY = "double"


def handed(season: Season) -> int:
    """The third booklet, handed over today by the desk."""
    campaign, (booklet_id, _serial) = season.campaign, season.booklet(2)
    desk = Actor(
        kind="person", label="desk", person_id=1, organisation_id=campaign.prescriber_id, organisation_ids=frozenset({campaign.prescriber_id}),
        roles=frozenset({"PRESCRIBER"}),
    )  # fmt: skip
    with acting_as(desk):
        return operations.hand_over(item=HandOverItem(uuid4(), campaign.series_id, booklet_id, booklet_id), actor=desk, at=TODAY).id


def leave(client: Client, hand_over_id: int, **more: Any) -> Any:
    said = {"channel": "CALL", "phone": PHONE, "has_consented": "on", "language": "fr", "request_id": str(rid())} | more
    return client.post(f"/prescriber/hand-overs/{hand_over_id}/remind/", {name: value for name, value in said.items() if value is not None})


def kept() -> int:
    with acting_as_everything(why="count what is kept"):
        return ReminderContact.objects.filter(sealed__isnull=False).count()


class TestReminders:
    def test_asked_after_the_hand_over_with_one_number_and_two_taps(self, season: Season) -> None:
        desk, hand_over_id = season.desk, handed(season)
        asked = text_of(desk.get(f"/prescriber/hand-overs/{hand_over_id}/"))
        assert "La personne veut-elle être rappelée ?" in asked and "d’accord" in asked
        assert leave(desk, hand_over_id, has_consented=None).status_code == 422
        assert "n’est pas un numéro de téléphone" in text_of(leave(desk, hand_over_id, phone="12"))
        assert kept() == 0
        said = text_of(leave(desk, hand_over_id, channel="TEXT"))
        after = text_of(desk.get(f"/prescriber/hand-overs/{hand_over_id}/"))
        assert kept() == 1 and READ not in said + after and "La personne sera rappelée" in after

    def test_the_desk_calls_and_says_what_happened(self, season: Season, settings: Any) -> None:
        desk, hand_over_id = season.desk, handed(season)
        leave(desk, hand_over_id)
        assert timers.remind(at=LATER).listed == 1
        settings.CARNET_CLOCK = LATER
        page = text_of(desk.get("/prescriber/reminders/"))
        assert READ in page and "Il vous reste 5 chèques." in page
        assert "1 personne à rappeler" in text_of(desk.get("/prescriber/"))
        with acting_as_everything(why="find the button"):
            reminder_id = Reminder.objects.get().id
        desk.post(f"/prescriber/reminders/{reminder_id}/", {"outcome": "no-answer"})
        assert "déjà appelé une fois" in text_of(desk.get("/prescriber/reminders/"))
        said = text_of(desk.post(f"/prescriber/reminders/{reminder_id}/", {"outcome": "told"}, follow=True))
        assert "Aucun appel à faire" in said and READ not in said

    def test_a_letter_is_printed_and_posted(self, season: Season, settings: Any) -> None:
        desk, hand_over_id = season.desk, handed(season)
        assert leave(desk, hand_over_id, channel="LETTER", phone="", address="Nantes").status_code == 422
        leave(desk, hand_over_id, channel="LETTER", phone="", address="Mme Roy\n3 quai de la Fosse\n44000 Nantes")
        timers.remind(at=LATER)
        settings.CARNET_CLOCK = LATER
        printed = text_of(desk.get("/prescriber/reminders/letters/"))
        assert "3 quai de la Fosse" in printed and "C’est gratuit pour vous." in printed
        with acting_as_everything(why="find the button"):
            reminder_id = Reminder.objects.get().id
        assert "Aucune lettre" in text_of(desk.post(f"/prescriber/reminders/{reminder_id}/", {"outcome": "posted"}, follow=True))

    def test_stopped_at_any_desk_or_by_telephone_by_the_booklets_number(self, season: Season) -> None:
        leave(season.desk, handed(season))
        assert kept() == 1
        office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        assert office.post("/reminders/stop/", {"serial": "XX", "request_id": str(rid())}).status_code == 422
        said = text_of(office.post("/reminders/stop/", {"serial": season.booklet(2)[1], "request_id": str(rid())}, follow=True))
        assert "il est effacé" in said and kept() == 0
        again = text_of(office.post("/reminders/stop/", {"serial": season.booklet(0)[1], "request_id": str(rid())}, follow=True))
        assert "il est effacé" in again, "the same words whether or not a number was left"

    def test_a_text_says_the_programmes_own_words_and_stop_erases(self, season: Season, tmp_path: Any, settings: Any) -> None:
        settings.VAR_DIR = tmp_path
        leave(season.desk, handed(season), channel="TEXT")
        office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        address = f"/operator/texts/{season.campaign.programme_id}/distribution.reminder-idle/fr/"
        office.post(address, {"body": "Encore {nombre} chèques, {programme}. STOP", "save": "1", "request_id": str(rid())})
        assert timers.remind(at=LATER).sent == 1
        sent: list[str] = []
        texts.notices.send_texts(send=lambda each: sent.append(texts.text_of(each)), at=LATER)
        assert len(sent) == 1 and re.fullmatch(r"Encore 5 chèques, Essai \w+\. STOP", sent[0])
        assert redemption.answer_text(message_id="one", sender=PHONE, text=" Stop. ", write=words.answers, at=LATER)
        answered: list[str] = []
        redemption.send_texts(send=lambda _to, text, _reference: answered.append(text), at=LATER)
        assert (answered, kept()) == (["C'est fait : plus de rappels. Votre numéro est effacé."], 0)


class TestCameOrNot:
    def planned(self, season: Season, day: str = "2026-03-13", until: str = "2026-04-10") -> list[int]:
        form = {
            "request_id": str(rid()), "place_id": season.campaign.place_id, "service": "mailbox", "title": "Ma boîte", "day": day, "begins": "14h30",
            "minutes": "90", "rhythm": "WEEKLY", "until_on": until, "seats": "6", "waiting_seats": "0", "voucher_count": "1", "taught_by": "TEAM",
        }  # fmt: skip
        assert season.manager.post("/place/sessions/new/", form).status_code == 302
        with acting_as_everything(why="find the sessions"):
            return list(Session.objects.order_by("starts_at").values_list("id", flat=True))

    def test_a_missed_lesson_comes_back_and_is_booked_again_from_the_slip(self, season: Season, settings: Any) -> None:
        first, second, *_rest = self.planned(season)
        desk = season.desk
        slip = desk.post(f"/prescriber/lessons/{first}/book/", {"request_id": str(rid())}, follow=True).content.decode()
        number = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", slip)
        assert number is not None
        still = text_of(desk.get(f"/prescriber/again/?number={number.group()}"))
        assert "il n’y a rien à réserver à nouveau" in still
        settings.CARNET_CLOCK = paris(FRIDAY, 18)
        assert "pas encore notées par le lieu" in text_of(desk.get("/prescriber/"))
        with acting_as_everything(why="the button of who came"):
            booking_id = Booking.objects.get(session_id=first).id
        season.counter.post(f"/place/sessions/{first}/note/", {"came": f"no-{booking_id}", "request_id": str(rid())})
        home = text_of(desk.get("/prescriber/"))
        assert "À réserver à nouveau" in home and "Ma boîte" in home and "0 %" in home.replace("\u202f", " ").replace("\xa0", " ")
        page = text_of(desk.get(f"/prescriber/again/?number={number.group()}"))
        assert "Pas venu" in page and "Les prochaines leçons" in page
        booked = desk.post(f"/prescriber/again/{second}/", {"number": number.group(), "request_id": str(rid())}, follow=True)
        assert "C’est réservé" in text_of(booked)
        assert "À réserver à nouveau" not in text_of(desk.get("/prescriber/"))
        led = text_of(desk.get(f"/prescriber/again/?number={number.group()}"))
        assert "À venir" in led, "the old slip leads to its new lesson"

    def test_the_slip_of_a_lesson_goes_by_text_in_the_programmes_own_words(self, season: Season) -> None:
        first, *_rest = self.planned(season)
        desk, hand_over_id = season.desk, handed(season)
        office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        words_of_slip = f"/operator/texts/{season.campaign.programme_id}/distribution.slip/fr/"
        body = "Leçon {jour} à {heure}, {lieu}. No {numero}."
        assert office.post(words_of_slip, {"body": body, "save": "1", "request_id": str(rid())}).status_code == 302
        desk.post(reverse("prescriber:given-book", args=[hand_over_id]), {"session": first, "request_id": str(rid())})
        desk.post(reverse("slips:slip-text", args=[hand_over_id]), {"phone": PHONE, "request_id": str(rid())})
        sent: list[str] = []
        texts.notices.send_texts(send=lambda each: sent.append(texts.text_of(each)), at=TODAY)
        assert len(sent) == 1 and re.fullmatch(r"Lecon vendredi 13/03 à 14 h 30, .+\. No [2-9A-Z]{4}-[2-9A-Z]{4}\.", sent[0]), sent

    def test_an_unknown_number_is_said_on_its_field(self, season: Season) -> None:
        assert season.desk.get("/prescriber/again/?number=2222-2222").status_code == 422


class TestAnnouncements:
    def write(self, client: Client, season: Season, **more: Any) -> Any:
        said = {
            "title_fr": "Formation jeudi", "text_fr": "Une heure, en visio.", "audiences": ["desks"], "programme_ids": [season.campaign.programme_id],
            "from_on": f"{TODAY:%Y-%m-%d}", "last_on": f"{TODAY + timedelta(days=7):%Y-%m-%d}", "request_id": str(rid()),
        } | more  # fmt: skip
        return client.post("/operator/announcements/new/", said)

    def test_shown_to_its_roles_until_read_or_taken_back(self, season: Season) -> None:
        office, desk, counter = season.enter("OPERATOR_AGENT", season.campaign.operator_id), season.desk, season.counter
        assert self.write(office, season, text_fr="").status_code == 422
        assert self.write(office, season, audiences=[]).status_code == 422
        assert self.write(office, season, last_on="2020-01-01").status_code == 422
        assert self.write(office, season).status_code == 302
        page = desk.get("/prescriber/").content.decode()
        assert "Formation jeudi" in page and "Formation jeudi" not in counter.get("/place/").content.decode()
        found = re.search(r"/news/(\d+)/read/", page)
        assert found is not None
        assert "Formation jeudi" not in text_of(desk.post(found.group(), follow=True))
        assert "Formation jeudi" in season.enter("PRESCRIBER", season.campaign.prescriber_id).get("/prescriber/").content.decode()
        office.post(f"/operator/announcements/{found[1]}/end/")
        assert "Retirée" in text_of(office.get("/operator/announcements/"))
        assert "Formation jeudi" not in season.enter("PRESCRIBER", season.campaign.prescriber_id).get("/prescriber/").content.decode()

    def test_one_that_is_not_for_me_cannot_be_read_away(self, season: Season) -> None:
        answer = season.desk.post("/news/999999/read/", follow=True)
        assert "n’existe pas" in text_of(answer)

    def test_the_weeks_letter_is_turned_off_and_on(self, season: Season) -> None:
        desk = season.desk
        assert "Ne plus la recevoir" in text_of(desk.get("/account/"))
        assert "Vous ne la recevez pas" in text_of(desk.post("/account/digest/", {"wanted": "no"}, follow=True))
        with acting_as_everything(why="count"):
            assert DigestRefusal.objects.count() == 1
        assert "Ne plus la recevoir" in text_of(desk.post("/account/digest/", {"wanted": "yes"}, follow=True))


class TestTexts:
    KIND = "distribution.reminder-idle"

    def test_fields_are_a_closed_list_length_is_shown_and_versions_kept(self, season: Season) -> None:
        office = season.enter("OPERATOR_AGENT", season.campaign.operator_id)
        address = f"/operator/texts/{season.campaign.programme_id}/{self.KIND}/fr/"
        assert "Mots ordinaires" in text_of(office.get("/operator/texts/"))
        page = text_of(office.get(address))
        assert "{nombre}" in office.get(address).content.decode() and "1 SMS" in page
        for body, said in (
            ("Bonjour {nom}. STOP", "« nom » n’est pas un champ"),
            ("Bonjour {. STOP", "n’est pas un champ"),
            ("Bonjour", "écrivez STOP"),
            ("a" * 480 + " STOP", "prendrait 4 SMS"),
            ("2 69 05 49 588 157 80 STOP", "sécurité sociale"),
            ("", "Écrivez un texte"),
        ):
            answer = office.post(address, {"body": body, "save": "1", "request_id": str(rid())})
            assert (answer.status_code, said in text_of(answer)) == (422, True), (body, text_of(answer)[:2000])
        looked = office.post(address, {"body": "Il reste {nombre} chèques. STOP", "preview": "1", "request_id": str(rid())})
        assert "Il reste 10 chèques. STOP" in text_of(looked)
        with acting_as_everything(why="count"):
            assert ProgrammeText.objects.count() == 0
        office.post(address, {"body": "Il reste {nombre} chèques. STOP", "save": "1", "request_id": str(rid())})
        told = text_of(office.get(address))
        assert "Operator_Agent" in told or "Operator Agent" in told, "who changed it"
        assert "Vos mots" in text_of(office.get("/operator/texts/"))
        office.post(address, {"body": "x", "reset": "1", "request_id": str(rid())})
        with acting_as_everything(why="count"):
            assert list(ProgrammeText.objects.order_by("version").values_list("version", "body")) == [
                (1, "Il reste {nombre} chèques. STOP"), (2, ""),
            ]  # fmt: skip

    def test_another_operators_programme_is_unknown(self, season: Season) -> None:
        other = season.enter("OPERATOR_AGENT", organisation("Autre opératrice", "OPERATOR"))
        assert other.get(f"/operator/texts/{season.campaign.programme_id}/{self.KIND}/fr/").status_code == 404


class TestInvitations:
    def test_those_of_last_season_are_invited_once_and_answer(self, season: Season) -> None:
        operator = season.campaign.operator_id
        with acting_as_everything(why="a second season"):
            programme_id = funding.create_programme(
                terms=template_terms("nantes", first_day=TODAY.date(), service_codes=SERVICES, name="Saison neuve", phone="02 40 00 00 00"),
                operator_id=operator, is_simulated=True, actor=SYSTEM, request_id=rid(), at=TODAY,
            )  # fmt: skip
        office = season.enter("OPERATOR_AGENT", operator)
        address = f"/operator/invite/?programme={programme_id}&earlier={season.campaign.programme_id}"
        page = office.get(address).content.decode()
        assert page.count("checked") >= 2, "a desk and a place, ticked"
        ticked = {
            "desk_ids": [season.campaign.prescriber_id], "place_ids": [season.campaign.place_organisation_id], "request_id": str(rid()),
        }  # fmt: skip
        assert "2 organisations sont invitées" in text_of(office.post(address, ticked, follow=True))
        assert "Tout le monde est déjà là" in text_of(office.get(address))
        assert office.post(address, ticked | {"request_id": str(rid())}).status_code == 422, "nobody is written to twice"
        with acting_as_everything(why="read the outbox"):
            assert Notice.objects.filter(kind="distribution.season-invitation").count() == 2
            invitation_id = SeasonInvitation.objects.get(invited_as="DESK").id
        desk = season.desk
        assert "Une nouvelle saison : Saison neuve" in text_of(desk.get("/prescriber/"))
        foreign = season.manager.post(f"/season/{invitation_id}/", {"answer": "yes"}, follow=True)
        assert "n’est pas la vôtre" in text_of(foreign)
        assert "Merci." in text_of(desk.post(f"/season/{invitation_id}/", {"answer": "yes"}, follow=True))
        assert "Oui : admettre ce guichet" in text_of(office.get(address))
