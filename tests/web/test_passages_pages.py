"""Evidence leads somewhere: the redemptions behind a signal or a case, one by one, a page at a time, and as a file. Never a code; strangers see none."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from carnet.controls.models import Signal
from carnet.controls.queries.behind import behind_signal
from carnet.controls.rules.signals import SignalUnknown
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.web import cases as case_words
from tests.factories.campaign import NOW, organisation
from tests.settlement.conftest import SPENT_AT, Payday
from tests.settlement.conftest import lasting_payday as lasting_payday
from tests.settlement.conftest import payday as payday
from tests.web.test_cases_pages import MARCH, _opened, _place, _text
from tests.web.test_operator_payments import Clock, Office, person
from tests.web.test_operator_payments import at as at
from tests.web.test_operator_payments import office as office

pytestmark = pytest.mark.django_db


def noticed(payday: Payday) -> int:
    """A signal about the week in which everything is spent."""
    monday = legal_day(SPENT_AT) - timedelta(days=legal_day(SPENT_AT).weekday())
    with acting_as_everything(why="a night's look"):
        return Signal.objects.create(
            programme_id=payday.campaign.programme_id, organisation_id=payday.campaign.place_organisation_id, place_id=payday.campaign.place_id,
            rule="new-pair", from_on=monday, until_on=monday + timedelta(days=7), threshold=30, cents=50_00, noticed_at=MARCH,
            facts={"pairs": [{"desk_id": payday.campaign.prescriber_id, "vouchers": 5, "before": 0, "of_desk": 5}]},
        ).id  # fmt: skip


def lines_of(client: Client, url: str) -> list[str]:
    answer = client.get(url)
    assert answer.status_code == 200, url
    assert answer["Content-Type"].startswith("text/csv")
    return b"".join(answer).decode("utf-8-sig").strip().splitlines()


def test_evidence_leads_to_its_redemptions_their_desk_and_their_way(office: Office, at: Clock) -> None:
    payday, treasurer, _approver = office
    at(MARCH)
    payday.spend(5)
    payday.spend(2, second=True)
    signal_id, desk_id = noticed(payday), payday.campaign.prescriber_id
    page = treasurer.get(f"/signals/{signal_id}/").content.decode()
    assert f'href="/signals/{signal_id}/passages/?desk={desk_id}"' in page
    shown = treasurer.get(f"/signals/{signal_id}/passages/?desk={desk_id}").content.decode()
    assert shown.count("?serial=") == 5, "its own place's, and only them"
    assert f"/operator/desks/joining/{payday.campaign.programme_id}/{desk_id}/" in shown
    for code in (payday.campaign.code(rank) for rank in range(7)):
        assert code not in shown
        assert re.sub(r"(...)", r"\1 ", code).strip() not in shown
    follow = re.findall(r'href="([^"]*\?serial=[^"]*)"', shown)[0]
    assert treasurer.get(follow).status_code == 200
    assert "Aucun passage" in _text(treasurer.get(f"/signals/{signal_id}/passages/?on=2026-03-01"))
    for odd in ("?on=2026-99-99", "?on=hier", "?desk=x", "?desk=999999999999999999999", "?page=0", "?page=99999999999"):
        assert treasurer.get(f"/signals/{signal_id}/passages/{odd}").status_code == 200, odd
    assert len(lines_of(treasurer, f"/signals/{signal_id}/passages.csv")) == 6


def test_who_may_not_see_a_signal_sees_nothing_behind_it(office: Office, at: Clock) -> None:
    payday, _treasurer, _approver = office
    at(MARCH)
    payday.spend(1)
    signal_id, elsewhere = noticed(payday), organisation("Un autre opérateur", "OPERATOR")
    stranger = person(NOW, elsewhere, "TREASURER")
    for url in (f"/signals/{signal_id}/passages/", f"/signals/{signal_id}/passages.csv"):
        assert stranger.get(url).status_code == 404
        assert _place(payday).get(url).status_code in (403, 404), "a place enumerates no voucher by signals"
    actor = Actor(
        kind="person", label="x", person_id=1, organisation_id=elsewhere, organisation_ids=frozenset({elsewhere}), roles=frozenset({"TREASURER"}),
    )  # fmt: skip
    with acting_as(actor), pytest.raises(SignalUnknown):
        behind_signal(actor, signal_id, on=date(2026, 3, 10))


def test_signals_are_read_a_page_at_a_time(office: Office, at: Clock) -> None:
    payday, _treasurer, _approver = office
    payday.spend(5)
    signal_id = noticed(payday)
    actor = payday.staff(601, "TREASURER", at=MARCH)
    with acting_as(actor):
        pages = [behind_signal(actor, signal_id, page=number, per_page=2) for number in (1, 2, 3, 4)]
    assert [len(each.lines) for each in pages] == [2, 2, 1, 1]
    assert (pages[3].page, pages[0].count, pages[0].page_count) == (3, 5, 3)
    assert len({line.key for each in pages[:3] for line in each.lines}) == 5
    assert {line.desk_id for line in pages[0].lines} == {payday.campaign.prescriber_id}


def test_a_long_case_is_paged_for_both_sides_and_decided_and_taken_away_whole(
    office: Office, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    payday, treasurer, approver = office
    at(MARCH)
    monkeypatch.setattr(case_words, "PASSAGES_PER_PAGE", 2)
    payday.spend(5)
    case_id = _opened(payday, treasurer)
    url, place = f"/operator/cases/{case_id}/", _place(payday)
    shown = [treasurer.get(f"{url}?page={number}").content.decode().count("?serial=") for number in (1, 2, 3)]
    assert shown == [2, 2, 1]
    own = [place.get(f"/place/cases/{case_id}/?page={number}").content.decode() for number in (1, 3)]
    assert [len(set(re.findall(r'href="/place/redemptions/[^"]+"', page))) for page in own] == [2, 1]
    first = re.findall(r'href="(/place/redemptions/[^"]+)"', own[0])[0]
    assert place.get(first).status_code == 200
    assert "guichet" not in own[0].lower(), "a place does not read whose booklet it was"
    assert len(lines_of(treasurer, f"{url}passages.csv")) == 6
    assert place.get(f"{url}passages.csv").status_code in (403, 404)
    place.post(
        f"/place/cases/{case_id}/answer/", {"words": "Voici.", "wish": "WRITTEN", "request_id": "7b1d8f6e-2f8f-4f0c-9a44-0d7c1a6b5e01"}
    )
    choices = re.findall(r'name="taken_back" value="(\d+)"', approver.get(f"{url}decide/").content.decode())
    assert len(choices) == 5, "a decision is about all of them"
