"""Contrast is computed as WCAG does, a colour that fails is refused with one that passes, and the house's own tokens pass."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.web import design
from carnet.web.design.contrast import (
    TEXT_MINIMUM,
    ColourUnreadable,
    ContrastTooLow,
    check_theme,
    nearest_passing,
    normalise,
    ratio,
    stylesheet,
)

TOKENS = dict(
    re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (Path(design.__file__).parent / "static/design/tokens.css").read_text(encoding="utf-8"))
)
COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
ON_PAPER = ["text", "text-muted", "brand", "link", "link-visited", "focus", "success", "warning", "danger", "info", "neutral"]


def test_known_ratios() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert ratio("#123456", "#123456") == 1


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways(one: str, other: str) -> None:
    assert 1 <= ratio(one, other) == ratio(other, one) <= 21.001


@given(COLOURS)
def test_the_shade_offered_passes_and_a_passing_colour_is_hardly_moved(colour: str) -> None:
    shade = nearest_passing(colour, against="#ffffff", minimum=TEXT_MINIMUM)
    assert ratio(shade, "#ffffff") >= TEXT_MINIMUM


def test_a_pale_brand_is_refused_with_a_shade_that_is_accepted() -> None:
    with pytest.raises(ContrastTooLow) as refused:
        check_theme(brand="#ffcc00", link="#0d5a80")
    assert refused.value.facts["use"] == "brand"
    assert check_theme(brand=refused.value.facts["nearest"], link="#0d5a80")


@pytest.mark.parametrize("typed", ["", "red", "#12", "#12345g", "#1234567", "rgb(0,0,0)", "#123456;}body{"])
def test_what_is_not_a_colour_never_reaches_a_style_sheet(typed: str) -> None:
    with pytest.raises(ColourUnreadable):
        normalise(typed)


@given(COLOURS, COLOURS)
def test_an_accepted_theme_reads_well_everywhere_it_is_used(brand: str, link: str) -> None:
    try:
        theme = check_theme(brand=brand, link=link)
    except ContrastTooLow:
        return
    written = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", stylesheet(theme)))
    assert ratio(written["brand"], written["brand-contrast"]) >= TEXT_MINIMUM
    assert ratio(TOKENS["text"], written["brand-soft"]) >= TEXT_MINIMUM
    assert ratio(written["link"], "#ffffff") >= TEXT_MINIMUM


@pytest.mark.parametrize("name", ON_PAPER)
@pytest.mark.parametrize("paper", ["surface", "surface-soft"])
def test_words_read_on_paper(name: str, paper: str) -> None:
    assert ratio(TOKENS[name], TOKENS[paper]) >= TEXT_MINIMUM


@pytest.mark.parametrize("tone", ["success", "warning", "danger", "info", "neutral"])
def test_a_tone_reads_on_its_own_ground(tone: str) -> None:
    assert ratio(TOKENS[tone], TOKENS[f"{tone}-soft"]) >= TEXT_MINIMUM
    assert ratio(TOKENS["text"], TOKENS[f"{tone}-soft"]) >= TEXT_MINIMUM


def test_tickets_buttons_and_borders() -> None:
    assert ratio(TOKENS["ticket-text"], TOKENS["ticket"]) >= 7
    assert ratio(TOKENS["brand-contrast"], TOKENS["brand"]) >= TEXT_MINIMUM
    assert ratio(TOKENS["focus-text"], TOKENS["focus"]) >= TEXT_MINIMUM
    assert ratio(TOKENS["text-muted"], TOKENS["neutral-soft"]) >= TEXT_MINIMUM
    for edge in ("border-input", "ticket-line"):
        assert ratio(TOKENS[edge], TOKENS["surface"]) >= 3
