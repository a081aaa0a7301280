"""A service that costs several vouchers, at the counter, on its lists, and on the operator's form."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from carnet.redemption.access import forget_place_keys
from carnet.web.operator.programmes._forms import TermsForm
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.web.season import Season
from tests.web.season import season as season


@pytest.fixture
def dear(season: Season) -> Season:
    programme_id = season.campaign.programme_id
    with acting_as_everything(why="say what a service costs"):
        terms = replace(funding_queries.programme(programme_id).terms, service_voucher_counts={"printer": 2})
        funding.change_programme(programme_id=programme_id, terms=terms, actor=SYSTEM, request_id=rid(), at=NOW)
    forget_place_keys()
    return season


def take(season: Season, counter, *ranks: int, **more: object):
    codes = [season.campaign.code(rank) for rank in ranks]
    form = {
        "code": codes[0],
        "place_id": season.campaign.place_id,
        "service": "printer",
        "attended_on": "2026-03-03",
        "request_id": uuid4(),
    }
    others = {f"code_{rank}": code for rank, code in enumerate(codes[1:], start=2)}
    return counter.post("/place/voucher/accept/", form | others | {"vouchers": max(1, len(codes))} | more)


def spent(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(programme_id=season.campaign.programme_id).redeemed


def test_the_page_of_a_place_says_what_a_service_costs(dear: Season, client) -> None:
    page = client.get(f"/places/{dear.campaign.place_id}/").content.decode()
    paid_by_one, dearer = page.split("Services qui coûtent plusieurs chèques")
    assert "(2 chèques)" in dearer and "Imprimer" not in paid_by_one.split("Un chèque paie")[1]


def test_the_counter_asks_for_the_other_voucher_then_takes_both(dear: Season) -> None:
    counter = dear.counter
    seen = counter.post("/place/voucher/", {"code": dear.campaign.code(0), "place_id": dear.campaign.place_id}).content.decode()
    assert "(2 chèques)" in seen and "data-others" not in seen and "data-till" in seen
    asked = take(dear, counter, 0)
    page = asked.content.decode()
    assert asked.status_code == 422 and "Ce service coûte 2 chèques" in page and 'name="code_2"' in page and spent(dear) == 0
    # The camera and a scanner fill the fields of this page, and open no other voucher's.
    assert "data-others" in page and "data-camera" in page and "data-till" not in page
    done = take(dear, counter, 0, 1)
    assert done.status_code == 302 and spent(dear) == 2
    page = counter.get(done["Location"]).content.decode()
    assert "20\u00a0€" in page and "Chèques de ce service" in page
    number = done["Location"].split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    undo = counter.get(f"/place/redemptions/{number}/undo/").content.decode()
    assert "Ils reviendront ensemble" in undo and "Les chèques pourront de nouveau servir" in undo
    reason = re.findall(r'name="reason" value="([^"]+)"', undo)[0]
    counter.post(f"/place/redemptions/{number}/undo/", {"reason": reason, "detail": "", "request_id": uuid4()})
    assert spent(dear) == 0


@pytest.mark.parametrize(("second", "words"), [(0, "deux fois le même chèque"), (10, "Pas en service"), (None, "Donnez aussi ce chèque")])
def test_a_second_voucher_that_is_not_good_takes_neither(dear: Season, second: int | None, words: str) -> None:
    counter = dear.counter
    answer = take(dear, counter, 0, vouchers=2) if second is None else take(dear, counter, 0, second)
    assert answer.status_code == 422 and words in answer.content.decode() and spent(dear) == 0


def test_the_operator_says_what_each_service_costs_in_words(dear: Season) -> None:
    terms = funding_queries.programme(dear.campaign.programme_id).terms
    shown = TermsForm.initial_of(terms)["costs"]
    assert shown.endswith(" : 2")
    form = TermsForm()
    for text, counts in [(shown, {"printer": 2}), ("printer : 3\nmailbox:1", {"printer": 3}), ("", {})]:
        form.cleaned_data = {"costs": text}
        assert form.clean_costs() == counts
