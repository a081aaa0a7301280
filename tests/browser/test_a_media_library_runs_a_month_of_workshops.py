"""A month of workshops at a media library: planned in one form, filled by a desk, a telephone and a booklet, attended, certified."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from icalendar import Calendar
from playwright.sync_api import Page, expect

from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.ledger.models import Booklet
from tests.browser.conftest import PHONE, TODAY, Site, press_enter

FRIDAY = TODAY.date() + timedelta(days=(4 - TODAY.weekday()) % 7 or 7)
TITLE = "Ma boîte mail à moi"
NUMBER = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


def plan(page: Page, *, title: str, vouchers: str, seats: int = 2) -> None:
    """Every Friday at two, for a month."""
    page.goto("/place/sessions/")
    page.get_by_role("link", name="Nouvelle leçon").click()
    page.get_by_label("On y apprend").select_option("mailbox")
    page.get_by_label("Titre").fill(title)
    page.get_by_label("Jour", exact=True).fill(f"{FRIDAY:%Y-%m-%d}")
    page.get_by_label("De", exact=True).fill("14:00")
    page.get_by_text("Chaque semaine").click()
    page.get_by_label("Jusqu’au").fill(f"{FRIDAY + timedelta(days=21):%Y-%m-%d}")
    page.get_by_label("Places", exact=True).fill(str(seats))
    page.get_by_label("Places en liste d’attente").fill("1")
    page.get_by_role("group", name="Ce que chaque personne donne").get_by_text(vouchers, exact=True).click()
    page.get_by_role("button", name="Mettre à l’agenda").click()
    page.get_by_text("séances sont à l’agenda").wait_for()


def booklet_in_hands() -> str:
    """The number on a cover that somebody holds, with vouchers left in it."""
    with acting_as_everything(why="read a cover"):
        for row in Booklet.objects.filter(handed_over_at__isnull=False, voided_at=None).order_by("-id"):
            vouchers = ledger.vouchers_of_booklet(row.id)
            if any(each.state == "handed_over" and each.active and each.accepted_until > TODAY for each in vouchers):
                return ledger.serial_of_booklet(ledger.series(row.series_id), row.id)
    raise AssertionError("nobody holds a booklet")


def book_with_booklet(page: Page, title: str) -> str:
    """A person at home, or at a library's computer: their booking's number."""
    page.goto("/agenda/")
    page.get_by_role("link", name=title).first.click()
    page.get_by_label("Le numéro de votre carnet").fill(booklet_in_hands())
    press_enter(page)
    found = NUMBER.search(page.get_by_role("main").inner_text())
    assert found is not None
    return found.group()


def test_a_month_of_workshops(site: Site, tmp_path: Path) -> None:
    place = site.become("PLACE_MANAGER", width=PHONE)
    plan(place, title=TITLE, vouchers="1 chèque")
    expect(place.locator("tbody tr").filter(has_text=TITLE)).to_have_count(2)  # two Fridays of March, the others are April's

    desk = site.become("PRESCRIBER_LEAD")
    desk.get_by_role("link", name="Leçons", exact=True).click()
    desk.get_by_label("Où ?").fill("")
    press_enter(desk)
    desk.get_by_role("button", name=f"Réserver {TITLE}").first.click()
    desk.get_by_role("heading", name="C’est réservé").wait_for()

    person = site.visitor(java_script_enabled=False, width=PHONE)
    number = book_with_booklet(person, TITLE)
    expect(person.get_by_text("Votre place est réservée")).to_be_visible()

    # The telephone rings: the session is full, the person waits; the desk gives its seat back, the person moves up.
    place.goto("/place/sessions/")
    place.locator("tbody tr").filter(has_text=TITLE).get_by_role("link").first.click()
    place.get_by_role("button", name="Ajouter une personne").click()
    expect(place.get_by_text("1 personne attend une place")).to_be_visible()
    desk.get_by_role("button", name="Rendre cette place").click()
    place.reload()
    expect(place.get_by_text("vient d’avoir une place")).to_be_visible()

    site.it_is(datetime(FRIDAY.year, FRIDAY.month, FRIDAY.day, 14, 10, tzinfo=TODAY.tzinfo))
    place.reload()
    place.get_by_role("link", name="Scanner les chèques").click()
    for code in site.codes[:2]:
        place.get_by_label("Code du chèque").fill(code)
        place.get_by_role("button", name="Ajouter à la liste").click()
        place.get_by_text("bon", exact=False).first.wait_for()
    expect(place.locator(".scanned > li")).to_have_count(2)
    assert TITLE in place.get_by_label("À quelle séance de l’agenda").locator("option:checked").inner_text()
    place.get_by_role("button", name="Accepter ces 2 chèques").click()
    place.get_by_role("heading", name="2 chèques acceptés").wait_for()

    place.goto("/place/sessions/")
    place.locator("tbody tr").filter(has_text=TITLE).get_by_role("link").first.click()
    expect(place.get_by_text("2 chèques donnés à cette séance.")).to_be_visible()
    line = place.locator(".attendance > li").filter(has_text=number)
    line.get_by_role("button", name="Absent").click()
    expect(place.locator(".attendance > li").filter(has_text=number).get_by_role("button", name="Absent")).to_have_attribute(
        "aria-pressed", "true"
    )

    place.get_by_role("link", name="Attestation de présence").click()
    place.get_by_label("Nom à écrire").fill("Zélie Quenouille")
    with place.expect_download() as printed:
        place.get_by_role("button", name="Faire l’attestation").click()
    assert Path(printed.value.path()).read_bytes().startswith(b"%PDF")

    place.goto("/place/sessions/")
    feed = place.get_by_role("link", name="Suivre toutes vos séances").get_attribute("href")
    events = list(Calendar.from_ical(person.request.get(f"{site.base}{feed}").body()).walk("VEVENT"))
    assert [str(event["SUMMARY"]) for event in events].count(TITLE) == 4


def test_a_session_cancelled_is_told_to_whoever_has_the_number(site: Site) -> None:
    place = site.become("PLACE_MANAGER")
    plan(place, title="Photos", vouchers="Gratuit")
    person = site.visitor(width=PHONE)
    number = book_with_booklet(person, "Photos")
    place.locator("tbody tr").filter(has_text="Photos").get_by_role("link").first.click()
    place.get_by_role("link", name="Annuler").click()
    place.get_by_label("Pourquoi ?").fill("La salle est inondée")
    place.get_by_role("button", name="Annuler la séance").click()
    person.goto("/reservation/")
    person.get_by_label("Le numéro de votre réservation").fill(number.lower().replace("-", " "))
    press_enter(person)
    expect(person.get_by_text("La séance est annulée : La salle est inondée.")).to_be_visible()
