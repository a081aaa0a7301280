"""Signals wait on the operator's home, are read with their evidence, and sorted; thresholds are decided with a reason. Places see none of it."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.test import Client

from carnet.controls.models import Signal, SignalSetting
from carnet.controls.rules.signals.registry import BY_CODE
from carnet.gateways.database import acting_as_everything
from tests.controls.test_signal_rules import SPEAKS
from tests.factories.campaign import organisation
from tests.web.season import TODAY, Season
from tests.web.season import season as season
from tests.web.test_operator_desks import administrator


def noticed(season: Season, code: str = "beyond-seats", **said: Any) -> int:
    """One signal of a rule, as its own judgement tells it."""
    rule, campaign = BY_CODE[code], season.campaign
    found = rule.judge(SPEAKS[code][0], rule.usual)
    assert found is not None
    facts = dict(found.facts)
    if "pairs" in facts:
        facts["pairs"] = [{**each, "desk_id": campaign.prescriber_id} for each in facts["pairs"]]  # type: ignore[dict-item,union-attr]
    with acting_as_everything(why="a night's look"):
        row = {
            "programme_id": campaign.programme_id, "organisation_id": campaign.place_organisation_id, "place_id": campaign.place_id,
            "rule": code, "from_on": date(2026, 3, 2), "until_on": date(2026, 3, 9), "facts": facts, "threshold": rule.usual,
            "cents": found.cents, "noticed_at": TODAY,
        }  # fmt: skip
        return Signal.objects.create(**(row | said)).id


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_from_the_home_page_to_a_signal_set_aside(season: Season) -> None:
    operator = administrator(season, season.campaign.operator_id)
    assert "signal à trier" not in read(operator, "/operator/")
    assert "Rien à trier" in read(operator, "/signals/")
    signal_id = noticed(season)
    assert "1 signal à trier" in read(operator, "/operator/")
    page = read(operator, "/signals/")
    assert "Plus de monde que de places" in page
    assert "120,00" in page
    page = read(operator, f"/signals/{signal_id}/")
    assert "12" in page
    assert "Une salle plus grande" in page
    assert "Ouvrir un dossier" in page
    aside = f"/signals/{signal_id}/set-aside/"
    assert "Plus de monde que de places" in read(operator, aside)
    assert operator.post(aside, {"reason": " ", "request_id": uuid4()}).status_code == 422
    assert operator.post(aside, {"reason": "La salle a changé.", "request_id": uuid4()})["Location"] == "/signals/"
    assert "Plus de monde que de places</a>" not in read(operator, "/signals/")
    assert "La salle a changé." in read(operator, f"/signals/{signal_id}/")
    assert operator.post(aside, {"reason": "encore", "request_id": uuid4()}).status_code == 422
    assert "Plus de monde que de places</a>" in read(operator, "/signals/?state=SET_ASIDE")


def test_every_signal_has_a_page_in_words(season: Season) -> None:
    operator = administrator(season, season.campaign.operator_id)
    for code in BY_CODE:
        page = read(operator, f"/signals/{noticed(season, code)}/")
        assert "Ce qui peut l’expliquer" in page
        assert ("Comparé à 11 lieux" in page) == (code == "unlike-its-peers")
    for address in (
        "/signals/?rule=new-pair",
        f"/signals/?place={season.campaign.place_id}&state=",
        "/signals/?page=9&state=nonsense&place=x",
    ):
        assert "Guichet et lieu nouveaux" in read(operator, address)
    assert "Aucun signal" in read(operator, "/signals/?rule=poverty")


def test_a_rule_taken_out_since_is_still_read(season: Season) -> None:
    signal_id = noticed(season, rule="of-long-ago", facts={"unheard": 3})
    assert "of-long-ago" in read(administrator(season, season.campaign.operator_id), f"/signals/{signal_id}/")


def test_thresholds_are_decided_with_a_reason_and_read_by_the_auditor(season: Season) -> None:
    operator, programme_id = administrator(season, season.campaign.operator_id), season.campaign.programme_id
    rules, address = f"/signals/programmes/{programme_id}/", f"/signals/programmes/{programme_id}/beyond-seats/"
    assert "aucun signal jugé" in read(operator, rules)
    assert "En pour cent." in read(operator, address)
    said = {"is_on": "on", "threshold": "200", "reason": "De grandes salles.", "request_id": uuid4()}
    for wrong in ({"threshold": "20"}, {"threshold": ""}, {"reason": ""}):
        assert operator.post(address, said | wrong | {"request_id": uuid4()}).status_code == 422
    assert operator.post(address, said)["Location"] == rules
    page = read(operator, rules)
    assert "De grandes salles." in page
    assert "200" in page
    assert operator.post(address, said | {"is_on": "off", "request_id": uuid4()}).status_code == 302
    assert "éteinte" in read(operator, rules)
    assert operator.get(f"/signals/programmes/{programme_id}/poverty/").status_code in (404, 409, 422)
    with acting_as_everything(why="what was kept"):
        assert list(SignalSetting.objects.order_by("id").values_list("threshold", flat=True)) == [200, None]


def test_whoever_has_no_part_in_it_reads_nothing(season: Season) -> None:
    signal_id, programme_id = noticed(season), season.campaign.programme_id
    with acting_as_everything(why="a stranger"):
        stranger = administrator(season, organisation("Ailleurs", "OPERATOR"))
    assert "Rien à trier" in read(stranger, "/signals/")
    addresses = (f"/signals/{signal_id}/", f"/signals/{signal_id}/set-aside/", f"/signals/programmes/{programme_id}/")
    for address in (*addresses, f"/signals/programmes/{programme_id}/beyond-seats/"):
        assert stranger.get(address).status_code in (403, 404, 409), address
    for client in (season.manager, season.counter, season.desk):
        for address in ("/signals/", *addresses):
            assert client.get(address).status_code in (403, 404), address
