"""Somebody telephones: without a mouse, the number is typed, its story read aloud, the next one asked; then the booklet is blocked."""

import re

from tests.browser.conftest import Site, focused, press_enter, said


def test_from_the_number_to_the_story_and_to_the_block_without_a_mouse(site: Site) -> None:
    desk = site.become("PRESCRIBER_LEAD")
    desk.goto("/prescriber/hand-overs/")
    serial = re.search(r"\b[A-Z]{2}-C\d{8}-\d{2}\b", said(desk)) or re.search(r"\b[A-Z]{2}-C\d{8}-\d{2}\b", desk.content())
    if serial is None:
        desk.locator("main table a").first.click()
        serial = re.search(r"\b[A-Z]{2}-C\d{8}-\d{2}\b", desk.content())
    assert serial is not None

    page = site.become("HELPLINE")
    focused(page, "id_typed")
    page.keyboard.type(serial[0].lower())
    press_enter(page)
    assert page.get_by_role("heading", level=1).inner_text() == f"Carnet {serial[0]}"
    assert re.search(r"Ce carnet a été remis à une personne le .+ par ", said(page))
    assert serial[0] not in page.url

    page.get_by_label("Un autre numéro").focus()
    page.keyboard.type("505 607 766 736 847 536")
    press_enter(page)
    focused(page, "id_typed")
    assert "ne jamais dicter ce code" in said(page)
    assert page.get_by_label("Le numéro que la personne vous dit").input_value() == ""
