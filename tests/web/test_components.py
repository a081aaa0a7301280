"""The components: every pictogram exists and is shown, tags escape what they are given, the look stays small."""

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from carnet.web import design
from carnet.web.design.components import Cell, Column, Table, Task, Ticket
from carnet.web.design.templatetags.carnet_design import TONE_ICONS, VOUCHER_STATES
from carnet.web.design.views import PICTOGRAMS

WEB = Path(design.__file__).parent.parent
STATIC = WEB / "design/static/design"
DRAWN = set(re.findall(r'symbol id="([a-z-]+)"', (STATIC / "pictograms.svg").read_text(encoding="utf-8")))


def draw(source: str, **context: object) -> str:
    request = RequestFactory().get("/somewhere/?page=2&kept=yes")
    with translation.override("fr"):
        return Template("{% load carnet_design %}" + source).render(Context({"request": request} | context))


def test_the_gallery_shows_every_pictogram() -> None:
    assert set(PICTOGRAMS) == DRAWN


def test_every_pictogram_a_template_asks_for_is_drawn() -> None:
    asked = {
        name for page in WEB.rglob("*.html") for name in re.findall(r'{% icon "([a-z-]+)"', page.read_text(encoding="utf-8"))
    }  # fmt: skip
    tones = set(TONE_ICONS.values()) | {drawing for _word, _tone, drawing in VOUCHER_STATES.values()}
    assert asked | tones <= DRAWN


def test_the_look_is_light() -> None:
    sheets = [(STATIC / name).read_bytes() for name in ("tokens.css", "carnet.css")]
    assert sum(map(len, sheets)) < 44_000
    assert sum(len(gzip.compress(sheet)) for sheet in sheets) < 11_000  # what a telephone pays for, once
    assert (STATIC / "carnet.js").stat().st_size < 8_000


def test_what_people_type_is_never_markup() -> None:
    evil = '"><script>alert(1)</script>'
    table = Table(evil, [Column(evil)], [[evil], [Cell(evil, tone="info")]], empty=evil)
    task = Task(evil, evil, "/x/", detail=evil)
    page = draw(
        "{% data_table table %}{% task_list tasks %}{% ticket drawn %}{% pill text %}{% banner text %}{% page_header text text %}{% empty text text %}",
        table=table,
        tasks=[task],
        drawn=Ticket(evil, 1000, "HANDED_OVER", evil, note=evil),
        text=evil,
    )
    assert "<script>" not in page


def test_a_ticket_says_its_state_in_words_and_its_last_day() -> None:
    until = datetime(2026, 12, 31, 23, tzinfo=UTC)
    page = draw("{% ticket drawn %}", drawn=Ticket("NM-000000001-11", 1000, "redeemed", "Nantes", until))
    assert "Utilisé" in page
    assert "is-spent" in page
    assert "31 décembre 2026" in page


def test_a_strip_strikes_the_spent_ones_and_counts_the_rest() -> None:
    page = draw("{% ticket_strip 1000 40 3 %}")
    assert page.count("<li") == 13
    assert page.count("is-spent") == page.count("utilisé") == 3
    assert "et 28 de plus" in page


def test_a_table_labels_its_cells_for_a_phone() -> None:
    table = Table("Argent", [Column("Qui"), Column("Combien", number=True)], [["Métropole", "10 €"]], ["Total", "10 €"])
    page = draw("{% data_table table %}", table=table)
    assert '<th scope="row" data-label="Qui">' in page
    assert 'data-label="Combien" class="number"' in page
    with pytest.raises(ValueError, match="shorter"):
        draw("{% data_table table %}", table=Table("", [Column("a"), Column("b")], [["only one"]]))


def test_pages_keep_the_filter() -> None:
    page = draw("{% pagination page %}", page=Paginator(range(100), 10).page(2))
    assert 'href="?kept=yes&amp;page=3"' in page
    assert 'aria-current="page">2<' in page


def test_navigation_marks_where_one_is_and_leaves_out_what_does_not_exist() -> None:
    assert draw('{% nav_item "nowhere:at-all" "Rien" %}').strip() == ""
    assert "aria-current" not in draw('{% nav_item "public:home" "Accueil" %}')
