"""Mandates and uses are published in counts, the small ones hidden, and nothing of a person with them."""

import csv
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from carnet.activities import operations as activities
from carnet.activities.rules import AskedAfter
from carnet.gateways.database import acting_as
from carnet.mandates.rules import Duration, Family
from carnet.mandates.rules.counting import By, MandateCounts
from carnet.observatory.rules import SMALL_COUNT, assisted_figures
from carnet.web.public import figures
from tests.factories.campaign import NOW, rid
from tests.factories.houses import DELPHINE, house

COUNTS = st.dictionaries(st.sampled_from(["2026-01", "2026-02", "2026-03", "44", "59"]), st.integers(0, 40), max_size=5)


@given(COUNTS, COUNTS)
def test_no_small_count_is_said_nor_given_back_by_subtraction(mandates: dict[str, int], uses: dict[str, int]) -> None:
    cuts = dict.fromkeys(By, mandates), dict.fromkeys(By, uses)
    counts = MandateCounts(1, 1, sum(mandates.values()), sum(uses.values()), 1, *cuts)
    said = assisted_figures(counts, name="P", slug="p", is_simulated=False)
    for by in By:
        lines = said.of(by)
        assert {line.value for line in lines} == {*mandates, *uses}
        for true, told in ((mandates, [line.mandates for line in lines]), (uses, [line.uses for line in lines])):
            assert all(count is None or count == 0 or count >= SMALL_COUNT for count in told)
            hidden = [count for count, line in zip(told, lines, strict=True) if count is None]
            assert len(hidden) != 1 or sum(1 for count in true.values() if count) == 1


@pytest.mark.django_db
def test_the_page_the_files_and_the_api_say_the_same_and_name_nobody(settings: Any) -> None:
    settings.CARNET_CLOCK = NOW
    figures.forget()
    ours, far = house("Médiathèque", postcode="44000"), None
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
    client = Client()
    page = client.get("/chiffres/").content.decode()
    rows = list(csv.DictReader(client.get("/opendata/mandates.csv").content.decode().splitlines()))
    (told,) = client.get("/api/v1/figures").json()["assisted"]
    assert (told["structures"], told["mandates"], told["uses"]) == (2, 7, 6)
    lines = {(line["by"], line["value"]): (line["mandates"], line["uses"]) for line in told["lines"]}
    assert lines["month", "2026-03"] == (7, 6)
    assert lines["family", "papers"] == (7, 0) and lines["family", "money"] == (6, 6)
    # One mandate in the Haute-Saône would be somebody: hidden, and with it the other that would give it back.
    assert lines["department", "70"] == (None, 0) and lines["department", "44"] == (None, 6)
    assert {(row["by"], row["value"]): (row["mandates"], row["uses"]) for row in rows} == {
        key: tuple("" if count is None else str(count) for count in counts) for key, counts in lines.items()
    }
    assert "Haute-Saône" in page and "Mandats signés" in page and "caché" in page
    answers = list(csv.DictReader(client.get("/opendata/done_afterwards.csv").content.decode().splitlines()))
    assert answers == [{"procedure": "taxes", "by_oneself": "5", "together": "0", "by_somebody": "0"}]
    for text in (page, str(rows), str(told)):
        assert DELPHINE.family_name not in text
    figures.forget()
