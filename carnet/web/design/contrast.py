"""Contrast as WCAG 2 defines it, and what a programme's colours must reach before the server accepts them.

Source: docs/sources/accessibility.md#contrast: WCAG 2.2, criteria 1.4.3 (text, 4.5:1) and 1.4.11 (controls, 3:1), and its definition of
relative luminance. `PAIRS` names what stands on what in the house's sheets: the same list holds the house's own tokens, the contrast
theme, and whatever a programme chooses.
"""

import re
from collections.abc import Iterable, Mapping
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from math import floor

from carnet.kernel.refusals import Refusal
from carnet.web.design import tokens

TEXT_MINIMUM = 4.5
CONTROL_MINIMUM = 3.0
WHITE = tokens.colours()["surface"]
INK = tokens.colours()["text"]
_GROUNDS = ("surface", "surface-soft", "brand-soft")
_TONES = ("success", "warning", "danger", "info", "neutral")
# What is written or drawn, on what, and the least contrast between them.
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, TEXT_MINIMUM) for ink in ("text", "text-muted", "link", "link-visited", "brand") for ground in _GROUNDS),
    *((ink, f"{tone}-soft", TEXT_MINIMUM) for ink in ("text", "text-muted", "link", "link-visited") for tone in _TONES),
    *((tone, ground, TEXT_MINIMUM) for tone in _TONES for ground in ("surface", "surface-soft", f"{tone}-soft")),
    ("brand-contrast", "brand", TEXT_MINIMUM),
    ("danger-contrast", "danger", TEXT_MINIMUM),
    ("focus-text", "focus", TEXT_MINIMUM),
    ("ticket-text", "ticket", 7.0),  # printed, photocopied, read at arm's length
    ("link", "ticket", TEXT_MINIMUM),
    *(("focus", ground, CONTROL_MINIMUM) for ground in (*_GROUNDS, "ticket")),
    *((edge, ground, CONTROL_MINIMUM) for edge in ("border-input", "ticket-line", "brand") for ground in _GROUNDS),
)
_HEXADECIMAL = re.compile(r"#[0-9a-f]{6}")

# Those a programme's colours change.
_CHOSEN = tuple(pair for pair in PAIRS if {"brand", "brand-contrast", "brand-soft", "link"} & set(pair[:2]))


class ColourUnreadable(Refusal):
    """Not a colour of the form #rrggbb."""

    code = "colour-unreadable"


class ContrastTooLow(Refusal):
    """A colour on which, or in which, too many people could not read. `nearest` is the closest shade that passes."""

    code = "contrast-too-low"


@dataclass(frozen=True, slots=True)
class Theme:
    """The two colours a programme chooses, both checked: its brand, and its links."""

    brand: str
    link: str

    @property
    def brand_contrast(self) -> str:
        """The better of white and ink on the brand."""
        return max((WHITE, INK), key=lambda text: ratio(text, self.brand))


def normalise(colour: str) -> str:
    """`colour` as lower-case #rrggbb. Raises: ColourUnreadable."""
    tidy = colour.strip().lower()
    if not _HEXADECIMAL.fullmatch(tidy):
        raise ColourUnreadable(colour=colour)
    return tidy


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(colour: str, other: str) -> float:
    """Contrast between two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def nearest_passing(colour: str) -> str:
    """The shade of `colour`, same hue, closest in lightness, that reads well wherever a brand or a link stands.

    Lightness goes by half-hundredths of its scale: an eye sees no smaller step.
    """
    hue, lightness, saturation = rgb_to_hls(*_channels(normalise(colour)))
    for step in sorted(range(201), key=lambda step: abs(step / 200 - lightness)):
        shade = _hexadecimal(hls_to_rgb(hue, step / 200, saturation))
        if not too_low(_with(brand=shade, link=shade), _CHOSEN):
            return shade
    raise AssertionError("black always passes")


def too_low(colours: Mapping[str, str], pairs: Iterable[tuple[str, str, float]] = PAIRS) -> list[tuple[str, str, float, float]]:
    """Of the pairs, those that do not reach their least contrast: what, on what, reached, needed; the furthest from it first."""
    reached = ((ink, ground, ratio(colours[ink], colours[ground]), minimum) for ink, ground, minimum in pairs)
    return sorted((each for each in reached if each[2] < each[3]), key=lambda each: each[2] / each[3])


def check_theme(*, brand: str, link: str) -> Theme:
    """Accept a programme's colours or say which fails and what would pass.

    Both are held against everything they stand on, in every pair of PAIRS they change: words, buttons, borders, links on soft grounds.
    Raises: ColourUnreadable, ContrastTooLow.
    """
    theme = Theme(brand=normalise(brand), link=normalise(link))
    failing = too_low(_with(brand=theme.brand, link=theme.link), _CHOSEN)
    if failing:
        ink, _ground, reached, minimum = failing[0]
        use, colour = ("link", theme.link) if ink == "link" else ("brand", theme.brand)
        # Cut, not rounded: what falls short by a hair is never written as if it reached.
        shown = floor(reached * 10) / 10
        raise ContrastTooLow(use=use, colour=colour, ratio=shown, minimum=minimum, nearest=nearest_passing(colour))
    return theme


def _with(*, brand: str, link: str) -> dict[str, str]:
    """The house's colours with a programme's in their place."""
    own = {"brand": brand, "link": link, "brand-contrast": Theme(brand, link).brand_contrast, "brand-soft": _soft(brand)}
    return {**tokens.colours(), **own}


def stylesheet(theme: Theme) -> str:
    """The style sheet of a programme: tokens only."""
    return (
        f":root {{\n  --brand: {theme.brand};\n  --brand-contrast: {theme.brand_contrast};\n"
        f"  --brand-soft: {_soft(theme.brand)};\n  --link: {theme.link};\n}}\n"
    )


def _soft(colour: str) -> str:
    # Nine tenths of white. What is written on it is in PAIRS.
    red, green, blue = (0.9 + 0.1 * channel for channel in _channels(colour))
    return _hexadecimal((red, green, blue))


def _channels(colour: str) -> tuple[float, float, float]:
    value = int(colour[1:], 16)
    return (value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _hexadecimal(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
