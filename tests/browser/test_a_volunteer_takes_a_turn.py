"""A desk's tablet is enrolled by scanning; a volunteer without an e-mail chooses a PIN, hands a booklet over, and leaves the screen to the next."""

import re

from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Site, plain, said
from tests.factories.stations import PIN


def test_from_the_code_scanned_to_the_next_person(site: Site) -> None:
    office, tablet = site.become("PRESCRIBER_LEAD"), site.visitor(width=PHONE)
    office.goto("/stations/new/")
    office.get_by_label("Nom du poste").fill("Tablette de l’accueil")
    office.get_by_role("button", name="Afficher le code").click()
    code = office.locator(".typed-code").inner_text()

    # What the camera reads: the address, and the code after the sign # that no server hears.
    tablet.goto(f"/station/enrol/#{code.replace('-', '')}")
    assert tablet.get_by_label("Code du poste").input_value() == code
    assert "#" not in tablet.url
    tablet.get_by_role("button", name="Enregistrer ce poste").click()
    tablet.get_by_role("heading", name="À qui le tour ?").wait_for()

    office.goto("/stations/volunteer/")
    office.get_by_label("Prénom et nom").fill("Awa Diop")
    office.get_by_role("button", name="Ajouter").click()
    first = office.locator(".typed-code").inner_text()

    tablet.goto("/station/pin/")
    tablet.get_by_label("Awa D.").check()
    tablet.get_by_label("Premier code").fill(first.lower())
    tablet.get_by_label("Nouveau code PIN").fill(PIN)
    tablet.get_by_label("Encore une fois").fill(PIN)
    tablet.get_by_role("button", name="Enregistrer").click()
    tablet.clock.install()
    take_turn(tablet)
    assert "Awa D. a la main." in said(tablet, ".turn")

    tablet.locator(".strip-links a").first.click()
    tablet.get_by_role("button", name=re.compile("tout de suite")).click()
    tablet.get_by_role("heading", name="C’est remis").wait_for()
    office.goto("/stations/")
    given = plain(office.get_by_role("row", name=re.compile("Awa Diop")).inner_text())
    assert re.search(r"\b[1-9]\d*\b", given), given

    # Nobody touches the screen: a minute before the end it says so, then it is the next person's.
    tablet.clock.fast_forward("04:10")
    tablet.get_by_text("Votre tour finit dans une minute").wait_for()
    tablet.clock.fast_forward("01:00")
    tablet.wait_for_url("**/station/?next=*")
    take_turn(tablet)
    tablet.get_by_role("button", name="Changer de personne").click()
    tablet.get_by_role("heading", name="À qui le tour ?").wait_for()
    tablet.goto("/prescriber/")
    assert "/station/" in tablet.url


def take_turn(tablet: Page) -> None:
    """A name, six digits."""
    tablet.get_by_label("Awa D.").check()
    tablet.get_by_label("Votre code PIN").fill(PIN)
    tablet.get_by_role("button", name="Prendre mon tour").click()
    tablet.wait_for_url("**/prescriber/**")
