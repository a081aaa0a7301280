"""The ten facts measured on the public reference (docs/sources/mandates.md), each with the test that would have caught it."""

from datetime import datetime, timedelta
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import grimp
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.journal import operations as journal
from carnet.journal.models import Line
from carnet.kernel.periods import PARIS, start_of_day
from carnet.mandates import access
from carnet.mandates import operations as mandates
from carnet.mandates.models import AssistedPerson, Authorisation, Mandate, RemoteConsent, Use
from carnet.mandates.operations import consents, retention, visits
from carnet.mandates.queries import own
from carnet.mandates.rules import Duration, Family, MandateNumber, MandateSaid, Protection, window
from carnet.mandates.rules.consents import RemoteConsentClosed
from carnet.mandates.rules.retention import kept_until
from carnet.mandates.rules.texts import CURRENT, text
from carnet.web.mandate_papers.content import check_url
from carnet.web.slips.content import qr_of
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.factories.houses import DELPHINE, fill, house, member
from tests.web.conftest import sign_in
from tests.web.openid_world import PROGRAM, Visit, a_world, userinfo

pytestmark = pytest.mark.django_db
SUBJECT = "subject of delphine"
NOON = NOW.replace(hour=11)


def test_1_consent_from_afar_is_there_off_until_a_programme_turns_it_on_and_leaves_a_proof() -> None:
    ours = house().on(NOON)
    with acting_as(ours.helper):
        draft_id = mandates.open_draft(
            families=["work"], duration=Duration.MONTH, language="fr", actor=ours.helper, request_id=rid(), at=NOON
        )
        asked: dict[str, Any] = {"draft_id": draft_id, "number": "06 12 34 56 78", "write": lambda _asking: ("Résumé", "Oui ou non ?")}
        with pytest.raises(RemoteConsentClosed):
            consents.ask_from_afar(**asked, actor=ours.helper, request_id=rid(), at=NOON)
    with acting_as_everything(why="the programme turns it on"):
        consents.allow_remote_consent(programme_id=ours.programme_id, is_on=True, actor=SYSTEM, request_id=rid(), at=NOON)
    with acting_as(ours.helper):
        consents.ask_from_afar(**asked, actor=ours.helper, request_id=rid(), at=NOON)
    # Whatever arrives is answered, never a crash of the telephone's door.
    for sender, words in (("+33612345678", "Oui."), ("", "Oui"), ("abc", "")):
        consents.hear(message_id=f"m {sender}", sender=sender, text=words, write=lambda _reply: "Merci", at=NOON + timedelta(minutes=5))
    with acting_as(ours.helper):
        row = RemoteConsent.objects.get()
        assert (row.state, row.sealed_number) == ("AGREED", None)
        assert row.lines.count() >= 3


def test_2_the_person_sees_and_stops_what_they_signed() -> None:
    ours = house()
    signed = ours.sign()
    ours.use(ours.authorisations(signed.person_id)["money"])
    visit = visits.open_with_franceconnect(subject=SUBJECT, request_id=rid(), at=NOW)
    (seen,) = own.own_mandates(visit.key_mark, at=NOW)
    assert len(own.own_uses(visit.key_mark, seen)[0]) == 1
    visits.stop_own_mandate(token=visit.token, number=signed.number, request_id=rid(), at=NOW)
    assert ours.authorisations(signed.person_id) == {}


def test_3_each_mandates_qr_is_its_own_and_answers_about_it() -> None:
    ours = house()
    signed = [ours.sign(), ours.sign(subject="another", families=(Family.PAPERS,))]
    urls = [check_url(str(access.check_code(MandateNumber.parse(each.number)))) for each in signed]
    assert len({qr_of(url) for url in urls}) == len({*urls, qr_of("None")}) - 1 == 2
    pages = [Client().get(url[url.index("/mandat/") :]).content.decode() for url in urls]
    assert "Argent et impôts" in pages[0] and "Argent et impôts" not in pages[1] and "Papiers" in pages[1]


def test_4_what_was_signed_is_verified_on_any_day_and_its_days_are_those_of_paris() -> None:
    at = datetime(2026, 3, 2, 0, 30, tzinfo=PARIS)  # still the first of March at Greenwich
    signed = house().on(at).sign(duration=Duration.DAY)
    assert (signed.starts_on, signed.ends_on) == window(Duration.DAY, at)
    assert signed.starts_on.isoformat() == "2026-03-02"
    with acting_as_everything(why="years later"):
        row = Mandate.objects.get(id=signed.id)
    assert text(row.text_version).digest == bytes(row.text_digest) == CURRENT.digest


def test_5_the_database_refuses_to_change_a_use_or_a_line_and_erasing_writes_no_name() -> None:
    ours = house()
    signed = ours.sign()
    ours.use(ours.authorisations(signed.person_id)["money"])
    with acting_as_everything(why="try"):
        for rows in (Use.objects.all(), Line.objects.all()):
            for change in (lambda rows=rows: rows.update(at=NOW), lambda rows=rows: rows.delete()):
                with pytest.raises(DatabaseError), transaction.atomic():
                    change()
    with acting_as(ours.lead):
        retention.erase_person(person_id=signed.person_id, actor=ours.lead, request_id=rid(), at=NOW)
    with acting_as_everything(why="read everything"):
        told = " ".join(str(each) for each in Line.objects.values_list("facts", "actor_label", "subject_id"))
    assert DELPHINE.family_name not in told and DELPHINE.given_names not in told


