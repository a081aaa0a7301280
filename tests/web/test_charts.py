"""Charts on a page: the table says what the drawing draws, gaps are words, the sheet comes once, a department fits a page."""

import re

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from carnet.places import queries as places
from carnet.web.design import charts, drawn
from carnet.web.design.charts import HIDDEN, MISSING, Chart, Unit
from tests.web.test_components import STATIC


@pytest.fixture(autouse=True)
def _french() -> None:
    translation.activate("fr")


def page_of(*shown: Chart) -> str:
    return Template("{% load carnet_design %}{% for each in shown %}{% chart each %}{% endfor %}").render(Context({"shown": shown}))


@pytest.mark.parametrize("rank", range(7))
def test_the_table_says_every_number_that_is_drawn(rank: int) -> None:
    """What a mouse reads over each mark is in the table, in its row, or in the sentences that end it."""
    chart = drawn.specimens()[rank]
    assert chart.drawing is not None
    told = {" ".join(getattr(cell, "text", str(cell)) for cell in row) for row in chart.table.rows}
    rest = " ".join(chart.rest)
    titles = [shape.title for shape in chart.drawing.shapes if shape.title]
    assert titles
    for title in titles:
        name, _colon, text = title.rpartition(" : ")
        label = name.rpartition(", ")[2]
        assert any(label in row and text.partition(" (")[0] in row for row in told) or label in rest, title


def test_a_gap_is_a_word_and_never_a_zero() -> None:
    page = page_of(charts.bars("Payé", [("A", 0), ("B", HIDDEN), ("C", MISSING)], unit=Unit.EUROS))
    assert "0\u00a0€" in page
    assert "<span>caché</span>" in page
    assert "<span>inconnu</span>" in page
    assert page.count("Ce n’est pas zéro.") == 2
    assert "url(#chart-1-hidden)" in page
    assert 'class="zero"' in page


def test_numbers_are_written_as_people_read_them() -> None:
    said = [
        charts.written(value, unit)
        for value, unit in ((1_234_567, Unit.COUNT), (123_450, Unit.EUROS), (41.25, Unit.PERCENT), (3.5, Unit.DAYS))
    ]
    assert said == ["1\u202f234\u202f567", "1\u202f234,50\u00a0€", "41,2\u00a0%", "3,5\u00a0j"]


def test_each_drawing_has_a_name_a_description_and_ids_of_its_own() -> None:
    page = page_of(*drawn.specimens())
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for rank in range(1, 8):
        assert f'role="img" aria-labelledby="chart-{rank}-name" aria-describedby="chart-{rank}-said"' in page
    assert page.count("design/charts.css") == 1
    assert "style=" not in page


def test_a_department_of_communes_fits_a_page() -> None:
    codes = sorted(commune.code for commune in places.gazetteer() if commune.department == "44")
    values = {code: rank % 9 for rank, code in enumerate(codes)}
    page = page_of(charts.choropleth("Chèques utilisés", values))
    assert len(page) < 85_000
    assert page.count("</title>") == len(values) + 1
    assert len((STATIC / "charts.css").read_bytes()) < 6_000


def test_communes_without_outlines_are_discs_on_their_department() -> None:
    chart = charts.choropleth("Chèques utilisés", {"29019": 12, "29232": 0, "29039": HIDDEN})
    assert chart.drawing is not None
    assert len(chart.drawing.of_role("land")) == 1
    assert [shape.role for shape in chart.drawing.shapes if shape.tag == "circle"] == ["step-1", "step-0", "hidden"]
    overseas = charts.choropleth("Chèques utilisés", {"974": 3, "44": 1})
    assert any("La Réunion" in note for note in overseas.notes)
    assert charts.choropleth("Chèques utilisés", {"974": 3}).drawing is None


def test_a_commune_that_grew_is_drawn_whole() -> None:
    """Outlines are of 2018: Saint-Géréon joined Ancenis since."""
    chart = charts.choropleth("Chèques utilisés", {"44003": 7})
    assert chart.drawing is not None
    (shape,) = chart.drawing.of_role("step-1")[:1]
    assert str(shape.get("d")).count("M") >= 2
    assert len(chart.drawing.of_role("step-1")) == 2  # with the legend's


def test_nothing_to_draw_says_so() -> None:
    page = page_of(charts.bars("Payé", []))
    assert "<svg" not in page
    assert "Rien à compter" in page


def test_the_gallery_stays_light(client: Client, db: None) -> None:
    assert len(client.get("/design/").content) < 100_000
