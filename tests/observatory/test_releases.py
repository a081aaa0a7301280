"""A release is made once a month, frozen, the same for whoever reads it; a correction is another release, the first stays as it was."""

import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from carnet.gateways.database import acting_as_everything
from carnet.observatory.models import Release, ReleaseTruth
from carnet.observatory.operations import releases as making
from carnet.observatory.queries import releases
from carnet.observatory.rules.opendata import attack_files
from tests.observatory.rolled import count_now
from tests.observatory.world import LATE_SPENT_AT, Funds, make_funds

pytestmark = pytest.mark.django_db

WHY = "a release tells of every programme"
DUE = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def funds(tmp_path, settings) -> Funds:
    settings.KEYS_DIR = tmp_path / "keys"
    made = make_funds()
    count_now(DUE)
    return made


def make(at: datetime = DUE, *, correct: bool = False) -> making.Made | None:
    with acting_as_everything(why=WHY):
        return making.release(at=at, correct=correct)


def write(folder: Path, release: releases.Release) -> Path:
    for file in release.files:
        (folder / file.name).write_bytes(release.content(file.name) or b"")
    return folder


def test_a_month_is_released_once_when_it_is_due_and_anybody_reads_it(funds: Funds, tmp_path: Path, django_assert_num_queries) -> None:
    made = make()
    assert made is not None
    assert made.name == "2026-04"
    assert make() is None, "once"
    with django_assert_num_queries(2):
        latest = releases.latest()
    assert latest is not None
    assert latest.name == "2026-04"
    assert [each.name for each in releases.every()] == ["2026-04"]
    assert releases.named("2026-04") == latest
    assert releases.named("2025-01") is None
    rows = latest.table("territories")
    nation = [row for row in rows if row.level == "NATION" and row.measure == "used"]
    assert sum(row.value or 0 for row in nation) == 17
    # One programme in one commune: what it does in all is public, and so is where it works.
    assert [row.value for row in latest.table("programmes") if row.measure == "used"] == [row.value for row in nation if row.value]
    folder = tmp_path / "out"
    folder.mkdir()
    checked = subprocess.run([sys.executable, "-I", str(write(folder, latest) / "verify.py")], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_a_correction_is_a_release_of_its_own_and_says_what_moved(funds: Funds) -> None:
    first = make()
    assert first is not None
    before = releases.latest()
    assert before is not None
    kept = before.content("territories.csv")
    assert make(correct=True) is None, "nothing moved"
    funds.payday.spend(6, at=LATE_SPENT_AT)
    count_now(DUE)
    assert make() is None, "a month that is out stays as it is"
    corrected = make(correct=True)
    assert corrected is not None
    assert corrected.name == "2026-04-1"
    latest = releases.latest()
    assert latest is not None
    assert (latest.name, latest.revision) == ("2026-04-1", 1)
    nation = next(each for each in latest.moved if each["level"] == "NATION" and each["measure"] == "used" and len(each["period"]) == 7)
    assert nation["after"] == nation["before"] + 6
    assert b"NATION FR" in (latest.content("CHANGELOG.md") or b"")
    again = releases.named("2026-04")
    assert again is not None
    assert again.content("territories.csv") == kept
    assert latest.content("territories.csv") != kept


def test_nothing_of_a_release_is_ever_rewritten_and_its_hidden_counts_are_read_by_nobody(funds: Funds) -> None:
    make()
    row = Release.objects.get()
    for change in (lambda: Release.objects.filter(id=row.id).update(digest="0" * 64), lambda: row.files.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert ReleaseTruth.objects.count() == 0
    with acting_as_everything(why="the control"):
        assert ReleaseTruth.objects.count() == 1


def test_nothing_is_released_before_anything_is_counted(db: None) -> None:
    assert make() is None
    assert releases.latest() is None


def test_the_page_the_files_and_the_api_say_the_same(funds: Funds, client: Client) -> None:
    assert "Rien n’est encore publié" in client.get("/donnees-ouvertes/").content.decode()
    assert client.get("/api/v1/open-data").json() == {"releases": []}
    assert client.get("/opendata/latest/territories.csv").status_code == 404
    make()
    release = releases.latest()
    assert release is not None
    page = client.get("/donnees-ouvertes/").content.decode()
    assert "Publication avril 2026" in page
    assert 'href="/opendata/2026-04/territories.csv"' in page
    assert 'href="/opendata/latest/publics.csv"' in client.get("/chiffres/").content.decode()
    (told,) = client.get("/api/v1/open-data").json()["releases"]
    assert (told["name"], told["cells"], told["hidden"]) == ("2026-04", release.line_count, release.hidden_count)
    assert {each["name"]: each["sha256"] for each in told["files"]} == {each.name: each.digest for each in release.files}
    for file in release.files:
        content = client.get(f"/opendata/2026-04/{file.name}").content
        assert (sha256(content).hexdigest(), len(content)) == (file.digest, file.size)
        assert client.get(f"/opendata/latest/{file.name}").content == content
    whole = client.get("/opendata/2026-04.zip")
    assert set(zipfile.ZipFile(BytesIO(whole.content)).namelist()) == {each.name for each in release.files}
    assert whole.content == client.get("/opendata/2026-04.zip").content
    assert client.get("/donnees-ouvertes/2026-04/").status_code == 200
    for gone in (
        "/donnees-ouvertes/2020-01/",
        "/opendata/2020-01.zip",
        "/opendata/2026-04/truth.json",
        "/opendata/2026-04/observatory_releasetruth",
    ):
        assert client.get(gone).status_code == 404


def test_the_catalogue_gives_each_file_at_an_address_that_stays_with_its_digest(funds: Funds, client: Client) -> None:
    assert client.get("/opendata/catalogue.jsonld").json()["dcat:dataset"] == []
    make()
    release = releases.latest()
    assert release is not None
    answer = client.get("/opendata/catalogue.jsonld")
    assert answer["Content-Type"].startswith("application/ld+json")
    said = answer.json()
    (data_set,) = said["dcat:dataset"]
    assert said["@type"] == "dcat:Catalog"
    assert data_set["dct:license"]["@id"].startswith("https://www.etalab.gouv.fr/licence-ouverte")
    digests = {each.name: each.digest for each in release.files}
    for each in data_set["dcat:distribution"]:
        path = urlsplit(each["dcat:downloadURL"]["@id"]).path
        assert client.get(path).status_code == 200
        assert client.get(urlsplit(each["dct:conformsTo"]["@id"]).path).json()["fields"]
        assert each["spdx:checksum"]["spdx:checksumValue"] == digests[path.rpartition("/")[2]]


def test_a_stranger_who_keeps_every_release_gets_nothing_back(funds: Funds) -> None:
    make()
    funds.payday.spend(3, at=LATE_SPENT_AT)
    count_now(DUE)
    make(correct=True)
    files = [{file.name: each.content(file.name) or b"" for file in each.files} for each in reversed(releases.every())]
    assert len(files) == 2
    found = attack_files(files)
    assert found.given_back == []
    assert found.small == []