def test_6_a_code_serves_once_and_a_token_dies_with_the_authorisation() -> None:
    with acting_as_everything(why="a structure and a client"):
        world = a_world()
    browser = world.sign_in()
    visit = Visit(world, browser)
    code = visit.code()
    tokens = visit.exchange(code).json()
    assert userinfo(tokens["access_token"]).status_code == 200
    assert visit.exchange(code).status_code == 400
    again = Visit(world, browser).tokens()["access_token"]
    world.end([world.authorisation(world.amina, Family.MONEY)[1]])
    assert userinfo(again).status_code == 401
    described = PROGRAM.get("/openid/.well-known/openid-configuration").json()
    assert "HS256" not in described["id_token_signing_alg_values_supported"] and described["code_challenge_methods_supported"] == ["S256"]


@pytest.mark.parametrize("act", ["sign", "renew", "stop"])
def test_7_signing_renewing_and_stopping_are_whole_or_nothing(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = house()
    signed = ours.sign(families=(Family.MONEY, Family.WORK))
    before = ours.authorisations(signed.person_id)

    def fail(**_facts: object) -> None:
        raise RuntimeError("the journal is down")

    monkeypatch.setattr(journal, "record", fail)
    later = ours.on(NOW + timedelta(minutes=1))
    with pytest.raises(RuntimeError), acting_as(later.helper):
        if act == "sign":
            later.sign(families=(Family.MONEY,))
        elif act == "renew":
            said = MandateSaid((Family.MONEY,), Duration.YEAR, Protection.NONE, CURRENT.version, CURRENT.digest)
            mandates.renew_mandate(mandate_id=signed.id, said=said, actor=later.helper, request_id=rid(), at=later.at)
        else:
            mandates.end_authorisations(authorisation_ids=list(before.values()), actor=later.helper, request_id=rid(), at=later.at)
    assert ours.authorisations(signed.person_id) == before
    with acting_as_everything(why="count"):
        assert Mandate.objects.filter(person_id=signed.person_id).count() == 1


def test_7_the_database_itself_forbids_two_live_authorisations_of_a_kind() -> None:
    ours = house()
    signed = ours.sign()
    with acting_as_everything(why="write behind the rules"):
        live = Authorisation.objects.get(person_id=signed.person_id)
        other = Mandate.objects.get(id=ours.sign(subject="another").id)
        live.pk, live.mandate = None, other
        with pytest.raises(DatabaseError, match="mandates_authorisation_one_live"), transaction.atomic():
            live.save(force_insert=True)


def test_8_a_list_costs_the_same_whatever_its_length(settings: Any) -> None:
    settings.CARNET_CLOCK = NOW
    few, many = house("Petite"), house("Grande")
    fill(few, 3)
    fill(many, 60)
    costs = []
    for ours in (few, many):
        client = sign_in(Client(), member(ours.organisation_id, "HELPER"))
        for url in ("/helper/mandates/?which=all", "/helper/people/?which=all"):
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(url)
            assert answer.status_code == 200 and len(answer.content) < 100_000
            costs.append(len(captured))
    assert costs[:2] == costs[2:]


def test_9_what_is_kept_for_six_years_is_forgotten_by_itself() -> None:
    ours = house()
    signed = ours.sign()
    erased_on = kept_until(signed.ends_on).erased_on
    with acting_as_everything(why="a night"):
        retention.keep_in_time(programme_id=ours.programme_id, actor=SYSTEM, at=start_of_day(erased_on))
        assert AssistedPerson.objects.get(id=signed.person_id).sealed_identity is None
    tasks = Path(__file__).parents[2] / "carnet" / "jobs" / "retention.py"
    assert "@app.periodic" in tasks.read_text(encoding="utf-8")


def test_10_the_room_of_mandates_is_about_mandates_and_speaks_to_nobody_else() -> None:
    graph = grimp.build_graph("carnet", include_external_packages=True)
    rooms = {module for module in graph.modules if module.startswith("carnet.mandates")}
    reached = {each for module in rooms for each in graph.find_modules_directly_imported_by(module)}
    gateways = {".".join(each.split(".")[:3]) for each in reached if each.startswith("carnet.gateways")}
    assert gateways <= {
        "carnet.gateways.database",
        "carnet.gateways.keys",
        "carnet.gateways.documents",
        "carnet.gateways.sms",
        "carnet.gateways.erasures",
    }
    outside = {each for each in reached if not each.startswith("carnet")}
    assert not outside & {"requests", "httpx", "urllib3", "aiohttp", "celery", "metabasepy", "grist_api"}
    assert not {"metabasepy", "grist-api", "celery"} & {name.split()[0].casefold() for name in requires("carnet") or ()}
