"""An old booklet exchanged by screen, and each refusal in the desk's own words."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from carnet.distribution.models import HandOver
from carnet.funding import queries as funding
from carnet.funding.rules import PaymentFrequency
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.web.operator.programmes._programmes import FROZEN
from tests.distribution.test_exchanges import AFTER, END, Desk
from tests.web.test_operator_payments import person
from tests.web.test_operator_programmes import sent_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings: Any) -> tuple[Desk, Client]:
    made = Desk()
    made.give()
    made.end()
    settings.CARNET_CLOCK = AFTER
    return made, person(AFTER, made.campaign.prescriber_id, "PRESCRIBER_LEAD")


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_desk_exchanges_an_old_booklet_once_allowed(desk: tuple[Desk, Client], settings: Any):
    made, browser = desk
    refused = browser.get("/prescriber/exchange/", {"number": made.serials[0]})
    assert refused.status_code == 422
    assert "n’échange pas" in _text(refused)

    office = person(AFTER, made.campaign.operator_id, "OPERATOR_ADMIN")
    page = f"/operator/programmes/{made.campaign.programme_id}/exchanges/"
    assert "une seule fois" in _text(office.get(page))
    assert office.post(page, {"request_id": str(uuid4()), "days": "90"}).status_code == 302

    told = _text(browser.get("/prescriber/exchange/", {"number": made.serials[0]}))
    assert "50,00 €" in told
    assert "Prix pour la personne rien" in told
    send = {"request_id": str(uuid4()), "number": made.serials[0], "serial": made.serials[1]}
    done = browser.post("/prescriber/exchange/", send)
    assert done.status_code == 302
    assert "?new" in done["Location"]
    assert browser.post("/prescriber/exchange/", send)["Location"] == done["Location"]
    with acting_as_everything(why="look"):
        assert ledger.money(agreement_id=made.campaign.agreement_id).total.unissued == 50_00

    again = browser.post("/prescriber/exchange/", send | {"request_id": str(uuid4()), "serial": made.serials[2]})
    assert again.status_code == 422
    assert "déjà été échangés" in _text(again)
    assert made.serials[0] in _text(browser.get("/prescriber/exchange/"))
    settings.CARNET_CLOCK = END - timedelta(days=1)


def test_a_stranger_number_and_a_wrong_one_are_refused_alike(desk: tuple[Desk, Client]):
    made, browser = desk
    made.allow()
    for number in ("", "R999999", "TSB-999999999-00", made.serials[3]):
        answer = browser.get("/prescriber/exchange/", {"number": number})
        assert answer.status_code == 422, number
        assert "Échanger" in _text(answer)


def test_the_page_of_what_was_given_says_that_it_is_over_and_reminds_nobody(desk: tuple[Desk, Client], settings: Any):
    made, _browser = desk
    with acting_as_everything(why="look"):
        given = HandOver.objects.get()
    page = f"/prescriber/hand-overs/{given.id}/"
    for at, is_over in ((given.printed_until - timedelta(seconds=1), False), (given.printed_until, True)):
        settings.CARNET_CLOCK = at
        said = _text(person(at, made.campaign.prescriber_id, "PRESCRIBER_LEAD").get(page))
        assert ("ils sont finis" in said) is is_over
        assert ("veut-elle être rappelée" in said) is not is_over
        assert ("Utilisez-les" in said) is not is_over


def test_a_programme_whose_vouchers_exist_is_still_changed_but_for_what_is_printed(desk: tuple[Desk, Client]):
    """Whatever was changed was refused: the value shown, which cannot be typed in, was read again a hundred times too large."""
    made, _browser = desk
    programme_id = made.campaign.programme_id
    page = f"/operator/programmes/{programme_id}/change/"
    office = person(AFTER, made.campaign.operator_id, "OPERATOR_ADMIN")
    shown = sent_back(office.get(page).content.decode())
    shown = {name: value for name, value in shown.items() if name not in FROZEN}  # a browser does not send them
    assert shown
    assert office.post(page, shown | {"payment_frequency": "ON_DEMAND"}).status_code == 302
    with acting_as_everything(why="look"):
        terms = funding.programme(programme_id).terms
    assert (terms.payment_frequency, terms.voucher_value_cents) == (PaymentFrequency.ON_DEMAND, 1000)
