"""A prescriber's screens over HTTP: hand over, take out, receive, and every wrong move."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.web.season import Season
from tests.web.season import season as season
from tests.web.test_operator_payments import person

PAGES = [
    "/prescriber/",
    "/prescriber/hand-over/",
    "/prescriber/hand-overs/",
    "/prescriber/booklets/",
    "/prescriber/take-out/",
    "/prescriber/shipments/",
]


def voucher_ids(page: str) -> list[str]:
    return re.findall(r'name="voucher_ids" value="(\d+)"', page)


def handed_over(season: Season) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(holder_id=season.campaign.prescriber_id).handed_over


def test_every_page_of_the_desk_opens(season: Season) -> None:
    desk = season.desk
    for page in PAGES:
        assert desk.get(page).status_code == 200, page


def test_the_home_page_begins_with_the_person_who_waits(season: Season) -> None:
    home = season.desk.get("/prescriber/").content.decode()
    order = ["Remettre des chèques à quelqu’un", "Ce qui vous attend", "Sont-ils venus ?", "Dernières remises", "/prescriber/post/note/"]
    missing = "Il reste ceci à faire."  # it hands over already: what its part lacks comes after
    found = [home.index(each) for each in [*order[:2], missing, *order[2:]]]
    assert found == sorted(found)


def test_a_number_leads_to_its_booklet_also_typed_in_small_letters(season: Season) -> None:
    booklet_id, serial = season.booklet(2)
    answer = season.desk.get("/prescriber/hand-over/", {"serial": f" {serial.lower()} "})
    assert (answer.status_code, answer["Location"]) == (302, f"/prescriber/hand-over/{booklet_id}/")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("TS-C00000003-00", "comporte une erreur"), ("nonsense", "comporte une erreur"), ("", "obligatoire")],
)
def test_a_wrong_number_says_so_and_stays(season: Season, typed: str, sentence: str) -> None:
    answer = season.desk.get("/prescriber/hand-over/", {"serial": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{typed}"' in page or not typed


def test_another_desk_s_booklet_is_not_found(season: Season) -> None:
    _booklet_id, serial = season.booklet(3)
    answer = season.desk.get("/prescriber/hand-over/", {"serial": serial})
    assert answer.status_code == 422
    assert "parmi les vôtres" in answer.content.decode()


def test_a_whole_booklet_in_one_form(season: Season) -> None:
    booklet_id, _serial = season.booklet(2)
    desk = season.desk
    page = desk.get(f"/prescriber/hand-over/{booklet_id}/").content.decode()
    ids = voucher_ids(page)
    assert len(ids) == 5
    form = {
        "request_id": uuid4(),
        "voucher_ids": ids,
        "wants": ["cv"],
        "age_band": "FROM_75",
        "area": "TOWN",
        "low_qualified_job_seeker": "no",
        "came_before": "no",
    }
    answer = desk.post(f"/prescriber/hand-over/{booklet_id}/", form)
    assert answer.status_code == 302
    slip = desk.get(answer["Location"]).content.decode()
    assert "5 chèques" in slip
    assert "02 40 00 00 00" in slip
    assert "Médiathèque" in slip
    assert "4 janvier 2027" in slip
    assert handed_over(season) == 15


def test_some_vouchers_then_the_rest(season: Season) -> None:
    booklet_id, _serial = season.booklet(2)
    desk = season.desk
    ids = voucher_ids(desk.get(f"/prescriber/hand-over/{booklet_id}/").content.decode())
    desk.post(f"/prescriber/hand-over/{booklet_id}/", {"request_id": uuid4(), "voucher_ids": ids[:2]})
    rest = desk.get(f"/prescriber/hand-over/{booklet_id}/").content.decode()
    assert voucher_ids(rest) == ids[2:]
    desk.post(f"/prescriber/hand-over/{booklet_id}/", {"request_id": uuid4(), "voucher_ids": ids[2:]})
    assert handed_over(season) == 15
    gone = desk.get(f"/prescriber/hand-over/{booklet_id}/").content.decode()
    assert "déjà été remis" in gone
    both = re.findall(r'<li><a href="(/prescriber/hand-overs/\d+/)">Remise du carnet', gone)
    assert len(both) == 2
    assert "Imprimer la fiche" in desk.get(both[0]).content.decode()


def test_nothing_ticked_or_somebody_from_elsewhere_keeps_what_was_said(season: Season) -> None:
    booklet_id, _serial = season.booklet(2)
    desk = season.desk
    ids = voucher_ids(desk.get(f"/prescriber/hand-over/{booklet_id}/").content.decode())
    nothing = desk.post(f"/prescriber/hand-over/{booklet_id}/", {"request_id": uuid4(), "wants": ["cv"]})
    assert nothing.status_code == 422
    assert "Cochez au moins un chèque" in nothing.content.decode()
    assert re.search(r'value="cv"[^>]*checked', nothing.content.decode())
    outside = desk.post(f"/prescriber/hand-over/{booklet_id}/", {"request_id": uuid4(), "voucher_ids": ids, "area": "OUTSIDE"})
    assert outside.status_code == 422
    assert "réservés aux personnes qui habitent le territoire" in outside.content.decode()
    assert handed_over(season) == 10


def test_vouchers_of_another_booklet_cannot_be_slipped_in(season: Season) -> None:
    booklet_id, _serial = season.booklet(2)
    with acting_as_everything(why="another booklet's vouchers"):
        other = ledger.vouchers_of_booklet(season.booklet(3)[0])[0].id
    answer = season.desk.post(f"/prescriber/hand-over/{booklet_id}/", {"request_id": uuid4(), "voucher_ids": [other]})
    assert answer.status_code == 422
    assert handed_over(season) == 10


def test_a_range_is_counted_before_it_leaves(season: Season) -> None:
    _booklet_id, serial = season.booklet(2)
    desk = season.desk
    form = {"request_id": str(uuid4()), "first_serial": serial, "last_serial": serial}
    counted = desk.post("/prescriber/take-out/", form).content.decode()
    assert "Vous sortez 1 carnet" in counted
    assert handed_over(season) == 10
    answer = desk.post("/prescriber/take-out/", form | {"counted": "1"})
    assert answer.status_code == 302
    assert handed_over(season) == 15


def test_a_range_of_booklets_that_are_not_there_is_refused_on_its_field(season: Season) -> None:
    first, last = season.booklet(1)[1], season.booklet(2)[1]
    desk = season.desk
    missing = desk.post("/prescriber/take-out/", {"request_id": uuid4(), "first_serial": first, "last_serial": last})
    assert missing.status_code == 422
    assert "1 sur 2" in missing.content.decode()
    reversed_ = desk.post("/prescriber/take-out/", {"request_id": uuid4(), "first_serial": last, "last_serial": first})
    assert reversed_.status_code == 422


def test_others_are_kept_out(season: Season) -> None:
    booklet_id, _serial = season.booklet(2)
    assert Client().get("/prescriber/").status_code == 302
    assert season.counter.get("/prescriber/").status_code == 403
    assert season.counter.post(f"/prescriber/hand-over/{booklet_id}/", {}).status_code == 403
    assert season.desk.get("/prescriber/hand-overs/999999/").status_code == 404
    assert season.desk.get("/prescriber/shipments/999999/").status_code == 404


def test_once_the_season_of_hand_overs_is_over_no_booklet_is_asked_for(season: Season, settings) -> None:
    """An empty cupboard said to ask for booklets that could no longer be given."""
    with acting_as_everything(why="look"):
        until = funding.programme(season.campaign.programme_id).windows.hand_over_until
    settings.CARNET_CLOCK = until
    page = person(until, season.campaign.prescriber_id, "PRESCRIBER_LEAD").get("/prescriber/").content.decode()
    assert "Les remises sont finies" in page
    assert "Demander des carnets" not in page
