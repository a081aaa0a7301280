"""Somebody who needs help comes to a desk: a whole booklet, or a few vouchers and a few ticks; never a name."""

import re

from playwright.sync_api import Page

from carnet.kernel.identifiers import BookletSerial
from tests.browser.conftest import PHONE, Site, focused, press_enter, said
from tests.browser.scanning import scan
from tests.web.test_scanning import FRENCH


def whole_booklets(page: Page) -> list[str]:
    """The numbers of the booklets of the cupboard that nobody opened."""
    page.goto("/prescriber/booklets/")
    rows = [row.inner_text().split() for row in page.locator("tbody tr").all()]
    return [row[0] for row in rows if "Entier" in row]


def open_booklet(page: Page, serial: str) -> None:
    page.goto("/prescriber/")
    focused(page, "id_serial")
    page.keyboard.type(serial)
    press_enter(page)


def test_three_questions_a_lesson_booked_then_two_taps_for_whoever_says_nothing(site: Site) -> None:
    page = site.become("PRESCRIBER_LEAD", width=PHONE)
    first = whole_booklets(page)[0]

    open_booklet(page, first.lower())
    assert page.get_by_role("heading", level=1).inner_text() == f"Carnet {first}"
    asked = page.locator("main form [name]").evaluate_all("fields => [...new Set(fields.map(f => f.type + ' ' + f.name))]")
    typed = {each for each in asked if each.split()[0] not in ("hidden", "checkbox", "radio", "submit")}
    assert typed == {"text near", "tel phone"}, "what may be typed names nobody, and is folded away"
    assert not page.get_by_label("Un téléphone").is_visible()
    boxes = page.get_by_role("group", name="Chèques à remettre").get_by_role("checkbox")
    assert boxes.count() == 5

    # The page follows the answers without a button, and says it aloud.
    page.get_by_role("checkbox", name="Déclarer ou payer mes impôts").check()
    page.get_by_role("group", name="envoyé un mail").get_by_label("Non", exact=True).check()
    page.get_by_role("group", name="un fichier").get_by_label("Oui", exact=True).check()
    page.get_by_role("status").get_by_text("Il ne manque qu’un pas").wait_for()
    page.get_by_role("listitem").get_by_text("Faire une démarche administrative en ligne").wait_for()
    assert [box.is_checked() for box in boxes.all()] == [True, True, False, False, False]
    page.get_by_role("button", name="Remettre et réserver").first.click()
    page.get_by_role("heading", name="C’est remis").wait_for()
    assert "2 chèques" in said(page)
    assert "Vous avez une leçon" in said(page)
    assert re.search(r"A envoyé un mail\s+Non", said(page))
    assert first not in whole_booklets(page)
    assert re.search(rf"{first}\s+(État\s+)?Entamé", said(page))

    # A scanner set for another keyboard, plugged in while no field has the cursor; then one button, for the rest.
    page.goto("/prescriber/")
    focused(page, "id_serial")
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation():
        scan(page, first.translate(FRENCH))
    assert page.get_by_role("heading", level=1).inner_text() == f"Carnet {first}"
    assert boxes.count() == 3
    page.get_by_role("button", name="Remettre les 3 chèques tout de suite").click()
    page.get_by_role("heading", name="C’est remis").wait_for()
    assert "3 chèques" in said(page)
    page.goto(f"/prescriber/hand-over/?serial={first}")
    assert "Tous les chèques de ce carnet ont déjà été remis" in said(page)
    page.goto("/prescriber/hand-overs/")
    assert said(page).count("18 mars 2026") >= 2


def test_a_wrong_number_has_its_sentence_and_stays_to_be_mended(site: Site) -> None:
    page = site.become("PRESCRIBER_LEAD")
    serial = whole_booklets(page)[0]
    mistyped = serial[:-1] + str((int(serial[-1]) + 1) % 10)
    nobodys = BookletSerial("NT", 99_999).printed()
    wrong = {"bonjour": "comporte une erreur", mistyped: "comporte une erreur", nobodys: "Aucun carnet à ce numéro parmi les vôtres"}
    for typed, sentence in wrong.items():
        open_booklet(page, typed)
        assert "Numéro du carnet" in page.get_by_role("alert").inner_text()
        assert sentence in said(page)
        assert page.get_by_label("Numéro du carnet").input_value() == typed


def test_nothing_chosen_is_refused_and_the_ticks_stay(site: Site) -> None:
    page = site.become("PRESCRIBER_LEAD")
    open_booklet(page, whole_booklets(page)[0])
    for box in page.get_by_role("group", name="Chèques à remettre").get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_text("quatre cases pour les bilans").click()
    age = page.get_by_role("group", name="Âge").get_by_role("radio").nth(2)
    age.check()
    page.get_by_role("button", name="Remettre sans réserver").click()
    page.get_by_role("alert").wait_for()
    assert "Cochez au moins un chèque" in said(page)
    assert age.is_checked()
    boxes = page.get_by_role("group", name="Chèques à remettre").get_by_role("checkbox")
    assert not any(box.is_checked() for box in boxes.all())
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
