"""Once the visit is over: the question, a booklet where there is a desk; erasing somebody; the uses taken away, checked by an outsider."""

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from carnet.distribution import operations as distribution
from carnet.gateways.database import acting_as_everything
from carnet.journal.operations import _seal_table
from carnet.kernel.periods import start_of_day
from carnet.mandates.models import AssistedPerson
from carnet.mandates.operations import retention
from carnet.mandates.rules import Family
from carnet.mandates.rules.retention import kept_until
from carnet.parties import operations as parties
from tests.factories.campaign import NOW, SYSTEM, rid
from tests.factories.houses import DELPHINE, House, house, member
from tests.web.conftest import come_in

pytestmark = pytest.mark.django_db


def enter(organisation_id: int, *roles: str) -> Client:
    """A member of the organisation, signed in, a second factor just proved."""
    return come_in(Client(), member(organisation_id, *roles))


@pytest.fixture
def ours(settings: Any) -> House:
    settings.CARNET_CLOCK = NOW
    return house()


def test_the_visit_ends_with_the_question_and_a_booklet_only_where_there_is_a_desk(ours: House) -> None:
    signed = ours.sign()
    ours.use(ours.authorisations(signed.person_id)["money"])
    helper, url = enter(ours.organisation_id, "HELPER"), f"/helper/people/{signed.person_id}/after/"
    page = helper.get(url).content.decode()
    assert "/afterwards/?procedure=taxes" in page and "carnet" not in page.split("<main")[1]
    with acting_as_everything(why="the structure becomes a desk"):
        parties.add_kind(organisation_id=ours.organisation_id, kind="PRESCRIBER", actor=SYSTEM, request_id=rid(), at=NOW)
        distribution.join_programme(
            programme_id=ours.programme_id, organisation_id=ours.organisation_id, actor=SYSTEM, request_id=rid(), at=NOW
        )
    page = helper.get(url).content.decode()
    assert "Demandez à un collègue du guichet" in page and "/prescriber/hand-over/" not in page
    both = enter(ours.organisation_id, "HELPER", "PRESCRIBER")
    page = both.get(url).content.decode()
    assert 'href="/prescriber/hand-over/"' in page  # another act, with nothing of this one in its address


def test_a_lead_erases_somebody_who_asks(ours: House) -> None:
    signed = ours.sign()
    url = f"/helper/people/{signed.person_id}/erase/"
    lead, helper = enter(ours.organisation_id, "HELPER_LEAD"), enter(ours.organisation_id, "HELPER")
    assert DELPHINE.family_name in lead.get(url).content.decode()
    assert helper.post(url, {"request_id": rid()}).status_code == 403
    done = lead.post(url, {"request_id": rid()}, follow=True).content.decode()
    assert "Le nom est effacé" in done and DELPHINE.family_name not in done
    with acting_as_everything(why="look"):
        assert AssistedPerson.objects.get(id=signed.person_id).sealed_key is None


def test_an_outsider_checks_the_uses_of_a_mandate_with_python_alone(ours: House, tmp_path: Path) -> None:
    signed = ours.sign(families=(Family.MONEY,))
    for _rank in range(3):
        ours.use(ours.authorisations(signed.person_id)["money"])
    with acting_as_everything(why="seal"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint + 1")
        _seal_table("mandates_use", cursor.fetchone()[0], NOW)
    lead = enter(ours.organisation_id, "HELPER_LEAD")
    answer = lead.post(f"/helper/mandates/{signed.id}/uses.zip")
    assert answer.status_code == 200, answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    everything = "".join(each.read_text(encoding="utf-8") for each in tmp_path.iterdir() if each.suffix in (".json", ".txt"))
    assert not [word for word in ("Quatrefages", "Delphine") if word in everything]
    assert re.search(r"\b1948-\d\d-\d\d", everything) is None, "numbers of rows and digests may hold four such digits"
    checked = check(tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "3 uses, 3 sealed in 1 blocks: as sealed\n")
    uses = json.loads((tmp_path / "uses.json").read_text(encoding="utf-8"))
    liar = uses[1] | {"text": uses[1]["text"].replace("taxes", "other")}
    (tmp_path / "uses.json").write_text(json.dumps([uses[0], liar, uses[2]]), encoding="utf-8")
    refused = check(tmp_path)
    assert refused.returncode == 1 and f"use {liar['id']}: not as it was sealed" in refused.stdout
    assert "uses.json: changed" in refused.stdout
    stranger = enter(house("Autre").organisation_id, "HELPER_LEAD")
    assert stranger.post(f"/helper/mandates/{signed.id}/uses.zip").status_code == 404


def check(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-I", "verify.py"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_operator_reads_each_night_and_no_name(ours: House, settings: Any) -> None:
    signed = ours.sign()
    operator = enter(ours.operator_id, "OPERATOR_AGENT")
    assert "Aucune nuit" in operator.get("/operator/retention/").content.decode()
    erased_on = kept_until(signed.ends_on).erased_on
    with acting_as_everything(why="a night"):
        retention.keep_in_time(programme_id=ours.programme_id, actor=SYSTEM, at=start_of_day(erased_on) + timedelta(hours=3))
    page = operator.get("/operator/retention/").content.decode()
    assert "identités détruites" in page and "Programme de Médiathèque" in page
