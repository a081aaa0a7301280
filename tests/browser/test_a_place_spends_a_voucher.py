"""Somebody comes for a lesson with a voucher: the place tests it, takes it in three touches, cannot take it twice, and mends a mistake."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Site, focused, press_enter, said

TODAY_IN_WORDS = "18 mars 2026"


def euros_this_month(page: Page) -> int:
    page.goto("/place/")
    found = re.search(r"ce mois-ci (?:\d+ chèques? )?([\d ]+),(\d\d) €", said(page))
    assert found, said(page)
    return int(found[1].replace(" ", ""))


def type_code(page: Page, code: str) -> None:
    """The code goes where the cursor already is: nothing to touch first."""
    focused(page, "id_code")
    page.keyboard.type(" ".join(code[rank : rank + 3] for rank in range(0, 18, 3)))


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_tested_spent_refused_undone(site: Site, has_javascript: bool) -> None:
    page, code = site.become("PLACE_MANAGER", java_script_enabled=has_javascript), site.codes[0]
    before = euros_this_month(page)

    type_code(page, code)
    page.get_by_role("button", name="Vérifier le chèque").click()  # one
    assert page.get_by_role("heading", level=1).inner_text() == "Ce chèque est bon"
    assert "Il n’est pas encore pris" in said(page)
    page.get_by_text("Ouvrir et utiliser une boîte mail").click()  # two
    page.get_by_role("button", name="Accepter ce chèque").click()  # three

    result = page.get_by_role("status").filter(has=page.get_by_role("heading", name="Accepté"))
    assert "10 €. Vous serez payé le" in said(page)
    assert result.bounding_box()["height"] > 100
    assert float(page.get_by_role("heading", name="Accepté").evaluate("h => parseFloat(getComputedStyle(h).fontSize)")) >= 28
    accepted = page.url.removesuffix("?new")
    assert euros_this_month(page) == before + 10

    type_code(page, code)
    press_enter(page)
    refusal = page.get_by_role("alert")
    assert refusal.get_by_role("heading").inner_text() == "Déjà utilisé"
    assert TODAY_IN_WORDS in said(page)
    assert "C’était ici" in said(page)
    assert euros_this_month(page) == before + 10

    page.goto(accepted)
    page.get_by_role("link", name="Annuler ce passage").click()
    page.get_by_role("button", name="Annuler ce passage").click()
    assert "Dites pourquoi" in said(page)
    page.get_by_label("Ce n’était pas le bon chèque").check()
    page.get_by_role("button", name="Annuler ce passage").click()
    assert "C’est annulé (Ce n’était pas le bon chèque)" in said(page)

    page.get_by_role("link", name="Journée").click()
    (line,) = page.locator("tbody tr").all()
    assert "Annulé" in line.inner_text()
    assert euros_this_month(page) == before
    type_code(page, code)
    press_enter(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Ce chèque est bon"


def test_codes_that_cannot_be_taken_each_say_why(site: Site) -> None:
    page = site.become("PLACE_MANAGER", width=PHONE)
    good = site.codes[0]
    mistyped = good[:4] + str((int(good[4]) + 1) % 10) + good[5:]
    for code, heading in (
        (mistyped, "Code mal tapé"),
        (site.tried["lapsed_code"], "Périmé"),
        (site.tried["inactive_code"], "Pas en service"),
    ):
        page.goto("/place/")
        type_code(page, code)
        press_enter(page)
        assert page.get_by_role("alert").or_(page.locator(".result")).get_by_role("heading").inner_text() == heading
    page.goto("/place/")
    type_code(page, mistyped)
    press_enter(page)
    page.locator(".result").wait_for()
    assert page.get_by_label("Code du chèque").input_value().replace(" ", "") == mistyped


def test_a_neighbour_is_told_the_day_but_not_where(site: Site) -> None:
    code = site.codes[0]
    here, elsewhere = site.become("PLACE_MANAGER"), site.become("MEDIATOR")
    type_code(here, code)
    press_enter(here)
    here.get_by_text("Ouvrir et utiliser une boîte mail").click()
    here.get_by_role("button", name="Accepter ce chèque").dblclick()
    here.get_by_role("heading", name="Accepté").wait_for()
    type_code(elsewhere, code)
    press_enter(elsewhere)
    elsewhere.get_by_role("heading", name="Déjà utilisé").wait_for()
    assert TODAY_IN_WORDS in said(elsewhere)
    assert "C’était ici" not in said(elsewhere)
    elsewhere.goto("/place/redemptions/")
    (serial,) = set(re.findall(r"NT-\d{9}-\d\d", said(here)))
    assert serial not in said(elsewhere)
