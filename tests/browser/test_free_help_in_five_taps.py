"""A mediator, standing, a telephone in one hand: free help told in five taps, the same again in one; a seat for whoever calls."""

import re

from playwright.sync_api import Page, expect

from carnet.activities.models import Record
from carnet.gateways.database import acting_as_everything
from tests.browser.conftest import PHONE, Site

NUMBER = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


class Thumb:
    """Counts what it taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, role: str, name: str) -> None:
        # As a thumb does: where it is, in sight, nothing above it.
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]
        self.taps += 1


def latest() -> Record:
    with acting_as_everything(why="look"):
        return Record.objects.order_by("-id")[0]


def test_five_taps_from_home_then_one(site: Site) -> None:
    page = site.become("MEDIATOR", width=PHONE, java_script_enabled=False)
    page.goto("/place/")
    thumb = Thumb(page)
    thumb.tap("link", "Aide individuelle")
    thumb.tap("checkbox", "E-mail")
    thumb.tap("radio", "70 ans et plus")
    thumb.tap("radio", "1\u00a0h")
    thumb.tap("button", "Enregistrer")
    expect(page.get_by_text("C’est noté")).to_be_visible()
    assert thumb.taps == 5
    told = latest()
    assert (told.kind, told.themes, told.from_70_count, told.people_count, told.minutes) == ("ONE_TO_ONE", ["email"], 1, 1, 60)

    page.goto("/place/")
    again = Thumb(page)
    again.tap("button", "Comme la dernière fois")
    expect(page.get_by_text("C’est noté").first).to_be_visible()
    assert again.taps == 1
    assert (latest().themes, latest().from_70_count, latest().id > told.id) == (["email"], 1, True)


def test_the_door_the_telephone_and_the_board_of_an_afternoon(site: Site) -> None:
    place = site.become("MEDIATOR", width=PHONE)
    place.goto("/place/space/")
    before = int(place.locator(".figures .value").first.inner_text())
    place.get_by_role("button", name="Une personne de plus").click()
    place.get_by_role("button", name="60 - 69 ans").click()
    expect(place.locator(".figures .value").first).to_have_text(str(before + 2))

    place.get_by_label("À partir de").select_option(label="16\u00a0h")
    place.get_by_role("button", name="Réserver").click()
    number = NUMBER.search(place.get_by_role("main").inner_text())
    assert number is not None

    person = site.visitor(width=PHONE)
    person.goto("/reservation/")
    person.get_by_label("Le numéro de votre réservation").fill(number.group())
    person.get_by_role("button", name="Voir ma réservation").click()
    expect(person.get_by_text("Votre place est réservée.")).to_be_visible()
    person.get_by_role("button", name="Rendre ma place").click()
    expect(person.get_by_text("Cette place a été rendue.")).to_be_visible()
    place.reload()
    expect(place.locator(".attendance > li").filter(has_text=number.group())).to_have_count(0)
