"""The page of archives: until when everything is kept, for whoever answers for a programme; a base on demand for whoever may."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from carnet.continuity.models import Export
from carnet.gateways.database import acting_as_everything
from carnet.parties import operations as parties
from carnet.parties.models import Organisation
from tests.factories.campaign import NOW, SYSTEM, organisation
from tests.web.conftest import PASSWORD, SECRET, come_in
from tests.web.season import TODAY, Season, season  # noqa: F401 - a fixture

FINGERPRINT = "3f1c" * 16


def enter(role: str, organisation_id: int) -> Client:
    """Somebody of an organisation who has just proved a second factor."""
    email = f"{role.lower().replace('_', '-')}-{uuid4().hex[:6]}@example.org"
    person_id = parties.enrol_member(
        organisation_id=organisation_id, email=email, display_name=role.title(), role=role, password=PASSWORD, actor=SYSTEM,
        request_id=uuid4(), at=NOW,
    )  # fmt: skip
    parties.set_second_factor(person_id=person_id, secret=SECRET, actor=SYSTEM, request_id=uuid4(), at=NOW)
    return come_in(Client(), email)


def archived(season: Season, *, name: str = "base-000001", minutes_ago: int = 1, sealed: bool = True) -> None:  # noqa: F811
    kind = name.partition("-")[0]
    with acting_as_everything(why="an archive was written"):
        Export.objects.create(
            programme_id=season.campaign.programme_id, folder="/srv/archives/essai", name=name, number=int(name[-6:]), kind=kind,
            why="FIRST" if kind == "base" else "SINCE", table_count=40, row_count=1234, bytes=56_789, snapshot_xmin=900, system="7/1/5",
            digest=name.rjust(64, "0"), key_version=1, key_fingerprint=FINGERPRINT, is_sealed=sealed,
            totals={"vouchers": 20, "money_cents": 20_000}, made_at=TODAY - timedelta(minutes=minutes_ago), spent_ms=800,
        )  # fmt: skip


@pytest.mark.parametrize("role", ["OPERATOR_ADMIN", "OPERATOR_AGENT", "TREASURER", "APPROVER"])
def test_the_page_says_until_when_everything_is_kept(season: Season, settings: Any, tmp_path: Path, role: str) -> None:  # noqa: F811
    settings.ARCHIVES_DIR = tmp_path
    archived(season)
    archived(season, name="increment-000002", minutes_ago=0)
    client = enter(role, season.campaign.operator_id)
    assert "à jour" in client.get("/archives/").content.decode()
    page = client.get(f"/archives/programmes/{season.campaign.programme_id}/").content.decode()
    for said in ("3f1c 3f1c", "1 234", "/srv/archives/essai", "scellées pour un successeur", "la première", "200,00"):
        assert said.replace(" ", "\u202f") in page or said in page, said
    assert ("Demander une base" in page) == (role == "OPERATOR_ADMIN")


def test_an_archive_that_is_late_or_without_a_successor_says_so(season: Season, settings: Any, tmp_path: Path) -> None:  # noqa: F811
    client = enter("OPERATOR_ADMIN", season.campaign.operator_id)
    assert "CARNET_ARCHIVES_DIR" in client.get("/archives/").content.decode()
    settings.ARCHIVES_DIR = tmp_path
    assert "en retard" in client.get("/archives/").content.decode()
    archived(season, minutes_ago=30, sealed=False)
    page = client.get(f"/archives/programmes/{season.campaign.programme_id}/").content.decode()
    assert "en retard" in page
    assert "Aucun successeur n’est nommé" in page


def test_an_auditor_and_the_state_read_theirs_and_nobody_else(season: Season, settings: Any, tmp_path: Path) -> None:  # noqa: F811
    settings.ARCHIVES_DIR = tmp_path
    archived(season)
    address = f"/archives/programmes/{season.campaign.programme_id}/"
    with acting_as_everything(why="prepare"):
        other = organisation("Un autre opérateur", "OPERATOR")
        Organisation.objects.filter(id=season.campaign.funder_ids[0]).update(kinds=["FUNDER", "STATE"])
    assert enter("STATE_OFFICER", season.campaign.funder_ids[0]).get(address).status_code == 200
    assert enter("OPERATOR_ADMIN", other).get(address).status_code == 404
    assert season.desk.get(address).status_code == 403
    assert season.counter.get("/archives/").status_code == 403


def test_a_base_is_asked_for_once(season: Season, settings: Any, tmp_path: Path) -> None:  # noqa: F811
    client = enter("OPERATOR_ADMIN", season.campaign.operator_id)
    address = f"/archives/programmes/{season.campaign.programme_id}/base/"
    form = client.get(address)
    assert form.status_code == 200
    given = {"request_id": form.context["form"]["request_id"].value()}
    assert client.post(address, given).status_code == 422  # nowhere to write it
    settings.ARCHIVES_DIR = tmp_path
    for _turn in range(2):
        assert client.post(address, given).status_code == 302
    jobs = ProcrastinateJob.objects.filter(task_name="continuity.archive")
    assert [job.args for job in jobs] == [{"programme_id": season.campaign.programme_id, "anew": True}]
