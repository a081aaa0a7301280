"""A chart in Chromium: what its accessibility tree says, what axe finds, how narrow it may be, what more contrast and a paper make of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from playwright.sync_api import Browser, Page

from carnet.web.design import drawn
from tests.browser.walking import AXE
from tests.web.test_components import STATIC

SHEETS = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("tokens.css", "carnet.css", "charts.css"))


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """The specimens alone on a page, in French, no site behind it."""
    with translation.override("fr"):
        body = Template("{% load carnet_design %}{% for each in shown %}{% chart each %}{% endfor %}").render(
            Context({"shown": drawn.specimens()})
        )
    context = chromium.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.set_content(
        f'<!DOCTYPE html><html lang="fr" class="for-office"><head><title>Dessins</title><style>{SHEETS}</style></head>'
        f'<body><main><div class="wrap"><h1>Dessins</h1>{body}</div></main></body></html>'
    )
    yield page
    context.close()


def told(page: Page) -> list[dict[str, Any]]:
    """The nodes of the accessibility tree that are not left out."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [node for node in nodes if not node.get("ignored")]


def test_a_screen_reader_is_told_the_drawing_and_the_table(page: Page) -> None:
    nodes = told(page)
    images = [node for node in nodes if node["role"]["value"] == "image"]
    heard = {node["name"]["value"]: node["description"]["value"] for node in images}
    charts = {chart.title: chart.description for chart in drawn_in_french()}
    assert heard == charts
    # One thing to hear, not a list of rectangles: nothing inside a drawing is told.
    inside = {child for node in images for child in node.get("childIds", ())}
    assert not [node for node in nodes if node["nodeId"] in inside]
    page.locator("summary").first.click()
    nodes = told(page)
    roles = {node["role"]["value"] for node in nodes}
    names = {node["name"]["value"] for node in nodes if "name" in node}
    assert {"table", "columnheader", "rowheader", "cell"} <= roles
    assert {"Chèques remis et utilisés", "10/26", "720", "caché", "inconnu"} <= names


def drawn_in_french() -> list[Any]:
    with translation.override("fr"):
        return drawn.specimens()


def test_axe_finds_nothing_and_nothing_is_too_wide(page: Page) -> None:
    page.add_script_tag(path=AXE)
    for width, dress in ((320, ""), (1280, "more-contrast"), (1280, "")):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("dress => { document.documentElement.className = `for-office ${dress}` }", dress)
        found = page.evaluate("axe.run(document).then(result => result.violations.map(each => each.id))")
        assert found == [], (width, dress)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.documentElement.className = 'for-office'")


def test_forced_colours_and_a_paper_keep_what_is_told_apart(page: Page) -> None:
    """Where colours are the system's, strokes and dashes still tell; on paper the folded table is open."""
    fill = "selector => getComputedStyle(document.querySelector(selector)).fill"
    page.emulate_media(forced_colors="active", color_scheme="dark")
    dark = page.evaluate(fill, "#chart-6-step-3 rect"), page.evaluate(fill, "#chart-6-step-4 rect")
    assert dark == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    assert page.evaluate(fill, ".drawing text") == "rgb(255, 255, 255)"
    page.emulate_media(forced_colors="none", color_scheme="light", media="print")
    shown = "getComputedStyle(document.querySelectorAll('.same-numbers')[1], '::details-content').contentVisibility"
    assert page.evaluate(shown) == "visible"
    page.emulate_media(media="screen")
