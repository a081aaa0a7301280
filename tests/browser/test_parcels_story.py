"""Boxes from the print shop to a desk: one comes short by two booklets, one never comes; each side says so on its own screens."""

import re

from playwright.sync_api import Page, expect

from carnet.distribution.queries import custody
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.browser.conftest import PHONE, Site, focused, press_enter, said

NUMBER, SERIAL = r"NT-P\d{8}-\d\d", r"NT-C\d{8}-\d\d"


def send_every_box(press: Page) -> None:
    """A print shop follows the packing list: two boxes for each desk, one for the depot."""
    press.goto("/print-shop/parcels/")
    press.locator("tr", has=press.get_by_role("cell", name="5", exact=True)).get_by_role("link").click()
    press.get_by_role("button", name="Faire ces colis", exact=True).click()
    # Two booklets of one destination were told spoiled by the press itself: its boxes wait until they are made again.
    for told in ("Le destinataire est prévenu", "Ces colis partiront quand ils seront refaits", "Le destinataire est prévenu"):
        waiting = press.locator("section.card", has=press.get_by_role("button", name="Ils sont partis"))
        card = waiting.filter(has_not_text="seront refaits").last
        card.get_by_label("Transporteur").fill("La Poste")
        card.get_by_role("button", name="Ils sont partis").click()
        assert told in said(press)
    assert press.get_by_role("button", name="Ils sont partis").count() == 1


def later(serial: str, rank: int) -> str:
    """The printed number of the booklet that follows `serial` by `rank`."""
    with acting_as_everything(why="what is printed on a cover"):
        series_id, booklet_id = ledger.booklet_number(serial)
        return ledger.serial_of_booklet(ledger.series(series_id), booklet_id + rank)


def test_one_box_short_and_one_box_lost(site: Site) -> None:
    send_every_box(site.become("PRINT_SHOP"))

    # The desk, on a telephone: the label leads to the box; a scanner reads two booklets, which are not the first and the last.
    desk = site.become("PRESCRIBER_LEAD", width=PHONE)
    assert "10 carnets en route vers vous" in said(desk)
    desk.goto("/prescriber/shipments/")
    short, lost = re.findall(NUMBER, said(desk))[:2]
    desk.get_by_label("Numéro sur l’étiquette du colis").fill(short.lower())
    press_enter(desk)
    address = desk.url
    first = re.findall(SERIAL, said(desk))[0]
    focused(desk, "id_first_serial")
    desk.keyboard.type(first)
    press_enter(desk)
    focused(desk, "id_last_serial")
    desk.keyboard.type(later(first, 7))
    press_enter(desk)
    assert "Ce ne sont pas le premier et le dernier carnet de ce colis" in said(desk)

    # Two booklets are not there: what is there is read, and that is all.
    desk.get_by_text("Il en manque, ou il y en a d’abîmés").click()
    desk.get_by_label("Du carnet").fill(first)
    desk.get_by_label("Au carnet").fill(later(first, 7))
    desk.get_by_role("button", name="Compter", exact=True).click()
    assert "2 carnets ne sont pas lus." in said(desk)
    desk.get_by_role("button", name="C’est tout ce qu’il y a").click()
    assert "8 carnets reçus. Ils sont dans votre stock." in said(desk)
    assert "2 carnets à expliquer : l’opérateur est prévenu." in said(desk)

    # The other box never came.
    desk.goto("/prescriber/shipments/")
    desk.get_by_role("link", name="Compter et recevoir").click()
    desk.get_by_text("Ce colis n’est pas arrivé").click()
    desk.get_by_role("button", name="Il n’est pas arrivé").click()
    assert "L’opérateur est prévenu, et cherche ce colis." in said(desk)

    # The operator reads both at home; the lost box is ended for ever, in two gestures.
    operator = site.become("OPERATOR_ADMIN")
    assert f"2 carnets à expliquer dans le colis {short}" in said(operator)
    assert f"Colis {lost} jamais arrivé" in said(operator)
    operator.goto("/operator/parcels/")
    operator.get_by_role("link", name=lost).first.click()
    operator.get_by_text("Perdus : les bloquer").click()
    operator.get_by_role("button", name="Continuer").click()
    assert "Ces carnets ne pourront plus jamais servir." in said(operator)
    operator.get_by_role("button", name="Les bloquer pour toujours").click()
    assert "C’est noté pour 2 carnets." in said(operator)

    # The two booklets were under the lid: the desk says so itself.
    desk.goto(address)
    desk.get_by_role("checkbox").first.check()
    desk.get_by_role("button", name="Les mettre dans mon stock").click()
    assert "2 carnets de plus dans votre stock." in said(desk)

    # Each booklet of the order is in one place, whoever asks.
    operator.get_by_role("link", name="Où sont tous les carnets de cette commande").click()
    expect(operator.locator("main")).to_contain_text("Les 30 carnets sont chacun à une place, et une seule.")
    assert "Bloqué ou annulé" in said(operator)
    with acting_as_everything(why="the end of the story"):
        assert custody.verify() == []
