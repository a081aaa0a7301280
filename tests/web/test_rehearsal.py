"""A desk and a counter rehearse on their real screens: nothing is written, every page says so, and pretend numbers are nobody's."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from carnet.kernel.identifiers import CodeMistyped, SecretCode
from carnet.web.doors import door_of
from carnet.web.rehearsal import counter, pretend
from carnet.web.rehearsal.middleware import ADDRESSES

pytestmark = pytest.mark.django_db
WRITTEN = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE)
BAND = "Rien n’est enregistré. Aucun chèque n’est vrai."


def told(answer: object) -> str:
    text: str = answer.content.decode()  # type: ignore[attr-defined]
    assert BAND in text
    assert "<title>RÉPÉTITION" in text
    return text


def tables_written(captured: CaptureQueriesContext) -> set[str]:
    return {found.group(2) for each in captured.captured_queries if (found := WRITTEN.match(each["sql"]))}


def test_a_desk_rehearses_from_the_number_to_the_slip_and_nothing_is_written(signed_in: Callable[[str], Client]) -> None:
    desk = signed_in("PRESCRIBER_LEAD")
    with CaptureQueriesContext(connection) as captured:
        assert desk.get("/rehearsal/")["Location"] == "/rehearsal/prescriber/"
        page = told(desk.get("/rehearsal/prescriber/"))
        whole, gone = pretend.booklet_serial(pretend.WHOLE), pretend.booklet_serial(pretend.GONE)
        assert whole in page
        assert whole.startswith("XX-")

        assert desk.get("/rehearsal/prescriber/hand-over/", {"serial": gone})["Location"] == "/rehearsal/prescriber/hand-over/2/"
        assert "ont déjà été remis" in told(desk.get("/rehearsal/prescriber/hand-over/2/"))
        answer = desk.get("/rehearsal/prescriber/hand-over/", {"serial": "NT-C00000001-48"})
        assert "Ce n’est pas un carnet de la répétition" in told(answer)

        page = told(desk.get("/rehearsal/prescriber/hand-over/1/"))
        assert "Trois questions, jamais de nom" in page
        assert 'href="/prescriber/' not in page  # no link leads out of the rehearsal by mistake
        asked = {"request_id": str(uuid4()), "wants": "cv", "sends_mail": "no", "moves_files": "no"}
        page = told(desk.post("/rehearsal/prescriber/hand-over/1/", asked | {"propose": "1"}))
        assert "Premiers pas avec sa messagerie" in page
        given = desk.post("/rehearsal/prescriber/hand-over/1/", asked | {"voucher_ids": ["1", "2"], "book": "1"})
        assert given["Location"] == "/rehearsal/prescriber/hand-overs/0/?new"
        page = told(desk.get(given["Location"]))
        assert "Vous avez une leçon" in page
        assert "/rehearsal/prescriber/slips/0/" in page
        assert "RÉPÉTITION : " in told(desk.get("/rehearsal/prescriber/slips/0/"))
        assert desk.get("/rehearsal/prescriber/slips/0/fiche.pdf")["Content-Type"] == "application/pdf"

        whole_at_once = desk.post("/rehearsal/prescriber/hand-over/3/", {"request_id": str(uuid4()), "whole": "1"})
        assert "4 chèques" in told(desk.get(whole_at_once["Location"]))
        booked = desk.post("/rehearsal/prescriber/hand-overs/0/lessons/", {"session": "2", "request_id": str(uuid4())})
        assert "Vous avez une leçon" in told(desk.get(booked["Location"]))
        assert "C’est fini : vous savez faire." in told(desk.get("/rehearsal/prescriber/"))
    assert tables_written(captured) <= {"django_session"}


def test_a_counter_rehearses_what_is_accepted_and_refused(signed_in: Callable[[str], Client]) -> None:
    till = signed_in("MEDIATOR")
    with CaptureQueriesContext(connection) as captured:
        assert till.get("/rehearsal/counter/")["Location"] == "/rehearsal/place/"
        send = {"place_id": "0"}
        said = {
            code: told(till.post("/rehearsal/place/voucher/", send | {"code": counter.printed(code)}))
            for code in (counter.GOOD, counter.USED, counter.LAPSED, "123456789012345678")
        }
        assert [word in page for word, page in zip(("Ce chèque est bon", "Déjà utilisé", "Périmé", "Code mal tapé"), said.values(), strict=True)] == [
            True, True, True, True,
        ]  # fmt: skip
        day = re.search(r'name="attended_on" value="([\d-]+)"', said[counter.GOOD]).group(1)  # type: ignore[union-attr]
        typed = {"code": counter.GOOD, "place_id": "0", "service": pretend.SERVICE, "attended_on": day, "request_id": str(uuid4())}
        accepted = till.post("/rehearsal/place/voucher/accept/", typed)
        assert "Accepté" in told(till.get(accepted["Location"]))
        assert "C’est fini : vous savez faire." in told(till.get("/rehearsal/place/"))
    assert tables_written(captured) <= {"django_session"}


@pytest.mark.parametrize("code", [counter.GOOD, counter.USED, counter.LAPSED])
def test_no_real_voucher_can_have_a_pretend_code(code: str) -> None:
    with pytest.raises(CodeMistyped):
        SecretCode.parse(code)


def test_every_name_of_the_real_screens_has_its_twin_behind_a_door() -> None:
    pretended, real = get_resolver(ADDRESSES), get_resolver()
    for app in ("prescriber", "slips", "place"):
        names = {name for name in pretended.namespace_dict[app][1].reverse_dict if isinstance(name, str)}
        assert names >= {name for name in real.namespace_dict[app][1].reverse_dict if isinstance(name, str)}
        for pattern in pretended.namespace_dict[app][1].url_patterns:
            door = door_of(pattern.callback)
            assert door is not None
            assert door.action == ("home.place" if app == "place" else "home.prescriber")


def test_the_guide_is_one_page_with_pretend_numbers_and_leads_to_the_rehearsal(by_pin: Callable[[str], Client]) -> None:
    desk = by_pin("PRESCRIBER")
    assert 'href="/rehearsal/guide/"' in desk.get("/prescriber/").content.decode()
    page = desk.get("/rehearsal/guide/").content.decode()
    assert pretend.booklet_serial(pretend.WHOLE) in page
    assert 'href="/rehearsal/"' in page
    assert BAND not in page  # a real page


def test_what_is_not_rehearsed_says_so(signed_in: Callable[[str], Client]) -> None:
    page = told(signed_in("PRESCRIBER").get("/rehearsal/prescriber/stock/"))
    assert "Cette page n’est pas dans la répétition" in page


def test_others_have_nothing_to_rehearse(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("FUNDER")
    assert client.get("/rehearsal/").status_code == 403
    assert client.get("/rehearsal/prescriber/").status_code == 403
    assert signed_in("MEDIATOR").get("/rehearsal/").status_code == 403
    assert Client().get("/rehearsal/prescriber/").status_code == 302


def test_somebody_with_a_pin_may_rehearse(by_pin: Callable[[str], Client]) -> None:
    assert "quatre exercices" in told(by_pin("PRESCRIBER").get("/rehearsal/prescriber/"))
