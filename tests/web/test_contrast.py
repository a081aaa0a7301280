"""Contrast is computed as WCAG does, a colour that fails is refused with one that passes, and the house's own tokens pass."""

import re

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from carnet.web.design import tokens
from carnet.web.design.contrast import (
    PAIRS,
    TEXT_MINIMUM,
    ColourUnreadable,
    ContrastTooLow,
    check_theme,
    nearest_passing,
    normalise,
    ratio,
    stylesheet,
    too_low,
)
from carnet.web.design.sentences import sentence_for

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
THEMES = [":root", tokens.MORE_CONTRAST]


def test_known_ratios() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert ratio("#123456", "#123456") == 1


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways(one: str, other: str) -> None:
    assert 1 <= ratio(one, other) == ratio(other, one) <= 21.001


@given(COLOURS)
def test_the_shade_offered_is_accepted_whatever_was_asked(colour: str) -> None:
    shade = nearest_passing(colour)
    assert check_theme(brand=shade, link=shade).brand == shade


def test_a_pale_brand_is_refused_with_a_shade_that_is_accepted() -> None:
    with pytest.raises(ContrastTooLow) as refused:
        check_theme(brand="#ffcc00", link="#0d5a80")
    assert refused.value.facts["use"] == "brand"
    assert check_theme(brand=refused.value.facts["nearest"], link="#0d5a80")


@pytest.mark.parametrize(("language", "words"), [("fr", "contraste 1,3, il faut 4,5"), ("en", "contrast 1.3, 4.5 is needed")])
def test_a_refused_colour_is_told_its_contrast_as_the_language_writes_it(language: str, words: str) -> None:
    with pytest.raises(ContrastTooLow) as refused:
        check_theme(brand="#ffcc00", link="#0d5a80")
    with translation.override(language):
        assert words in sentence_for(refused.value)


@pytest.mark.parametrize("grey", range(0x6B, 0x77))
def test_a_contrast_just_too_low_is_never_written_as_enough(grey: int) -> None:
    colour = f"#{grey:02x}{grey:02x}{grey:02x}"
    with pytest.raises(ContrastTooLow) as refused:
        check_theme(brand=colour, link=colour)
    assert refused.value.facts["ratio"] < refused.value.facts["minimum"]


@pytest.mark.parametrize("typed", ["", "red", "#12", "#12345g", "#1234567", "rgb(0,0,0)", "#123456;}body{"])
def test_what_is_not_a_colour_never_reaches_a_style_sheet(typed: str) -> None:
    with pytest.raises(ColourUnreadable):
        normalise(typed)


def test_a_colour_that_passes_on_white_alone_is_refused() -> None:
    """Links also stand on soft grounds, the footer's first."""
    assert ratio("#767676", "#ffffff") >= TEXT_MINIMUM
    with pytest.raises(ContrastTooLow):
        check_theme(brand="#767676", link="#767676")


@given(COLOURS, COLOURS)
def test_an_accepted_theme_reads_well_everywhere_it_is_used(brand: str, link: str) -> None:
    try:
        theme = check_theme(brand=brand, link=link)
    except ContrastTooLow:
        return
    written = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", stylesheet(theme)))
    assert set(written) == {"brand", "brand-contrast", "brand-soft", "link"}
    assert too_low({**tokens.colours(), **written}) == []


@pytest.mark.parametrize("theme", THEMES)
def test_every_pair_of_the_house_reads_well(theme: str) -> None:
    assert too_low(tokens.colours(theme)) == []


def test_more_contrast_is_the_enhanced_level() -> None:
    """Text at 7:1, controls at 4.5:1 (WCAG 2.2, 1.4.6), and every edge seen."""
    colours = tokens.colours(tokens.MORE_CONTRAST)
    assert too_low(colours, [(ink, ground, 7.0 if least >= TEXT_MINIMUM else 4.5) for ink, ground, least in PAIRS]) == []
    assert ratio(colours["border"], colours["surface"]) >= 7
