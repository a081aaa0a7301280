"""Mandates and procedures are told once a month by the release, with nothing of a person and nothing that tells of few people."""

import csv
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from carnet.activities import operations as activities
from carnet.activities.rules import AskedAfter
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.mandates.rules import Duration, Family
from carnet.observatory.operations import releases as making
from carnet.observatory.queries import releases
from carnet.observatory.rules import SMALL_COUNT, Told
from carnet.observatory.rules.opendata import Answers, attack_files, batched
from carnet.web.public import figures
from tests.factories.campaign import NOW, rid
from tests.factories.houses import DELPHINE, House, house
from tests.observatory.rolled import count_now

DUE = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)
ANSWERS = st.dictionaries(st.sampled_from(["taxes", "housing"]), st.tuples(*[st.integers(0, 12)] * 3), max_size=2)


@given(st.lists(ANSWERS, max_size=5))
def test_whatever_was_answered_two_releases_never_differ_by_few_people(months: list[Answers]) -> None:
    now: dict[str, tuple[int, int, int]] = {}
    told: list[Answers] = [{}]
    for added in months:
        now |= {each: tuple(map(sum, zip(now.get(each, (0, 0, 0)), counts, strict=True))) for each, counts in added.items()}  # type: ignore[misc]
        told.append(batched(told[-1], now))
    for later in range(len(told)):
        for sooner in range(later):
            for procedure, counts in told[later].items():
                for was, count in zip(told[sooner].get(procedure, (0, 0, 0)), counts, strict=True):
                    assert count == was or count - was >= SMALL_COUNT


def test_a_line_waits_until_each_of_its_counts_may_be_told() -> None:
    assert batched({}, {"taxes": (5, 0, 0), "housing": (9, 4, 0)}) == {"taxes": (5, 0, 0)}
    assert batched({"taxes": (5, 0, 0)}, {"taxes": (12, 1, 0)}) == {"taxes": (5, 0, 0)}
    assert batched({"taxes": (5, 0, 0)}, {"taxes": (12, 6, 0)}) == {"taxes": (12, 6, 0)}


def test_a_sum_with_a_hidden_part_is_said_at_least() -> None:
    assert Told.of([7, 0, 5]) == Told(12)
    assert Told.of([7, None]) == Told(7, is_least=True)


@pytest.fixture
def told_by(settings: Any, tmp_path: Any) -> House:
    """Six mandates and six uses in Nantes, one mandate in Vesoul, five answers; counted, and not released yet."""
    settings.CARNET_CLOCK, settings.KEYS_DIR = DUE, tmp_path / "keys"
    figures.forget()
    ours = house("Médiathèque", postcode="44000")
    far = house("Mairie de Vesoul", postcode="70000", city="Vesoul", programme_id=ours.programme_id)
    for rank in range(6):
        signed = ours.sign(subject=f"one {rank}", families=(Family.MONEY, Family.PAPERS), duration=Duration.MONTH)
        ours.use(ours.authorisations(signed.person_id)["money"])
    far.sign(subject="alone", families=(Family.PAPERS,))
    with acting_as(ours.helper):
        for _rank in range(5):
            activities.note_answer(
                procedure="taxes", answer="SELF", asked_after=AskedAfter.MANDATE, actor=ours.helper, request_id=rid(), at=NOW
            )  # fmt: skip
    count_now(DUE)
    return ours


def release() -> releases.Release:
    with acting_as_everything(why="a release tells of every programme"):
        assert making.release(at=DUE) is not None
    found = releases.latest()
    assert found is not None
    return found


@pytest.mark.django_db
def test_the_page_the_files_and_the_api_say_the_same_and_name_nobody(told_by: House) -> None:
    client = Client()
    before = client.get("/chiffres/").content.decode()
    assert "Mandats signés" not in before, "nothing is counted from the moment"
    made = release()
    rows = {(row.period, row.level, row.code, row.key, row.measure): row.value for row in made.table("procedures")}
    month = f"{NOW:%Y-%m}"
    # One mandate in the Haute-Saône would be somebody: hidden, and with it whatever would give it back.
    assert rows[month, "DEPARTEMENT", "70", "", "mandates"] is None
    assert rows[month, "NATION", "FR", "family:money", "procedures"] == 6
    assert rows[month, "DEPARTEMENT", "44", "", "procedures"] == 6
    assert rows[month, "NATION", "FR", "", "mandates"] is None and rows[month, "DEPARTEMENT", "44", "", "mandates"] == 6
    page = client.get("/chiffres/").content.decode()
    assert "Mandats signés" in page and "Haute-Saône" in page and "caché" in page
    for old, new in (("mandates", "procedures"), ("done_afterwards", "afterwards")):
        moved = client.get(f"/opendata/{old}.csv")
        assert (moved.status_code, moved["Location"]) == (301, f"/opendata/latest/{new}.csv")
        assert moved["Access-Control-Allow-Origin"] == "*"
    answers = list(csv.DictReader(client.get("/opendata/latest/afterwards.csv").content.decode().splitlines()))
    assert answers == [{"procedure": "taxes", "by_oneself": "5", "together": "0", "by_somebody": "0"}]
    told = client.get("/api/v1/figures").json()
    assert told["done_afterwards"] == [{"procedure": "taxes", "by_self": 5, "together": 0, "by_somebody": 0}]
    assert [each["structures"] for each in told["assisted"]] == [2]
    for text in (page, str(rows), str(told)):
        assert DELPHINE.family_name not in text


@pytest.mark.django_db
def test_who_attacks_the_release_learns_nothing_of_the_mandate_alone(told_by: House) -> None:
    made = release()
    files = {each.name: made.content(each.name) or b"" for each in made.files}
    found = attack_files([files])
    hidden = {key for key in found.bounds if key[0] == "mandates"}
    assert hidden and not found.given_back and not found.small
    # With the country's total told, it would: the test bites.
    told = files["procedures.csv"].decode()
    betrayed = told.replace(",NATION,FR,France,,mandates,,hidden", ",NATION,FR,France,,mandates,7,")
    assert betrayed != told
    assert attack_files([files | {"procedures.csv": betrayed.encode()}]).given_back
